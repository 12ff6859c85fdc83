import numpy as np
import pytest
from spectral_builders import simulator, streams

from dynarena.engines.spectral.resample import resample
from dynarena.errors import SchemaError

BOXES = [([2], [48]), ([2, 3], [24, 32]), ([1, 1, 2], [12, 12, 14])]
OPTIONS = {"cutoff": 4, "slope": 1.5, "amplitude": 0.7, "offset_u": 0.25}
PATCHES = {"count": 3, "width": 0.08, "base_u": 1, "peak_u": -0.5, "peak_v": 0.25}


@pytest.mark.parametrize(("length", "points"), BOXES)
@pytest.mark.parametrize(("law", "options"), [("fourier", OPTIONS), ("patches", PATCHES)])
def test_a_finer_grid_samples_the_same_start(law: str, options: dict, length: list, points: list) -> None:
    def starts(factor: int) -> np.ndarray:
        sim = simulator(
            ["lap(u)", "lap(v)"], state=["u", "v"], domain={"length": length, "points": [factor * n for n in points]},
            start={"law": law, "options": options},
        )  # fmt: skip
        return sim.start(streams(3), {}, "test")

    coarse, fine = starts(1), starts(2)
    every_second = (slice(None), slice(None), *[slice(None, None, 2)] * len(points))
    assert np.allclose(fine[every_second], coarse, rtol=0, atol=1e-14)
    assert not np.allclose(coarse[0], coarse[1])
    assert not np.allclose(coarse[:, 0], coarse[:, 1])


def test_fourier_starts_have_the_stated_mean_amplitude_cutoff_and_slope() -> None:
    sim = simulator(["lap(u)"], start={"law": "fourier", "options": OPTIONS})
    starts = sim.start(streams(4000), {}, "test")[:, 0]
    modes = np.abs(np.fft.rfft(starts, axis=-1)) ** 2
    assert np.allclose(starts.mean(axis=-1), 0.25, rtol=0, atol=1e-14)
    assert np.allclose(starts.var(axis=-1).mean(), 0.49, rtol=0.03)
    assert np.max(modes[:, 5:]) < 1e-20
    assert np.allclose(modes[:, 4].mean() / modes[:, 2].mean(), 2.0**-3, rtol=0.1)


def test_patches_lie_between_base_and_peak() -> None:
    sim = simulator(["lap(u)", "lap(v)"], state=["u", "v"], domain={"length": [1, 1], "points": [32, 32]},
                    start={"law": "patches", "options": PATCHES})  # fmt: skip
    u, v = np.moveaxis(sim.start(streams(5), {}, "test"), 1, 0)
    assert 0.5 <= u.min() < 0.53
    assert np.allclose(u, 1 - 2 * v, rtol=0, atol=1e-15)
    assert 0.24 < v.max() <= 0.25
    assert v.min() < 1e-6


def test_a_start_is_the_same_alone_and_among_others() -> None:
    sim = simulator(["lap(u)"], start={"law": "fourier", "options": OPTIONS})
    assert np.array_equal(sim.start(streams(9), {}, "test")[:4], sim.start(streams(4), {}, "test"))


def test_a_split_replaces_single_options() -> None:
    far_split = {"far": {"options": {"offset_u": 2}}}
    sim = simulator(["lap(u)"], start={"law": "fourier", "options": OPTIONS}, splits=far_split)
    near, far = (sim.start(streams(2), {}, split) for split in ("test", "far"))
    assert np.allclose(far - near, 1.75, rtol=0, atol=1e-14)


def test_a_start_beyond_the_grid_is_refused_with_the_points_it_takes() -> None:
    sim = simulator(["u*dx(u)"], start={"law": "fourier", "options": {"cutoff": 30}})
    with pytest.raises(SchemaError, match="91 points"):
        sim.start(streams(1), {}, "test")


@pytest.mark.parametrize("points", [(16,), (16, 12), (8, 10, 12)])
def test_resampling_interpolates_trigonometric_polynomials_exactly(points: tuple[int, ...]) -> None:
    def field(grid: tuple[int, ...]) -> np.ndarray:
        axes = np.meshgrid(*[np.arange(n) / n * 2 * np.pi for n in grid], indexing="ij")
        return np.asarray(1 + np.cos(sum((j + 1) * a for j, a in enumerate(axes))) + np.sin(3 * axes[0]))

    finer = tuple(2 * n for n in points)
    assert np.allclose(resample(field(points), finer), field(finer), rtol=0, atol=1e-13)

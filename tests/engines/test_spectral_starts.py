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


SQUARE = {"length": [1, 1], "points": [48, 48]}


@pytest.mark.parametrize(
    ("law", "options", "box"),
    [
        ("truncated", {"cutoff": 3, "peak": 2}, {}),
        ("truncated", {"cutoff": 3, "low": 0, "high": 1}, {}),
        ("gaussians", {"count": 3, "narrowest": 0.05, "widest": 0.1, "power": 1}, {}),
        ("blocks", {"count": 4, "width": 0.06}, {}),
        ("formula", {"u": "a*sin(2*pi*x)*cos(2*pi*(y - b))", "v": "tanh(a)"}, {"a": [1, 2], "b": [0, 1]}),
        ("blocks", {"count": 4, "width": 0.06, "velocity": "vorticity"}, {}),
        ("fourier", {"cutoff": 3, "velocity": "projected"}, {}),
    ],
)
def test_every_law_draws_one_function_for_all_grids(law: str, options: dict, box: dict) -> None:
    def starts(n: int) -> np.ndarray:
        sim = simulator(["lap(u)", "lap(v)"], state=["u", "v"], domain={"length": [1, 1], "points": [n, n]},
                        start={"law": law, "options": options, "box": box})  # fmt: skip
        return sim.start(streams(3), {}, "test")

    coarse, fine = starts(48), starts(96)
    assert np.allclose(fine[..., ::2, ::2], coarse, rtol=0, atol=1e-12)
    assert not np.allclose(coarse[0], coarse[1])


def test_truncated_series_have_the_stated_range_and_modes() -> None:
    for options, low, high in (({"peak": 2}, None, None), ({"low": 0.25, "high": 0.75}, 0.25, 0.75)):
        sim = simulator(["lap(u)"], domain=SQUARE, start={"law": "truncated", "options": options})
        start = sim.start(streams(8), {}, "test")[:, 0]
        modes = np.abs(np.fft.fft2(start))
        m = np.abs(np.fft.fftfreq(48, 1 / 48))
        assert np.max(modes[:, np.maximum.outer(m, m) > 5]) < 1e-10
        assert np.min(modes[:, 5, 43]) > 0
        if low is None:
            assert np.allclose(start.mean(axis=(1, 2)), 0, rtol=0, atol=1e-14)
            assert np.allclose(np.abs(start).max(axis=(1, 2)), 2, rtol=0.03)
        else:
            assert np.allclose(start.min(axis=(1, 2)), low, rtol=0, atol=0.02)
            assert np.allclose(start.max(axis=(1, 2)), high, rtol=0, atol=0.02)


def test_blocks_are_constant_inside_and_have_the_drawn_values() -> None:
    sim = simulator(["lap(u)"], domain={"length": [1], "points": [240]},
                    start={"law": "blocks", "options": {"count": 4, "width": 0.01}})  # fmt: skip
    start = sim.start(streams(3), {}, "test")[:, 0].reshape(3, 4, 60)
    values = streams(3).between("start:u", -1, 1, (4,))
    assert np.allclose(start[:, :, 20:40], values[..., None], rtol=0, atol=1e-12)


def test_velocities_have_no_divergence_and_the_stated_vorticity() -> None:
    for velocity in ("projected", "vorticity"):
        sim = simulator(["lap(u)", "lap(v)"], state=["u", "v"], domain={"length": [1, 2], "points": [32, 64]},
                        start={"law": "fourier", "options": {"cutoff": 5, "velocity": velocity}})  # fmt: skip
        u, v = np.moveaxis(np.fft.fft2(sim.start(streams(2), {}, "test")), 1, 0)
        kx, ky = 2j * np.pi * np.fft.fftfreq(32, 1 / 32)[:, None], 1j * np.pi * np.fft.fftfreq(64, 1 / 64)
        assert np.max(np.abs(kx * u + ky * v)) < 1e-8
        vorticity = np.fft.ifft2(kx * v - ky * u).real
        if velocity == "vorticity":
            domain = {"length": [1, 2], "points": [32, 64]}
            plain = simulator(["lap(vorticity)"], state=["vorticity"], domain=domain,
                              start={"law": "fourier", "options": {"cutoff": 5}})  # fmt: skip
            assert np.allclose(vorticity, plain.start(streams(2), {}, "test")[:, 0], rtol=0, atol=1e-10)
        else:
            assert np.abs(vorticity).max() > 1


def test_a_formula_reads_each_trajectory_s_parameters() -> None:
    sim = simulator(["-a*u"], parameters={"a": 1}, splits={"wide": {"parameters": {"a": [0.5, 2]}}},
                    start={"law": "formula", "options": {"u": "a*cos(x)"}})  # fmt: skip
    parameters = sim.parameters(streams(3), "wide")
    start = sim.start(streams(3), parameters, "wide")[:, 0]
    assert np.allclose(start, parameters["a"][:, None] * np.cos(sim.grid["x"]), rtol=0, atol=1e-15)

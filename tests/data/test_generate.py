from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import dynarena
from dynarena.data.system import System
from dynarena.errors import UnknownName, UsageError
from dynarena.suite import items

SYSTEMS = [item.id for item in items("systems")]


@cache
def small(system: str) -> System:
    """The system, on a coarse grid where its fields have two axes and need no finer one."""
    known = System(system)
    two_axes = known.spec.domain is not None and len(known.spec.domain.points) > 1
    needs_its_own = known.spec.engine == "lattice_boltzmann" or (
        known.spec.engine == "spectral" and not known.spec.chaotic
    )
    coarse = int(known.spec.solver.get("exponent_points", 32))
    return System(system, resolution=coarse) if two_axes and not needs_its_own else known


def short(system: str, n: int, points: int, **options: object) -> np.ndarray:
    video = {"dt": 0.1, "resolution": 16} if system.startswith("video") else {}
    return dynarena.trajectories(small(system), n, points, **video, **options)["state"].values  # type: ignore[arg-type]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_trajectory_depends_on_its_index_alone(system: str) -> None:
    seven = short(system, 7, 12)
    assert np.array_equal(short(system, 1, 12)[0], seven[0])
    assert np.array_equal(short(system, 3, 5), seven[:3, :5]), "a shorter request is a prefix"
    assert not np.array_equal(seven[0], seven[1])
    assert not np.array_equal(short(system, 1, 12, seed=1)[0], seven[0])
    assert not np.array_equal(short(system, 1, 12, split="train")[0], seven[0])


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_split_gives_finite_trajectories_of_the_stated_shape(system: str) -> None:
    known = small(system)
    for split in ("train", "val", "test", *known.spec.splits):
        states = short(system, 2, 6, split=split)
        assert states.shape == (2, 6, *known.simulator.shape)
        assert np.isfinite(states).all()


def test_a_dataset_carries_units_attributes_keys_and_parameters() -> None:
    data = dynarena.trajectories("lorenz63", 3, 10, parameters={"rho": 30}, dt=0.02)
    assert data["state"].dims == ("trajectory", "time", "component")
    assert data["state"].dtype == np.float64
    assert list(data["component"].values) == ["x", "y", "z"]
    assert data["time"].values == pytest.approx(np.arange(10) * 0.02)
    assert "units" in data["time"].attrs
    assert (data["parameter_rho"].values == 30).all()
    assert len(set(data["key"].values)) == 3
    assert data.attrs["Conventions"].startswith("CF-")
    assert data.attrs["system"] == "chaos/lorenz63"
    assert data.attrs["license"] == "CC0-1.0"


def test_a_video_carries_frames_beside_states() -> None:
    data = dynarena.trajectories("parabola", 2, 5, dt=0.1, resolution=32)
    assert data["frames"].shape == (2, 5, 3, 32, 32)
    assert data["frames"].dtype == np.uint8
    assert data["state"].dims == ("trajectory", "time", "object", "component")
    assert float(data["y"][0]) > float(data["y"][-1]), "the top row comes first"


def test_sampling_is_per_period_unless_a_step_is_given() -> None:
    system = dynarena.System("lorenz63")
    data = dynarena.trajectories(system, 1, 3, per_period=50)
    assert data.attrs["dt"] == pytest.approx(system.period / 50)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dt": 0.0}, "not positive"),
        ({"dt": float("nan")}, "not positive"),
        ({"dt": 0.1, "per_period": 50}, "two sampling steps"),
        ({"per_period": 1}, "too few points"),
        ({"n_trajectories": 0}, "nothing to generate"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(options: dict[str, float], message: str) -> None:
    request = {"n_trajectories": 1, "n_points": 5, **options}
    with pytest.raises(UsageError, match=message):
        dynarena.trajectories("lorenz63", **request)


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(UnknownName, match="'rho'"):
        dynarena.trajectories("lorenz63", 1, 5, parameters={"rh": 28})
    with pytest.raises(UnknownName, match="'test'"):
        dynarena.trajectories("lorenz63", 1, 5, split="tset")


def test_a_map_takes_whole_steps() -> None:
    assert dynarena.trajectories("henon", 1, 5).attrs["dt"] == 1
    with pytest.raises(UsageError, match="is a map"):
        dynarena.trajectories("henon", 1, 5, dt=0.5)

"""Conservation laws of the catalogue: well formed, bit-reproducible, the same on every grid, true to shared facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dynarena.engines.base import Array
from dynarena.engines.finite_volume import FiniteVolume, FiniteVolumeSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec
from dynarena.schema.variants import read_system

FOLDER = Path(__file__).resolve().parents[2] / "systems" / "pde"


def spec_of(name: str) -> SystemSpec:
    return read_system(FOLDER / f"{name}.toml")


NAMES = [path.stem for path in sorted(FOLDER.glob("*.toml")) if read_system(path).engine == "finite_volume"]
SMALL = {1: 64, 2: 24}
"""Cells of the first axis where the grid does not matter."""


def make(name: str, *, small: bool = False) -> FiniteVolumeSimulator:
    spec = spec_of(name)
    dims = len(spec.domain.points)
    return FiniteVolume().compile(spec, resolution=SMALL[dims] if small else None)


def clock(sim: FiniteVolumeSimulator) -> float:
    return float(sim.spec.timescale)


def streams(count: int) -> Streams:
    return Streams([trajectory_key("catalogue", index) for index in range(count)])


def started(sim: FiniteVolumeSimulator, split: str = "test", count: int = 1) -> tuple[Array, dict[str, Array]]:
    given = sim.parameters(streams(count), split)
    return sim.start(streams(count), given, split), given


def with_fact(fact: str) -> list[str]:
    return [name for name in NAMES if fact in spec_of(name).known]


def fact(name: str, which: str) -> tuple[float, float]:
    entry = spec_of(name).known[which]
    return float(entry.value), entry.tolerance  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_a_system_says_what_it_is(name: str) -> None:
    spec = spec_of(name)
    assert spec.about and spec.source and spec.known and spec.symmetries and spec.timescale
    assert len(spec.equations) == len(spec.state)
    assert set(spec.units) == {*spec.state, *"xyz"[: len(spec.domain.points)], "time"}
    assert any(split.parameters for split in spec.splits.values())
    assert any(split.options or split.box for name, split in spec.splits.items() if name == "ood_start")


@pytest.mark.parametrize("name", NAMES)
def test_starts_differ_between_trajectories_and_splits_and_obey_the_law(name: str) -> None:
    sim = make(name, small=True)
    starts = {split: started(sim, split, 2) for split in ("test", "train", *sim.spec.splits)}
    assert not np.array_equal(starts["test"][0][0], starts["test"][0][1])
    assert not np.array_equal(starts["test"][0], starts["ood_start"][0])
    stated, shifted = starts["test"][1], starts["ood_parameters"][1]
    changed = [key for key in stated if not np.array_equal(stated[key], shifted[key])]
    assert set(changed) >= set(sim.spec.splits["ood_parameters"].parameters)
    for start, given in starts.values():
        assert np.isfinite(start).all()
        columns = {key: np.reshape(value, (-1, *[1] * (start.ndim - 2))) for key, value in given.items()}
        fields = dict(zip(sim.labels, np.moveaxis(start, 1, 0), strict=True))
        for margin in sim.setup.law.positive(fields, columns).values():
            assert margin.min() > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_start_is_the_same_function_on_every_grid(name: str) -> None:
    """Averages over finer cells add up to those of coarser ones, also in cells that jumps run through."""
    spec = spec_of(name)
    coarse, fine = (FiniteVolume().compile(spec, resolution=k) for k in (37, 74))
    one, two = started(coarse)[0][0], started(fine)[0][0]
    for axis in range(1, two.ndim):
        moved = np.moveaxis(two, axis, -1)
        two = np.moveaxis(0.5 * (moved[..., ::2] + moved[..., 1::2]), -1, axis)
    for a, b in zip(one, two, strict=True):
        size = np.ptp(a) + 1e-9 * np.abs(a).max()
        assert np.abs(a - b).max() <= 0.05 * size and np.abs(a - b).mean() <= 2e-3 * size


@pytest.mark.parametrize("name", NAMES)
def test_bits_do_not_depend_on_company_or_length(name: str) -> None:
    sim = make(name, small=True)
    start, given = started(sim, "ood_parameters", 3)
    dt = 0.02 * clock(sim)
    whole = sim.run(start, given, dt, 3)
    part = sim.run(start[1:2], {key: values[1:2] for key, values in given.items()}, dt, 3)
    assert np.array_equal(part, whole[1:2])
    assert np.array_equal(sim.run(start, given, dt, 2), whole[:, :2])
    assert np.array_equal(sim.advance(start, given, dt), whole[:, 1])
    assert not np.array_equal(whole[0, -1], whole[1, -1])


@pytest.mark.parametrize("fact_name", ["mass", "energy"])
@pytest.mark.parametrize("name", NAMES)
def test_sums_are_conserved(name: str, fact_name: str) -> None:
    if fact_name not in spec_of(name).known:
        return
    value, tolerance = fact(name, fact_name)
    sim = make(name, small=True)
    start, given = started(sim)
    place = 0 if fact_name == "mass" else list(sim.labels).index("energy")
    path = sim.run(start, given, clock(sim), 2)[0, :, place].reshape(2, -1).mean(axis=1)
    assert abs((path[1] - path[0]) / path[0] - value) < tolerance


@pytest.mark.parametrize("name", with_fact("symmetry"))
def test_what_starts_symmetric_stays_so(name: str) -> None:
    value, tolerance = fact(name, "symmetry")
    sim = make(name, small=True)
    start, given = started(sim, "named")
    field = sim.run(start, given, clock(sim), 2)[0, 1, 0]
    assert np.ptp(field) > 0.1
    assert abs(np.abs(field - field.T).max() - value) < tolerance


@pytest.mark.parametrize("name", with_fact("least"))
def test_nothing_becomes_negative(name: str) -> None:
    value, tolerance = fact(name, "least")
    sim = make(name, small=True)
    start, given = started(sim, count=2)
    assert abs(min(0.0, sim.run(start, given, clock(sim), 3).min()) - value) < tolerance

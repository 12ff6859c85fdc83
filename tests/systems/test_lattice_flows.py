"""Flows past obstacles and in cavities: well formed, bit-reproducible, true to published drag, rates and profiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dynarena.engines.base import Array
from dynarena.engines.lattice_boltzmann import LatticeBoltzmann, LatticeFlow
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec
from dynarena.schema.variants import read_system

FOLDER = Path(__file__).resolve().parents[2] / "systems" / "pde"


def spec_of(name: str) -> SystemSpec:
    return read_system(FOLDER / f"{name}.toml")


NAMES = [path.stem for path in sorted(FOLDER.glob("*.toml")) if read_system(path).engine == "lattice_boltzmann"]
HEIGHTS = [0.9766, 0.9688, 0.9609, 0.9531, 0.8516, 0.7344, 0.6172, 0.5,
           0.4531, 0.2813, 0.1719, 0.1016, 0.0703, 0.0625, 0.0547]  # fmt: skip
"""Where Ghia, Ghia and Shin give the profile."""


def started(
    name: str, reynolds: float, box: dict[str, float], **solver: str
) -> tuple[LatticeFlow, Array, dict[str, Array]]:
    """One flow with stated quantities where others are drawn."""
    spec = spec_of(name)
    law = spec.start.model_copy(update={"box": spec.start.box | {key: (value, value) for key, value in box.items()}})
    sim = LatticeBoltzmann().compile(spec.model_copy(update={"start": law, "solver": spec.solver | solver}))
    streams = Streams([trajectory_key("flow", 0)])
    given = sim.parameters(streams, "test") | {"reynolds": np.array([reynolds])}
    return sim, sim.start(streams, given, "test"), given


@pytest.mark.parametrize("name", NAMES)
def test_a_flow_is_the_same_alone_and_longer_in_every_split(name: str) -> None:
    sim = LatticeBoltzmann().compile(spec_of(name))
    streams = Streams([trajectory_key("catalogue", index) for index in range(2)])
    for split in ("test", *sim.spec.splits):
        given = sim.parameters(streams, split)
        start = sim.start(streams, given, split)
        whole = sim.run(start, given, 4 * sim.flow.step, 3)
        alone = sim.run(start[1:], {key: value[1:] for key, value in given.items()}, 4 * sim.flow.step, 2)
        assert np.isfinite(whole).all() and np.array_equal(alone, whole[1:, :2])
        assert not np.array_equal(start[0], start[1])


@pytest.mark.parametrize("name", NAMES)
def test_a_flow_says_what_it_is(name: str) -> None:
    spec = spec_of(name)
    assert spec.about and spec.source and spec.timescale and {"ood_parameters", "ood_start"} <= set(spec.splits)
    assert set(spec.units) == {*spec.state, "x", "y", "time"}
    assert all(fact.verified for fact in spec.known.values()) and spec.known


@pytest.mark.parametrize(("reynolds", "time"), [(100, 20.0), (400, 40.0), (1000, 70.0)])
def test_the_cavity_has_ghia_s_profile(reynolds: int, time: float) -> None:
    sim, start, given = started("lid_driven_cavity", reynolds, {"a": 0, "b": 0}, lid="1")
    u = sim.advance(start, given, time)[0, 0]
    middle = np.interp(HEIGHTS, [0, *sim.grid["y"], 1], [0, *(u[31] + u[32]) / 2, 1])
    fact = sim.spec.known[f"profile_{reynolds}"]
    assert np.abs(middle - fact.value).max() < fact.tolerance, middle - fact.value


def test_the_drag_of_a_cylinder_in_a_channel() -> None:
    """C = 2 F / (density U^2 D)."""
    sim, start, given = started("cylinder_channel", 20, {"x0": 2.0, "y0": 2.0})
    path, force = sim.sampled(start, given, 20.0, 2, step=sim.flow.step)
    fact = sim.spec.known["drag_steady"]
    assert abs(2 * force[0, 1, 0] - fact.value) < fact.tolerance  # type: ignore[operator]
    assert np.ptp(path[0, 1, 0, 60:-1].sum(axis=1)) < 0.02 * path[0, 1, 0, -2].sum()


@pytest.mark.parametrize(
    ("name", "place"), [("cylinder_channel", {"x0": 2.0, "y0": 2.0}), ("cylinder_wake", {"x0": 6.0, "y0": 7.9})]
)
def test_vortices_leave_a_cylinder_at_the_published_rate(name: str, place: dict[str, float]) -> None:
    """By the zeros of the lift, over whole periods."""
    sim, start, given = started(name, 100, place)
    start = sim.advance(start, given, 15 * float(sim.spec.timescale))  # type: ignore[arg-type]
    dt = float(sim.spec.timescale) / 60  # type: ignore[arg-type]
    force = sim.sampled(start, given, dt, 361, step=sim.flow.step)[1][0, 1:]
    lift = force[:, 1] - force[:, 1].mean()
    zeros = [k + lift[k] / (lift[k] - lift[k + 1]) for k in range(len(lift) - 1) if lift[k] < 0 <= lift[k + 1]]
    rate = (len(zeros) - 1) / ((zeros[-1] - zeros[0]) * dt)
    fact = sim.spec.known["strouhal"]
    assert abs(rate - fact.value) < fact.tolerance  # type: ignore[operator]
    if "drag" in sim.spec.known:
        drag = sim.spec.known["drag"]
        assert abs(2 * force[:, 0].mean() - drag.value) < drag.tolerance  # type: ignore[operator]


def test_the_stream_between_two_cylinders() -> None:
    sim, start, given = started("two_cylinders", 100, {"y0": 8.0, "gap": 0.8})
    end = sim.advance(start, given, 60.0)[0]
    row = int(np.argmin(np.abs(sim.grid["x"] - 6)))
    fact = sim.spec.known["gap_flow"]
    between = end[0, row][(np.abs(sim.grid["y"] - 8) < 0.4) & (end[3, row] > 0)]
    assert abs(between.mean() - fact.value) < fact.tolerance  # type: ignore[operator]

"""Lattice Boltzmann: closed forms, order two, published drag and profiles, bits, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spectral_builders import streams

from dynarena.engines.base import Array
from dynarena.engines.lattice_boltzmann import LatticeBoltzmann, LatticeFlow
from dynarena.engines.lattice_boltzmann.grids import doubled, halved
from dynarena.errors import DataError, EquationError, SchemaError, UnknownName
from dynarena.schema.system import SystemSpec


def flow(points: list[int], boundary: list[str], solver: dict[str, Any], **changes: Any) -> LatticeFlow:
    content: dict[str, Any] = {
        "schema": 1, "title": "test", "about": "", "source": "", "engine": "lattice_boltzmann", "timescale": 1,
        "state": ["u", "v", "p", "wall"], "start": {}, "solver": solver,
        "domain": {"length": [points[0] / points[1], 1], "points": points, "boundary": boundary},
    }  # fmt: skip
    return LatticeBoltzmann().compile(SystemSpec.model_validate(content | changes))


def begun(sim: LatticeFlow, count: int = 1) -> Array:
    return sim.start(streams(count), sim.parameters(streams(count), "test"), "test")


def test_a_forced_channel_has_the_parabola() -> None:
    """Poiseuille's u = F y (1 - y) / (2 nu): exact in thick fluids, where walls stand half-way; else of order two.

    The pressure across the shear, which is 0, is off by what the trace of the stress makes of the grid.
    """
    errors, pressures = {}, {}
    for share in (0.75, 0.2):
        for n in (6, 9):
            sim = flow([4, n], ["periodic", "wall"], {"step": share / n**2, "nu": 0.2, "force": 1.6})
            y = sim.grid["y"]
            end = sim.run(begun(sim), {}, 12.0, 2)[0, 1]
            errors[share, n] = np.abs(end[0] - 4.0 * y * (1 - y)).max()
            pressures[share, n] = np.abs(end[2]).max()
            assert np.abs(end[1]).max() < 1e-10
    assert max(errors[0.75, 6], errors[0.75, 9]) < 1e-8
    assert errors[0.2, 6] / errors[0.2, 9] == pytest.approx((9 / 6) ** 2, rel=1e-3)
    for share in (0.75, 0.2):
        assert pressures[share, 6] < 0.06 and pressures[share, 6] / pressures[share, 9] > 9 / 6


def test_a_stream_through_a_channel_keeps_its_parabola_and_loses_the_right_pressure() -> None:
    """dp/dx = -12 nu U / H^2 of a mean inflow U."""
    sim = flow([48, 12], ["through", "wall"], {"step": 0.1 / 12, "nu": 0.1, "inflow": "6*y*(1 - y)"})
    end = sim.run(begun(sim), {}, 30.0, 2)[0, 1]
    y = sim.grid["y"]
    assert np.abs(end[0, 16:36] - 6 * y * (1 - y)).max() < 0.012  # the corners at the inflow take 0.8 % of the stream
    assert np.ptp(end[0, 1:-1].sum(axis=1)) < 1e-6 * end[0].sum(axis=1).mean()
    drop = (end[2, 16] - end[2, 36]) / (20 / 12)
    assert np.abs(drop / (12 * 0.1) - 1).max() < 0.02


@pytest.mark.parametrize(
    ("nu", "share", "time", "points"), [(0.3, 0.5, 0.05, (12, 24, 48)), (0.02, 0.4, 0.5, (24, 48))]
)
def test_taylor_green_vortices_decay(nu: float, share: float, time: float, points: tuple[int, ...]) -> None:
    """Of order two in thick fluids; in thin ones two errors of opposite sign hide it, and both are small."""
    errors = []
    for n in points:
        solver = {"step": share / n**2, "nu": nu, "u": "sin(2*pi*x)*cos(2*pi*y)", "v": "-cos(2*pi*x)*sin(2*pi*y)"}
        sim = flow([n, n], ["periodic", "periodic"], solver)
        start = begun(sim)
        x, y = np.meshgrid(*(2 * np.pi * points for points in sim.grid.values()), indexing="ij")
        start[0, 2] = 0.25 * (np.cos(2 * x) + np.cos(2 * y))
        end, decay = sim.run(start, {}, time, 2)[0, 1], np.exp(-8 * np.pi**2 * nu * time)
        errors.append(np.sqrt(np.mean((end[:2] - decay * start[0, :2]) ** 2)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 1e-3, errors
    assert len(points) < 3 or np.abs(orders - 2).max() < 0.3, (errors, orders)


def test_interpolated_walls_have_order_two_in_a_channel_between_grid_lines() -> None:
    """Poiseuille flow between walls that cut the links at shares other than a half."""
    errors = []
    for n in (10, 40):
        solver = {"step": 1.5 / n**2, "nu": 0.1, "force": 1, "wall": "0.333 - abs(y - 0.5)"}
        sim = flow([4, n], ["periodic", "periodic"], solver)
        y = sim.grid["y"]
        truth = (0.333**2 - (y - 0.5) ** 2) / 0.2
        inside = np.abs(y - 0.5) < 0.333  # the walls cut the links at about a third
        errors.append(np.abs(sim.run(begun(sim), {}, 4.0, 2)[0, 1, 0] - truth)[:, inside].max())
    assert errors[-1] < 2e-3 * 0.55 and errors[0] / errors[-1] > 13, errors


def test_cubics_of_a_grid_are_seen_on_finer_cells_and_back() -> None:
    x = (np.arange(12) + 0.5) / 12
    field = (x[:, None] ** 3 - x[:, None]) * (1 + x)
    fine = halved(field, periodic=(False, False))
    z = (np.arange(24) + 0.5) / 24
    assert np.abs(fine - (z[:, None] ** 3 - z[:, None]) * (1 + z))[4:-4, 4:-4].max() < 1e-13
    assert np.abs(doubled(fine) - field)[3:-3, 3:-3].max() < 1e-13


def test_trajectories_have_the_same_bits_alone_on_threads_and_as_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    sim = flow([24, 16], ["through", "slip"], {"step": 0.005, "nu": "1/re", "inflow": "1",
               "wall": "sqrt((x - 0.5)**2 + (y - c)**2) - 0.12"}, parameters={"re": 20},
               start={"box": {"c": [0.4, 0.6]}}, splits={"wide": {"parameters": {"re": [10, 30]}}})  # fmt: skip
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    parameters = sim.parameters(streams(5), "wide")
    start = sim.start(streams(5), parameters, "wide")
    whole = sim.run(start, parameters, 0.1, 4)
    few = {name: values[3:4] for name, values in parameters.items()}
    assert np.array_equal(sim.run(start[3:4], few, 0.1, 3), whole[3:4, :3])
    monkeypatch.setenv("DYNARENA_THREADS", "3")
    assert np.array_equal(sim.run(start, parameters, 0.1, 4), whole)
    assert np.array_equal(whole[:, 0], start) and np.array_equal(whole[:, -1, 3], start[:, 3])
    assert (whole[:, :, :2][:, :, :, start[0, 3] < 0][0] == 0).all() and len({row.tobytes() for row in whole}) == 5
    second = sim.verify(start, parameters, 0.1, 4)
    apart = np.abs(second - whole)[:, -1, :2].mean()
    assert 0 < apart < 0.1


GOOD: dict[str, Any] = {"step": 0.01, "nu": 0.1}
WRONG = {
    "no step": ({"nu": 1}, {}, SchemaError, "step is not stated"),
    "a negative step": ({"step": -1, "nu": 1}, {}, SchemaError, "not positive"),
    "no viscosity": ({"step": 1}, {}, SchemaError, "nu is not stated"),
    "a foreign key": (GOOD | {"viscosity": 1}, {}, UnknownName, "viscosity"),
    "foreign fields": (GOOD, {"state": ["u", "v"]}, SchemaError, "fixed"),
    "long cells": (GOOD, {"domain": {"length": [1, 1], "points": [8, 16]}}, SchemaError, "not square"),
    "through along y": (GOOD, {"domain": {"length": [1, 1], "points": [8, 8], "boundary": ["wall", "through"]}},
                        SchemaError, "turn the box"),
    "a foreign boundary": (GOOD, {"domain": {"length": [1, 1], "points": [8, 8], "boundary": ["walls", "wall"]}},
                           UnknownName, "wall"),
    "a foreign name": (GOOD | {"inflow": "z"}, {}, EquationError, "unknown name 'z'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_does_not_fit_is_refused(case: str) -> None:
    solver, changes, kind, words = WRONG[case]
    with pytest.raises(kind) as caught:
        flow([8, 8], ["wall", "wall"], solver, **changes)
    assert words in str(caught.value)


def test_steps_and_viscosities_beyond_the_method_are_refused_with_the_number() -> None:
    fast = flow([8, 8], ["wall", "wall"], {"step": 0.1, "nu": 0.1, "lid": 1})
    with pytest.raises(SchemaError, match="too fast") as caught:
        fast.run(begun(fast), {}, 0.1, 2)
    assert "0.8" in str(caught.value) and "0.0312" in str(caught.value)
    thin = flow([8, 8], ["wall", "wall"], {"step": 0.01, "nu": 1e-7, "lid": 1})
    with pytest.raises(SchemaError, match="viscosity does not fit"):
        thin.run(begun(thin), {}, 0.1, 2)
    wild = flow(
        [16, 16],
        ["periodic", "periodic"],
        {"step": 0.01, "nu": 4e-5, "u": "1.4*where(y < 0.5, 1, -1)*sign(sin(40*x + 90*y))"},
    )
    with pytest.raises(DataError, match="left all bounds") as lost:
        wild.run(begun(wild) * 1.0, {}, 4.0, 40)
    assert "t = " in str(lost.value)

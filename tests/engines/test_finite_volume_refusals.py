"""What the engine refuses, and what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from finite_volume_builders import make, spec, started, streams

from dynarena.engines.finite_volume import FiniteVolume
from dynarena.errors import DataError, DynarenaError, EquationError, SchemaError, UnknownName

GAS = {"gamma": 1.4}


@pytest.mark.parametrize(
    ("error", "words", "change"),
    [
        (SchemaError, "CFL number", {"cfl": 0.8}),
        (SchemaError, "CFL number", {"cfl": 0.0}),
        (UnknownName, "reflecting", {"boundary": "reflectng"}),
        (SchemaError, "two ends", {"boundary": "periodic/outflow"}),
        (SchemaError, "two ends", {"boundary": "outflow/outflow/outflow"}),
        (SchemaError, "density_x_low", {"boundary": "fixed"}),
        (UnknownName, "weno5", {"reconstruction": "weno7"}),
        (UnknownName, "hllc", {"riemann": "roe"}),
        (UnknownName, "cfl", {"cfk": 0.4}),
        (SchemaError, "gamma", {"parameters": {}}),
        (SchemaError, "too few cells", {"points": [4]}),
        (SchemaError, "positive length", {"lengths": [0.0]}),
        (EquationError, "height", {"options": {"density": "height"}}),
        (UnknownName, "waves", {"start": {"objects": {"a": {"kind": "wave"}}}, "options": {"density": "2 + a"}}),
        (
            UnknownName,
            "cutoff",
            {"start": {"objects": {"a": {"kind": "waves", "cutof": 3}}}, "options": {"density": "a"}},
        ),
        (SchemaError, "across", {"start": {"objects": {"a": {"kind": "blocks"}}}, "options": {"density": "a"}}),
        (SchemaError, "no kind", {"start": {"objects": {"a": {"cutoff": 3}}}, "options": {"density": "a"}}),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_reason(
    error: type[DynarenaError], words: str, change: dict[str, Any]
) -> None:
    with pytest.raises(error) as caught:
        sim = make("euler", **{"points": [32], "parameters": GAS, **change})
        started(sim)
    assert words in str(caught.value)


def test_an_unknown_law_and_a_wrong_state_are_refused() -> None:
    good = spec("euler", [32], parameters=GAS)
    with pytest.raises(UnknownName, match="law"):
        FiniteVolume().compile(good.model_copy(update={"solver": {"law": "eular"}}))
    with pytest.raises(SchemaError, match="state"):
        FiniteVolume().compile(good.model_copy(update={"state": ["density", "energy"]}))
    with pytest.raises(SchemaError, match="every quantity"):
        FiniteVolume().compile(good.model_copy(update={"start": good.start.model_copy(update={"options": {}})}))


def test_a_start_of_negative_pressure_is_refused_with_its_place() -> None:
    sim = make("euler", [16, 16], parameters=GAS, options={"pressure": "where(x > 0.5, where(y < 0.25, -1, 1), 1)"})
    start, given = started(sim)
    with pytest.raises(DataError) as caught:
        sim.run(start, given, 0.1, 2)
    text = str(caught.value)
    assert "pressure is not positive" in text and "t = 0" in text and "x = 0.53125, y = 0.03125" in text
    assert "trajectory 0 of 1" in text


def test_a_start_that_is_not_finite_is_refused() -> None:
    sim = make("burgers", [16])
    start, given = started(sim)
    start[0, 0, 3] = np.nan
    with pytest.raises(DataError, match="not finite"):
        sim.run(start, given, 0.1, 2)


def test_speeds_without_bound_are_refused_with_the_time() -> None:
    sim = make("advection", [16], parameters={"velocity_x": 1e12})
    start, given = started(sim)
    with pytest.raises(DataError, match="too short"):
        sim.run(start, given, 1.0, 2)


def test_starts_of_another_shape_and_unknown_splits_are_refused() -> None:
    sim = make("euler", [16], parameters=GAS)
    start, given = started(sim)
    with pytest.raises(SchemaError, match="wrong shape"):
        sim.run(start[..., :8], given, 0.1, 2)
    with pytest.raises(UnknownName, match="split"):
        sim.parameters(streams(1), "ood_nothing")


def test_the_second_computation_starts_from_the_same_averages_on_finer_cells() -> None:
    from dynarena.engines.finite_volume.prolong import prolong, restrict

    sim = make("euler", [24, 16], parameters=GAS, boundary=["reflecting", "periodic"],
               start={"objects": {"a": {"kind": "blocks", "across": 4, "low": 0.05, "high": 1}}},
               options={"density": "a", "pressure": "a", "velocity_x": "4*a", "velocity_y": "1 - a"})  # fmt: skip
    start, given = started(sim, 2)
    fine = prolong(start, sim.setup.law, sim.setup.ends, {"gamma": given["gamma"]})
    assert fine.shape == (2, 4, 48, 32)
    assert np.abs(restrict(fine, 2) - start).max() < 1e-14
    assert np.abs(sim.verify(start, given, 0.01, 2)[:, 0] - start).max() == 0


def test_finer_cells_of_a_smooth_field_are_of_order_five() -> None:
    from dynarena.engines.finite_volume.prolong import prolong

    errors = []
    for n in (32, 64):
        coarse, fine = (started(make("burgers", [k], options={"u": "sin(2*pi*x)"}))[0] for k in (n, 2 * n))
        sim = make("burgers", [n])
        errors.append(np.abs(prolong(coarse, sim.setup.law, sim.setup.ends, {}) - fine).mean())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(5.0, abs=0.4)

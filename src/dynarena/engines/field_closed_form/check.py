"""A formula is tried before it is believed: does it solve its law, and is it periodic where it says so?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dynarena.engines.field_box import PERIODIC
from dynarena.engines.field_closed_form.formula import TIME, Formula
from dynarena.engines.field_closed_form.residual import inline, residual
from dynarena.engines.field_closed_form.sampling import extended_functions
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.constants import constant
from dynarena.equations.evaluate import evaluate
from dynarena.errors import EquationError

if TYPE_CHECKING:
    from dynarena.engines.elliptic_fields.engine import StaticProblem
    from dynarena.engines.field_closed_form.engine import FieldSolution

TRIALS, POINTS = 4, 32
TOLERANCE = 1e-9  # in extended precision: rounding leaves far less, a wrong sign far more


def refuse_wrong(solution: FieldSolution | StaticProblem, formula: Formula) -> None:
    """Raise EquationError where the formula does not solve its law, or differs at the two ends of a periodic axis.

    Points in space and time (up to a timescale) and starts are drawn by fixed keys; the worst is named.
    """
    values = trial_points(solution, formula)
    functions = extended_functions()
    found = residual(formula, solution.box.axes, values, functions)
    if np.isnan(found).all():
        raise _wrong(solution, "the formula has no value anywhere it was tried", "finite values", "none")
    worst = np.unravel_index(int(np.nanargmax(found)), found.shape)
    if found[worst] > TOLERANCE:
        name, at = solution.labels[worst[0]], ", ".join(
            f"{key} = {float(values[key][worst[1]]):.4g}" for key in (*solution.box.axes, TIME)
        )  # fmt: skip
        expected = f"d{name}/dt equal to its equation to {TOLERANCE:g} of the largest rate"
        raise _wrong(solution, "the formula does not solve its law", expected, f"{found[worst]:.3g} at {at}")
    _periodic(solution, formula, values)


def trial_points(solution: FieldSolution | StaticProblem, formula: Formula) -> dict[str, Any]:
    """Values of every name at TRIALS x POINTS points, [point], in extended precision."""
    spec = solution.spec
    streams = Streams([trajectory_key("formula", index) for index in range(TRIALS)])
    parameters = solution.parameters(streams, "test")
    start = solution.start(streams, parameters, "test")
    lengths = dict(zip(("length_x", "length_y", "length_z"), spec.domain.length if spec.domain else [], strict=False))
    clock = constant(1.0 if spec.timescale is None else spec.timescale, {**spec.parameters, **lengths})
    values: dict[str, Any] = {name: np.repeat(row, POINTS) for name, row in parameters.items()}
    values |= {name: np.repeat(start[:, 1 + k], POINTS) for k, name in enumerate(formula.drawn.names)}
    values[TIME] = streams.between("t", 0.05 * clock, clock, (POINTS,)).ravel()
    for axis, length in zip(solution.box.axes, solution.box.lengths, strict=True):
        values[axis] = streams.between(axis, 0.0, length, (POINTS,)).ravel()
    return {name: value.astype(np.longdouble) for name, value in values.items()}


def _periodic(solution: FieldSolution | StaticProblem, formula: Formula, values: dict[str, Any]) -> None:
    trees, functions = inline(formula), extended_functions()
    for axis, length, kind in zip(solution.box.axes, solution.box.lengths, solution.box.boundary, strict=True):
        for name in solution.labels if kind == PERIODIC else ():
            with np.errstate(all="ignore"):
                here = evaluate(trees[name], values, functions)
                there = evaluate(trees[name], values | {axis: values[axis] + np.longdouble(length)}, functions)
                apart, size = float(np.nanmax(np.abs(there - here))), float(np.nanmax(np.abs(here)))
            if apart > TOLERANCE * max(size, 1e-300):
                expected = f"{name} the same at {axis} and {axis} + {length:g}"
                raise _wrong(solution, f"the formula is not periodic along {axis}", expected, f"a jump of {apart:.3g}")


def _wrong(solution: FieldSolution | StaticProblem, what: str, expected: str, got: str) -> EquationError:
    return EquationError(what, where=f"{solution.spec.title}, [solver]", expected=expected, got=got,
                         fix="correct the law, the formula or the boundary")  # fmt: skip

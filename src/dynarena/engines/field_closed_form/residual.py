"""Whether a formula solves its law: the residual u_t - F(u), by exact derivatives of the formula's tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.field_closed_form.formula import TIME, Formula
from dynarena.equations.derivative import derivative
from dynarena.equations.evaluate import evaluate
from dynarena.equations.tree import Binary, Call, Expr, Name, children, rebuild, substitute
from dynarena.errors import EquationError

_FIRST = {"dx": "x", "dy": "y", "dz": "z"}


def residual(
    formula: Formula, axes: tuple[str, ...], values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> NDArray[np.float64]:
    """|u_t - F(u)| of each field at points given by `values` of all names, relative to the largest of all rates.

    [field, point]; nan where a formula or its derivative has no value. Raises EquationError on `invlap`.
    """
    inlined = inline(formula)
    rates, forces, itself, n = [], [], [], len(formula.state)
    with np.errstate(all="ignore"):
        for name, law in zip(formula.state, formula.law, strict=True):
            rates.append(evaluate(derivative(inlined[name], Name(TIME)), values, functions))
            forces.append(evaluate(_differentiated(substitute(law, inlined), axes), values, functions))
            itself.append(evaluate(inlined[name], values, functions))
        rows = np.broadcast_arrays(*rates, *forces, *itself, *values.values())
        found, wanted, states = (np.stack(rows[k * n : (k + 1) * n]).astype(np.longdouble) for k in range(3))
        apart = np.abs(found - wanted + (states - states)).astype(float)
    scale = float(np.nanmax(np.abs(found), initial=0.0))
    return np.asarray(apart / (scale if scale > 0 else 1.0))


def inline(formula: Formula) -> dict[str, Expr]:
    """Each step of the solution as one tree of axes, time, parameters and drawn quantities."""
    trees: dict[str, Expr] = {}
    parts: dict[str, Expr] = {}
    for name, tree in formula.steps.items():
        trees[name] = substitute(tree, parts)
        if name not in formula.state:
            parts[name] = trees[name]
    return trees


def _differentiated(expr: Expr, axes: tuple[str, ...]) -> Expr:
    """The expression with its operators in space carried out."""
    inner = rebuild(expr, tuple(_differentiated(part, axes) for part in children(expr)))
    match inner:
        case Call(name, (part,)) if name in _FIRST:
            return derivative(part, Name(_FIRST[name]))
        case Call("lap", (part,)):
            return _laplacian(part, axes)
        case Call("bilap", (part,)):
            return _laplacian(_laplacian(part, axes), axes)
        case Call("grad2", (part,)):
            slopes = [derivative(part, Name(axis)) for axis in axes]
            return _sum([Binary("*", slope, slope) for slope in slopes])
        case Call("invlap", _):
            raise EquationError("no formula has an inverse Laplacian", got="invlap", fix="state the stream function")
    return inner


def _laplacian(expr: Expr, axes: tuple[str, ...]) -> Expr:
    return _sum([derivative(derivative(expr, Name(axis)), Name(axis)) for axis in axes])


def _sum(parts: list[Expr]) -> Expr:
    total = parts[0]
    for part in parts[1:]:
        total = Binary("+", total, part)
    return total

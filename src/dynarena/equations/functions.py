"""The functions of the grammar: which exist where, and how many arguments each takes."""

from __future__ import annotations

_ARITY = dict.fromkeys(
    ("sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "sqrt", "sinh", "cosh", "tanh", "abs", "sign"), (1, 1)
) | {"min": (2, 16), "max": (2, 16), "where": (3, 3)}
_OPERATORS = dict.fromkeys(("dx", "dy", "dz", "lap", "grad2", "bilap", "invlap"), (1, 1))
_REDUCTIONS = dict.fromkeys(("mean", "sum"), (1, 1))
_FORCING = {"phase": (1, 1)}
_SPECIAL = {"erf": (1, 1)}

ARITY: dict[str, tuple[int, int]] = _ARITY | _OPERATORS | _REDUCTIONS | _FORCING | _SPECIAL
"""Fewest and most arguments of each function."""

POINTWISE = frozenset(_ARITY)
"""Functions of the values at one point."""

FIELD = POINTWISE | frozenset(_OPERATORS)
"""Pointwise functions and operators in space: d/dx, d/dy, d/dz, the Laplacian `lap`, |grad u|^2 `grad2`, the Laplacian
twice `bilap`, and `invlap`, the inverse Laplacian of zero mean."""

REDUCTIONS = POINTWISE | frozenset(_REDUCTIONS)
"""Pointwise functions and the `mean` over space or `sum` over objects that invariants use."""

FORCING = POINTWISE | frozenset(_FORCING)
"""Pointwise functions and `phase(omega)`, the angle omega*t of a periodic forcing."""

SPECIAL = POINTWISE | frozenset(_SPECIAL)
"""Pointwise functions and those that closed forms of fields need besides: `erf`, the error function."""

"""Laws of random initial fields, one a file: a file's name is the law's name in `[start]`.

Every law draws the same continuum function for every resolution: a finer grid samples it at more points.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Mapping
from functools import cache
from importlib import import_module

from dynarena.engines.spectral.starts.request import Law, Real, Request
from dynarena.engines.spectral.starts.solenoidal import VELOCITY, check_velocity, solenoidal
from dynarena.equations.parse import parse
from dynarena.errors import SchemaError
from dynarena.schema.system import Quantity

_HELPERS = ("request", "series", "solenoidal")


@cache
def laws() -> dict[str, Law]:
    """The laws of this folder by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _HELPERS)
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {
        name: Law(module.draw, module.OPTIONS, getattr(module, "FORMULA", False)) for name, module in modules.items()
    }


def draw(name: str, request: Request) -> Real:
    """Fields by a law, [trajectory, field, *points]."""
    law = laws()[name]
    if VELOCITY in request.options:
        return solenoidal(law.draw, request)
    return law.draw(request)


def check_law(
    name: str | None,
    options: Mapping[str, Quantity],
    box: Collection[str],
    state: list[str],
    known: Collection[str],
    where: str,
) -> None:
    """Raises SchemaError where the law or one of its options is unknown, or where the law draws nothing from a box.

    `known` are the names that formulas may use beside those of the box.
    """
    if name not in laws():
        known = ", ".join(sorted(laws()))
        raise SchemaError(
            f"unknown law of starts {name!r}", where=where, expected=f"one of {known}", fix="state law in [start]"
        )
    law = laws()[name]
    if VELOCITY in options:
        state = check_velocity(str(options[VELOCITY]), state, where)
    allowed = [key.replace("*", field) for key in law.options for field in (state if "*" in key else [""])]
    for key in options:
        if key not in (*allowed, VELOCITY):
            raise SchemaError(
                f"the law {name!r} has no option {key!r}",
                where=where,
                expected="some of " + ", ".join(allowed),
                got=key,
                fix="correct or remove it",
            )
    if box and not law.formula:
        raise SchemaError(
            f"the law {name!r} draws nothing from a box", where=where, expected="options", got=", ".join(box),
            fix='remove box, or take law = "formula"',
        )  # fmt: skip
    for key, value in options.items() if law.formula else ():
        if key != VELOCITY:
            parse(str(value), {*known, *box}, where=f"{where} {key}")

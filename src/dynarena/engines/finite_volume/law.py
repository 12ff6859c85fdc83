"""What a conservation law is: names, states and machine code; each file of `laws` holds one as LAW."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.errors import UnknownName

Array = NDArray[np.float64]
Values = Mapping[str, Any]
Names = Callable[[int], tuple[str, ...]]

AXES = ("x", "y", "z")


def _nothing(fields: Values, parameters: Values) -> dict[str, Array]:
    del fields, parameters
    return {}


def _itself(quantities: Values, parameters: Values) -> dict[str, Any]:
    del parameters
    return dict(quantities)


@dataclass(frozen=True, kw_only=True)
class Law:
    """u_t + div F(u) = S(u) in up to `most_axes` dimensions.

    `fields` and, for starts and fixed ends, `quantities` name the state of so many dimensions; `to_fields` makes fields
    of quantities, pointwise. `vector_x` … are components, which walls mirror; `static` fields never change;
    `nonnegative` ones may be zero; `positive` gives, pointwise, what must stay above zero. Parameters with a default
    may be left out of a file. `scratch` says how many numbers `line` needs to write on for a line of so many cells.
    """

    about: str
    fields: Names
    line: Any
    pace: Any
    local: Any
    most_axes: int = 3
    quantities: Names | None = None
    to_fields: Callable[[Values, Values], dict[str, Any]] = _itself
    parameters: Mapping[str, float | None] = field(default_factory=dict)
    vector: str | None = None
    static: tuple[str, ...] = ()
    nonnegative: tuple[str, ...] = ()
    positive: Callable[[Values, Values], dict[str, Array]] = _nothing
    guarded: bool = False
    solvers: tuple[str, ...] = ("exact",)
    scratch: Callable[[int], int] = lambda n_cells: 0

    def order(self, dims: int) -> NDArray[np.int64]:
        """The places of the fields on a line along each axis, [axis, field]: along the line first, then across."""
        names = list(self.fields(dims))
        out = np.empty((dims, len(names)), dtype=np.int64)
        for axis in range(dims):
            out[axis] = range(len(names))
            if self.vector is not None:
                along = [names.index(f"{self.vector}_{AXES[(axis + k) % dims]}") for k in range(dims)]
                out[axis, sorted(along)] = along
        return out

    def normal(self, dims: int) -> int:
        """The place on a line of the component along it, -1 where there is none."""
        return -1 if self.vector is None else self.fields(dims).index(f"{self.vector}_x")


def laws() -> list[str]:
    """The names of all laws."""
    package = import_module(f"{__package__}.laws")
    return sorted(module.name for module in iter_modules(package.__path__))


def find_law(name: str, *, where: str | None = None) -> Law:
    """The law of this name. Raises UnknownName."""
    if name not in laws():
        raise UnknownName.among("law", name, laws(), where=where)
    law: Law = import_module(f"{__package__}.laws.{name}").LAW
    return law

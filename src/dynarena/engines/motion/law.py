"""Laws of motion with a known solution that no formula of the grammar says; each file of `laws` holds one as LAW."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from dynarena.errors import SchemaError, UnknownName

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Law:
    """State and parameters that a file must have, and `solution(start, parameters, times)`.

    start [trajectory, component] and times [time] give [trajectory, time, component].
    """

    state: tuple[str, ...]
    parameters: tuple[str, ...]
    solution: Callable[[Array, Mapping[str, Array], Array], Array]


def laws() -> list[str]:
    """The names of all laws."""
    package = import_module(f"{__package__}.laws")
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))


def find_law(name: str, state: tuple[str, ...], parameters: tuple[str, ...], *, where: str) -> Law:
    """The law of this name. Raises UnknownName, and SchemaError where the file's names are not the law's."""
    if name not in laws():
        raise UnknownName.among("law", name, laws(), where=where)
    law: Law = import_module(f"{__package__}.laws.{name}").LAW
    missing = [parameter for parameter in law.parameters if parameter not in parameters]
    if state[: len(law.state)] != law.state or missing:
        expected = f"state {', '.join(law.state)}; parameters {', '.join(law.parameters)}"
        got = f"state {', '.join(state)}; parameters {', '.join(parameters)}"
        raise SchemaError(f"this is no {name}", where=where, expected=expected, got=got, fix="rename them")
    return law

"""What a random function of position is; each file of `random` holds one kind as KIND."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.streams import Streams
from dynarena.errors import SchemaError, UnknownName

Array = NDArray[np.float64]
Drawn = Callable[[int, Sequence[Array]], Array]
"""`(trajectory, arguments)` -> values at arrays of arguments of one shape."""


@dataclass(frozen=True)
class RandomFunction:
    """`draw(streams, name, options, lengths)` draws one function a trajectory, of len(lengths) arguments.

    `options` holds numbers, those not given at their default (None: must be given); `lengths` are the sides of the box
    that the arguments run through.
    """

    about: str
    options: Mapping[str, float | None]
    draw: Callable[[Streams, str, Mapping[str, float], Sequence[float]], Drawn]


def kinds() -> list[str]:
    """The names of all kinds."""
    package = import_module(f"{__package__}.random")
    return sorted(module.name for module in iter_modules(package.__path__))


def find_kind(name: str, *, where: str) -> RandomFunction:
    """The kind of this name. Raises UnknownName."""
    if name not in kinds():
        raise UnknownName.among("kind of random function", name, kinds(), where=where)
    kind: RandomFunction = import_module(f"{__package__}.random.{name}").KIND
    return kind


def checked_options(kind: RandomFunction, given: Mapping[str, float], *, where: str) -> dict[str, float]:
    """The options with their defaults. Raises SchemaError or UnknownName."""
    for name in given:
        if name not in kind.options:
            raise UnknownName.among("option", name, kind.options, where=where)
    out = {name: given.get(name, default) for name, default in kind.options.items()}
    missing = [name for name, value in out.items() if value is None]
    if missing:
        raise SchemaError("an option is not stated", where=where, expected=", ".join(missing), got="nothing",
                          fix="state it")  # fmt: skip
    return {name: float(value) for name, value in out.items() if value is not None}

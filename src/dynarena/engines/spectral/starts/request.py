"""What a law of starts is given, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.grid import Grid
from dynarena.engines.streams import Streams
from dynarena.equations.constants import constant
from dynarena.errors import SchemaError
from dynarena.schema.system import Quantity, Range

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Request:
    """Fields `state` wanted on a grid, a trajectory for each stream.

    `options` and `box` are those of the file's `[start]`, `stated` its parameters, `parameters` their values in each
    trajectory.
    """

    streams: Streams
    grid: Grid
    state: list[str]
    options: Mapping[str, Quantity]
    box: Mapping[str, Range]
    stated: Mapping[str, Quantity]
    parameters: Mapping[str, Real]

    def numbers(self, defaults: Mapping[str, float]) -> dict[str, float]:
        """The options as numbers, over the defaults."""
        given = {
            key: constant(float(value) if isinstance(value, bool) else value, self.stated)
            for key, value in self.options.items()
        }
        return {**defaults, **given}

    def refuse_cutoff(self, cutoff: int) -> None:
        """Raise SchemaError where the grid does not carry modes up to `cutoff`."""
        grid = self.grid
        if cutoff > min(grid.kept):
            raise SchemaError(
                "the start has modes that the grid does not carry",
                expected=f"a cutoff of at most {min(grid.kept)} on {min(grid.points)} points",
                got=f"cutoff = {cutoff}",
                fix=f"lower the cutoff or take at least {cutoff * (grid.degree + 1) + 1} points",
            )


@dataclass(frozen=True)
class Law:
    """A law of starts: how it draws, its options (* stands for the name of a field), whether it reads formulas."""

    draw: Callable[[Request], Real]
    options: tuple[str, ...]
    formula: bool

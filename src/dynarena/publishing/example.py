"""One test trajectory with what models made of it, for the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dynarena.errors import UsageError

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Example:
    """A truth and forecasts of it, on the same times and grid.

    kind       "chaos", "pde" or "video"
    truth      [time, component], [time, field, x[, y]] or [time, channel, y, x] (frames in [0, 1])
    forecasts  by model, in the order to be drawn, each like truth; non-finite values are drawn as gaps
    times      [time], in the system's timescale
    channels   names of the components, fields or colours
    grid       coordinates of each spatial axis
    discrete   whether time is counted in iterations of a map: points are drawn, not lines
    """

    kind: Literal["chaos", "pde", "video"]
    truth: Values
    forecasts: Mapping[str, Values]
    times: Values
    channels: tuple[str, ...]
    grid: Mapping[str, Values] = field(default_factory=dict)
    discrete: bool = False
    time_unit: str = "timescales"

    def __post_init__(self) -> None:
        shape = np.shape(self.truth)
        if len(shape) < 2 or len(self.times) != shape[0] or len(self.channels) != shape[1]:
            raise UsageError(
                "an example's times and channels must fit its truth",
                expected=f"{shape[0] if shape else 0} times and {shape[1] if len(shape) > 1 else 'some'} channels",
                got=f"truth {list(shape)}, {len(self.times)} times, {len(self.channels)} channels",
            )
        for model, forecast in self.forecasts.items():
            if np.shape(forecast) != shape:
                raise UsageError(
                    "a forecast must have the shape of the truth",
                    where=model,
                    expected=str(list(shape)),
                    got=str(list(np.shape(forecast))),
                )

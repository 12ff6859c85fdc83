"""The leading Lyapunov exponent of any simulator, from pairs of trajectories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Parameters, Simulator
from dynarena.engines.streams import Streams
from dynarena.errors import DataError

Array = NDArray[np.float64]

DISTANCE = 1e-7
LONGEST_GAP = 1e4
TRIES = 8  # of a gap, of which the later half is counted


@dataclass(frozen=True)
class Leading:
    """One exponent a start, in units of 1/time; the last states; what was spent."""

    exponents: Array
    states: Array
    parameters: Parameters
    duration: float
    transient: float


def leading_exponent(
    simulator: Simulator,
    streams: Streams,
    *,
    gap: float | None = None,
    n_gaps: int | Callable[[float], int] = 200,
    split: str = "train",
) -> Leading:
    """The mean rate at which a small difference between two trajectories grows, one value a start.

    The difference has 1e-7 of the state's root mean square and is scaled back to it after every `gap` of time (default:
    found so that it grows by about e). `n_gaps` is a number or a function of the gap; a quarter of it is a transient
    that is not counted. Raises DataError where no difference grows.

    Source: Benettin, Galgani and Strelcyn (1976), Phys. Rev. A 14, 2338.
    """
    parameters = simulator.parameters(streams, split)
    pair = _Pair(simulator, parameters, simulator.start(streams, parameters, split), streams)
    spent = 0.0
    if gap is None:
        gap, spent = _find_gap(pair)
    count = n_gaps if isinstance(n_gaps, int) else n_gaps(gap)
    n_transient = count // 4
    for _ in range(n_transient):
        pair.grow(gap)
    total = np.zeros(len(streams))
    for _ in range(count):
        total += pair.grow(gap)
    return Leading(total / (count * gap), pair.state, parameters, count * gap, spent + n_transient * gap)


class _Pair:
    """Trajectories and their neighbours."""

    def __init__(self, simulator: Simulator, parameters: Parameters, state: Array, streams: Streams) -> None:
        self._simulator, self._parameters, self.state = simulator, parameters, state
        self._difference = streams.normal("perturbation", simulator.shape)
        self._axes = tuple(range(1, state.ndim))

    def grow(self, gap: float) -> Array:
        """Advance both by a gap of time; the logarithm of the growth of each difference."""
        size = DISTANCE * np.maximum(self._length(self.state), 1e-12)
        self._difference = self._difference * _spread(size / self._length(self._difference), self.state.ndim)
        beside = self.state + self._difference
        size = self._length(beside - self.state)
        after = self._simulator.advance(np.concatenate([self.state, beside]), self._twice(), gap)
        self.state, beside = np.split(after, 2)
        grown = self._length(beside - self.state)
        kept = _spread(grown, self.state.ndim)
        self._difference = np.where(kept > 0, beside - self.state, self._difference)
        return np.asarray(np.log(np.maximum(grown, 1e-300) / size))

    def _twice(self) -> dict[str, Array]:
        return {name: np.concatenate([values, values]) for name, values in self._parameters.items()}

    def _length(self, values: Array) -> Array:
        return np.asarray(np.sqrt(np.mean(values * values, axis=self._axes)))


def _spread(values: Array, ndim: int) -> Array:
    return values.reshape(-1, *(1,) * (ndim - 1))


def _find_gap(pair: _Pair) -> tuple[float, float]:
    """A gap over which differences grow by about e, and the time spent to find it."""
    gap, spent = 0.1, 0.0
    while gap < LONGEST_GAP:
        rate = float(np.mean([pair.grow(gap) for _ in range(TRIES)][TRIES // 2 :])) / gap
        spent += TRIES * gap
        if rate * gap > 0.5:
            return gap, spent
        gap *= 2
    raise DataError("no difference between trajectories grows", expected="a chaotic system", got=f"gap {gap:g}",
                    fix="set chaotic = false and state a timescale")  # fmt: skip

"""The Lyapunov spectrum of a system, with its errors and the mean divergence along the same trajectories."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynarena.data.invariants_laws import FOLDS
from dynarena.engines.base import Parameters, Simulator
from dynarena.engines.points import PointSimulator
from dynarena.engines.streams import Streams
from dynarena.engines.tangent import Growth
from dynarena.errors import DataError, UsageError

Array = NDArray[np.float64]

PRECISION = 0.005
TARGET = 0.02  # until which more work is granted than otherwise
WORK, MORE = 4.0, 8.0
TRANSIENT_STEPS, SMALLER_TRANSIENT, SMALL = 10_000, 3_000, 8
BATCHES = 64
SURE = 3.0


@dataclass(frozen=True)
class Spectrum:
    """Lyapunov exponents in units of 1/time, from the largest, and what belongs to them.

    `exponents` [trajectory, exponent] and `divergence` [trajectory] (of a map: the mean of log |det J|; nan where the
    sum has no such law) are means over `duration`; `errors` [exponent] are the standard errors of the exponents' means.
    `samples` [sample, trajectory, component] are states along the way, `states` the last ones; `transient` went before.
    """

    exponents: Array
    errors: Array
    divergence: Array
    samples: Array
    states: Array
    parameters: Parameters
    duration: float
    transient: float


def lyapunov_spectrum(
    simulator: Simulator,
    streams: Streams,
    *,
    precision: float = PRECISION,
    work: float = WORK,
    split: str = "train",
) -> Spectrum:
    """The exponents of each start by Benettin's method: tangent vectors under the exact Jacobian, orthonormalised.

    After a transient the exponents are means over batches of time, which are measured afresh with twice the length, all
    that went before being transient, until the standard error of each positive exponent is below `precision` of the
    largest, or until the next round would bring the whole beyond about `work` CPU seconds (by rule, not by clock).
    Raises UsageError for a simulator without `growth`, DataError where a trajectory leaves all bounds.

    Source: Benettin, Galgani, Giorgilli and Strelcyn (1980), Meccanica 15, 9.
    """
    if not hasattr(simulator, "growth"):
        raise UsageError("no spectrum is known for this engine", got=type(simulator).__name__, fix="use ode or map")
    parameters = simulator.parameters(streams, split)
    start = _dephased(simulator, simulator.start(streams, parameters, split), parameters)
    growth: Growth = simulator.growth(start, parameters)
    transient = _settle(growth, _transient(simulator))
    means = _Means(growth, transient)
    while not means.settled(precision):
        granted = MORE * work if means.wide else work
        if growth.seconds * (transient + 3 * means.duration) >= granted:
            break
        transient += means.duration
        means = _Means(growth, 2 * means.duration)
    exponents, errors = means.spectrum()
    if not np.isfinite(exponents).all():
        bad = int(np.argmin(np.isfinite(exponents).all(axis=1)))
        raise DataError("tangent vectors leave all bounds", where=f"{simulator.spec.title}, start {bad}",
                        expected="finite rates", got=f"{exponents[bad]}", fix="take a smaller solver step")  # fmt: skip
    volume, samples = means.volume(), means.samples
    if isinstance(simulator, PointSimulator) and np.isnan(volume).all():
        volume = _contraction(simulator, samples, parameters)
    return Spectrum(exponents, errors, volume, samples, growth.states, parameters, means.duration, transient)


def standard_error(batches: Array) -> Array:
    """The standard error of the mean over batches [batch, trajectory, ...] that follow one another in time.

    The larger of two: the spread over trajectories, and the spread over all batches with the correlation of neighbours.
    Neither sees what all trajectories do in step.
    """
    count, n = batches.shape[:2]
    spread = np.std(batches.mean(axis=0), axis=0, ddof=1) / math.sqrt(n) if n > 1 else np.zeros(batches.shape[2:])
    off = batches - batches.mean(axis=(0, 1))
    neighbours = np.mean(off[1:] * off[:-1], axis=(0, 1)) * (1 - 1 / count)
    variance = np.mean(off * off, axis=(0, 1)) + 2 * neighbours
    return np.asarray(np.maximum(spread, np.sqrt(np.maximum(variance, 0.0) / (count * n))))


class _Means:
    """Means of the growth over batches that follow one another."""

    def __init__(self, growth: Growth, duration: float) -> None:
        sums, samples = [], []
        for _ in range(BATCHES):
            sums.append(growth.grow(duration / BATCHES))
            samples.append(growth.states)
        self._logs, self._volumes = np.stack([logs for logs, _, _ in sums]), np.stack([volume for _, volume, _ in sums])
        self._times = np.array([time for _, _, time in sums])
        self.samples, self.duration = np.stack(samples), float(self._times.sum())

    def spectrum(self) -> tuple[Array, Array]:
        """The exponents of each trajectory, from the largest, and the standard errors of their means."""
        exponents = self._logs.sum(axis=0) / self.duration
        order = np.argsort(-exponents.mean(axis=0))
        return exponents[:, order], standard_error(self._logs / self._times[:, None, None])[order]

    def volume(self) -> Array:
        """The mean divergence along each trajectory."""
        return np.asarray(self._volumes.sum(axis=0) / self.duration)

    @property
    def wide(self) -> bool:
        """Whether the leading exponent is clear of zero and of powers of time, but known to no better than TARGET."""
        exponents, errors = self.spectrum()
        leading = float(exponents[:, 0].mean())
        return leading > SURE * errors[0] and leading * self.duration > FOLDS and not self.settled(TARGET)

    def settled(self, precision: float) -> bool:
        """Whether each positive exponent is known to `precision` of the largest."""
        exponents, errors = self.spectrum()
        mean = exponents.mean(axis=0)
        positive = mean > SURE * errors
        return bool(positive[0] and (errors[positive] <= precision * mean[0]).all())


def _transient(simulator: Simulator) -> float:
    """The time that is not counted: so many steps of a flow, so many iterations of a map."""
    steps = TRANSIENT_STEPS if math.prod(simulator.shape) <= SMALL else SMALLER_TRANSIENT
    return steps * (getattr(simulator, "tangent_step", 0.0) or 1.0)


def _dephased(simulator: Simulator, start: Array, parameters: Parameters) -> Array:
    """Row i advanced by that share of the transient which i is of all rows, doubling by doubling.

    Chaos that keeps its phase (Rossler's, mixed-mode oscillations) leaves trajectories from one box in step for
    thousands of turns: they would share the error of a window that ends within a turn.
    """
    states, index = np.array(start, dtype=np.float64), np.arange(len(start))
    share, bits = _transient(simulator), max(1, (len(start) - 1).bit_length())
    for bit in range(bits):
        late = np.flatnonzero(index >> bit & 1)
        duration = share * 2**bit / 2**bits
        if late.size:
            chosen = {name: values[late] for name, values in parameters.items()}
            states[late] = simulator.advance(states[late], chosen, duration)
    return states


def _settle(growth: Growth, transient: float) -> float:
    """Let the transient go by in parts; the time that it took."""
    return sum(growth.grow(transient / 10)[2] for _ in range(10))


def _contraction(simulator: PointSimulator, samples: Array, parameters: Parameters) -> Array:
    """The mean of log |det J| of a map over the samples of each trajectory."""
    return np.asarray(np.linalg.slogdet(simulator.jacobian(samples, parameters)).logabsdet.mean(axis=0))

"""The Lyapunov spectrum of a point system."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Parameters
from dynarena.engines.maps import Iteration
from dynarena.engines.ode import Flow
from dynarena.engines.points import PointSimulator
from dynarena.engines.streams import Streams
from dynarena.engines.tangent import growth
from dynarena.errors import UsageError

Array = NDArray[np.float64]

TRANSIENT_GAPS, TRANSIENT_GAPS_LARGE, SMALL = 1000, 300, 8
PRECISION = 0.001
WORK = 30.0


@dataclass(frozen=True)
class Spectrum:
    """Exponents [trajectory, exponent] in units of 1/time, from the largest; the last states; what was spent."""

    exponents: Array
    states: Array
    parameters: Parameters
    duration: float
    transient: float


def lyapunov_spectrum(
    simulator: PointSimulator,
    streams: Streams,
    *,
    precision: float = PRECISION,
    work: float = WORK,
    split: str = "train",
) -> Spectrum:
    """The exponents of each start by Benettin's method: tangent vectors under the exact Jacobian, orthonormalised.

    After a transient of 1000 orthonormalisations (300 above 8 dimensions) that is not counted, the duration doubles
    until the standard error of the leading exponent over the starts is below `precision` of it, or about `work` CPU
    seconds (by a rule of thumb, not by a clock) are spent.

    Source: Benettin, Galgani, Giorgilli and Strelcyn (1980), Meccanica 15, 9.
    """
    h, gap = _rhythm(simulator)
    parameters = simulator.parameters(streams, split)
    state = simulator.start(streams, parameters, split)
    rows, d = simulator.parameter_rows(parameters, len(state)), state.shape[1]
    y = np.concatenate([state, np.broadcast_to(np.eye(d).ravel(), (len(state), d * d))], axis=1)
    n_gaps = TRANSIENT_GAPS if d <= SMALL else TRANSIENT_GAPS_LARGE
    growth(simulator.tangent, y, rows, h, gap, n_gaps)
    span, cost = gap * (h or 1.0), len(y) * gap * (12 if h else 1) * (3e-9 * d * d + 1e-7)
    transient, sums = n_gaps * span, growth(simulator.tangent, y, rows, h, gap, n_gaps)
    while not _settled(sums, precision) and 2 * n_gaps * cost < work:
        sums += growth(simulator.tangent, y, rows, h, gap, n_gaps)
        n_gaps *= 2
    exponents = sums[:, np.argsort(-sums.mean(axis=0))] / (n_gaps * span)
    return Spectrum(exponents, y[:, :d].copy(), parameters, n_gaps * span, transient)


def _rhythm(simulator: PointSimulator) -> tuple[float, int]:
    """The step and the number of steps between orthonormalisations; the step of a map is 0."""
    if isinstance(simulator, Flow):
        return simulator.step, 10
    if isinstance(simulator, Iteration):
        return 0.0, 1
    raise UsageError("no spectrum is known for this engine", got=type(simulator).__name__, fix="use ode or map")


def _settled(sums: Array, precision: float) -> bool:
    leading = sums[:, 0]
    error = np.std(leading, ddof=1) / math.sqrt(len(leading))
    return bool(error < precision * abs(np.mean(leading)))

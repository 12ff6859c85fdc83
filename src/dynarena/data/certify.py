"""How long the truth of a system can be trusted: its last bit, a second computation, and the step's own error."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.data.certificate import DECISIVE, first_differences
from dynarena.engines.base import Parameters, Simulator
from dynarena.engines.maps import Iteration

Array = NDArray[np.float64]

ENOUGH = 10.0  # timescales: half of them are scored, and no benchmark accepts less than half of its ten
LONGEST = 60.0
POINTS, CHUNK = 32, 4  # points a timescale; timescales between looks at whether the two have parted
ROUND_OFF = 4.0  # a method of order 8 gains more than this by half the step, or it is at its last digits
_TURN, _CIRCLE_STD = 2 * math.pi, math.pi / math.sqrt(3)

_Ahead = Callable[[Array, int], tuple[Array, Array]]


@dataclass(frozen=True)
class Sample:
    """Full states on the attractor with their parameters, the timescale and each component's deviation."""

    simulator: Simulator
    states: Array
    parameters: Parameters
    timescale: float
    std: Array

    @property
    def dt(self) -> float:
        """The step between points that are compared: an iteration, or a small part of the timescale."""
        return 1.0 if isinstance(self.simulator, Iteration) else self.timescale / POINTS

    def rows(self, count: int) -> Sample:
        """The first of its trajectories."""
        few = {name: values[:count] for name, values in self.parameters.items()}
        return Sample(self.simulator, self.states[:count], few, self.timescale, self.std)


def bit_horizon(sample: Sample) -> dict[str, Any]:
    """T_bit: the earliest time at which the last bit of one number of a start has become 0.1 standard deviations.

    Start i has its number i (modulo their count) moved to the next float64. Given for 1e-6, 1e-3 and 0.1, in units of
    time and in timescales; where they never part within 60 timescales, those: a lower bound.
    """
    beside = Sample(sample.simulator, last_bit(sample.states), sample.parameters, sample.timescale, sample.std)
    return _parting(sample, beside, verify=False, law="a last bit of the start grows to 0.1 std")


def certified_until(sample: Sample) -> dict[str, Any]:
    """The earliest time at which the trajectory and its second, independent computation differ by 0.1 std.

    Given as `bit_horizon` is.
    """
    return _parting(sample, sample, verify=True, law="two independent computations differ by 0.1 std")


def is_certified(until: dict[str, Any]) -> bool:
    """Whether two computations agree for 10 timescales, of which half may be scored.

    Round-off alone parts float64 trajectories after some 25 Lyapunov times on average, and the earliest of many sooner.
    """
    return bool(until["timescales"][f"{DECISIVE:g}"] >= ENOUGH)


def step_convergence(sample: Sample) -> dict[str, Any]:
    """The error over one timescale at the stated step, half and a quarter of it, in standard deviations.

    Each is the largest difference from the same run with half that step. The order is the logarithm to base 2 of what
    the first halving gains, or "round-off" where that is no more than rounding leaves to gain. Maps have no step.
    """
    runs = [sample.simulator.run(sample.states, sample.parameters, sample.dt, POINTS + 1, refine=refine)
            for refine in (1, 2, 4, 8)]  # fmt: skip
    errors = [float(np.max(np.abs(_apart(a, b, sample.simulator)) / _spread(sample)))
              for a, b in zip(runs[:-1], runs[1:], strict=True)]  # fmt: skip
    gained = errors[0] / max(errors[1], 1e-300)
    order: float | str = "round-off" if errors[0] == 0 or gained < ROUND_OFF else float(f"{math.log2(gained):.3g}")
    return {"errors": [float(f"{error:.3g}") for error in errors], "order": order,
            "over": sample.timescale, "unit": "std", "n_trajectories": len(sample.states)}  # fmt: skip


def last_bit(states: Array) -> Array:
    """The states with one number of each, in turn, replaced by the next float64."""
    moved = np.array(states, dtype=np.float64)
    flat = moved.reshape(len(moved), -1)
    for row, values in enumerate(flat):
        places = np.flatnonzero(values)
        if places.size:
            place = places[row % places.size]
            flat[row, place] = np.nextafter(values[place], np.inf)
    return moved


def deviations(series: Array, simulator: Simulator) -> Array:
    """The standard deviation of each component of [trajectory, time, component]; of an angle at most a circle's."""
    std = series.std(axis=(0, 1))
    turning = _angles(simulator)
    std[turning] = np.minimum(std[turning], _CIRCLE_STD)
    return np.asarray(np.where(std > 0, std, 1.0))


def _parting(one: Sample, other: Sample, *, verify: bool, law: str) -> dict[str, Any]:
    ahead = [_ahead(one, verify=False), _ahead(other, verify=verify)]
    states, times, spent = [one.states, other.states], dict[str, float](), 0.0
    for length in _chunks(one):
        (states[0], first), (states[1], second) = (go(y, length) for go, y in zip(ahead, states, strict=True))
        second = first + _apart(second, first, one.simulator)
        found = first_differences(first, second, one.dt, _spread(one))
        reached = (length - 1) * one.dt
        times |= {name: spent + time for name, time in found.items()
                  if name not in times and time < reached * (1 - 1e-12)}  # fmt: skip
        spent += reached
        if f"{DECISIVE:g}" in times:
            break
    times = {name: times.get(name, spent) for name in found}
    return {
        "value": _rounded(times[f"{DECISIVE:g}"]), "law": law, "n_trajectories": len(one.states),
        "time": {name: _rounded(time) for name, time in times.items()},
        "timescales": {name: _rounded(time / one.timescale) for name, time in times.items()},
    }  # fmt: skip


def _chunks(sample: Sample) -> list[int]:
    """Numbers of points, each stretch beginning with the last point of the one before.

    A map's second computation and a law with a memory go in one stretch, since points do not say all of their state.
    """
    simulator, whole = sample.simulator, math.ceil(LONGEST * sample.timescale / sample.dt)
    if isinstance(simulator, Iteration) or simulator.full_shape != simulator.shape:
        return [whole + 1]
    return [CHUNK * POINTS + 1] * math.ceil(whole / (CHUNK * POINTS))


def _ahead(sample: Sample, *, verify: bool) -> _Ahead:
    def ahead(states: Array, n_points: int) -> tuple[Array, Array]:
        go = sample.simulator.verify if verify else sample.simulator.run
        series = go(states, sample.parameters, sample.dt, n_points)
        return series[:, -1].copy(), series

    return ahead


def _apart(one: Array, other: Array, simulator: Simulator) -> Array:
    """one - other; of angles the shorter way round."""
    apart = one - other
    turning = _angles(simulator)
    apart[..., turning] -= _TURN * np.round(apart[..., turning] / _TURN)
    return apart


def _spread(sample: Sample) -> Array:
    return sample.std


def _angles(simulator: Simulator) -> list[int]:
    names = simulator.angles if hasattr(simulator, "angles") else simulator.spec.angles
    return [place for place, label in enumerate(simulator.labels) if label in names]


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")

"""How far the truth of a field can be trusted: half steps, twice the points, and a second computation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.data.certificate import DECISIVE, first_differences
from dynarena.data.clocks_rounding import rounded
from dynarena.engines.base import Simulator
from dynarena.engines.streams import Streams

Array = NDArray[np.float64]

POINTS = 8  # points a timescale
LONGEST, ENOUGH, FEWEST = 10, 5, 2  # timescales; twice the longest horizon that boards ask for is enough
WORK = 15.0  # CPU seconds
A_STEP, A_NUMBER = 2.5e-4, 4e-7  # CPU seconds a step and a number in it, roughly
GUESSED_STEPS = 200  # of an engine that states no step


def certificate_of_fields(simulator: Simulator, streams: Streams, timescale: float) -> dict[str, Any]:
    """How two runs from the same starts part, as facts ready for JSON.

    `half_step` is the difference that half the step makes, `resolution` what then the second computation adds (for
    spectral fields another scheme on twice the points an axis), `reference_error` the whole: each the largest root
    mean square over space of a field in units of its standard deviation, over the first timescale and over all.
    `certified_until` is the first time at which a single number differs by 0.1 standard deviations; where none does,
    the time looked at, a lower bound. Systems that reach five timescales, or all that were looked at, are certified.

    A rough system that is not, for single numbers differ at shocks and corners on any grid, is certified if the mean of
    the differences over space stays below 0.1 standard deviations as long: then `certified_until` says `over = "mean"`,
    and `mean_error` is the largest such mean.
    """
    parameters = simulator.parameters(streams, "test")
    start = simulator.start(streams, parameters, "test")
    if simulator.spec.start.burn_in > 0:
        start = simulator.advance(start, parameters, simulator.spec.start.burn_in * timescale)
    length = _timescales(simulator, timescale, len(streams))
    dt, n_points = timescale / POINTS, length * POINTS + 1
    path = simulator.run(start, parameters, dt, n_points)
    std = _deviations(path)
    second = simulator.verify(start, parameters, dt, n_points)
    halved = simulator.run(start, parameters, dt, n_points, refine=2)
    until = first_differences(path, second, dt, std)
    enough = min(ENOUGH, length) * timescale * (1 - 1e-9)
    by_means = simulator.rough and until[f"{DECISIVE:g}"] < enough
    if by_means:
        until = first_differences(path, second, dt, std, means=True)
    facts: dict[str, Any] = {
        "half_step": _error(path, halved, std, "half the step"),
        "resolution": _error(halved, second, std, "the second computation beside half the step"),
        "reference_error": _error(path, second, std, "the second computation"),
        "certified_until": {
            "value": rounded(until[f"{DECISIVE:g}"]),
            "law": "two independent computations differ by 0.1 std" + (" in the mean over space" if by_means else ""),
            "n_trajectories": len(streams),
            "time": {name: rounded(time) for name, time in until.items()},
            "timescales": {name: rounded(time / timescale) for name, time in until.items()},
            "looked_at": length,
        },
    }
    if by_means:
        facts["certified_until"]["over"] = "mean"
        facts["mean_error"] = _mean_error(path, second, std)
    return facts | {"certified": until[f"{DECISIVE:g}"] >= enough}


def field_seconds(simulator: Simulator, duration: float, n_trajectories: int, *, finer: int = 1) -> float:
    """CPU seconds of trajectories run together, by a rule of thumb: facts then depend on no clock.

    `finer` divides the step and the spacing of each axis.
    """
    numbers = float(n_trajectories * math.prod(simulator.shape) * finer ** (len(simulator.shape) - 1))
    step = float(getattr(simulator, "longest_step", getattr(simulator, "step", 0.0))) or duration / GUESSED_STEPS
    steps: float = finer * max(1.0, duration / step)
    return steps * (A_STEP + numbers * A_NUMBER)


def _timescales(simulator: Simulator, timescale: float, n: int) -> int:
    """How many timescales the work allows of a run, one of half the step, and a second computation."""
    one = 3 * field_seconds(simulator, timescale, n) + field_seconds(simulator, timescale, n, finer=2)
    return int(min(LONGEST, max(FEWEST, WORK / one)))


def _deviations(path: Array) -> Array:
    """The standard deviation of each field over trajectories, time and space; 1 of one that never changes."""
    axes = (0, 1, *range(3, path.ndim))
    std = path.std(axis=axes)
    return np.asarray(np.where(std > 0, std, 1.0))


def _error(one: Array, other: Array, std: Array, law: str) -> dict[str, Any]:
    apart = np.sqrt(np.mean((one - other) ** 2, axis=tuple(range(3, one.ndim)))) / std
    worst = np.where(np.isfinite(apart), apart, np.inf).max(axis=(0, 2))
    return {
        "value": _short(worst[: POINTS + 1].max()),
        "over_all": _short(worst.max()),
        "law": f"what {law} changes within one timescale, in standard deviations",
    }


def _mean_error(one: Array, other: Array, std: Array) -> dict[str, Any]:
    apart = np.abs(one - other).mean(axis=tuple(range(3, one.ndim))) / std
    worst = np.where(np.isfinite(apart), apart, np.inf).max(axis=(0, 2))
    return {
        "value": _short(worst[: POINTS + 1].max()),
        "over_all": _short(worst.max()),
        "law": "mean over space of what the second computation changes within one timescale, in standard deviations",
    }


def _short(value: float) -> float:
    """Two digits: an error's size. What is not finite, as JSON can hold it."""
    return float(f"{value:.2g}") if math.isfinite(value) else 1e300

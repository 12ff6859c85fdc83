"""Trajectories of one system, from keys alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.dataset import to_dataset
from dynarena.data.system import System
from dynarena.engines.base import Parameters
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DynarenaError, UnknownName, UsageError

IN_DISTRIBUTION = ("train", "val", "test")
VIDEO_RESOLUTION = 128


@dataclass(frozen=True)
class Seeded:
    """Starts after burn-in with the parameters and keys they came from."""

    starts: NDArray[np.float64]
    parameters: Parameters
    keys: list[tuple[int, int]]


def seeded(
    system: System, keys: list[tuple[int, int]], split: str, *, fixed: Mapping[str, float] | None = None
) -> Seeded:
    """Draw parameters and starts of a split and let them burn in.

    Raises UnknownName for an unknown split or parameter.
    """
    spec, streams = system.spec, Streams(keys)
    if split not in IN_DISTRIBUTION and split not in spec.splits:
        raise UnknownName.among("split", split, [*IN_DISTRIBUTION, *spec.splits], where=system.id)
    parameters = dict(system.simulator.parameters(streams, split))
    for name, value in (fixed or {}).items():
        if name not in parameters:
            raise UnknownName.among("parameter", name, parameters, where=system.id)
        parameters[name] = np.full(len(keys), float(value))
    starts = system.simulator.start(streams, parameters, split)
    if spec.start.burn_in > 0:
        starts = system.simulator.advance(starts, parameters, spec.start.burn_in * system.timescale)
    return Seeded(starts, parameters, keys)


def last_seen(
    system: System, states: NDArray[np.float64], seeds: Seeded, split: str, dt: float, n_points: int
) -> Seeded:
    """The full states at the last of the first n_points of trajectories, from which a second computation goes on.

    They are read off `states` [trajectory, time, ...] where these say all; trajectories with a memory are drawn again
    by the keys of `seeds`, whose starts are not needed.
    """
    if system.simulator.full_shape == system.simulator.shape:
        return Seeded(states[:, n_points - 1].copy(), seeds.parameters, seeds.keys)
    again = seeded(system, seeds.keys, split)
    last = system.simulator.after(again.starts, again.parameters, dt, n_points)
    return Seeded(last, seeds.parameters, seeds.keys)


def integrate(system: System, seeds: Seeded, dt: float, n_points: int) -> NDArray[np.float64]:
    """The states from given starts, [trajectory, time, ...].

    Raises DynarenaError where they leave all bounds, saying when and where, and what the simulator itself refuses.
    """
    states = system.simulator.run(seeds.starts, seeds.parameters, dt, n_points)
    refuse_lost(system, states, dt)
    system.simulator.refuse(states, seeds.parameters, dt)
    return states


def refuse_lost(system: System, states: NDArray[np.float64], dt: float) -> None:
    """Raise DynarenaError where states [trajectory, time, ...] are not finite: the first trajectory, time and place."""
    lost = ~np.isfinite(states).reshape(*states.shape[:2], -1)
    bad = np.asarray(lost.any(axis=(1, 2)))
    if bad.any():
        row = int(np.argmax(bad))
        point = int(np.argmax(lost[row].any(axis=1)))
        place = np.unravel_index(int(np.argmax(lost[row, point])), states.shape[2:])
        axes = zip(system.simulator.dims[1:], place[1:], strict=False)
        here = ", ".join([system.simulator.labels[int(place[0])], *(f"{axis}[{int(index)}]" for axis, index in axes)])
        raise DynarenaError(
            f"{system.id} left all bounds",
            where=f"trajectory {row} of {bad.size}, t = {point * dt:.6g}, {here}",
            fix="take parameters or starts for which the system stays bounded, or a smaller solver step",
        )


def trajectories(
    system: str | System,
    n_trajectories: int,
    n_points: int,
    seed: int = 0,
    *,
    dt: float | None = None,
    per_period: int | None = None,
    split: str = "test",
    parameters: Mapping[str, float] | None = None,
    resolution: int | None = None,
) -> xr.Dataset:
    """Trajectories of one system as a Dataset; trajectory i depends on (system, split, seed, i) alone.

    `dt` is the step between points; else `per_period` points a dominant period, 100 unless said (maps: every iteration;
    systems without a period: per timescale). Videos carry `frames` at `resolution` pixels (128) beside their states.
    Raises UsageError for a request that makes no sense.
    """
    if n_trajectories < 1 or n_points < 1:
        raise UsageError(
            "nothing to generate",
            expected="at least one trajectory of at least one point",
            got=f"{n_trajectories} trajectories of {n_points} points",
        )
    chosen = _chosen(system, resolution)
    if resolution is not None and chosen.kind == "chaos":
        raise UsageError(f"{chosen.id} has no grid", got=f"resolution={resolution}", fix="leave --resolution away")
    keys = [trajectory_key("generate", chosen.id, split, seed, index) for index in range(n_trajectories)]
    seeds = seeded(chosen, keys, split, fixed=parameters)
    step = sampling_step(chosen, dt=dt, per_period=per_period)
    states = integrate(chosen, seeds, step, n_points)
    frames = None
    if chosen.kind == "video":
        frames = chosen.simulator.frames(states, seeds.parameters, resolution or VIDEO_RESOLUTION)
    return to_dataset(chosen, states, seeds.parameters, keys, step, frames=frames)


def sampling_step(system: System, *, dt: float | None = None, per_period: int | None = None) -> float:
    """The step between points that a request means. Raises UsageError where it makes no sense."""
    if dt is not None and per_period is not None:
        raise UsageError("two sampling steps", got=f"dt={dt} and per_period={per_period}", fix="give one of them")
    if system.spec.engine == "map":
        if dt is not None and (dt != round(dt) or dt < 1):
            raise UsageError(f"{system.id} is a map", expected="dt a whole number of iterations", got=f"dt={dt}")
        return 1.0 if dt is None else float(dt)
    if dt is not None:
        if not (math.isfinite(dt) and dt > 0):
            raise UsageError("the sampling step is not positive", expected="dt > 0", got=f"dt={dt}")
        return dt
    if per_period is not None and per_period < 2:
        raise UsageError("too few points a period", expected="per_period of 2 or more", got=f"{per_period}")
    return (system.period or system.timescale) / (per_period or 100)


def _chosen(system: str | System, resolution: int | None) -> System:
    if isinstance(system, System):
        return system
    found = System(system)
    return System(found.item, resolution=resolution) if resolution and found.kind == "pde" else found

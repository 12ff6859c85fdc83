"""Clips that break a law of their scene from the middle on: what a judge of physics must tell from the true ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.dataset import to_dataset
from dynarena.data.generate import VIDEO_RESOLUTION, integrate, seeded
from dynarena.data.system import System
from dynarena.engines.film.components import ANGLE, HEIGHT, RADIUS, SPIN, VX, VY, WIDTH, X, Y
from dynarena.engines.streams import trajectory_key
from dynarena.errors import UnknownName, UsageError

Array = NDArray[np.float64]

VIOLATIONS = {
    "gravity": "gravity is 1.8 times as strong",
    "energy": "everything goes 1.5 times as fast: kinetic energy is 2.25 times as large",
    "vanish": "the last tracked object is gone",
    "swap": "the first and the last tracked object have changed places",
    "reverse": "the whole clip runs backwards: of a scene whose laws are reversible a control that breaks none",
}
STRONGER, FASTER = 1.8, 1.5
PULLS = ("gravity", "mu")


def violations(system: str | System) -> list[str]:
    """Those that mean something for a scene: gravity needs a parameter of it, a swap two objects. Fields have none."""
    chosen = System(system) if isinstance(system, str) else system
    tracked = _tracked(chosen)
    fits = {
        "gravity": any(chosen.parameters.get(name, 0.0) != 0.0 for name in PULLS),
        "swap": len(tracked) > 1,
        "vanish": bool(tracked),
    }
    return [name for name in VIOLATIONS if fits.get(name, True)]


def twins(
    system: str | System,
    violation: str,
    n_trajectories: int,
    n_points: int,
    seed: int = 0,
    *,
    dt: float = 0.1,
    split: str = "test",
    resolution: int = VIDEO_RESOLUTION,
) -> xr.Dataset:
    """The clips of `trajectories` with a law broken from point n_points // 2 on; until there they are the true ones.

    The attributes `violation` and `broken_from` (a time) say what and when. Raises UnknownName for a violation that is
    none, UsageError where it means nothing for the scene or the clip has no middle.
    """
    chosen = System(system) if isinstance(system, str) else system
    if chosen.kind != "video":
        raise UsageError(f"{chosen.id} is no scene", expected="a system of video/", got=chosen.id)
    if violation not in VIOLATIONS:
        raise UnknownName.among("violation", violation, VIOLATIONS, where=chosen.id)
    if violation not in violations(chosen):
        raise UsageError(
            f"{violation!r} means nothing for {chosen.id}", expected=", ".join(violations(chosen)), got=violation
        )
    if n_points < 4:
        raise UsageError("a clip without a middle", expected="4 points or more", got=str(n_points))
    keys = [trajectory_key("generate", chosen.id, split, seed, index) for index in range(n_trajectories)]
    seeds = seeded(chosen, keys, split)
    true = integrate(chosen, seeds, dt, n_points)
    states = broken(chosen, true, seeds.parameters, dt, violation)
    frames = chosen.simulator.frames(states, seeds.parameters, resolution)
    data = to_dataset(chosen, states, seeds.parameters, keys, dt, frames=frames)
    data.attrs |= {"violation": violation, "broken_from": 0.0 if violation == "reverse" else n_points // 2 * dt}
    return data


def broken(system: System, states: Array, parameters: Mapping[str, Array], dt: float, violation: str) -> Array:
    """States [trajectory, time, object, component] of the broken clip."""
    simulator, middle = system.simulator, states.shape[1] // 2
    after, out = states.shape[1] - middle, states.copy()
    if violation == "gravity":
        other = {name: value * STRONGER if name in PULLS else value for name, value in parameters.items()}
        out[:, middle:] = simulator.run(states[:, middle], other, dt, after)
    elif violation == "energy":
        out[:, middle:] = simulator.run(states[:, middle], parameters, dt * FASTER, after)
        rates = _present(states, VX, VY, SPIN)
        out[:, middle + 1 :, :, rates] *= FASTER
    elif violation == "vanish":
        sizes = _present(states, RADIUS, WIDTH, HEIGHT)
        last = _tracked(system)[-1]
        for column in sizes:
            out[:, middle:, last, column] = 0.0
    elif violation == "swap":
        first, last = _tracked(system)[0], _tracked(system)[-1]
        moves = _present(states, X, Y, VX, VY, ANGLE, SPIN)
        for column in moves:
            out[:, middle:, first, column] = states[:, middle:, last, column]
            out[:, middle:, last, column] = states[:, middle:, first, column]
    else:
        out = states[:, ::-1].copy()
        out[..., _present(states, VX, VY, SPIN)] *= -1.0
    return out


def _present(states: Array, *columns: int) -> list[int]:
    """Those of the components that the states have: discs alone have six."""
    own = 6 if states.shape[-1] == 6 else states.shape[-1]
    return [column for column in columns if column < own]


def _tracked(system: System) -> list[int]:
    look = getattr(system.simulator, "look", None)
    if look is None:
        return list(range(len(system.simulator.labels)))
    return [] if look.shade is not None else list(look.tracked)

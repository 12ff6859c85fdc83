"""The engine `discs`: exact motion of discs under gravity with elastic or inelastic contacts, and their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Engine, Simulator
from dynarena.engines.discs_estimate import estimate_state
from dynarena.engines.discs_motion import COMPONENTS, MASS, RADIUS, X, Y, fly
from dynarena.engines.discs_verify import step_through
from dynarena.engines.render import render
from dynarena.engines.scene import check_laws, draw_parameters, draw_start, read_scene
from dynarena.engines.streams import Streams
from dynarena.engines.track import Tracks, track
from dynarena.errors import DataError, SchemaError
from dynarena.schema.system import SystemSpec

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]

MEND = "mend the law of starts"


class DiscSimulator(Simulator):
    """Discs in a square world, y up: states [object, component] of x, y, vx, vy, radius, mass.

    The parameters `gravity` (default 0) and `restitution` (default 1) rule the motion; others may serve the law of
    starts. Where `[scene]` says `walls = true` the world's border reflects with the same restitution.
    """

    dims = ("object", "component")
    components = COMPONENTS

    def __init__(self, spec: SystemSpec) -> None:
        self.spec = spec
        self.scene = read_scene(spec)
        self.colours = self.scene.colours
        self.world = self.scene.world
        self.labels = self.scene.objects
        self.shape = (len(self.labels), len(COMPONENTS))
        self.grid: dict[str, Array] = {}
        check_laws(spec, self.scene)

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter, [trajectory] each: uniform where the split gives a range, else as stated."""
        return draw_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """Starts [trajectory, object, component]. Raises DataError where discs overlap or have no size."""
        start = draw_start(self.spec, self.scene, streams, parameters, split)
        _check(start, f"{self.spec.title}, split {split!r}")
        return start

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states `duration` later."""
        return self.run(state, parameters, duration, 2)[:, 1]

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """Exact states [trajectory, time, object, component] every `dt`; `refine` changes nothing in a closed form."""
        del refine
        gravity, restitution = self._laws(parameters, len(start))
        return fly(start, gravity, restitution, dt, n_points, world=self.world, walls=self.scene.walls)

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same by small steps in extended precision, contacts found by bisection."""
        gravity, restitution = self._laws(parameters, len(start))
        return step_through(start, gravity, restitution, dt, n_points, world=self.world, walls=self.scene.walls)

    def frames(self, states: Array, parameters: Parameters, resolution: int) -> NDArray[np.uint8]:
        """Pictures [trajectory, time, channel, y, x] of states [trajectory, time, object, component]."""
        del parameters
        return render(states, resolution, self.colours, world=self.world)

    def track(self, frames: NDArray[np.generic]) -> Tracks:
        """Where the scene's objects are seen in frames [..., channel, y, x]."""
        return track(frames, self.colours, world=self.world)

    def estimate(self, frames: NDArray[np.generic], parameters: Parameters, dt: float) -> Array:
        """The state [trajectory, object, component] in the last of the frames [trajectory, time, channel, y, x].

        Least squares of free flight through the tracked places; masses by the scene's law. An object that is never seen
        gets NaN. `run` continues from here.
        """
        gravity, _ = self._laws(parameters, len(frames))
        state = estimate_state(self.track(frames), dt, gravity)
        state[..., MASS] = self.scene.masses(state[..., RADIUS], parameters)
        return state

    def _laws(self, parameters: Parameters, count: int) -> tuple[Array, Array]:
        gravity = np.broadcast_to(np.asarray(parameters.get("gravity", 0.0), np.float64), (count,))
        restitution = np.broadcast_to(np.asarray(parameters.get("restitution", 1.0), np.float64), (count,))
        for name, low, values in (("gravity", 0.0, gravity), ("restitution", 0.0, restitution)):
            if (values < low).any() or not np.isfinite(values).all():
                raise DataError(f"{name} is out of range", expected=f">= {low:g}, finite", got=str(values.min()))
        if self.scene.walls and ((gravity > 0.0) & (restitution < 1.0)).any():
            raise SchemaError(
                "a ball that loses speed at every bounce comes to rest after infinitely many",
                where=self.spec.title,
                fix="take gravity = 0, restitution = 1 or no walls",
            )
        return gravity, restitution


def _check(start: Array, where: str) -> None:
    if not np.isfinite(start).all() or (start[..., RADIUS] <= 0.0).any() or (start[..., MASS] <= 0.0).any():
        raise DataError("a start is not finite, or a disc has no size or mass", where=where, fix=MEND)
    for i in range(start.shape[1]):
        for j in range(i):
            apart = np.hypot(start[:, i, X] - start[:, j, X], start[:, i, Y] - start[:, j, Y])
            if (apart < (start[:, i, RADIUS] + start[:, j, RADIUS]) * (1.0 - 1e-9)).any():
                raise DataError("two discs overlap at the start", where=where, fix=MEND)


class Discs(Engine):
    """Exact, event-driven motion of discs."""

    name: ClassVar[str] = "discs"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> DiscSimulator:
        """A simulator of the scene. Raises SchemaError or EquationError; `resolution` means nothing here."""
        del resolution
        return DiscSimulator(spec)

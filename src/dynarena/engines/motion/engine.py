"""The engine `motion`: objects whose places are functions of coordinates that move smoothly."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Array, Engine, Parameters, Simulator
from dynarena.engines.film.components import COMPONENTS
from dynarena.engines.film.look import check_objects, mass_law, read_look
from dynarena.engines.film.sight import Sight, sight
from dynarena.engines.film.starts import check_splits, drawn, laws_of_objects, objects_at
from dynarena.engines.laws import rows_of
from dynarena.engines.motion.coordinates import Coordinates
from dynarena.engines.motion.estimate import estimate
from dynarena.engines.scene import draw_parameters
from dynarena.engines.streams import Streams
from dynarena.equations.derivative import ZERO, derivative
from dynarena.equations.tree import Binary, Expr, Name
from dynarena.errors import DataError, SchemaError
from dynarena.schema.system import SystemSpec

DERIVED = {"vx": "x", "vy": "y", "spin": "angle"}


class MotionSimulator(Simulator):
    """States [object, component]: the components of a scene's objects, then the coordinates `q_NAME`, alike for all.

    Velocities are the total derivatives of the places along the flow of the coordinates.
    """

    dims = ("object", "component")

    def __init__(self, spec: SystemSpec) -> None:
        self.spec = spec
        self.coordinates = Coordinates(spec)
        names = self.coordinates.names
        self.components = (*COMPONENTS, *(f"q_{name}" for name in names))
        self.look = read_look(spec, parts={name: len(COMPONENTS) + k for k, name in enumerate(names)})
        self.world, self.colours, self.labels = self.look.world, self.look.colours, self.look.objects
        self.shape = (len(self.labels), len(self.components))
        self.grid: dict[str, Array] = {}
        check_objects(spec, tuple(DERIVED))
        self.laws = laws_of_objects(spec, mass_law(spec), [*names, *spec.parameters])
        for trees in self.laws:
            for rate, place in DERIVED.items():
                trees[rate] = _along(trees[place], self.coordinates)
        self._check_start()
        check_splits(spec)

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter, [trajectory] each: uniform where the split gives a range, else as stated."""
        return draw_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """Starts [trajectory, object, component]: each coordinate is what the box or the options of its name say."""
        values = drawn(self.spec, streams, parameters, split)
        coordinates = np.stack([values[name] for name in self.coordinates.names], axis=-1)
        start = self.states(coordinates[:, None], parameters)[:, 0]
        if not np.isfinite(start).all():
            raise DataError("a start is not finite", where=f"{self.spec.title}, split {split!r}", fix="mend its law")
        return start

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states `duration` later."""
        return np.array(state) if duration == 0 else self.run(state, parameters, duration, 2)[:, 1]

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """States [trajectory, time, object, component] every `dt`; `refine` divides the step where no solution is."""
        rows = self._rows(parameters, len(start))
        path = self.coordinates.run(self.coordinates_of(start), rows, dt, n_points, refine)
        states = self.states(path, rows)
        states[:, 0] = start
        return states

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same from the equations by a second method, also where a solution is stated."""
        rows = self._rows(parameters, len(start))
        states = self.states(self.coordinates.verify(self.coordinates_of(start), rows, dt, n_points), rows)
        states[:, 0] = start
        return states

    def coordinates_of(self, states: Array) -> Array:
        """The coordinates [..., coordinate] of states [..., object, component]."""
        return np.ascontiguousarray(states[..., 0, len(COMPONENTS) :])

    def states(self, coordinates: Array, parameters: Parameters) -> Array:
        """States [trajectory, time, object, component] of coordinates [trajectory, time, coordinate]."""
        out = np.empty((*coordinates.shape[:2], *self.shape))
        values = {name: value[:, None] for name, value in self._rows(parameters, len(coordinates)).items()}
        values |= {name: coordinates[..., k] for k, name in enumerate(self.coordinates.names)}
        with np.errstate(all="ignore"):  # branches that are not taken
            out[..., : len(COMPONENTS)] = objects_at(self.laws, values, coordinates.shape[:2])
        out[..., len(COMPONENTS) :] = coordinates[..., None, :]
        return out

    def frames(self, states: Array, parameters: Parameters, resolution: int) -> NDArray[np.uint8]:
        """Pictures [trajectory, time, channel, y, x] of states [trajectory, time, object, component]."""
        return self.look.frames(states, self._rows(parameters, len(states)), resolution)

    def track(self, frames: NDArray[np.generic]) -> Sight:
        """What is seen of the tracked objects in frames [..., channel, y, x]."""
        return sight(frames, self.look)

    def estimate(self, frames: NDArray[np.generic], parameters: Parameters, dt: float) -> Array:
        """The state [trajectory, object, component] in the last of the frames [trajectory, time, channel, y, x].

        Least squares of the law through what is tracked. `run` continues from here.
        """
        return estimate(self, self.track(frames), self._rows(parameters, len(frames)), dt)

    def _rows(self, parameters: Parameters, count: int) -> dict[str, Array]:
        names = list(self.spec.parameters)
        columns = rows_of(names, parameters, count, where=self.spec.title)
        return {name: columns[:, k] for k, name in enumerate(names)}

    def _check_start(self) -> None:
        stated = {*self.spec.start.box, *self.spec.start.options, *self.spec.parameters}
        for name in self.coordinates.names:
            if name not in stated:
                expected, got = f"{name} in box or options", ", ".join(sorted(stated))
                where = f"{self.spec.title}, [start]"
                raise SchemaError("a coordinate has no start", where=where, expected=expected, got=got, fix="add it")


def _along(tree: Expr, coordinates: Coordinates) -> Expr:
    """The derivative of an expression of coordinates along their flow."""
    system = coordinates.flow.system
    total: Expr | None = None
    for name, rate in zip(system.state, system.equations, strict=True):
        slope = derivative(tree, Name(name))
        if slope == ZERO:
            continue
        term = Binary("*", slope, rate)
        total = term if total is None else Binary("+", total, term)
    return ZERO if total is None else total


class Motion(Engine):
    """Smooth motion by closed forms or equations, and its pictures."""

    name: ClassVar[str] = "motion"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> MotionSimulator:
        """A simulator of the scene. Raises SchemaError or EquationError; `resolution` means nothing here."""
        del resolution
        return MotionSimulator(spec)

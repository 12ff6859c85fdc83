"""The engine `contacts`: exact motion of discs between contacts with one another and with what stands still."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Array, Engine, Parameters, Simulator
from dynarena.engines.contacts.estimate import flights, with_contacts
from dynarena.engines.contacts.march import MOST_CONTACTS, march
from dynarena.engines.contacts.obstacles import obstacles
from dynarena.engines.contacts.verify import step_through
from dynarena.engines.film.components import COMPONENTS, HEIGHT, MASS, RADIUS, VX, VY, WIDTH, X, Y
from dynarena.engines.film.look import Look, check_objects, mass_law, read_look
from dynarena.engines.film.sight import Sight, sight
from dynarena.engines.film.starts import check_splits, drawn, laws_of_objects, objects_at
from dynarena.engines.scene import draw_parameters
from dynarena.engines.streams import Streams
from dynarena.equations.evaluate import evaluate
from dynarena.errors import DataError, SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

LAWS = {"gravity": 0.0, "restitution": 1.0, "wall_restitution": None, "friction": 0.0}
SOLID_SHAPES = ("disc", "box", "rod")
SIZES = {"radius": RADIUS, "width": WIDTH, "height": HEIGHT}
MEND = "mend the law of starts"


class ContactSimulator(Simulator):
    """Discs in a square world: states [object, component], y up; objects of the scenery never move.

    The parameters `gravity` (0), `restitution` between discs (1), `wall_restitution` against all else (that of discs)
    and `friction` (0: Coulomb's, with spin) rule the motion. `[scene] walls = true`: the border reflects. `solid` lists
    the scenery that is hit; the rest of it is only seen.
    """

    dims = ("object", "component")
    components = COMPONENTS

    def __init__(self, spec: SystemSpec) -> None:
        self.spec = spec
        self.look = read_look(spec, keys=("walls", "solid"))
        self.world, self.colours, self.labels = self.look.world, self.look.colours, self.look.objects
        self.shape = (len(self.labels), len(COMPONENTS))
        self.grid: dict[str, Array] = {}
        self.walls, self.solid = _walls(spec), _solid(spec, self.look)
        self.moving = list(self.look.tracked)
        check_objects(spec)
        _check_discs(self.look, spec.title)
        check_splits(spec)
        nobody = Streams([])
        for split in ("train", "val", "test", *spec.splits):
            self.start(nobody, self.parameters(nobody, split), split)

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter, [trajectory] each: uniform where the split gives a range, else as stated."""
        return draw_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """Starts [trajectory, object, component]. Raises DataError where discs overlap or have no size."""
        values = drawn(self.spec, streams, parameters, split)
        laws = laws_of_objects(self.spec, mass_law(self.spec), list(values))
        start = objects_at(laws, values, (len(streams),))
        self._check(start, f"{self.spec.title}, split {split!r}")
        return start

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states `duration` later."""
        return np.array(state) if duration == 0 else self.run(state, parameters, duration, 2)[:, 1]

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """Exact states [trajectory, time, object, component] every `dt`; `refine` changes nothing in a closed form."""
        del refine
        laws, out = self._laws(parameters, len(start)), np.repeat(start[:, None], n_points, axis=1)
        for row in range(len(start)):
            sides, pegs = self._obstacles(start[row])
            discs = np.ascontiguousarray(start[row, self.moving], dtype=np.float64).copy()
            path = np.empty((n_points, *discs.shape))
            if march(discs, laws[row], sides, pegs, self.world, self.walls, dt, path) < 0:
                raise DataError(
                    "contacts accumulate without end", where=f"{self.spec.title}, trajectory {row}",
                    expected=f"at most {MOST_CONTACTS} contacts", fix="raise the restitution or shorten the clip",
                )  # fmt: skip
            out[row][:, self.moving] = path
        return out

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same by small steps in extended precision, contacts found by bisection."""
        laws, out = self._laws(parameters, len(start)), np.repeat(start[:, None], n_points, axis=1)
        for row in range(len(start)):
            sides, pegs = self._obstacles(start[row])
            discs = start[row, self.moving]
            out[row][:, self.moving] = step_through(
                discs, laws[row], sides, pegs, self.world if self.walls else None, self.world, dt, n_points
            )
        return out

    def frames(self, states: Array, parameters: Parameters, resolution: int) -> NDArray[np.uint8]:
        """Pictures [trajectory, time, channel, y, x] of states [trajectory, time, object, component]."""
        return self.look.frames(states, parameters, resolution)

    def track(self, frames: NDArray[np.generic]) -> Sight:
        """What is seen of the discs in frames [..., channel, y, x]."""
        return sight(frames, self.look)

    def estimate(self, frames: NDArray[np.generic], parameters: Parameters, dt: float) -> Array:
        """The state [trajectory, object, component] in the last of the frames [trajectory, time, channel, y, x].

        Least squares of free flight, through contacts where that does not fit; masses by the scene's law (an object's
        own law is taken to grow with its area), spins as at the start. A disc that is never seen gets NaN.
        """
        seen, rows = self.track(frames), {name: np.asarray(value, float) for name, value in parameters.items()}
        laws = self._laws(rows, len(frames))
        found = flights(seen, dt, laws[:, 0])
        state = self.start(Streams([(row, 0) for row in range(len(frames))]), rows, "train")
        for k, column in enumerate((X, Y, VX, VY, RADIUS)):
            state[:, self.moving, column] = found[..., k]
        state[:, self.moving, MASS] = self._masses(state, rows)
        places = np.where((seen.whole & seen.inside)[..., None], np.stack([seen.x, seen.y], axis=-1), np.nan)
        for row in range(len(frames)):
            back, mine = state[row], {name: value[row : row + 1] for name, value in rows.items()}

            def path(discs: Array, back: Array = back, mine: Parameters = mine) -> Array:
                start = back.copy()
                start[self.moving] = discs
                return np.asarray(self.run(start[None], mine, dt, frames.shape[1])[0][:, self.moving])

            discs = with_contacts(
                back[self.moving], places[row], path, back[self.moving], dt, float(laws[row, 0]), self.world
            )
            state[row, self.moving] = discs
        return state

    def _masses(self, state: Array, parameters: Parameters) -> Array:
        """The masses [trajectory, disc] that the file's law gives discs of these radii."""
        names = {name: value[:, None] for name, value in parameters.items()}
        sizes = {name: state[:, self.moving, column] for name, column in SIZES.items()}
        masses = np.array(np.broadcast_to(evaluate(mass_law(self.spec), {**names, **sizes}), sizes["radius"].shape))
        for k, place in enumerate(self.moving):
            radius, law = sizes["radius"][:, k], self.spec.start.objects[self.labels[place]]
            if "mass" in law:  # a law of what was drawn: of the masses in training the share that the size allows
                drawn_radius, drawn_mass = self._drawn_masses(place, parameters)
                masses[:, k] = drawn_mass * (radius / drawn_radius) ** 2
        return masses

    def _drawn_masses(self, place: int, parameters: Parameters) -> tuple[Array, Array]:
        count = len(next(iter(parameters.values()))) if parameters else 1
        drawn_start = self.start(Streams([(row, 0) for row in range(count)]), parameters, "train")
        return drawn_start[:, place, RADIUS], drawn_start[:, place, MASS]

    def _laws(self, parameters: Parameters, count: int) -> Array:
        laws = np.empty((count, 4))
        for column, (name, default) in enumerate(LAWS.items()):
            stated = laws[:, 1] if default is None else default
            laws[:, column] = np.broadcast_to(np.asarray(parameters.get(name, stated), np.float64), (count,))
            if not (np.isfinite(laws[:, column]) & (laws[:, column] >= 0.0)).all():
                raise DataError(f"{name} is out of range", expected=">= 0, finite", got=str(laws[:, column].min()))
        return laws

    def _obstacles(self, state: Array) -> tuple[Array, Array]:
        return obstacles(state[self.solid], [self.look.shapes[place] for place in self.solid])

    def _check(self, start: Array, where: str) -> None:
        discs = start[:, self.moving]
        if not np.isfinite(start).all() or (discs[..., RADIUS] <= 0.0).any() or (discs[..., MASS] <= 0.0).any():
            raise DataError("a start is not finite, or a disc has no size or mass", where=where, fix=MEND)
        for i in range(discs.shape[1]):
            for j in range(i):
                apart = np.hypot(discs[:, i, X] - discs[:, j, X], discs[:, i, Y] - discs[:, j, Y])
                if (apart < (discs[:, i, RADIUS] + discs[:, j, RADIUS]) * (1.0 - 1e-9)).any():
                    raise DataError("two discs overlap at the start", where=where, fix=MEND)


def _walls(spec: SystemSpec) -> bool:
    walls = spec.scene.get("walls", False)
    if not isinstance(walls, bool):
        where = f"{spec.title}, [scene], walls"
        raise SchemaError("wrong value", where=where, expected="true or false", got=str(walls), fix="say true or false")
    return walls


def _solid(spec: SystemSpec, look: Look) -> list[int]:
    given, where = spec.scene.get("solid", []), f"{spec.title}, [scene], solid"
    labels = [str(label) for label in given] if isinstance(given, list) else [str(given)]
    for label in labels:
        if label not in look.scenery:
            raise UnknownName.among("object of the scenery", label, look.scenery, where=where)
        shape = look.shapes[look.objects.index(label)]
        if shape not in SOLID_SHAPES:
            raise SchemaError("nothing bounces off this shape", where=where, expected=", ".join(SOLID_SHAPES),
                              got=shape, fix="take another shape, or take it from `solid`")  # fmt: skip
    return [look.objects.index(label) for label in labels]


def _check_discs(look: Look, title: str) -> None:
    for place in look.tracked:
        if look.shapes[place] != "disc":
            raise SchemaError("only discs move", where=f"{title}, [scene], shapes", expected="disc",
                              got=look.shapes[place], fix="make it scenery, or a disc")  # fmt: skip
    if not look.tracked:
        raise SchemaError("nothing moves", where=f"{title}, [scene], scenery", got=", ".join(look.scenery),
                          expected="an object that is no scenery", fix="take one out")  # fmt: skip


class Contacts(Engine):
    """Exact, event-driven motion of discs among walls, bars and pegs."""

    name: ClassVar[str] = "contacts"

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> ContactSimulator:
        """A simulator of the scene. Raises SchemaError or EquationError; `resolution` means nothing here."""
        del resolution
        return ContactSimulator(spec)

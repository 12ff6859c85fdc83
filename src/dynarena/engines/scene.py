"""A scene's file as laws: who is in it, in which colours, and how its starts and parameters are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.discs_motion import COMPONENTS, RADIUS
from dynarena.engines.elementary import array_functions
from dynarena.engines.scene_colours import rgb
from dynarena.engines.streams import Streams
from dynarena.equations.constants import constant, order, quantity_tree
from dynarena.equations.evaluate import evaluate
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import Split, SystemSpec

Array = NDArray[np.float64]
Values = Mapping[str, Array]

KEYS = ("world", "colours", "walls", "mass")
STATED = ("train", "val", "test")


@dataclass(frozen=True)
class Scene:
    """What `[scene]` states: the side of the square world, a colour an object, walls or none, the law of mass."""

    objects: tuple[str, ...]
    colours: tuple[str, ...]
    world: float
    walls: bool
    mass: Expr

    def masses(self, radius: Array, parameters: Values) -> Array:
        """The mass of discs of `radius` [trajectory, object]."""
        columns = {name: value[:, None] for name, value in parameters.items()}
        return np.broadcast_to(evaluate(self.mass, {**columns, "radius": radius}, array_functions()), radius.shape)


def read_scene(spec: SystemSpec) -> Scene:
    """The scene of a file. Raises SchemaError naming the key that is unknown, missing or wrong."""
    where = f"{spec.title}, [scene]"
    for key in spec.scene:
        if key not in KEYS:
            raise SchemaError(f"unknown key {key!r}", where=where, fix=UnknownName.among("key", key, KEYS).fix)
    objects = tuple(spec.start.objects)
    if not objects:
        raise SchemaError("a scene needs objects", where=spec.title, fix="add one table [start.objects.NAME] an object")
    world = spec.scene.get("world", 10.0)
    walls = spec.scene.get("walls", False)
    mass = spec.scene.get("mass", "radius**2")
    if isinstance(world, bool | list) or isinstance(mass, bool | list) or not isinstance(walls, bool):
        raise SchemaError("wrong value", where=where, expected="world: a number; walls: true or false; mass: a law")
    side = constant(world, spec.parameters, where=where)
    if side <= 0.0:
        raise SchemaError("the world has no size", where=f"{where}, world", expected="a positive side", got=str(side))
    law = quantity_tree(mass, [*spec.parameters, "radius"], where=f"{where}, mass")
    return Scene(objects, _colours(spec, len(objects), where), side, walls, law)


def _colours(spec: SystemSpec, count: int, where: str) -> tuple[str, ...]:
    given = spec.scene.get("colours", [])
    colours = tuple(str(colour) for colour in given) if isinstance(given, list) else (str(given),)
    if len(colours) != count:
        raise SchemaError("each object needs a colour", where=f"{where}, colours", expected=str(count), got=str(given))
    for colour in colours:
        rgb(colour)
    return colours


def split_of(spec: SystemSpec, split: str) -> Split:
    """How a split differs; train, val and test need no table. Raises UnknownName."""
    if split not in spec.splits and split not in STATED:
        raise UnknownName.among("split", split, [*spec.splits, *STATED], where=spec.title)
    return spec.splits.get(split, Split())


def draw_parameters(spec: SystemSpec, streams: Streams, split: str) -> dict[str, Array]:
    """Every parameter, [trajectory] each: uniform where the split gives a range, else as stated."""
    ranges = split_of(spec, split).parameters
    for name in ranges:
        if name not in spec.parameters:
            where = f"{spec.title}, [splits.{split}.parameters]"
            raise UnknownName.among("parameter", name, spec.parameters, where=where)
    values: dict[str, Array] = {}
    for name in order(spec.parameters):
        if name in ranges:
            values[name] = streams.between(f"parameter:{name}", *ranges[name])
        else:
            tree = quantity_tree(spec.parameters[name], spec.parameters, where=f"{spec.title}, parameter {name!r}")
            values[name] = np.full(len(streams), evaluate(tree, values, array_functions()), dtype=np.float64)
    return {name: values[name] for name in spec.parameters}


def draw_start(spec: SystemSpec, scene: Scene, streams: Streams, parameters: Values, split: str) -> Array:
    """Starts [trajectory, object, component]: the box is drawn, `options` derive from it, objects from both.

    Expressions may use the names of the box, of parameters, and of the options before them.
    """
    chosen = split_of(spec, split)
    values = dict(parameters)
    for name, (low, high) in {**spec.start.box, **chosen.box}.items():
        values[name] = streams.between(f"start:{name}", low, high)
    for name, quantity in {**spec.start.options, **chosen.options}.items():
        values[name] = _value(quantity, values, len(streams), f"{spec.title}, [start.options], {name}")
    out = np.empty((len(streams), len(scene.objects), len(COMPONENTS)))
    for place, (label, law) in enumerate(spec.start.objects.items()):
        where = f"{spec.title}, [start.objects.{label}]"
        for column, component in enumerate(COMPONENTS):
            if component == "mass" and "mass" not in law:
                out[:, place, column] = scene.masses(out[:, [place], RADIUS], parameters)[:, 0]
            else:
                out[:, place, column] = _value(law[component], values, len(streams), f"{where}, {component}")
    return out


def check_laws(spec: SystemSpec, scene: Scene) -> None:
    """Refuse, before anything is drawn, objects without a needed component and expressions outside the grammar."""
    for label, law in spec.start.objects.items():
        where = f"{spec.title}, [start.objects.{label}]"
        for key in law:
            if key not in COMPONENTS:
                advice = UnknownName.among("key", key, COMPONENTS).fix
                raise SchemaError(f"unknown key {key!r}", where=where, fix=advice)
        for component in COMPONENTS:
            if component not in law and component != "mass":
                raise SchemaError(f"missing key {component!r}", where=where, fix=f"add {component} = …")
    nobody = Streams([])
    for split in [*STATED, *spec.splits]:
        draw_start(spec, scene, nobody, draw_parameters(spec, nobody, split), split)


def _value(quantity: float | str | bool, values: Values, count: int, where: str) -> Array:
    if not isinstance(quantity, str):
        return np.full(count, float(quantity))
    return np.broadcast_to(
        np.asarray(evaluate(parse(quantity, values, where=where), values, array_functions()), np.float64), (count,)
    )

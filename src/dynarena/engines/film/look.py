"""How a scene looks: what its file's table `[scene]` says, and pictures of states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.film.colours import shade_of
from dynarena.engines.film.components import COMPONENTS, LIGHT
from dynarena.engines.film.outlines import SHAPES, outlines
from dynarena.engines.film.paint import paint
from dynarena.equations.constants import constant, quantity_tree
from dynarena.equations.evaluate import evaluate
from dynarena.equations.tree import Expr
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

Array = NDArray[np.float64]

KEYS = ("world", "colours", "shapes", "scenery", "background", "mass", "shade", "shade_colour")


@dataclass(frozen=True)
class Look:
    """Objects from back to front with a colour and a shape each, in a square world of side `world`, y up.

    `scenery` are the objects that nobody tracks. Where `shade` is given, an expression of place and state, it is how
    far the background takes the colour `shade_colour`: fields are seen so.
    """

    objects: tuple[str, ...]
    colours: tuple[str, ...]
    shapes: tuple[str, ...]
    scenery: tuple[str, ...] = ()
    background: str = "white"
    world: float = 10.0
    shade: Expr | None = None
    shade_colour: str = "blue"
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def tracked(self) -> tuple[int, ...]:
        """The places of the objects that are followed."""
        return tuple(place for place, label in enumerate(self.objects) if label not in self.scenery)

    def frames(self, states: Array, parameters: Mapping[str, Array], resolution: int) -> NDArray[np.uint8]:
        """Pictures [trajectory, time, channel, y, x] of states [trajectory, time, object, component]."""
        clip = np.asarray(states, dtype=np.float64)
        flat = clip.reshape(-1, *clip.shape[-2:])
        colours = np.empty((*flat.shape[:2], 4))
        colours[..., :3] = [shade_of(colour) for colour in self.colours]
        colours[..., 3] = np.clip(flat[..., LIGHT], 0.0, 1.0)
        behind = np.array(shade_of(self.background))
        if self.shade is not None:
            behind = self._shaded(clip, parameters, resolution).reshape(-1, 3, resolution, resolution)
        pictures = paint(outlines(flat, self.shapes, resolution, self.world), colours, behind, resolution)
        return pictures.reshape(*clip.shape[:-2], 3, resolution, resolution)

    def _shaded(self, clip: Array, parameters: Mapping[str, Array], resolution: int) -> Array:
        """The background [trajectory, time, channel, y, x] that the field gives."""
        assert self.shade is not None
        centres = (np.arange(resolution, dtype=np.float64) + 0.5) * (self.world / resolution)
        values: dict[str, Array] = {name: value[:, None, None, None] for name, value in parameters.items()}
        values |= {name: clip[..., 0, place, None, None] for name, place in self.parts.items()}
        values |= {"x": centres, "y": centres[::-1, None]}
        depth = np.clip(evaluate(self.shade, values, array_functions()), 0.0, 1.0)
        depth = np.broadcast_to(depth, (*clip.shape[:2], resolution, resolution))[:, :, None]
        plain, full = (np.array(shade_of(name))[:, None, None] for name in (self.background, self.shade_colour))
        return np.asarray(plain + depth * (full - plain))


def read_look(spec: SystemSpec, *, keys: tuple[str, ...] = (), parts: Mapping[str, int] | None = None) -> Look:
    """The look that a file states; `keys` are those that its engine reads besides.

    `parts` gives the place among the components of each name that `shade` may use. Raises SchemaError or UnknownName
    naming the key that is unknown, missing or wrong.
    """
    where, objects = f"{spec.title}, [scene]", tuple(spec.start.objects)
    for key in spec.scene:
        if key not in (*KEYS, *keys):
            raise UnknownName.among("key", key, (*KEYS, *keys), where=where)
    if not objects:
        raise SchemaError("a scene needs objects", where=spec.title, fix="add one table [start.objects.NAME] an object")
    shapes = _texts(spec, "shapes", len(objects), ("disc",) * len(objects))
    for shape in shapes:
        if shape not in SHAPES:
            raise UnknownName.among("shape", shape, SHAPES, where=f"{where}, shapes")
    scenery = _texts(spec, "scenery", None, ())
    for label in scenery:
        if label not in objects:
            raise UnknownName.among("object", label, objects, where=f"{where}, scenery")
    colours = _texts(spec, "colours", len(objects), None)
    background, shade_colour = (
        str(spec.scene.get(k, d)) for k, d in (("background", "white"), ("shade_colour", "blue"))
    )
    for colour in (*colours, background, shade_colour):
        shade_of(colour)
    names = [*spec.parameters, *(parts or {}), "x", "y"]
    shade = spec.scene.get("shade")
    tree = (
        None
        if shade is None
        else quantity_tree(_number_or_text(shade, f"{where}, shade"), names, where=f"{where}, shade")
    )
    return Look(objects, colours, shapes, scenery, background, world_side(spec), tree, shade_colour, dict(parts or {}))


def look_of(facts: Mapping[str, Any]) -> Look:
    """The look of a task's scene, from the facts that a model and a metric are given."""
    colours = tuple(str(colour) for colour in facts["colours"])
    names = tuple(str(name) for name in facts.get("state", ()))
    names = names if len(names) == len(colours) else tuple(f"object{k}" for k in range(len(colours)))
    shapes = tuple(facts.get("shapes", ("disc",) * len(colours)))
    scenery = tuple(facts.get("scenery", ()))
    return Look(names, colours, shapes, scenery, str(facts.get("background", "white")), float(facts["world"]))


def world_side(spec: SystemSpec) -> float:
    """The side of the square world. Raises SchemaError where it is no positive number."""
    where = f"{spec.title}, [scene], world"
    side = constant(_number_or_text(spec.scene.get("world", 10.0), where), spec.parameters, where=where)
    if not side > 0.0:
        raise SchemaError("the world has no size", where=where, expected="a positive side", got=str(side))
    return side


def mass_law(spec: SystemSpec) -> Expr:
    """The mass of an object that does not state its own, by parameters and its radius, width and height."""
    where = f"{spec.title}, [scene], mass"
    text = _number_or_text(spec.scene.get("mass", "radius**2 + width*height"), where)
    return quantity_tree(text, [*spec.parameters, "radius", "width", "height"], where=where)


def check_objects(spec: SystemSpec, derived: tuple[str, ...] = ()) -> None:
    """Refuse components that are none, those that the engine derives itself, and objects without a place."""
    allowed = [name for name in COMPONENTS if name not in derived]
    for label, law in spec.start.objects.items():
        where = f"{spec.title}, [start.objects.{label}]"
        for key in law:
            if key not in allowed:
                raise SchemaError(f"unknown key {key!r}", where=where, fix=UnknownName.among("key", key, allowed).fix)
        for key in ("x", "y"):
            if key not in law:
                raise SchemaError(f"missing key {key!r}", where=where, expected=f"{key} = …", fix="say where it is")


def _texts(spec: SystemSpec, key: str, count: int | None, default: tuple[str, ...] | None) -> tuple[str, ...]:
    given = spec.scene.get(key)
    if given is None and default is not None:
        return default
    texts = tuple(str(text) for text in given) if isinstance(given, list) else ()
    if not isinstance(given, list) or (count is not None and len(texts) != count):
        wanted = f"a list of {count}, one an object" if count is not None else "a list of objects"
        raise SchemaError(f"wrong {key}", where=f"{spec.title}, [scene], {key}", expected=wanted, got=str(given),
                          fix="list them in the order of the objects")  # fmt: skip
    return texts


def _number_or_text(value: object, where: str) -> float | str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise SchemaError("wrong value", where=where, expected="a number or an expression", got=str(value))
    return value

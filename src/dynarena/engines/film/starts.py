"""What the start of a scene is drawn from: its box, and the options that derive from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.film.components import COMPONENTS, DEFAULTS
from dynarena.engines.scene import draw_parameters, split_of
from dynarena.engines.streams import Streams
from dynarena.equations.evaluate import evaluate
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr
from dynarena.schema.system import SystemSpec

Array = NDArray[np.float64]
Values = Mapping[str, Array]

DEFAULT_MASS = "mass by size"


def drawn(spec: SystemSpec, streams: Streams, parameters: Values, split: str) -> dict[str, Array]:
    """Parameters, what the box draws, and the options in order, [trajectory] each.

    Expressions may use the names of the box, of parameters, and of the options before them.
    """
    chosen, values = split_of(spec, split), dict(parameters)
    for name, (low, high) in {**spec.start.box, **chosen.box}.items():
        values[name] = streams.between(f"start:{name}", low, high)
    for name, quantity in {**spec.start.options, **chosen.options}.items():
        values[name] = value_of(quantity, values, len(streams), f"{spec.title}, [start.options], {name}")
    return values


def value_of(quantity: float | str | bool, values: Values, count: int, where: str) -> Array:
    """A number or expression of the values, [trajectory]."""
    if not isinstance(quantity, str):
        return np.full(count, float(quantity))
    tree = parse(quantity, values, where=where)
    return np.array(np.broadcast_to(np.asarray(evaluate(tree, values, array_functions()), np.float64), (count,)))


def check_splits(spec: SystemSpec) -> None:
    """Refuse, before anything is drawn, laws outside the grammar: of train, val, test and every split."""
    nobody = Streams([])
    for split in ("train", "val", "test", *spec.splits):
        drawn(spec, nobody, draw_parameters(spec, nobody, split), split)


def laws_of_objects(spec: SystemSpec, mass: Expr, names: list[str]) -> list[dict[str, Expr]]:
    """Of each object the tree of each component that it states or that has a default; `mass` where it states none,
    which reads its sizes."""
    laws = []
    for label, law in spec.start.objects.items():
        where = f"{spec.title}, [start.objects.{label}]"
        trees: dict[str, Expr] = {}
        for component in COMPONENTS:
            if component == "mass" and "mass" not in law:
                trees[DEFAULT_MASS] = mass
                continue
            quantity = law.get(component, DEFAULTS.get(component, 0.0))
            text = quantity if isinstance(quantity, str) else repr(float(quantity))
            trees[component] = parse(
                text, [] if not isinstance(quantity, str) else names, where=f"{where}, {component}"
            )
        laws.append(trees)
    return laws


def objects_at(laws: list[dict[str, Expr]], values: Values, shape: tuple[int, ...]) -> Array:
    """The components of objects, [*shape, object, component], by their laws."""
    known = array_functions()
    out = np.empty((*shape, len(laws), len(COMPONENTS)))
    for place, trees in enumerate(laws):
        for column, component in enumerate(COMPONENTS):
            if component in trees:
                out[..., place, column] = evaluate(trees[component], values, known)
        if DEFAULT_MASS in trees:
            sizes = {name: out[..., place, COMPONENTS.index(name)] for name in ("radius", "width", "height")}
            out[..., place, COMPONENTS.index("mass")] = evaluate(trees[DEFAULT_MASS], {**values, **sizes}, known)
    return out

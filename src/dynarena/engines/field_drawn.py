"""What a trajectory of fields draws once and keeps: the quantities that rule its formulas for all times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.field_erf import double_erf
from dynarena.engines.streams import Streams
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import SPECIAL
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr
from dynarena.errors import UnknownName
from dynarena.schema.system import Quantity, SystemSpec

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """`names`: what `box` draws, then what `options` derive from it and from parameters, in the order of evaluation.

    `trees` derive; `replaced` holds, for each split, those that it changes.
    """

    names: tuple[str, ...]
    trees: Mapping[str, Expr]
    replaced: Mapping[str, Mapping[str, Expr]]

    def values(
        self, spec: SystemSpec, streams: Streams, parameters: Mapping[str, Array], split: str
    ) -> dict[str, Array]:
        """Every drawn and derived quantity of each trajectory, [trajectory] each."""
        box = spec.start.box | (spec.splits[split].box if split in spec.splits else {})
        values: dict[str, Array] = dict(parameters)
        for name, (low, high) in box.items():
            values[name] = streams.between(f"start:{name}", low, high)
        functions = array_functions() | {"erf": double_erf}
        for name, stated in self.trees.items():
            tree = self.replaced.get(split, {}).get(name, stated)
            values[name] = np.broadcast_to(np.float64(evaluate(tree, values, functions)), (len(streams),))
        return {name: values[name] for name in self.names}


def read_drawn(spec: SystemSpec, reserved: tuple[str, ...] = ()) -> Drawn:
    """What a file draws; `reserved` options are not derived, they belong to a law of the engine.

    Raises UnknownName where a split changes what the file does not have, EquationError where a quantity cannot be read.
    """
    own = {name: quantity for name, quantity in spec.start.options.items() if name not in reserved}
    replaced = {}
    for name, split in spec.splits.items():
        at = f"{spec.title}, [splits.{name}]"
        for kind, given, allowed in (
            ("parameter", split.parameters, spec.parameters),
            ("quantity", split.box, spec.start.box),
            ("quantity", split.options, own),
        ):
            for key in given:
                if key not in allowed:
                    raise UnknownName.among(kind, key, allowed, where=at)
        trees = _derived(spec, own | split.options, at)
        replaced[name] = {key: trees[key] for key in split.options}
    return Drawn((*spec.start.box, *own), _derived(spec, own, f"{spec.title}, [start]"), replaced)


def _derived(spec: SystemSpec, options: Mapping[str, Quantity | bool], where: str) -> dict[str, Expr]:
    """Each quantity by parameters, the box and the quantities before it."""
    trees: dict[str, Expr] = {}
    for name, quantity in options.items():
        text = quantity if isinstance(quantity, str) else repr(float(quantity))
        before = (*spec.parameters, *spec.start.box, *trees)
        trees[name] = parse(text, before, functions=SPECIAL, where=f"{where}, {name}")
    return trees

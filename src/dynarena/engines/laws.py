"""Laws of parameters that all engines of equations share: as stated, or drawn by a split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.streams import Streams
from dynarena.equations.constants import order, quantity_tree
from dynarena.equations.evaluate import evaluate
from dynarena.errors import UnknownName
from dynarena.schema.system import SystemSpec

Array = NDArray[np.float64]


def drawn_parameters(spec: SystemSpec, streams: Streams, split: str) -> dict[str, Array]:
    """Every parameter of each trajectory, [trajectory] each; those that a split spreads are uniform in its range."""
    spread = spec.splits[split].parameters if split in spec.splits else {}
    drawn = {name: streams.between(f"parameter:{name}", *spread[name]) for name in spread}
    return derived_parameters(spec, drawn, len(streams))


def derived_parameters(spec: SystemSpec, given: Mapping[str, ArrayLike], n: int) -> dict[str, Array]:
    """The parameters [n] of a file where some are given: the others as stated, each by those it refers to."""
    values: dict[str, Array] = {}
    for name in order(spec.parameters):
        if name in given:
            values[name] = np.broadcast_to(np.asarray(given[name], dtype=np.float64), (n,)).copy()
        else:
            tree = quantity_tree(spec.parameters[name], spec.parameters, where=f"parameter {name!r}")
            values[name] = np.full(n, 1.0) * evaluate(tree, values, array_functions())
    return {name: values[name] for name in spec.parameters}


def rows_of(names: Sequence[str], parameters: Mapping[str, ArrayLike], n_rows: int, *, where: str) -> Array:
    """Parameters as rows in the order of `names`, [trajectory, name]. Raises UnknownName where one is missing."""
    for name in names:
        if name not in parameters:
            raise UnknownName.among("parameter", name, parameters, where=where)
    columns = [np.broadcast_to(np.asarray(parameters[name], float), (n_rows,)) for name in names]
    return np.ascontiguousarray(np.stack(columns, axis=1)) if columns else np.empty((n_rows, 0))

"""Which settings a model is tuned over: the same number of trials for every model, drawn from its own grids."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import UsageError


def trials(search: Mapping[str, Sequence[Any]], count: int, model: str) -> list[dict[str, Any]]:
    """`count` settings: first none (the model as it stands), then points of the grid, without repetition.

    The grid is the product of the lists in `search`; its order is drawn from the model's name, so that a longer list of
    trials begins with a shorter one. Fewer are returned where the grid is smaller. Raises UsageError for an empty grid.
    """
    grid = [dict(zip(search, values, strict=True)) for values in itertools.product(*search.values())]
    if not search or not grid:
        raise UsageError(f"{model} has nothing to tune", expected='search = {"lr": [1e-3, 3e-3]} in its class',
                         fix="add the literal, or tune another model")  # fmt: skip
    order = np.argsort(Streams([trajectory_key("trials", model)]).uniform("order", (len(grid),))[0], kind="stable")
    return [{}, *(grid[place] for place in order)][:count]

"""What flows and maps of points share: names, laws of parameters and starts, right-hand side, Jacobian."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from dynarena.engines.base import Array, Parameters, Simulator
from dynarena.engines.compiled import Lanes, lane_count, linearised, right_hand_side
from dynarena.engines.ensemble import apply
from dynarena.engines.lanes import TURN
from dynarena.engines.laws import drawn_parameters, rows_of
from dynarena.engines.streams import Streams
from dynarena.engines.tangent import Growth, PointGrowth, with_tangents
from dynarena.equations.constants import order, quantity_tree
from dynarena.equations.points import PointSystem, point_system
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import SystemSpec


class PointSimulator(Simulator):
    """A point system with compiled equations; flows and maps add how time passes.

    `tangent_step` is the step of tangent vectors, 0 where states are iterated.
    """

    tangent_step = 0.0

    def __init__(self, spec: SystemSpec) -> None:
        self.spec = spec
        self.system: PointSystem = point_system(spec)
        self.dims = ("component",)
        self.shape = (self.system.dimension,)
        self.labels = self.system.labels
        self.grid: dict[str, Array] = {}
        _check_laws(spec, self.system)

    @property
    def angles(self) -> tuple[str, ...]:
        """The components that live on the circle: those that the file names, and the phases of forcings."""
        return self.system.angles

    @property
    def turning(self) -> tuple[int, ...]:
        """The places of the components that are brought back to one turn as time passes."""
        return self.system.turning

    @cached_property
    def function(self) -> Lanes:
        """The compiled right-hand side (of a map: the map)."""
        return right_hand_side(self.system, lane_count(self.system.dimension))

    @cached_property
    def tangent(self) -> Lanes:
        """The compiled right-hand side of the state, its tangent vectors and its volume."""
        return linearised(self.system, lane_count(self.system.dimension))

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter of each trajectory; those that a split spreads are uniform within its range."""
        return drawn_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """Uniform in the box, [trajectory, component]; sites of an indexed state are drawn one by one."""
        box = self.spec.start.box | (self.spec.splits[split].box if split in self.spec.splits else {})
        if self.system.indexed is not None:
            return streams.between(f"start:{self.system.indexed}", *box[self.system.indexed], self.shape)
        box = dict.fromkeys(self.system.phases, (0.0, TURN)) | box
        columns = [streams.between(f"start:{name}", *box[name]) for name in self.system.state]
        return np.stack(columns, axis=-1)

    def rhs(self, state: ArrayLike, parameters: Mapping[str, ArrayLike]) -> Array:
        """The time derivative (of a map: the next state) at states [..., component], same shape."""
        y, p, leading = self._rows(state, parameters)
        return apply(self.function, y, p).reshape(*leading, y.shape[1])

    def jacobian(self, state: ArrayLike, parameters: Mapping[str, ArrayLike]) -> Array:
        """d rhs[row] / d state[column] at states [..., component], exact: [..., row, column]."""
        y, p, leading = self._rows(state, parameters)
        d = y.shape[1]
        return apply(self.tangent, with_tangents(y), p)[:, d:-1].reshape(*leading, d, d)

    def growth(self, start: Array, parameters: Parameters) -> Growth:
        """Tangent vectors of unit length along the trajectories from these starts."""
        starts = np.ascontiguousarray(start, dtype=np.float64)
        rows = self.parameter_rows(parameters, len(starts))
        return PointGrowth(self.tangent, starts, rows, self.tangent_step, self.turning)

    def parameter_rows(self, parameters: Mapping[str, ArrayLike], n_rows: int) -> Array:
        """Parameters as rows in the order of the file, [trajectory, name]. Raises UnknownName where one is missing."""
        return rows_of(self.system.parameters, parameters, n_rows, where=self.spec.title)

    def _rows(self, state: ArrayLike, parameters: Mapping[str, ArrayLike]) -> tuple[Array, Array, tuple[int, ...]]:
        given = np.asarray(state, dtype=np.float64)
        if given.ndim == 0 or given.shape[-1] != self.shape[0]:
            what = "the state has the wrong length"
            raise SchemaError(what, where=self.spec.title, expected=f"[..., {self.shape[0]}]", got=f"{given.shape}")
        leading = given.shape[:-1]
        spread = {
            name: np.broadcast_to(np.asarray(value, float), leading).ravel() for name, value in parameters.items()
        }
        y = np.ascontiguousarray(given.reshape(-1, given.shape[-1]))
        return y, self.parameter_rows(spread, y.shape[0]), leading


def _check_laws(spec: SystemSpec, system: PointSystem) -> None:
    order(spec.parameters)
    for name in spec.parameters:
        quantity_tree(spec.parameters[name], spec.parameters, where=f"{spec.title}, parameter {name!r}")
    wanted = (system.indexed,) if system.indexed is not None else system.state
    for name in wanted:
        if name not in spec.start.box and name not in system.phases:
            what, expected = "a component has no start", f"{name} = [low, high]"
            raise SchemaError(
                what, where=f"{spec.title}, start.box", expected=expected, got="nothing", fix="add its range"
            )
    for table, box in [
        ("start", spec.start.box),
        *((f"splits.{key}", split.box) for key, split in spec.splits.items()),
    ]:
        for name in box:
            if name not in wanted:
                raise UnknownName.among("component", name, wanted, where=f"{spec.title}, {table}.box")
    for key, split in spec.splits.items():
        for name in split.parameters:
            if name not in spec.parameters:
                raise UnknownName.among("parameter", name, spec.parameters, where=f"{spec.title}, splits.{key}")

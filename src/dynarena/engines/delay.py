"""Equations with delays: y'(t) = f(y(t), y(t - tau), p), whose state is the history over the longest delay."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from dynarena.engines.base import Array, Engine, Parameters, Simulator
from dynarena.engines.delay_cells import POINTS, refined
from dynarena.engines.delay_code import linearised, right_hand_side
from dynarena.engines.delay_method import solve
from dynarena.engines.delay_start import smooth_histories
from dynarena.engines.delay_tangent import DelayGrowth
from dynarena.engines.elementary import array_functions
from dynarena.engines.lanes import wrap
from dynarena.engines.laws import derived_parameters, drawn_parameters, rows_of
from dynarena.engines.streams import Streams
from dynarena.engines.tangent import Growth
from dynarena.equations.constants import constant
from dynarena.equations.delays import DelaySystem, delay_system
from dynarena.equations.evaluate import evaluate
from dynarena.errors import SchemaError, UnknownName, UsageError
from dynarena.schema.system import SystemSpec

ALIGNED = 1e-9  # of a cell: a delay so close to a whole number of cells is one
TRIES = 4  # how many times finer the cells may become for all delays to be whole numbers of them
MAX_CELLS = 20_000
KEYS = ("step", "history", "exponents")
EXPONENTS, MOST_EXPONENTS = 6, 64


class DelayFlow(Simulator):
    """A system of delay differential equations.

    The longest delay of a trajectory is divided into a fixed number of equal cells, no longer than `step` in the file's
    [solver] table, and chosen so that the other delays are whole cells too where that can be had: then what is not
    smooth at the start stays on the cells' boundaries. A full state is the history over the longest delay,
    [7 n_cells + 1, component]: values at the Chebyshev points of each cell, the present last. Angles are sampled in
    [0, 2 pi); their histories are continuous and end there.
    """

    def __init__(self, spec: SystemSpec) -> None:
        self.spec = spec
        self.delayed: DelaySystem = delay_system(spec)
        self.system = self.delayed.system
        self.dims = ("component",)
        self.shape = (self.system.dimension,)
        self.labels = self.system.labels
        self.grid: dict[str, Array] = {}
        self.angles = tuple(spec.angles)
        self.turning = [self.labels.index(name) for name in spec.angles]
        self.step, self.exponents = _solver(spec)
        self.component = np.array([value.component for value in self.delayed.past], dtype=np.int64)
        self.longest = self._longest_delay()
        self.n_cells = self._cells()
        _check_start(spec)

    @property
    def full_shape(self) -> tuple[int, ...]:
        """[memory, component]."""
        return (7 * self.n_cells + 1, *self.shape)

    @cached_property
    def function(self) -> Any:
        """The compiled right-hand side f(y, z, p, out) at the present y and the past values z."""
        return right_hand_side(self.delayed)

    @cached_property
    def tangent(self) -> Any:
        """The compiled right-hand side of the state and its tangent vectors."""
        return linearised(self.delayed)

    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter of each trajectory; those that a split spreads are uniform within its range."""
        return drawn_parameters(self.spec, streams, split)

    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """Smooth random histories within the box, [trajectory, memory, component]."""
        del parameters
        box = self.spec.start.box | (self.spec.splits[split].box if split in self.spec.splits else {})
        times = np.concatenate([(np.arange(self.n_cells)[:, None] + POINTS[:-1]).ravel(), [self.n_cells]])
        return smooth_histories(streams, [(name, *box[name]) for name in self.system.state], times / self.n_cells)

    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The histories a duration later, [trajectory, memory, component]."""
        if duration <= 0:
            return np.array(state, dtype=np.float64)
        return self._solved(state, parameters, duration, 2, 1)[1]

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """Points every dt by a Runge-Kutta method of order 8, [trajectory, time, component], from the present on."""
        return self._solved(start, parameters, dt, n_points, refine)[0]

    def after(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The histories at the last of the points of `run`, [trajectory, memory, component]."""
        return self._solved(start, parameters, dt, n_points, 1)[1]

    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same points by Gragg's extrapolated midpoint rule from point to point of cells half as long."""
        return self._solved(start, parameters, dt, n_points, 2, by_steps=False)[0]

    def growth(self, start: Array, parameters: Parameters) -> Growth:
        """Tangent histories along the trajectories from these starts: what the first exponents are made from."""
        rows, h, ages = self.scales(parameters, len(start))
        return DelayGrowth(self.tangent, self._histories(start), rows, h, ages, self.component, self.exponents)

    @property
    def tangent_step(self) -> float:
        """The step of tangent histories for the stated parameters."""
        return float(self.scales(derived_parameters(self.spec, {}, 1), 1)[1][0])

    def delays(self, parameters: Mapping[str, ArrayLike], n_rows: int) -> Array:
        """The delay of each past value, [trajectory, past value]."""
        rows = rows_of(self.system.parameters, parameters, n_rows, where=self.spec.title)
        named = {name: rows[:, k] for k, name in enumerate(self.system.parameters)}
        with np.errstate(all="ignore"):
            columns = [evaluate(value.delay, named, array_functions()) for value in self.delayed.past]
        return np.stack([np.broadcast_to(column, (n_rows,)) for column in columns], axis=1).astype(np.float64)

    def scales(self, parameters: Mapping[str, ArrayLike], n_rows: int) -> tuple[Array, Array, Array]:
        """Parameters [trajectory, name], length of a cell [trajectory], delays in cells [trajectory, past value].

        Raises UsageError naming the first trajectory with a delay that is not positive, longer than the history, or
        shorter than a cell.
        """
        delays = self.delays(parameters, n_rows)
        self._check(delays)
        h = delays.max(axis=1) / self.n_cells
        ages = delays / h[:, None]
        whole = np.round(ages)
        ages = np.where(np.abs(ages - whole) < ALIGNED * whole, whole, ages)
        if (ages < 1).any():
            row, k = (int(i) for i in np.argwhere(ages < 1)[0])
            raise UsageError(
                "a delay is shorter than a step", where=f"{self.spec.title}, trajectory {row}",
                expected=f"at least {h[row]:.6g}", got=f"{delays[row, k]:.6g}", fix="take a smaller [solver] step",
            )  # fmt: skip
        return rows_of(self.system.parameters, parameters, n_rows, where=self.spec.title), h, ages

    def _check(self, delays: Array) -> None:
        bound = self.longest * (1 + ALIGNED)
        wrong = ~((delays > 0) & (delays <= bound))
        if not wrong.any():
            return
        row, k = (int(i) for i in np.argwhere(wrong)[0])
        value, name = delays[row, k], self.labels[self.delayed.past[k].component]
        where, got = f"{self.spec.title}, trajectory {row}", f"{name}(t - {value:.6g})"
        if value > bound:
            raise UsageError("a delay is longer than the history", where=where, expected=f"at most {self.longest:.6g}",
                             got=got, fix="raise [solver] history, or shorten the delay")  # fmt: skip
        raise UsageError("a delay is not positive", where=where, expected="a positive time", got=got,
                         fix="take parameters for which it is")  # fmt: skip

    def _solved(
        self, start: Array, parameters: Parameters, dt: float, n_points: int, refine: int, *, by_steps: bool = True
    ) -> tuple[Array, Array]:
        _check_dt(dt, self.spec.title)
        if n_points < 1:
            what, expected = "a run has no points", "at least the start"
            raise UsageError(what, where=self.spec.title, expected=expected, got=f"{n_points}", fix="ask for more")
        rows, h, ages = self.scales(parameters, len(start))
        history = refined(self._histories(start), refine)
        f, component = self.function, self.component
        points, end = solve(f, history, rows, h / refine, refine * ages, component, dt, n_points, by_steps=by_steps)
        for k in self.turning:
            points[..., k] = _turned(points[..., k])
            present = _turned(end[:, -1, k])
            end[..., k] -= (end[:, -1, k] - present)[:, None]
            end[:, -1, k] = present
        return points, end

    def _histories(self, start: Array) -> Array:
        given = np.ascontiguousarray(start, dtype=np.float64)
        if given.shape[1:] != self.full_shape:
            what, expected = "these are not histories", f"[trajectory, {self.full_shape[0]}, {self.full_shape[1]}]"
            raise SchemaError(what, where=self.spec.title, expected=expected, got=str(given.shape),
                              fix="take what start, advance or after returns")  # fmt: skip
        return given

    def _longest_delay(self) -> float:
        """The longest delay for which there is a history: as stated, else the longest of the file and its splits."""
        stated = self.spec.solver.get("history")
        if stated is not None and not isinstance(stated, bool):
            return constant(stated, self.spec.parameters, where=f"{self.spec.title}, solver.history")
        longest = 0.0
        for split in ("", *self.spec.splits):
            spread = self.spec.splits[split].parameters if split else {}
            corners = np.array(list(product(*spread.values()))) if spread else np.empty((1, 0))
            given = dict(zip(spread, corners.T, strict=True))
            parameters = derived_parameters(self.spec, given, len(corners))
            longest = max(longest, float(self.delays(parameters, len(corners)).max()))
        return longest

    def _cells(self) -> int:
        stated = self.delays(derived_parameters(self.spec, {}, 1), 1)[0]
        if not (math.isfinite(self.longest) and self.longest > 0 and (stated > 0).all()):
            raise SchemaError("a delay is not positive", where=self.spec.title, expected="a positive time",
                              got=f"{stated.min():.6g}", fix="take parameters for which it is")  # fmt: skip
        fewest = max(
            math.ceil(self.longest / self.step * (1 - 1e-12)), math.ceil(stated.max() / stated.min() - ALIGNED)
        )
        if fewest > MAX_CELLS:
            raise SchemaError("the history has too many cells", where=f"{self.spec.title}, solver.step",
                              expected=f"at most {MAX_CELLS}", got=str(fewest), fix="raise the step")  # fmt: skip
        for n_cells in range(fewest, TRIES * fewest + 1):
            ages = stated * n_cells / stated.max()
            if (np.abs(ages - np.round(ages)) < ALIGNED * ages).all():
                return n_cells
        return int(fewest)


class Delay(Engine):
    """Differential equations with constant delays."""

    name: ClassVar[str] = "delay"
    continues: ClassVar[bool] = False

    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> DelayFlow:
        """The flow of a system's equations. `resolution` does not apply to points."""
        del resolution
        return DelayFlow(spec)


def _turned(angles: Array) -> Array:
    """Angles in [0, 2 pi)."""
    flat = angles.flatten()
    wrap(flat, np.zeros(1, dtype=np.int64), flat.size)
    return flat.reshape(angles.shape)


def _check_dt(dt: float, title: str) -> None:
    if not (dt > 0 and math.isfinite(dt)):
        raise UsageError("the sampling step is not positive", where=title, got=f"dt = {dt}", fix="raise dt")


def _solver(spec: SystemSpec) -> tuple[float, int]:
    """The longest step, and how many exponents a spectrum has."""
    where = f"{spec.title}, solver"
    for key in spec.solver:
        if key not in KEYS:
            raise UnknownName.among("key", key, KEYS, where=where)
    quantity = spec.solver.get("step")
    if quantity is None or isinstance(quantity, bool):
        raise SchemaError("the flow has no step", where=where, expected="step = 0.1 or similar", got=str(quantity),
                          fix="state the largest step of the integrator")  # fmt: skip
    step = constant(quantity, spec.parameters, where=f"{where}.step")
    if step <= 0:
        raise SchemaError("the step is not positive", where=f"{where}.step", got=f"{step}", fix="raise it")
    exponents = constant(_number(spec.solver.get("exponents", EXPONENTS)), where=f"{where}.exponents")
    if not 1 <= exponents <= MOST_EXPONENTS or exponents != round(exponents):
        expected, got = f"a whole number from 1 to {MOST_EXPONENTS}", f"{exponents:g}"
        raise SchemaError("there are not so many exponents", where=f"{where}.exponents", expected=expected, got=got)
    return step, int(exponents)


def _number(quantity: float | str | bool) -> float | str:
    return float(quantity) if isinstance(quantity, bool) else quantity


def _check_start(spec: SystemSpec) -> None:
    boxes = {"start": spec.start.box} | {f"splits.{key}": split.box for key, split in spec.splits.items()}
    for table, box in boxes.items():
        for name in box:
            if name not in spec.state:
                raise UnknownName.among("component", name, spec.state, where=f"{spec.title}, {table}.box")
    for name in spec.state:
        if name not in spec.start.box:
            what, expected = "a component has no start", f"{name} = [low, high]"
            where, fix = f"{spec.title}, start.box", "add its range"
            raise SchemaError(what, where=where, expected=expected, got="nothing", fix=fix)
    for key, split in spec.splits.items():
        for name in split.parameters:
            if name not in spec.parameters:
                raise UnknownName.among("parameter", name, spec.parameters, where=f"{spec.title}, splits.{key}")

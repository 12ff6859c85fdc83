"""How the coordinates of a scene move: its equations, and where it states one their solution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.motion.law import Law, find_law
from dynarena.engines.ode import Flow, Ode
from dynarena.equations.evaluate import evaluate
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr
from dynarena.errors import SchemaError
from dynarena.schema.system import Start, SystemSpec

Array = NDArray[np.float64]

OWN = ("step", "law")


class Coordinates:
    """A flow of coordinates [trajectory, coordinate]: y' = f(y, p) of the file, or its stated solution.

    A solution stands in [solver]: `law` names one of the engine's; else each coordinate `q` has an expression of the
    values `q0` at time 0, of `t`, of parameters, and of keys before it that name parts.
    """

    def __init__(self, spec: SystemSpec) -> None:
        self.title = spec.title
        self.flow = _flow(spec)
        self.names = self.flow.labels
        self.law: Law | None = None
        if "law" in spec.solver:
            where = f"{spec.title}, solver.law"
            self.law = find_law(str(spec.solver["law"]), self.names, tuple(spec.parameters), where=where)
        self.formulas = {} if self.law else _formulas(spec, self.names)

    @property
    def closed(self) -> bool:
        """Whether a solution is stated."""
        return self.law is not None or bool(self.formulas)

    def run(self, start: Array, parameters: Mapping[str, Array], dt: float, n_points: int, refine: int = 1) -> Array:
        """The coordinates every dt, [trajectory, time, coordinate]."""
        start = np.ascontiguousarray(start, dtype=np.float64)
        if not self.closed:
            return self.flow.run(start, parameters, dt, n_points, refine=refine)
        times = dt * np.arange(n_points, dtype=np.float64)
        if self.law is not None:
            path = self.law.solution(start, parameters, times)
        else:
            path = self._by_formulas(start, parameters, times)
        path[:, 0] = start
        return path

    def verify(self, start: Array, parameters: Mapping[str, Array], dt: float, n_points: int) -> Array:
        """The same from the equations, by a second method with half the step."""
        return self.flow.verify(np.ascontiguousarray(start, dtype=np.float64), parameters, dt, n_points)

    def _by_formulas(self, start: Array, parameters: Mapping[str, Array], times: Array) -> Array:
        values: dict[str, Array] = {name: np.asarray(value)[:, None] for name, value in parameters.items()}
        values |= {f"{name}0": start[:, k, None] for k, name in enumerate(self.names)} | {"t": times}
        known, out = array_functions(), np.empty((len(start), len(times), len(self.names)))
        with np.errstate(all="ignore"):  # branches that are not taken
            for name, tree in self.formulas.items():
                values[name] = np.asarray(evaluate(tree, values, known))
        for k, name in enumerate(self.names):
            out[..., k] = values[name]
        return out


def _flow(spec: SystemSpec) -> Flow:
    """The file's equations as a flow of points, with a box of their own for the coordinates."""
    names = [spec.state] if isinstance(spec.state, str) else spec.state
    solver = {"step": spec.solver["step"]} if "step" in spec.solver else {}
    start = Start(box=dict.fromkeys(names, (0.0, 1.0)))
    bare = spec.model_copy(update={"start": start, "solver": solver, "splits": {}, "scene": {}})
    return Ode().compile(bare)


def _formulas(spec: SystemSpec, names: tuple[str, ...]) -> dict[str, Expr]:
    where, trees = f"{spec.title}, [solver]", dict[str, Expr]()
    known = [*spec.parameters, *(f"{name}0" for name in names), "t"]
    for name, text in spec.solver.items():
        if name in OWN:
            continue
        if isinstance(text, bool):
            raise SchemaError("a solution is no expression", where=f"{where}, {name}", got=str(text), fix="write it")
        parts = [part for part in trees if part not in names]
        trees[name] = parse(str(text), [*known, *parts], where=f"{where}, {name}")
    for name in names if trees else ():
        if name not in trees:
            raise SchemaError("a coordinate has no solution", where=where, expected=f'{name} = "…"', got="none",
                              fix="state it, or leave all solutions out")  # fmt: skip
    return trees

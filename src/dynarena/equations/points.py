"""A point system read from its file: names and checked trees."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dynarena.equations.functions import FORCING, POINTWISE, REDUCTIONS
from dynarena.equations.parse import parse
from dynarena.equations.phases import Phases
from dynarena.equations.tree import Expr
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

_INDEXED = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\[i\]")


@dataclass(frozen=True)
class PointSystem:
    """Equations of a state with named components, or of one indexed state `x[i]` of `size` sites (one equation).

    Each `phase(omega)` in the file is a component of the state with derivative omega, behind the file's own; `phases`
    names them, and `angles` all components that live on the circle.
    """

    state: tuple[str, ...]
    parameters: tuple[str, ...]
    equations: tuple[Expr, ...]
    indexed: str | None = None
    size: int = 0
    phases: tuple[str, ...] = ()
    angles: tuple[str, ...] = ()

    @property
    def turning(self) -> tuple[int, ...]:
        """The places of the phases in the state."""
        return tuple(self.state.index(name) for name in self.phases)

    @property
    def labels(self) -> tuple[str, ...]:
        """The name of each component; sites of an indexed state are numbered from 0."""
        return self.state if self.indexed is None else tuple(f"{self.indexed}{i}" for i in range(self.size))

    @property
    def dimension(self) -> int:
        """The number of components."""
        return len(self.labels)

    def expression(self, text: str, *, where: str = "") -> Expr:
        """An expression of state and parameters, such as an invariant; `mean` and `sum` go over sites."""
        names, indexed = _names(self)
        return parse(text, names, indexed=indexed, functions=REDUCTIONS, where=where)


def point_system(spec: SystemSpec) -> PointSystem:
    """The system that a file states. Raises SchemaError or EquationError where it does not fit."""
    parameters = tuple(spec.parameters)
    if isinstance(spec.state, str):
        bare = _indexed_system(spec, spec.state, parameters)
    else:
        _check_state(spec, spec.state)
        bare = PointSystem(tuple(spec.state), parameters, ())
    names, indexed = _names(bare)
    phases = Phases(parameters, where=spec.title)
    functions = FORCING if spec.engine != "map" and bare.indexed is None else POINTWISE
    trees = tuple(
        phases.named(parse(text, names, indexed=indexed, functions=functions, where=f"{spec.title}, equation {number}"))
        for number, text in enumerate(spec.equations, start=1)
    )
    state, angles = (*bare.state, *phases.names), (*spec.angles, *phases.names)
    equations = (*trees, *phases.rates)
    system = PointSystem(state, parameters, equations, bare.indexed, bare.size, phases.names, angles)
    _check_names(spec, system)
    return system


def _names(system: PointSystem) -> tuple[tuple[str, ...], tuple[str, ...]]:
    indexed = () if system.indexed is None else (system.indexed,)
    return (*system.state, *system.parameters), indexed


def _indexed_system(spec: SystemSpec, state: str, parameters: tuple[str, ...]) -> PointSystem:
    match = _INDEXED.fullmatch(state)
    if match is None or spec.size is None or len(spec.equations) != 1:
        got = f"state {state!r}, size {spec.size}, {len(spec.equations)} equations"
        expected = "state 'x[i]', a size and one equation"
        raise SchemaError("the indexed state is incomplete", where=spec.title, expected=expected, got=got, fix="add it")
    return PointSystem((), parameters, (), match.group(1), spec.size)


def _check_state(spec: SystemSpec, state: list[str]) -> None:
    if not state or len(state) != len(spec.equations):
        got = f"{len(state)} names and {len(spec.equations)} equations"
        expected = "one equation for each name of the state"
        raise SchemaError(
            "state and equations do not match", where=spec.title, expected=expected, got=got, fix="add one"
        )


def _check_names(spec: SystemSpec, system: PointSystem) -> None:
    names = [*system.state, *system.parameters, *([system.indexed] if system.indexed else [])]
    for name in names:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            expected = "a letter, then letters, digits or _"
            raise SchemaError(
                "a name cannot be read", where=spec.title, expected=expected, got=repr(name), fix="rename it"
            )
        if names.count(name) > 1:
            raise SchemaError("a name stands twice", where=spec.title, got=repr(name), fix="rename one of them")
    for key in spec.angles:
        if key not in system.labels:
            raise UnknownName.among("angle", key, system.labels, where=f"{spec.title}, angles")

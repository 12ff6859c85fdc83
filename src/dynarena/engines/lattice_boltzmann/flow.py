"""A flow read from its file: viscosity, inflow, lid, force, obstacle, the law of starts."""

from __future__ import annotations

from dataclasses import dataclass

from dynarena.engines.field_box import Box, field_names
from dynarena.engines.field_drawn import Drawn, read_drawn
from dynarena.equations.constants import constant
from dynarena.equations.functions import SPECIAL
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

STATE = ("u", "v", "p", "wall")
KEYS = ("step", "nu", "inflow", "lid", "force", "wall", "u", "v")


@dataclass(frozen=True)
class Flow:
    """Trees of a flow: `nu` and `force` by parameters, `inflow` also by y, `lid` by x; `wall`, `u` and `v` of the start
    by x, y, parameters and drawn quantities. The obstacle is where `wall`, the distance to its surface, is negative.
    """

    step: float
    nu: Expr
    inflow: Expr
    lid: Expr
    force: Expr
    wall: Expr
    u: Expr
    v: Expr
    drawn: Drawn


def read_flow(spec: SystemSpec, box: Box) -> Flow:
    """The flow of a file. Raises SchemaError, UnknownName or EquationError where it does not fit the engine."""
    where = f"{spec.title}, [solver]"
    if tuple(field_names(spec)) != STATE:
        raise SchemaError(
            "the fields of a lattice flow are fixed",
            where=f"{spec.title}, state",
            expected=str(list(STATE)),
            got=str(spec.state),
            fix="name them so, in this order",
        )
    for key in spec.solver:
        if key not in KEYS:
            raise UnknownName.among("key", key, KEYS, where=where)
    for key in ("step", "nu"):
        if key not in spec.solver:
            raise SchemaError(f"{key} is not stated", where=where, expected=f"{key} = …", got="none", fix="state it")
    if abs(box.spacing[0] / box.spacing[1] - 1.0) > 1e-9:
        got = f"{box.spacing[0]:.6g} x {box.spacing[1]:.6g}"
        raise SchemaError("the cells are not square", where=f"{spec.title}, [domain]", expected="equal sides", got=got,
                          fix="match points to lengths")  # fmt: skip
    if box.boundary[1] == "through":
        where = f"{spec.title}, [domain]"
        raise SchemaError("a flow goes through along x", where=where, got="through along y", fix="turn the box")
    drawn = read_drawn(spec)
    plain = tuple(spec.parameters)

    def read(key: str, default: str, names: tuple[str, ...]) -> Expr:
        return parse(str(spec.solver.get(key, default)), names, functions=SPECIAL, where=f"{where}, {key}")

    everywhere = (*plain, *drawn.names, "x", "y")
    step = spec.solver["step"]
    if isinstance(step, bool):
        raise SchemaError("the step is no number", where=where, expected="step = a positive time", got=str(step))
    return Flow(
        constant(step, spec.parameters, where=where), read("nu", "", plain), read("inflow", "0", (*plain, "y")),
        read("lid", "0", (*plain, "x")), read("force", "0", plain), read("wall", "1", everywhere),
        read("u", str(spec.solver.get("inflow", "0")), everywhere), read("v", "0", everywhere), drawn,
    )  # fmt: skip

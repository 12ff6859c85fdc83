"""Switching functions, read off the trees: where a right-hand side has kinks or jumps, and what it is on each side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dynarena.equations.tree import Binary, Call, Compare, Expr, Name, Negate, Number, children, names_in, rebuild, walk

ZERO = Number("0")
_EXTREMES, _JUMPS = ("min", "max"), ("sign", "where")


@dataclass
class Pieces:
    """A right-hand side in pieces.

    In `equations` each |a| is mode * a, each sign(a) is mode, and `min`, `max`, `where` choose by a mode's sign; the
    modes are parameters, 1 where their surface's function is positive and -1 where it is negative. A surface reads
    modes of earlier ones only. `jumps` says which surfaces a field may cross with a jump.
    """

    equations: tuple[Expr, ...] = ()
    surfaces: list[Expr] = field(default_factory=list)
    jumps: list[bool] = field(default_factory=list)

    @property
    def modes(self) -> tuple[str, ...]:
        """Names that no file can give a parameter."""
        return tuple(f"mode {k}" for k in range(len(self.surfaces)))


def has_switches(equations: Sequence[Expr], variables: Sequence[Name]) -> bool:
    """Whether a right-hand side has kinks or jumps that depend on the state."""
    return bool(pieces(equations, variables).surfaces)


def pieces(equations: Sequence[Expr], variables: Sequence[Name]) -> Pieces:
    """The pieces of a right-hand side; surfaces that depend on parameters alone are none."""
    found = Pieces()
    state = frozenset(variable.id for variable in variables)
    found.equations = tuple(_frozen(tree, state, found) for tree in equations)
    return found


def _frozen(expr: Expr, state: frozenset[str], found: Pieces) -> Expr:
    parts = tuple(_frozen(part, state, found) for part in children(expr))
    match expr:
        case Call("abs", _) if _moves(parts[0], state, found):
            return Binary("*", _mode(parts[0], found, jump=False), parts[0])
        case Call("sign", _) if _moves(parts[0], state, found):
            return _mode(parts[0], found, jump=True)
        case Call("min" | "max" as function, _):
            return _extreme(function, parts, state, found)
        case Call("where", _) if isinstance(parts[0], Compare):
            return _chosen(parts[0], parts[1], parts[2], state, found)
    return rebuild(expr, parts)


def _extreme(function: str, parts: tuple[Expr, ...], state: frozenset[str], found: Pieces) -> Expr:
    best = parts[0]
    for other in parts[1:]:
        above = _difference(best, other)
        if not _moves(above, state, found):
            best = Call(function, (best, other))
            continue
        positive = Compare(">", _mode(above, found, jump=False), ZERO)
        first, second = (best, other) if function == "max" else (other, best)
        best = Call("where", (positive, first, second))
    return best


def _chosen(condition: Compare, first: Expr, second: Expr, state: frozenset[str], found: Pieces) -> Expr:
    above = _difference(condition.left, condition.right)
    if not _moves(above, state, found):
        return Call("where", (condition, first, second))
    positive = Compare(">", _mode(above, found, jump=True), ZERO)
    return Call("where", (positive, first, second) if ">" in condition.op else (positive, second, first))


def _difference(left: Expr, right: Expr) -> Expr:
    if isinstance(right, Number) and float(right.text) == 0.0:
        return left
    return Binary("-", left, right)


def _moves(surface: Expr, state: frozenset[str], found: Pieces) -> bool:
    """Whether a surface depends on the state, directly or through a mode."""
    return not names_in(surface).isdisjoint(state | set(found.modes))


def _mode(surface: Expr, found: Pieces, *, jump: bool) -> Expr:
    """The mode of a surface, as a tree: of a known surface's opposite the mode's opposite."""
    for opposite, form in ((False, surface), (True, _opposite(surface))):
        if form in found.surfaces:
            place = found.surfaces.index(form)
            found.jumps[place] |= jump
            mode = Name(found.modes[place])
            return Negate(mode) if opposite else mode
    found.surfaces.append(surface)
    found.jumps.append(jump)
    return Name(found.modes[-1])


def _opposite(surface: Expr) -> Expr:
    match surface:
        case Negate(operand):
            return operand
        case Binary("-", left, right):
            return Binary("-", right, left)
    return Negate(surface)


def kinks(expr: Expr) -> bool:
    """Whether an expression calls a function with kinks or jumps at all."""
    return any(isinstance(part, Call) and part.function in ("abs", *_EXTREMES, *_JUMPS) for part in walk(expr))

"""The phases of periodic forcings: `phase(omega)` is an angle theta of the state with theta' = omega."""

from __future__ import annotations

from collections.abc import Collection

from dynarena.equations.tree import Call, Expr, Name, children, names_in, rebuild
from dynarena.errors import EquationError


class Phases:
    """Collects the distinct phases of a system's equations: `names` (phase, phase2, …) with their `rates`."""

    def __init__(self, parameters: Collection[str], *, where: str) -> None:
        self._parameters = frozenset(parameters)
        self._where = where
        self._found: dict[Expr, Name] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The components that the phases become, in the order found."""
        return tuple(name.id for name in self._found.values())

    @property
    def rates(self) -> tuple[Expr, ...]:
        """The angular frequency of each."""
        return tuple(self._found)

    def named(self, expr: Expr) -> Expr:
        """The expression with each `phase(omega)` replaced by its component.

        Raises EquationError where omega is not an expression of parameters.
        """
        if isinstance(expr, Call) and expr.function == "phase":
            return self._name(expr.arguments[0])
        return rebuild(expr, tuple(self.named(part) for part in children(expr)))

    def _name(self, rate: Expr) -> Name:
        for name in sorted(names_in(rate) - self._parameters):
            raise EquationError(
                "a forcing's frequency varies", where=self._where, expected="an expression of parameters",
                got=repr(name), fix="write the angle as a component of the state",
            )  # fmt: skip
        if rate not in self._found:
            count = len(self._found) + 1
            self._found[rate] = Name("phase" if count == 1 else f"phase{count}")
        return self._found[rate]

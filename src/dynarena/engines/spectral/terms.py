"""A right-hand side multiplied out: a sum of operators applied to products of differentiated fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from dynarena.engines.spectral.grid import AXES, Operator
from dynarena.equations.tree import Binary, Call, Expr, Name, Negate, Number, children, functions_in, names_in, rebuild
from dynarena.errors import EquationError

OPERATORS = frozenset({"dx", "dy", "dz", "lap", "bilap", "grad2", "invlap"})
MOST_TERMS = 400
MOST_BITS = 500


@dataclass(frozen=True, order=True)
class Atom:
    """An operator applied to one field."""

    field: int
    operator: Operator

    @property
    def name(self) -> str:
        """The name under which its values enter a pointwise factor."""
        return f"{self}"


@dataclass(frozen=True)
class Pointwise:
    """A function of atoms, coordinates and parameters that is no polynomial, taken point by point."""

    expression: Expr
    atoms: tuple[Atom, ...] = ()


Factor = Atom | Pointwise


@dataclass(frozen=True)
class Term:
    """number x constants x outer(product of factors); without factors a constant field."""

    number: Fraction
    constants: tuple[Expr, ...]
    outer: Operator
    factors: tuple[Factor, ...]


class Expansion:
    """Multiplies the trees of one system out.

    Names are the fields `state`, the `parameters` and the coordinates of the box.
    """

    def __init__(self, state: Sequence[str], parameters: Collection[str], n_axes: int) -> None:
        self._state = list(state)
        self._parameters = set(parameters)
        self._identity = Operator((0,) * n_axes)
        self._n_axes = n_axes

    def terms(self, expression: Expr, where: str) -> list[Term]:
        """The terms of a right-hand side. Raises EquationError where it is too large or nests nonlinear operators."""
        self._where = where
        return [conserve(term) for term in self._expand(expression)]

    def _expand(self, node: Expr) -> list[Term]:
        names, operators = _contents(node)
        if not operators and names <= self._parameters:
            return [self._constant(node)]
        if not operators and not names & set(self._state):
            return [Term(Fraction(1), (), self._identity, (Pointwise(node),))]
        match node:
            case Name(id):
                return [Term(Fraction(1), (), self._identity, (Atom(self._state.index(id), self._identity),))]
            case Negate(operand):
                return [replace(term, number=-term.number) for term in self._expand(operand)]
            case Binary():
                return self._binary(node)
            case Call(function, arguments) if function in OPERATORS:
                return self._differential(function, self._expand(arguments[0]))
        return [Term(Fraction(1), (), self._identity, (self._pointwise(node),))]

    def _constant(self, node: Expr) -> Term:
        exact = rational(node)
        if exact is not None:
            return Term(exact, (), self._identity, ())
        return Term(Fraction(1), (node,), self._identity, ())

    def _binary(self, node: Binary) -> list[Term]:
        if node.op in "+-":
            sign = 1 if node.op == "+" else -1
            right = [replace(term, number=sign * term.number) for term in self._expand(node.right)]
            return self._bounded(self._expand(node.left) + right)
        if node.op == "*":
            return self._product(self._expand(node.left), self._expand(node.right))
        if node.op == "**":
            return self._power(node)
        names, operators = _contents(node.right)
        if operators or not names <= self._parameters:
            return [Term(Fraction(1), (), self._identity, (self._pointwise(node),))]
        return self._product(self._expand(node.left), [self._constant(Binary("/", Number("1"), node.right))])

    def _power(self, node: Binary) -> list[Term]:
        exponent = int(node.right.text) if isinstance(node.right, Number) else 0
        out = [Term(Fraction(1), (), self._identity, ())]
        base = self._expand(node.left)
        for _ in range(exponent):
            out = self._product(out, base)
        return out

    def _product(self, left: list[Term], right: list[Term]) -> list[Term]:
        if len(left) * len(right) > MOST_TERMS:
            self._bounded([*left] * len(right))
        return [self._multiply(a, b) for a in left for b in right]

    def _multiply(self, a: Term, b: Term) -> Term:
        if (not a.outer.trivial and b.factors) or (not b.outer.trivial and a.factors):
            raise EquationError(
                "a derivative of a product is multiplied by a field",
                where=self._where,
                expected="derivatives of single fields inside products",
                got="for example u*dx(u**2)",
                fix="apply the product rule by hand: dx(u**2) is 2*u*dx(u)",
            )
        factors = tuple(sorted(a.factors + b.factors, key=repr))
        return Term(a.number * b.number, a.constants + b.constants, a.outer.then(b.outer), factors)

    def _differential(self, function: str, terms: list[Term]) -> list[Term]:
        if function == "grad2":
            slopes = [[self._apply(term, self._axis(axis)) for term in terms] for axis in range(self._n_axes)]
            return [term for slope in slopes for term in self._product(slope, slope)]
        if function in ("dx", "dy", "dz"):
            axis = AXES.index(function[1])
            if axis >= self._n_axes:
                raise EquationError(
                    f"{function} differentiates along an axis that the box lacks",
                    where=self._where,
                    expected="derivatives along " + ", ".join(AXES[: self._n_axes]),
                    got=function,
                    fix="add the axis to [domain] or drop the term",
                )
            return [self._apply(term, self._axis(axis)) for term in terms if term.factors]
        power = {"lap": 1, "bilap": 2, "invlap": -1}[function]
        operator = self._identity.then(Operator(self._identity.powers, power))
        return [self._apply(term, operator) for term in terms if term.factors]

    def _axis(self, axis: int) -> Operator:
        return Operator(tuple(int(axis == other) for other in range(self._n_axes)))

    def _apply(self, term: Term, operator: Operator) -> Term:
        match term.factors:
            case (Atom(field, inner),):
                return replace(term, factors=(Atom(field, inner.then(operator)),))
        return replace(term, outer=term.outer.then(operator))

    def _pointwise(self, node: Expr) -> Pointwise:
        atoms: set[Atom] = set()
        expression = self._rename(node, atoms)
        return Pointwise(expression, tuple(sorted(atoms)))

    def _rename(self, node: Expr, atoms: set[Atom]) -> Expr:
        """The tree with every differentiated field replaced by the name of its atom."""
        match node:
            case Name(id) if id in self._state:
                return self._named(node, atoms)
            case Call(function) if function in OPERATORS:
                return self._named(node, atoms)
        return rebuild(node, tuple(self._rename(part, atoms) for part in children(node)))

    def _named(self, node: Expr, atoms: set[Atom]) -> Expr:
        total: Expr | None = None
        for term in self._expand(node):
            if len(term.factors) != 1 or not isinstance(term.factors[0], Atom) or not term.outer.trivial:
                raise EquationError(
                    "a function is applied to the derivative of a product",
                    where=self._where,
                    expected="derivatives of single fields inside functions",
                    fix="apply the chain rule by hand",
                )
            atoms.add(term.factors[0])
            part: Expr = Name(term.factors[0].name)
            for constant in (*term.constants, *_as_numbers(term.number)):
                part = Binary("*", part, constant)
            total = part if total is None else Binary("+", total, part)
        return total or Number("0")

    def _bounded(self, terms: list[Term]) -> list[Term]:
        if len(terms) > MOST_TERMS:
            raise EquationError(
                "the equation is too large when multiplied out",
                where=self._where,
                expected=f"at most {MOST_TERMS} terms",
                got=f"{len(terms)} terms",
                fix="lower the powers of sums",
            )
        return terms


def conserve(term: Term) -> Term:
    """u^n d(u) = d(u^{n+1}) / (n+1): one transform less wherever a product is a derivative."""
    counts = Counter(term.factors)
    if len(counts) != 2 or not all(isinstance(factor, Atom) for factor in counts):
        return term
    for inner, slope in ((a, b) for a in counts for b in counts if a is not b):
        if counts[slope] == 1 and isinstance(inner, Atom) and isinstance(slope, Atom) and inner.field == slope.field:
            for axis in range(len(inner.operator.powers)):
                along = Operator(tuple(int(axis == other) for other in range(len(inner.operator.powers))))
                if inner.operator.then(along) == slope.operator:
                    n = counts[inner] + 1
                    return Term(term.number / n, term.constants, term.outer.then(along), (inner,) * n)
    return term


def rational(node: Expr) -> Fraction | None:
    """The exact value of an expression of numbers alone, None for any other."""
    match node:
        case Number(text):
            return Fraction(text)
        case Negate(operand):
            value = rational(operand)
            return None if value is None else -value
        case Binary(op, left, right):
            a, b = rational(left), rational(right)
            if a is None or b is None or (op == "/" and b == 0) or max(_bits(a), _bits(b)) > MOST_BITS:
                return None
            match op:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a / b
            return a ** int(b)
    return None


def _bits(number: Fraction) -> int:
    return number.numerator.bit_length() + number.denominator.bit_length()


def _as_numbers(number: Fraction) -> tuple[Expr, ...]:
    if number == 1:
        return ()
    top: Expr = Number(str(abs(number.numerator)))
    value: Expr = Binary("/", top, Number(str(number.denominator)))
    return (Negate(value) if number < 0 else value,)


def _contents(node: Expr) -> tuple[frozenset[str], bool]:
    """The names in a tree, and whether it holds a differential operator."""
    return names_in(node), not OPERATORS.isdisjoint(functions_in(node))

"""What one evaluation of a system's right-hand side takes: a linear part and the fewest transforms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dynarena.engines.spectral.grid import Operator
from dynarena.engines.spectral.terms import Atom, Factor, Pointwise, Term
from dynarena.engines.spectral.vorticity import divergence_form
from dynarena.equations.tree import Expr

Product = tuple[Factor, ...]
NONPOLYNOMIAL = 3  # functions that are no polynomial are dealiased like a cubic


@dataclass(frozen=True)
class Coefficient:
    """number x product of constants."""

    number: Fraction
    constants: tuple[Expr, ...]


@dataclass(frozen=True)
class Weight:
    """coefficient x operator, added to one equation."""

    equation: int
    coefficient: Coefficient
    operator: Operator


@dataclass(frozen=True)
class Group:
    """A sum of products that is transformed once, and where its spectrum goes."""

    parts: tuple[tuple[Coefficient, Product], ...]
    weights: tuple[Weight, ...]


@dataclass(frozen=True)
class Coupling:
    """A linear term of another field: it needs no transform."""

    atom: Atom
    weight: Weight


@dataclass(frozen=True)
class Plan:
    """u_t = linear u + couplings + forcing + groups."""

    linear: tuple[Weight, ...]
    couplings: tuple[Coupling, ...]
    forcing: tuple[Group, ...]
    groups: tuple[Group, ...]
    degree: int

    @property
    def atoms(self) -> list[Atom]:
        """The differentiated fields that products need in physical space."""
        found = {atom for group in self.groups for _, product in group.parts for atom in _atoms(product)}
        return sorted(found)

    @property
    def n_transforms(self) -> int:
        """Transforms that one evaluation takes."""
        return len(self.atoms) + len(self.groups)


def make_plan(equations: Sequence[Sequence[Term]]) -> Plan:
    """Sorts the terms of every equation into their kinds and merges products whose spectra go the same ways."""
    linear: list[Weight] = []
    couplings: list[Coupling] = []
    columns: dict[Product, list[Weight]] = defaultdict(list)
    for equation, terms in enumerate(equations):
        for term in divergence_form(terms):
            weight = Weight(equation, Coefficient(term.number, term.constants), term.outer)
            match term.factors:
                case (Atom(field, operator),):
                    whole = Weight(equation, weight.coefficient, term.outer.then(operator))
                    if field == equation:
                        linear.append(whole)
                    else:
                        couplings.append(Coupling(Atom(field, operator), whole))
                case _:
                    columns[term.factors].append(weight)
    fixed = {product: column for product, column in columns.items() if not _atoms(product)}
    moving = {product: column for product, column in columns.items() if _atoms(product)}
    degree = max((_degree(product) for product in moving), default=1)
    return Plan(tuple(linear), tuple(couplings), _merge(fixed), _merge(moving), degree)


def _merge(columns: dict[Product, list[Weight]]) -> tuple[Group, ...]:
    """Products whose weights are proportional are added before the transform."""
    merged: dict[tuple[Weight, ...], list[tuple[Coefficient, Product]]] = defaultdict(list)
    for product, column in columns.items():
        lead, weights = _normalised(column)
        if lead.number:
            merged[weights].append((lead, product))
    return tuple(_lone(parts[0], weights) if len(parts) == 1 else Group(tuple(parts), weights)
                 for weights, parts in merged.items())  # fmt: skip


def _lone(part: tuple[Coefficient, Product], weights: tuple[Weight, ...]) -> Group:
    """A product on its own: its coefficient multiplies the spectrum, which is smaller."""
    lead, product = part
    scaled = (
        Weight(w.equation, Coefficient(lead.number * w.coefficient.number, lead.constants + w.coefficient.constants),
               w.operator)
        for w in weights
    )  # fmt: skip
    return Group(((Coefficient(Fraction(1), ()), product),), tuple(scaled))


def _normalised(column: list[Weight]) -> tuple[Coefficient, tuple[Weight, ...]]:
    """A column as a coefficient times weights whose first number is 1; a single weight loses its constants as well."""
    sums: dict[tuple[int, Operator, tuple[Expr, ...]], Fraction] = defaultdict(Fraction)
    for weight in column:
        sums[weight.equation, weight.operator, weight.coefficient.constants] += weight.coefficient.number
    entries = sorted(((key, number) for key, number in sums.items() if number), key=repr)
    if not entries:
        return Coefficient(Fraction(0), ()), ()
    first = entries[0][1]
    if len(entries) == 1:
        (equation, operator, constants), _ = entries[0]
        return Coefficient(first, constants), (Weight(equation, Coefficient(Fraction(1), ()), operator),)
    weights = (Weight(key[0], Coefficient(number / first, key[2]), key[1]) for key, number in entries)
    return Coefficient(first, ()), tuple(weights)


def _atoms(product: Product) -> tuple[Atom, ...]:
    out: list[Atom] = []
    for factor in product:
        out.extend([factor] if isinstance(factor, Atom) else factor.atoms)
    return tuple(out)


def _degree(product: Product) -> int:
    """How many band-limited factors a product has."""
    return sum(NONPOLYNOMIAL if isinstance(factor, Pointwise) and factor.atoms else 1 for factor in product)

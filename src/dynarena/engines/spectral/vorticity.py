"""Advection of vorticity with two products where the plain form takes four derivatives and a sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dynarena.engines.spectral.grid import Operator
from dynarena.engines.spectral.terms import Atom, Term

_X, _Y = Operator((1, 0)), Operator((0, 1))
_LAPLACIAN = Operator((0, 0), 1)


def divergence_form(terms: Sequence[Term]) -> list[Term]:
    """The terms, with every pair a_x (lap a)_y - a_y (lap a)_x replaced.

    The pair equals (d_yy - d_xx)(a_x a_y) + d_xy(a_x^2 - a_y^2): two inverse and two forward transforms instead of four
    and one (Basdevant 1983, J. Comput. Phys. 50, 209).
    """
    left = list(terms)
    out: list[Term] = []
    for term in terms:
        potential = _potential(term)
        partner = _partner(term, potential) if potential else None
        if potential and partner in left and term in left:
            left.remove(term)
            left.remove(partner)
            out.extend(_stresses(term, potential))
    return left + out


def _potential(term: Term) -> Atom | None:
    """The a of a term a_x (lap a)_y."""
    if len(term.factors) != 2 or len(term.outer.powers) != 2:
        return None
    for slope, other in (term.factors, term.factors[::-1]):
        if isinstance(slope, Atom) and isinstance(other, Atom) and slope.operator.powers[0] > 0:
            powers = (slope.operator.powers[0] - 1, slope.operator.powers[1])
            potential = Atom(slope.field, replace(slope.operator, powers=powers))
            if other == _along(potential, _LAPLACIAN, _Y) and slope == _along(potential, _X):
                return potential
    return None


def _partner(term: Term, potential: Atom) -> Term:
    """The term -a_y (lap a)_x."""
    factors = (_along(potential, _Y), _along(potential, _LAPLACIAN, _X))
    return replace(term, number=-term.number, factors=tuple(sorted(factors, key=repr)))


def _stresses(term: Term, potential: Atom) -> list[Term]:
    x, y = _along(potential, _X), _along(potential, _Y)
    mixed = tuple(sorted((x, y), key=repr))
    parts = [(1, (_Y, _Y), mixed), (-1, (_X, _X), mixed), (1, (_X, _Y), (x, x)), (-1, (_X, _Y), (y, y))]
    return [
        replace(term, number=sign * term.number, outer=term.outer.then(a).then(b), factors=factors)
        for sign, (a, b), factors in parts
    ]


def _along(atom: Atom, *operators: Operator) -> Atom:
    operator = atom.operator
    for other in operators:
        operator = operator.then(other)
    return Atom(atom.field, operator)

"""Monomials of many variables: the dictionary of polynomial maps and flows."""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import comb

import torch
from torch import Tensor


class Monomials:
    """1, x_1 … x_n, x_1², x_1 x_2 … up to a total degree, each once, in the order of increasing degree.

    Within a degree the order is lexicographic, as in scikit-learn's PolynomialFeatures and pysindy's
    PolynomialLibrary. There are `monomial_count(size, degree)` of them.
    """

    def __init__(self, size: int, degree: int) -> None:
        self.terms: list[tuple[int, ...]] = [()]
        self._factors: list[tuple[Tensor, Tensor]] = []
        place: dict[tuple[int, ...], int] = {(): 0}
        for order in range(1, degree + 1):
            terms = list(combinations_with_replacement(range(size), order))
            first = len(self.terms)
            self.terms += terms
            parents = torch.tensor([place[term[:-1]] for term in terms], dtype=torch.long)
            self._factors.append((parents, torch.tensor([term[-1] for term in terms], dtype=torch.long)))
            place = {term: first + index for index, term in enumerate(terms)}

    def __len__(self) -> int:
        return len(self.terms)

    def __call__(self, x: Tensor) -> Tensor:
        """[..., size] -> [..., count]."""
        values = torch.ones_like(x[..., :1])
        for parents, variables in self._factors:
            values = torch.cat([values, values[..., parents] * x[..., variables]], dim=-1)
        return values


def monomial_count(size: int, degree: int) -> int:
    """(size + degree)! / (size! degree!)"""
    return comb(size + degree, degree)


def affordable_degree(size: int, degree: int, most: int) -> int:
    """The highest degree, at most `degree` and at least 1, of which there are at most `most` monomials."""
    return next((d for d in range(degree, 1, -1) if monomial_count(size, d) <= most), 1)

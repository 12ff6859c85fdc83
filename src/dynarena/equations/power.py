"""Whole powers as products, always in one order, so that every evaluator gives the same bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def power(base: T, exponent: int, multiply: Callable[[T, T], T], one: T) -> T:
    """base ** exponent for exponent >= 0: square, and multiply by the base, along the exponent's bits from the top."""
    if exponent == 0:
        return one
    result = base
    for bit in bin(exponent)[3:]:
        result = multiply(result, result)
        if bit == "1":
            result = multiply(result, base)
    return result

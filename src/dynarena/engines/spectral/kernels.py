"""Sums of products of multipliers and spectra in one pass over memory, the same bits as one operation after another."""

from __future__ import annotations

from typing import Any

from numba import njit

BLOCK = 1024  # numbers: what a sum reads and writes stays in the first-level cache
REAL, IMAGINARY, COMPLEX = 0, 1, 2
FRESH, ONTO, INTO = 0, 1, 2

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _real(out: Any, source: Any, real: Any, first: bool) -> None:
    if first:
        for j in range(out.size):
            out[j] = source[j] * real[j]
    else:
        for j in range(out.size):
            out[j] += source[j] * real[j]


@_jit
def _imaginary(out: Any, source: Any, turned: Any, first: bool) -> None:
    if first:
        for k in range(out.size // 2):
            x, y = source[2 * k], source[2 * k + 1]
            out[2 * k] = y * turned[2 * k]
            out[2 * k + 1] = x * turned[2 * k + 1]
    else:
        for k in range(out.size // 2):
            x, y = source[2 * k], source[2 * k + 1]
            out[2 * k] += y * turned[2 * k]
            out[2 * k + 1] += x * turned[2 * k + 1]


@_jit
def _complex(out: Any, source: Any, real: Any, turned: Any, first: bool) -> None:
    if first:
        for k in range(out.size // 2):
            x, y = source[2 * k], source[2 * k + 1]
            out[2 * k] = y * turned[2 * k] + x * real[2 * k]
            out[2 * k + 1] = x * turned[2 * k + 1] + y * real[2 * k + 1]
    else:
        for k in range(out.size // 2):
            x, y = source[2 * k], source[2 * k + 1]
            out[2 * k] += y * turned[2 * k] + x * real[2 * k]
            out[2 * k + 1] += x * turned[2 * k + 1] + y * real[2 * k + 1]


@_jit
def add_products(
    out: Any, base: Any, how: int, sources: Any, reals: Any, turned: Any, kinds: Any, outer: int, inner: int, width: int
) -> None:
    """out = [base, out or nothing] + sum over terms of multiplier x source, on real views, for outer x inner rows.

    `how` says what the sum starts from: FRESH nothing, ONTO base, INTO out itself. A multiplier has one row for the
    inner ones. Of a real multiplier `reals` holds each number twice; of an imaginary one `turned` holds minus and plus
    the number, which meet the source's imaginary and real parts.
    """
    for row in range(outer * inner):
        at, of = row * width, (row // inner) * width
        for begin in range(0, width, BLOCK):
            end = min(begin + BLOCK, width)
            target = out[at + begin : at + end]
            if how == ONTO:
                onto = base[at + begin : at + end]
                for j in range(target.size):
                    target[j] = onto[j]
            for term in range(len(kinds)):
                source, first = sources[term][at + begin : at + end], how == FRESH and term == 0
                if kinds[term] == REAL:
                    _real(target, source, reals[term][of + begin : of + end], first)
                elif kinds[term] == IMAGINARY:
                    _imaginary(target, source, turned[term][of + begin : of + end], first)
                else:
                    real, turn = reals[term][of + begin : of + end], turned[term][of + begin : of + end]
                    _complex(target, source, real, turn, first)

"""Trajectories side by side: blocks of rows laid out [component, lane], and angles brought back to one turn.

A block that the last rows do not fill repeats the last of them, so that every lane computes something finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.parallel import share

Array = NDArray[np.float64]
Places = NDArray[np.int64]

TURN = 6.283185307179586  # 2 pi, and what its float misses
TURN_TAIL = 2.4492935982947064e-16
PER_TURN = 0.15915494309189535

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def pack(rows: Array, first: int, lanes: int, packed: Array) -> None:
    """packed[component*lanes + lane] = rows[first + lane, component]."""
    for lane in range(lanes):
        row = min(first + lane, rows.shape[0] - 1)
        for k in range(rows.shape[1]):
            packed[k * lanes + lane] = rows[row, k]


@_jit
def unpack(packed: Array, first: int, lanes: int, rows: Array) -> None:
    """rows[first + lane, component] = packed[component*lanes + lane] where there is such a row."""
    for lane in range(min(lanes, rows.shape[0] - first)):
        for k in range(rows.shape[1]):
            rows[first + lane, k] = packed[k * lanes + lane]


@_jit
def wrapped(angle: float) -> float:
    """The angle in [0, 2 pi) that differs by whole turns, to the last bit of the angle given."""
    turns = np.floor(angle * PER_TURN)
    rest = (angle - turns * TURN) - turns * TURN_TAIL
    rest = rest + TURN if rest < 0.0 else rest
    rest = rest - TURN if rest >= TURN else rest
    return 0.0 if rest < 0.0 else rest


@_jit
def wrap(packed: Array, turning: Places, lanes: int) -> None:
    """Bring the components in `turning` of each lane back to [0, 2 pi)."""
    for k in turning:
        for lane in range(lanes):
            packed[k * lanes + lane] = wrapped(packed[k * lanes + lane])


def share_blocks(work: Callable[[int, int], Any], n_rows: int, lanes: int) -> None:
    """Call work(first, last) on ranges of blocks of rows, one range a thread."""
    share(work, math.ceil(n_rows / lanes))

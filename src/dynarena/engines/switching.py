"""When a smooth continuation of one piece of a flow first crosses a surface, to rounding."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.switch_motion import Piece, filippov, motion
from dynarena.engines.switch_steps import STAGES, checking_step, runge_kutta_step

Array = NDArray[np.float64]

ROUNDING = 2.0**-49  # of the terms of a surface's function: less is on the surface
LOCATING = 200  # trials for one crossing

_jit = njit(cache=True, error_model="numpy", nogil=True)


class Work(NamedTuple):
    """Scratch of one trajectory: of states [d] and of surfaces [n]."""

    stages: Array
    w: Array
    after: Array
    velocity: Array
    other: Array
    normals: Array
    heights: Array
    rates: Array
    noise: Array
    ends: Array
    end_rates: Array
    end_noise: Array


@_jit
def work_for(d: int, n: int) -> Work:
    """Scratch for d components and n surfaces."""
    return Work(
        np.empty((STAGES, d)), np.empty(d), np.empty(d), np.empty(d), np.empty(d),
        np.empty(n * d), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n),
    )  # fmt: skip


@_jit
def step(y: Array, piece: Piece, h: float, work: Work, checking: bool) -> None:
    """One step within a piece, of order 8 or, for checking, by extrapolation of order 10."""
    if checking:
        checking_step(y, piece, h, work.stages)
    else:
        runge_kutta_step(y, piece, h, work.stages, work.w)


@_jit
def survey(y: Array, piece: Piece, work: Work, heights: Array, rates: Array, noise: Array) -> None:
    """How far each surface lies on the side of its mode, how fast that grows, and what rounding makes of it.

    Of a surface that slides the height is 1 - |weight|.
    """
    d = y.shape[0]
    piece.surfaces(y, piece.q, heights)
    piece.normals(y, piece.q, work.normals)
    motion(y, piece, work.velocity)
    for k in range(piece.modes.shape[0]):
        rates[k], noise[k] = 0.0, 0.0
        for c in range(d):
            rates[k] += work.normals[k * d + c] * work.velocity[c]
            noise[k] += abs(work.normals[k * d + c] * y[c])
        heights[k] *= piece.modes[k]
        rates[k] *= piece.modes[k]
        noise[k] *= ROUNDING
    for k in range(piece.modes.shape[0]):
        if piece.slides[k] > 0.5:
            heights[k], rates[k], noise[k] = 1.0 - abs(weight(y, piece, k)), 0.0, 0.0


@_jit
def weight(y: Array, piece: Piece, k: int) -> float:
    """The weight of the mode of surface k, on which the state slides."""
    return float(filippov(y, piece, np.empty(y.shape[0]))[k])


@_jit
def _height(y: Array, piece: Piece, h: float, k: int, work: Work, checking: bool) -> float:
    """The height over surface k after a step of h."""
    work.other[:] = y
    step(work.other, piece, h, work, checking)
    if piece.slides[k] > 0.5:
        return float(1.0 - abs(weight(work.other, piece, k)))
    values = np.empty(piece.modes.shape[0])
    piece.surfaces(work.other, piece.q, values)
    return float(values[k] * piece.modes[k])


@_jit
def _locate(
    y: Array, piece: Piece, low: float, high: float, top: float, bottom: float, k: int, work: Work,
    checking: bool,
) -> float:  # fmt: skip
    """The step to the zero of a height that is `top` > 0 after `low` and `bottom` <= 0 after `high`, to rounding.

    By the Illinois form of the false position, or by bisection for checking.
    """
    side = 0
    for _ in range(LOCATING):
        middle = 0.5 * (low + high)
        if not checking:
            trial = high - bottom * (high - low) / (bottom - top)
            middle = trial if low < trial < high else middle
        if middle <= low or middle >= high or high - low <= 2.0**-52 * high:
            break
        value = _height(y, piece, middle, k, work, checking)
        if value > 0.0:
            low, top = middle, value
            bottom = 0.5 * bottom if side == 1 else bottom
            side = 1
        else:
            high, bottom = middle, value
            top = 0.5 * top if side == -1 else top
            side = -1
            if value == 0.0:
                break
    return high


@_jit
def _dip(top: float, top_rate: float, end: float, end_rate: float, sense: float) -> float:
    """Where in (0, 1) the cubic with these values and slopes at the ends is lowest (sense 1) or highest (-1), or -1."""
    a = 6.0 * (top - end) + 3.0 * (top_rate + end_rate)
    b = -6.0 * (top - end) - 4.0 * top_rate - 2.0 * end_rate
    c = top_rate
    if a == 0.0:
        place = -c / b if b != 0.0 else -1.0
        return place if 0.0 < place < 1.0 and sense * b > 0.0 else -1.0
    under = b * b - 4.0 * a * c
    if under <= 0.0:
        return -1.0
    place = (-b + sense * math.sqrt(under)) / (2.0 * a)  # there the slope's slope, 2 a t + b, has the sign of `sense`
    return place if 0.0 < place < 1.0 else -1.0


@_jit
def crossing(y: Array, piece: Piece, h: float, k: int, work: Work, checking: bool) -> float:
    """The step, at most h, after which surface k is crossed; infinity where it is not.

    Reads the surveys at both ends. A height that dips below zero and returns is found by the cubic through both ends.
    """
    top, end = work.heights[k], work.ends[k]
    if piece.slides[k] > 0.5:
        return _release(y, piece, h, k, work, checking)
    rate, end_rate = work.rates[k] * h, work.end_rates[k] * h
    away = top <= work.noise[k]
    low, high, bottom = 0.0, h, end
    if end >= -work.end_noise[k]:
        place = _dip(top, rate, end, end_rate, 1.0)
        if place < 0.0:
            return np.inf
        high = place * h
        bottom = _height(y, piece, high, k, work, checking)
        if bottom >= -max(work.noise[k], work.end_noise[k]):
            return np.inf
    if away:
        place = _dip(top, rate, end, end_rate, -1.0)
        low = high * (place if 0.0 < place < 1.0 else 0.5)
        for _ in range(60):
            top = _height(y, piece, low, k, work, checking)
            if top > 0.0:
                break
            low, high, bottom = 0.5 * low, low, top
        if top <= 0.0:
            return 0.0
    return _locate(y, piece, low, high, top, bottom, k, work, checking)


@_jit
def _release(y: Array, piece: Piece, h: float, k: int, work: Work, checking: bool) -> float:
    """The step, at most h, after which surface k no longer attracts from both sides; infinity where it does."""
    if work.heights[k] <= 0.0:
        return 0.0
    low, top = 0.0, work.heights[k]
    for quarter in range(1, 5):
        high = 0.25 * quarter * h
        bottom = _height(y, piece, high, k, work, checking)
        if bottom <= 0.0:
            return _locate(y, piece, low, high, top, bottom, k, work, checking)
        low, top = high, bottom
    return np.inf

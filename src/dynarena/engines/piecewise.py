"""Flows with kinks and jumps: steps end where a surface is met, so that each step stays within one smooth piece.

Within a step the modes are frozen and the smooth continuation of the piece is followed. A step that would cross a
surface is cut at the crossing, which is found to rounding; there the mode changes, or the state begins to slide.
What happens between two points depends on the first alone.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.lanes import wrap
from dynarena.engines.switch_motion import Function, Piece, motion, piece_of
from dynarena.engines.switch_steps import runge_kutta_step
from dynarena.engines.switching import Work, crossing, step, survey, weight, work_for

Array = NDArray[np.float64]
Places = NDArray[np.int64]

EVENTS = 1000  # in one step: more have a limit point
COLLAPSE = 2.0**-26  # the factor by which a direction that sliding removes is counted as shrunk

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def _rate(y: Array, piece: Piece, k: int, mode: float, work: Work) -> float:
    """How fast the function of surface k grows where its mode is as given and it does not slide."""
    d = y.shape[0]
    kept, slides = piece.modes[k], piece.slides[k]
    piece.modes[k], piece.slides[k] = mode, 0.0
    piece.normals(y, piece.q, work.normals)
    motion(y, piece, work.other)
    piece.modes[k], piece.slides[k] = kept, slides
    rate = 0.0
    for c in range(d):
        rate += work.normals[k * d + c] * work.other[c]
    return rate


@_jit
def _switch(y: Array, piece: Piece, k: int, work: Work) -> None:
    """Change the mode of surface k, on which the state lies: across it, onto it, or off it."""
    if piece.slides[k] > 0.5:
        piece.modes[k] = 1.0 if weight(y, piece, k) > 0.0 else -1.0
        piece.slides[k] = 0.0
        return
    beyond = -piece.modes[k]
    if _rate(y, piece, k, beyond, work) * beyond < 0.0 and _rate(y, piece, k, -beyond, work) * beyond > 0.0:
        piece.slides[k] = 1.0
    else:
        piece.modes[k] = beyond
    survey(y, piece, work, work.heights, work.rates, work.noise)
    for other in range(piece.modes.shape[0]):  # a surface that reads this mode may have jumped past the state
        if other != k and piece.slides[other] < 0.5 and work.heights[other] < -work.noise[other]:
            piece.modes[other] = -piece.modes[other]


@_jit
def settle(y: Array, piece: Piece, work: Work) -> None:
    """The modes at a state: by the side of each surface, and on one by the fields on both sides."""
    for k in range(piece.modes.shape[0]):
        piece.modes[k], piece.slides[k] = 1.0, 0.0
    for k in range(piece.modes.shape[0]):
        piece.surfaces(y, piece.q, work.heights)
        piece.modes[k] = -1.0 if work.heights[k] < 0.0 else 1.0
    survey(y, piece, work, work.heights, work.rates, work.noise)
    for k in range(piece.modes.shape[0]):
        if abs(work.heights[k]) <= work.noise[k]:
            above, below = _rate(y, piece, k, 1.0, work), _rate(y, piece, k, -1.0, work)
            if above < 0.0 < below:
                piece.slides[k] = 1.0
            elif above * below > 0.0:
                piece.modes[k] = 1.0 if above > 0.0 else -1.0
            survey(y, piece, work, work.heights, work.rates, work.noise)


@_jit
def _return_to_surfaces(y: Array, piece: Piece, work: Work) -> None:
    """Take off what rounding and the step have left between the state and the surfaces on which it slides."""
    d = y.shape[0]
    for k in range(piece.modes.shape[0]):
        if piece.slides[k] > 0.5:
            piece.surfaces(y, piece.q, work.heights)
            piece.normals(y, piece.q, work.normals)
            square = 0.0
            for c in range(d):
                square += work.normals[k * d + c] * work.normals[k * d + c]
            for c in range(d):
                y[c] -= work.heights[k] * work.normals[k * d + c] / square


@_jit
def _cross_tangents(whole: Array, piece: Piece, k: int, work: Work) -> None:
    """Switch surface k and carry tangent vectors across: V += (f+ - f-) (g' V) / (g' f-).

    Where the motion begins to slide, the direction that it removes shrinks by COLLAPSE.
    """
    d = work.velocity.shape[0]
    y, normal, jump = whole[:d], np.empty(d), np.empty(d)
    piece.normals(y, piece.q, work.normals)
    normal[:] = work.normals[k * d : k * d + d]
    motion(y, piece, jump)
    before, slid = 0.0, piece.slides[k] > 0.5
    for c in range(d):
        before += normal[c] * jump[c]
    _switch(y, piece, k, work)
    if slid:
        return
    motion(y, piece, work.velocity)
    shrink = COLLAPSE if piece.slides[k] > 0.5 else 0.0
    after = 0.0
    for c in range(d):
        jump[c] = work.velocity[c] - (1.0 - shrink) * jump[c]
        after += normal[c] * jump[c]
    for column in range(d):
        along = 0.0
        for c in range(d):
            along += normal[c] * whole[d + c * d + column]
        for c in range(d):
            whole[d + c * d + column] += jump[c] * along / before
    whole[d + d * d] += math.log(abs(1.0 + after / before))


@_jit
def advance(whole: Array, piece: Piece, h: float, work: Work, larger: Work, checking: bool) -> None:
    """Bring a state, alone or with tangent vectors behind it, a time h further, across as many surfaces as it meets.

    `larger` is scratch of the length of `whole`. A state that meets more than EVENTS surfaces becomes nan.
    """
    d, left = work.velocity.shape[0], h
    y = whole[:d]
    for _ in range(EVENTS):
        survey(y, piece, work, work.heights, work.rates, work.noise)
        work.after[:] = y
        step(work.after, piece, left, work, checking)
        survey(work.after, piece, work, work.ends, work.end_rates, work.end_noise)
        soonest, met = np.inf, -1
        for k in range(piece.modes.shape[0]):
            time = crossing(y, piece, left, k, work, checking)
            if time < soonest:
                soonest, met = time, k
        span = min(soonest, left)
        if whole.shape[0] > d:
            runge_kutta_step(whole, piece, span, larger.stages, larger.w)
        elif met < 0:
            y[:] = work.after
        elif span > 0.0:
            step(y, piece, span, work, checking)
        _return_to_surfaces(y, piece, work)
        left -= span
        if met < 0:
            return
        if whole.shape[0] > d:
            _cross_tangents(whole, piece, met, work)
        else:
            _switch(y, piece, met, work)
        if left <= 0.0:
            return
    whole[:] = np.nan


@_jit
def piecewise(
    field: Function, slopes: Function, surfaces: Function, normals: Function, p: Array, n: int, h: float, substeps: int,
    checking: bool, turning: Places, out: Array, first: int, last: int,
) -> None:  # fmt: skip
    """Fill out [trajectory, time, component] from its first points on, for rows first to last; of n surfaces."""
    size, parameters = out.shape[2], p.shape[1]
    piece = piece_of(field, slopes, surfaces, normals, parameters, n, size)
    y, work = np.empty(size), work_for(size, n)
    for row in range(first, last):
        piece.q[:parameters] = p[row]
        y[:] = out[row, 0]
        for point in range(1, out.shape[1]):
            settle(y, piece, work)
            for _ in range(substeps):
                advance(y, piece, h, work, work, checking)
            wrap(y, turning, 1)
            out[row, point] = y

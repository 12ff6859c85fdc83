"""Between the grid and step of a test and those of train: what lets a model of one grid answer on another."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from torch import Tensor

from dynarena.schema.task import Task

Array = NDArray[np.float64]
EVEN = 1e-6  # relative difference of two steps or coordinates that counts as none


class Regrid:
    """States of a test whose grid or step differ from train's, as train would show them, and back.

    Along a periodic axis of evenly spaced points Fourier series are cut or continued by zeros; along any other, and in
    time, cubic splines go through the points. Beyond the outermost points of an axis the nearest value holds.
    """

    def __init__(self, task: Task) -> None:
        self.test, train = task, task.training
        self.ratio = task.dt / train.dt
        steps = max(1, math.ceil(task.horizon * self.ratio - EVEN))
        self.train = dataclasses.replace(train, horizon=steps)

    def context(self, states: Tensor) -> Tensor:
        """What was observed, [batch, time, *state], at train's points and step; the last time is kept."""
        values = _on_grid(_array(states), self.test, self.train)
        count = states.shape[1]
        if abs(self.ratio - 1) > EVEN and count > 1:
            kept = math.floor((count - 1) * self.ratio + EVEN) + 1
            wanted = count - 1 - np.arange(kept)[::-1] / self.ratio
            values = CubicSpline(np.arange(count), values, axis=1)(wanted)
        return _like(values, states)

    def answer(self, path: Tensor, context: Tensor) -> Tensor:
        """The forecast [(K,) batch, steps of train, *state] at the test's points and leads.

        `context` is what `context()` gave; its last state is that of lead 0.
        """
        values, axis = _array(path), path.dim() - len(self.test.shape) - 1
        if abs(self.ratio - 1) > EVEN:
            last = np.broadcast_to(_array(context[:, -1:]), (*values.shape[:axis], 1, *values.shape[axis + 1 :]))
            known = np.concatenate([last, values], axis=axis)
            leads = np.arange(1, self.test.horizon + 1, dtype=np.float64) * self.ratio
            whole = np.abs(leads - leads.round()).max() < EVEN
            taken = leads.round().astype(int)
            values = known.take(taken, axis) if whole else _spline(known, leads, axis)
        return _like(_on_grid(values, self.train, self.test), path)


def _spline(known: Array, at: Array, axis: int) -> Array:
    return np.asarray(CubicSpline(np.arange(known.shape[axis]), known, axis=axis)(at))


def _on_grid(values: Array, source: Task, target: Task) -> Array:
    """Fields [..., field, *space] from one task's points to another's."""
    for place, name in enumerate(source.dims[1:]):
        axis = values.ndim - len(source.dims) + 1 + place
        points, wanted = (_points(task, name, place) for task in (source, target))
        if len(points) == len(wanted) and np.allclose(points, wanted, rtol=EVEN, atol=EVEN):
            continue
        if _periodic(source, place) and _periodic(target, place):
            values = _fourier(values, len(wanted), axis)
        else:
            inside = np.clip(wanted, points[0], points[-1])
            values = np.asarray(CubicSpline(points, values, axis=axis)(inside))
    return values


def _points(task: Task, name: str, place: int) -> Array:
    return np.asarray(task.grid.get(name, np.arange(task.shape[1 + place])), dtype=np.float64)


def _periodic(task: Task, place: int) -> bool:
    ends = task.facts.get("boundary")
    return ends is None or ends[place] == "periodic"


def _fourier(values: Array, count: int, axis: int) -> Array:
    """The same Fourier series at `count` points; a wave that both ends of the shorter grid share is halved there."""
    before = values.shape[axis]
    waves = np.fft.rfft(values, axis=axis)
    few = min(before, count)
    kept = np.moveaxis(waves, axis, -1)[..., : few // 2 + 1].copy()
    if few % 2 == 0 and count != before:
        kept[..., -1] = kept[..., -1] / 2 if count > before else 2 * kept[..., -1].real
    out = np.fft.irfft(kept, n=count, axis=-1) * (count / before)
    return np.asarray(np.moveaxis(out, -1, axis))


def _array(values: Tensor) -> Array:
    return np.asarray(values.detach().cpu().double().numpy())


def _like(values: Array, other: Tensor) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).to(other)

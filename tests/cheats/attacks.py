"""Answers that know nothing of the dynamics, or spoil what they know: no metric may prefer one to the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.ndimage import uniform_filter1d

from dynarena.schema.task import Task

Array = np.ndarray


@dataclass(frozen=True)
class Scene:
    """One task with all that a cheat could use.

    `truth` and `other` (another truth of the same law) are [trajectory, time, *state], `context` what came before,
    `train` [trajectory, longer time, *state]. Frames are fractions. `exact` is the Dataset that metrics compare with.
    """

    task: Task
    truth: Array
    context: Array
    train: Array
    exact: xr.Dataset
    other: Array | None = None

    @property
    def spread(self) -> Array:
        """The std of each channel, 1 where it never varies, ready to meet states."""
        std = np.array(self.task.std)
        return np.where(std > 0, std, 1.0).reshape(-1, *[1] * (len(self.task.dims) - 1))

    def forecast(self, states: Array) -> xr.Dataset:
        """An answer as the harness hands it to a metric."""
        axes = ("trajectory", "time", *self.task.dims)
        axes = ("sample", *axes) if states.ndim > len(axes) else axes
        return xr.Dataset({self.task.variable: (axes, states)})


def frozen(scene: Scene, rng: np.random.Generator) -> Array:
    """Persistence: the last observed state for ever."""
    return np.repeat(scene.context[:, -1:], scene.truth.shape[1], axis=1)


def climatology(scene: Scene, rng: np.random.Generator) -> Array:
    """The train mean of each channel everywhere."""
    mean = np.array(scene.task.mean).reshape(-1, *[1] * (len(scene.task.dims) - 1))
    return np.broadcast_to(mean, scene.truth.shape).copy()


def shuffled(scene: Scene, rng: np.random.Generator) -> Array:
    """The truth's own states in random order."""
    return scene.truth[:, rng.permutation(scene.truth.shape[1])]


def time_reversed(scene: Scene, rng: np.random.Generator) -> Array:
    """The truth run backwards."""
    return scene.truth[:, ::-1].copy()


def jittered(scene: Scene, rng: np.random.Generator) -> Array:
    """The truth with every state shaken: by noise, or a frame moved by up to two pixels each way."""
    if scene.task.kind != "video":
        return scene.truth + 0.5 * scene.spread * rng.normal(size=scene.truth.shape)
    shaken = scene.truth.copy()
    for clip in shaken:
        for lead in range(len(clip)):
            clip[lead] = np.roll(clip[lead], rng.choice([-2, -1, 1, 2], size=2), axis=(1, 2))
    return shaken


def constant_offset(scene: Scene, rng: np.random.Generator) -> Array:
    """The truth, off by one std in every channel; frames are moved by three pixels."""
    if scene.task.kind == "video":
        return np.roll(scene.truth, 3, axis=-1)
    return scene.truth + scene.spread


def one_huge_row(scene: Scene, rng: np.random.Generator) -> Array:
    """The truth with a single state thrown far out."""
    thrown = scene.truth.copy()
    thrown[0, scene.truth.shape[1] // 2] += 1e9
    return thrown


def huge_row_on_climatology(scene: Scene, rng: np.random.Generator) -> Array:
    """A constant with one state far out, which stretches bins that are fitted to the forecast."""
    thrown = climatology(scene, rng)
    thrown[:, -1] = 1e9
    return thrown


def nearest_analogue(scene: Scene, rng: np.random.Generator) -> Array:
    """What followed the train state nearest to the last observed one."""
    leads = scene.truth.shape[1]
    starts = scene.train[:, :-leads]
    answers = []
    for last in scene.context[:, -1]:
        apart = (((starts - last) / scene.spread) ** 2).reshape(*starts.shape[:2], -1).sum(axis=2)
        n, t = np.unravel_index(np.argmin(apart), apart.shape)
        answers.append(scene.train[n, t + 1 : t + 1 + leads])
    return np.stack(answers)


def copy_of_train(scene: Scene, rng: np.random.Generator) -> Array:
    """Train trajectories, as they are."""
    return scene.train[np.arange(len(scene.truth)) % len(scene.train), : scene.truth.shape[1]].copy()


def smoothed(scene: Scene, rng: np.random.Generator) -> Array:
    """The truth, averaged in time over two thirds of the horizon."""
    return uniform_filter1d(scene.truth, max(3, 2 * scene.truth.shape[1] // 3), axis=1, mode="nearest")


def teleporting(scene: Scene, rng: np.random.Generator) -> Array:
    """At every lead the true state of a trajectory drawn anew."""
    n, leads = scene.truth.shape[:2]
    return scene.truth[rng.integers(n, size=(n, leads)), np.arange(leads)]


def vanishing(scene: Scene, rng: np.random.Generator) -> Array:
    """The truth for a while, then nothing."""
    gone = scene.truth.copy()
    gone[:, scene.truth.shape[1] // 3 :] = 1.0 if scene.task.kind == "video" else 0.0
    return gone


Attack = Callable[[Scene, np.random.Generator], Array]

ATTACKS: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (
        frozen,
        climatology,
        shuffled,
        time_reversed,
        jittered,
        constant_offset,
        one_huge_row,
        huge_row_on_climatology,
        nearest_analogue,
        copy_of_train,
        smoothed,
        teleporting,
        vanishing,
    )
}

SAME_LAW = {"time_reversed", "nearest_analogue", "copy_of_train"}
"""Answers whose states have the law of the truth, in an order that its spectrum has too: only comparison with the very
trajectory tells them apart, so no distributional metric claims to."""


def not_a_number(scene: Scene) -> Array:
    """The truth with one NaN."""
    return _with(scene, np.nan)


def infinite(scene: Scene) -> Array:
    """The truth with one Inf."""
    return _with(scene, np.inf)


def all_nan(scene: Scene) -> Array:
    """Nothing but NaN."""
    return np.full_like(scene.truth, np.nan)


def broadcastable(scene: Scene) -> Array:
    """One state in place of all: numpy would stretch it silently."""
    return scene.truth.mean(axis=(0, 1), keepdims=True)


def one_trajectory(scene: Scene) -> Array:
    """One trajectory in place of all."""
    return scene.truth[:1]


def too_few_steps(scene: Scene) -> Array:
    """The truth without its last, hardest leads."""
    return scene.truth[:, :-2]


REFUSED: dict[str, Callable[[Scene], Array]] = {
    attack.__name__: attack
    for attack in (not_a_number, infinite, all_nan, broadcastable, one_trajectory, too_few_steps)
}
"""Answers that must never reach a metric."""


def _with(scene: Scene, value: float) -> Array:
    spoiled = scene.truth.copy()
    spoiled[(0, 1, *[0] * len(scene.task.dims))] = value
    return spoiled

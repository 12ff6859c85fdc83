"""Small synthetic tasks and Datasets: points, fields and frames whose mean and std are those of the truth's law."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import xarray as xr

from dynarena.schema.task import Channel, Task

ROOT = Path(__file__).resolve().parents[2]
DIMS = {
    "chaos": ("component",),
    "pde": ("field", "x"),
    "pde2": ("field", "x", "y"),
    "pde3": ("field", "x", "y", "z"),
    "video": ("channel", "y", "x"),
}


def module(name: str) -> ModuleType:
    """A metric's file, loaded by path."""
    spec = importlib.util.spec_from_file_location(f"metric_under_test_{name}", ROOT / "metrics" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def task_for(
    states: np.ndarray,
    kind: str = "chaos",
    *,
    mean: Any = None,
    std: Any = None,
    dt: float = 0.1,
    timescale: float | None = 2.0,
    angles: tuple[int, ...] = (),
    names: tuple[str, ...] | None = None,
    grid: dict[str, Any] | None = None,
    **facts: Any,
) -> Task:
    """The task of states [trajectory, time, *state]; mean and std of each channel are the states' own unless given.

    `grid` holds the coordinates of each axis of space where they matter.
    """
    over = (0, 1, *range(3, states.ndim))
    count = states.shape[2]
    names = names or tuple(f"c{index}" for index in range(count))
    return Task(
        id=f"test@1.0/{kind}/synthetic",
        ask="forecast",
        answer="values",
        dims=DIMS[kind],
        shape=states.shape[2:],
        channels=tuple(Channel(name, angle=index in angles) for index, name in enumerate(names)),
        dt=dt,
        context=4,
        horizon=states.shape[1],
        mean=tuple(states.mean(axis=over)) if mean is None else tuple(np.broadcast_to(mean, count).astype(float)),
        std=tuple(states.std(axis=over)) if std is None else tuple(np.broadcast_to(std, count).astype(float)),
        grid={axis: tuple(np.asarray(points, dtype=float)) for axis, points in (grid or {}).items()},
        facts={**({} if timescale is None else {"timescale": timescale}), **facts},
    )


def dataset(states: np.ndarray, task: Task, **parameters: np.ndarray) -> xr.Dataset:
    """States [(sample,) trajectory, time, *state] as a Dataset of the task's variable, with lead times."""
    leading = ("sample",) if states.ndim == 3 + len(task.dims) else ()
    coords: dict[str, Any] = {"time": np.arange(1, states.shape[len(leading) + 1] + 1) * task.dt}
    coords |= {f"parameter_{name}": ("trajectory", values) for name, values in parameters.items()}
    return xr.Dataset({task.variable: ((*leading, "trajectory", "time", *task.dims), states)}, coords=coords)


def climatology(states: np.ndarray, task: Task) -> np.ndarray:
    """The train mean of each channel everywhere."""
    mean = np.array(task.mean).reshape(-1, *[1] * (len(task.dims) - 1))
    return np.broadcast_to(mean, states.shape).copy()


def noise(
    kind: str = "chaos", *, seed: int = 0, trajectories: int = 6, leads: int = 40, channels: int = 3
) -> np.ndarray:
    """Gaussian states, [trajectory, time, *state]."""
    space = {"chaos": (), "pde": (16,), "pde2": (8, 8), "pde3": (4, 6, 8), "video": (8, 8)}[kind]
    return np.random.default_rng(seed).normal(size=(trajectories, leads, channels, *space))


def lorenz(trajectories: int, leads: int, *, seed: int, rho: float = 28.0, per_timescale: int = 30) -> np.ndarray:
    """Lorenz 1963 on its attractor by classical Runge-Kutta, [trajectory, time, 3]."""
    dt = 1 / 0.9056 / per_timescale
    state = np.random.default_rng(seed).normal(size=(trajectories, 3)) * 5 + [0, 0, 25]

    def rate(s: np.ndarray) -> np.ndarray:
        x, y, z = s.T
        return np.stack([10 * (y - x), x * (rho - z) - y, x * y - 8 / 3 * z], axis=1)

    path, h = [], dt / 3
    for lead in range(-300, leads):
        for _ in range(3):
            a = rate(state)
            b = rate(state + h / 2 * a)
            c = rate(state + h / 2 * b)
            state = state + h / 6 * (a + 2 * b + 2 * c + rate(state + h * c))
        if lead >= 0:
            path.append(state)
    return np.stack(path, axis=1)


def waves(trajectories: int, leads: int, *, seed: int, points: int = 32, modes: int = 4, dt: float = 0.1) -> np.ndarray:
    """A random field of dispersive travelling waves (u_t = -u_x - u_xxx / 10), [trajectory, time, 1, x]."""
    rng = np.random.default_rng(seed)
    t, x = np.arange(leads)[:, np.newaxis] * dt, 2 * np.pi * np.arange(points) / points
    size, phase = rng.normal(size=(trajectories, modes)), rng.uniform(0, 2 * np.pi, (trajectories, modes))
    fields = np.zeros((trajectories, leads, points))
    for k in range(1, modes + 1):
        turn = k * x - (k - k**3 / 10) * t
        fields += size[:, k - 1, None, None] * np.cos(turn + phase[:, k - 1, None, None])
    return fields[:, :, np.newaxis]


def stirred(trajectories: int, leads: int, *, seed: int, points: int = 32, modes: int = 3) -> np.ndarray:
    """A stationary random field of travelling, slowly forgetting Fourier modes, [trajectory, time, 1, x]."""
    rng = np.random.default_rng(seed)
    wave = np.arange(1, modes + 1)
    x = np.exp(1j * np.outer(wave, 2 * np.pi * np.arange(points) / points))
    turn, memory = np.exp(-0.3j * wave), 0.9

    def kick() -> np.ndarray:
        return (rng.normal(size=(trajectories, modes)) + 1j * rng.normal(size=(trajectories, modes))) / wave

    amplitude, path = kick(), []
    for _ in range(leads):
        path.append((amplitude @ x).real)
        amplitude = memory * turn * amplitude + np.sqrt(1 - memory**2) * kick()
    return np.stack(path, axis=1)[:, :, np.newaxis]

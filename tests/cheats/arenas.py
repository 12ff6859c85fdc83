"""The scenes on which attacks are tried: a point on an attractor, a field, one between walls, clips of moving discs."""

from __future__ import annotations

import numpy as np
import xarray as xr
from attacks import Scene
from metric_builders import dataset, lorenz, stirred, task_for

from dynarena import engines
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec
from dynarena.schema.task import Channel, Task
from dynarena.schema.toml import read_toml
from dynarena.suite import find

CONTEXT, LEADS = 10, 120


def point() -> Scene:
    """Lorenz 1963, four Lyapunov times at 30 points each; the sum of its states stands in for an invariant."""
    law = {"level": {"expression": "z - z", "scale": "1"}}
    return _stationary(
        lambda seed, leads: lorenz(24, leads, seed=seed),
        "chaos",
        dt=1 / 30,
        timescale=1.0,
        names=("x", "y", "z"),
        invariants=law,
        parameters={},
    )


def field() -> Scene:
    """A stirred field; its space average is conserved."""
    law = {"mass": {"expression": "mean(u)", "scale": None}}
    return _stationary(
        lambda seed, leads: stirred(24, leads, seed=seed, points=24),
        "pde",
        dt=0.1,
        timescale=1.0,
        names=("u",),
        invariants=law,
        parameters={},
    )


def walls() -> Scene:
    """A piece of a stirred field that ends at walls; its file says that it shocks."""
    return _stationary(
        lambda seed, leads: stirred(24, leads, seed=seed, points=64)[..., :33],
        "pde",
        dt=0.1,
        timescale=1.0,
        names=("u",),
        boundary=["open"],
        tags=["shocks"],
    )


def clips(name: str = "uniform_motion") -> Scene:
    """Four frames in, twelve out, of discs at 32 pixels a side."""
    spec = read_toml(find("systems", f"video/{name}").path, SystemSpec)
    simulator = engines.find(spec.engine).compile(spec)

    def film(split: str) -> tuple[np.ndarray, np.ndarray]:
        streams = Streams([trajectory_key("cheats", split, index) for index in range(12)])
        parameters = simulator.parameters(streams, split)
        states = simulator.run(simulator.start(streams, parameters, split), parameters, 0.1, 30)
        return states, simulator.frames(states, parameters, 32)

    states, frames = film("test")
    train = film("train")[1] / 255
    task = Task(
        id=f"test@1.0/video/{name}",
        ask="forecast",
        answer="values",
        dims=("channel", "y", "x"),
        shape=(3, 32, 32),
        channels=tuple(Channel(colour) for colour in ("red", "green", "blue")),
        dt=0.1,
        context=4,
        horizon=12,
        mean=tuple(train.mean(axis=(0, 1, 3, 4))),
        std=tuple(train.std(axis=(0, 1, 3, 4))),
        facts={**spec.scene, "timescale": 4.0},
    )
    exact = xr.Dataset(
        {
            "frames": (("trajectory", "time", "channel", "y", "x"), frames[:, 4:16]),
            "state": (("trajectory", "time", "object", "component"), states[:, 4:16]),
        }
    )
    return Scene(task, frames[:, 4:16] / 255, frames[:, :4] / 255, train, exact)


def _stationary(draw, kind: str, **facts) -> Scene:
    whole, other, train = draw(1, CONTEXT + LEADS), draw(2, LEADS), draw(3, 3 * LEADS)
    truth = whole[:, CONTEXT:]
    law = task_for(train, kind, **facts)
    task = Task(**{**law.__dict__, "horizon": LEADS, "context": CONTEXT})
    return Scene(task, truth, whole[:, :CONTEXT], train, dataset(truth, task), other)

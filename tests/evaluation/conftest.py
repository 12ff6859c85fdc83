"""A small benchmark of points, a field and a video whose truth is a closed form, and models written to files."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
import xarray as xr

from dynarena.evaluation.metrics import load_metric
from dynarena.evaluation.nursery import Nursery
from dynarena.evaluation.store import RecordStore
from dynarena.evaluation.submit import submit
from dynarena.schema.lock import Lock, MetricLock, SplitLock, TaskLock
from dynarena.schema.task import Channel, Task

cloudpickle.register_pickle_by_value(sys.modules[__name__])

STATES = {
    "chaos/wheel": (("component",), (3,)),
    "pde/wave": (("field", "x"), (1, 8)),
    "video/blink": (("channel", "y", "x"), (3, 8, 8)),
}
TRAIN, TEST, POINTS, CONTEXT, HORIZON, DT = 5, 4, 30, 5, 7, 0.25


def waves(n: int, first: int, points: int, shape: tuple[int, ...]) -> np.ndarray:
    """sin(t + phase): [trajectory, time, *state]."""
    phase = np.arange(n)[:, None] + np.zeros(points)
    time = (np.arange(points) + first) * DT
    angle = (phase + time).reshape(n, points, *(1,) * len(shape)) + np.arange(np.prod(shape)).reshape(shape)
    return np.sin(angle)


def observed(values: np.ndarray, kind: str) -> np.ndarray:
    """Frames as bytes, all else as it is."""
    return np.round(127.5 * (1 + values)).astype(np.uint8) if kind == "video" else values


class Data:
    """A task of the fake benchmark; the provider that tests hand to the harness."""

    told: dict[str, np.ndarray] = {}

    def __init__(self, lock: Lock, task: TaskLock, *, season: str = "open") -> None:
        dims, shape = tuple(task.dims), tuple(task.shape)
        self.kind = task.system.split("/")[0]
        self.data_digest = task.splits["test"].digest
        self.shape = shape
        self.task = Task(
            id=task.id,
            ask="forecast",
            answer="values",
            dims=dims,
            shape=shape,
            channels=tuple(Channel(f"c{i}") for i in range(shape[0])),
            dt=DT,
            context=CONTEXT,
            horizon=HORIZON,
            mean=tuple(task.mean),
            std=tuple(task.std),
            facts={"system": task.system, "timescale": 1.0, "parameters": {"omega": 1.0}},
        )

    def train(self) -> np.ndarray:
        return observed(waves(TRAIN, 0, POINTS, self.shape), self.kind)

    @property
    def context(self) -> np.ndarray:
        return observed(waves(TEST, 0, CONTEXT, self.shape), self.kind)

    @property
    def parameters(self) -> np.ndarray:
        return np.arange(TEST, dtype=float)[:, None]

    @property
    def truth(self) -> xr.Dataset:
        values = observed(waves(TEST, CONTEXT, HORIZON, self.shape), self.kind)
        coords = {"trajectory": np.arange(TEST), "time": (np.arange(HORIZON) + CONTEXT) * DT}
        return xr.Dataset({self.task.variable: (("trajectory", "time", *self.task.dims), values)}, coords=coords)


def frozen_metric(name: str) -> MetricLock:
    metric = load_metric(name)
    said = metric.declarations
    return MetricLock(
        name=name,
        perfect=said.perfect,
        better=said.better,
        unit=said.unit,
        scope=said.scope,
        kind=said.kind,
        digest=metric.digest,
    )


def frozen_task(system: str, benchmark: str) -> TaskLock:
    dims, shape = STATES[system]
    video = system.startswith("video")
    split = SplitLock(
        split="test", trajectories=TEST, points=CONTEXT + HORIZON, digest=f"data-{system}", hashes=[], sketch=[]
    )
    return TaskLock(
        id=f"{benchmark}/{system}",
        system=system,
        system_digest="s",
        spec={},
        dims=list(dims),
        shape=list(shape),
        channels=[{"name": f"c{i}"} for i in range(shape[0])],
        dt=DT,
        context=CONTEXT,
        horizon=HORIZON,
        period=None,
        timescale=1.0,
        mean=[0.5 if video else 0.0] * shape[0],
        std=[0.35 if video else 0.7] * shape[0],
        splits={"train": split.model_copy(update={"digest": "train"}), "test": split},
        floor=0.0,
        reference=1.0,
    )


def make_lock(*systems: str, fit: str = "per_task", name: str = "toy", seeds: int = 1) -> Lock:
    return Lock(
        name=name,
        version="1.0",
        title="Toy",
        ask="forecast",
        fit=fit,
        metrics=[frozen_metric("nrmse"), frozen_metric("crps")],
        reference_baseline="climatology",
        seeds=seeds,
        budget_s=20,
        tasks=[frozen_task(system, f"{name}@1.0") for system in systems or STATES],
    )


HEADER = (
    "import torch\nfrom dynarena.evaluation.forecaster import Forecaster\nfrom dynarena.evaluation.model import Model\n"
)
LAST = "return context[:, -1:].expand(-1, horizon, *context.shape[2:])"


@pytest.fixture
def lock() -> Callable[..., Lock]:
    """Makes locks: lock("chaos/wheel", fit="once")."""
    return make_lock


@pytest.fixture
def provider() -> type[Data]:
    """Where tasks come from."""
    return Data


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    return RecordStore(tmp_path / "home" / "records")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as shared:
        yield shared


@pytest.fixture
def write_model(tmp_path: Path) -> Callable[..., str]:
    """Writes a model's file and returns its path: its forecast's body, or whole methods."""

    def write(body: str = LAST, *, name: str = "Toy", facts: str = "", methods: str = "", file: str = "toy.py") -> str:
        forecast = "def forecast(self, context, horizon):\n" + textwrap.indent(textwrap.dedent(body), "    ")
        inside = "\n".join(textwrap.dedent(part) for part in (facts, methods, forecast) if part)
        path = tmp_path / file
        path.write_text(f"{HEADER}\nclass {name}(Forecaster):\n{textwrap.indent(inside, '    ')}\n")
        return str(path)

    write.last = LAST
    return write


@pytest.fixture
def run(lock, provider, store, home, nursery):
    def run(model, *systems, fit="per_task", **options):
        given = {"provider": provider, "store": store, "home": home, "nursery": nursery, **options}
        return submit(model, lock(*systems, fit=fit), **given)

    return run

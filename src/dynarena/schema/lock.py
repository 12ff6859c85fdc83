"""A frozen benchmark: everything a run reads."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

_ABSENT = ("view", "statistical", "training", "inputs", "sensors", "held_out")


class Frozen(BaseModel):
    """A table of a lock."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MetricLock(Frozen):
    """A metric as frozen: its declarations and its parameters."""

    name: str
    perfect: float | Literal["horizon"] | None
    better: Literal["lower", "higher"]
    unit: str
    scope: Literal["trajectory", "task"]
    kind: str
    digest: str
    parameters: dict[str, Any] = {}


class SplitLock(Frozen):
    """One split as frozen: how to regenerate it and what must come out."""

    split: str
    trajectories: int
    points: int
    digest: str = Field(description="sha256 over the trajectories' own sha256")
    hashes: list[str] = Field(description="sha256 of each trajectory's float64 bytes")
    sketch: list[list[float]] = Field(description="signed projections of each trajectory")
    starts: str | None = Field(default=None, description="states after burn-in, float64, zlib, base64")


class ViewLock(Frozen):
    """What a model sees of a state s: matrix @ s + offset, a component each row.

    Blind: names, units, equations and clocks are withheld, and contexts are rounded to float32.
    """

    matrix: list[list[float]]
    offset: list[float]
    blind: bool = False


class TrainingLock(Frozen):
    """What a model is trained on where the test differs: another grid or step, or another system."""

    system: str
    system_digest: str
    spec: dict[str, Any]
    shape: list[int]
    dt: float
    context: int
    period: float | None
    timescale: float
    resolution: int | None = None


class TaskLock(Frozen):
    """One task as frozen. `dims`, `shape`, `channels`, `mean` and `std` are those of what a model sees."""

    id: str
    system: str
    system_digest: str
    spec: dict[str, Any] = Field(description="the system's file as it was, checked")
    dims: list[str]
    shape: list[int]
    channels: list[dict[str, Any]]
    dt: float
    context: int
    horizon: int
    period: float | None
    timescale: float
    resolution: int | None = None
    noise: float = 0.0
    mean: list[float]
    std: list[float]
    splits: dict[str, SplitLock]
    floor: float = Field(description="f: the primary error of a perfect model through the same instrument")
    reference: float = Field(description="b: the primary error of the reference baseline")
    certificate: dict[str, float] = Field(default={}, description="tolerance -> first time at which truths differ")
    view: ViewLock | None = Field(default=None, description="what is seen of the state; all of it where absent")
    statistical: bool = Field(default=False, description="no metric compares point by point: nothing to certify")
    training: TrainingLock | None = Field(default=None, description="what train is of, where that is not the test's")
    inputs: list[dict[str, Any]] = Field(default=[], description="of an operator: name, unit, mean and std of each")
    sensors: int | None = Field(default=None, description="how many points are observed, where not all are")
    held_out: bool = Field(default=False, description="no model is trained on it")

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Locks frozen before these fields were known keep their text, hence their digest."""
        content: dict[str, Any] = handler(self)
        return {key: value for key, value in content.items() if value or key not in _ABSENT}


class Lock(Frozen):
    """A published benchmark: it never changes."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str
    version: str
    quick: bool = False
    title: str
    about: str = ""
    ask: str
    fit: str
    metrics: list[MetricLock] = Field(description="the first is primary")
    reference_baseline: str
    seeds: int
    budget_s: float
    tasks: list[TaskLock]
    superseded_by: str | None = None
    environment: dict[str, str] = {}

    @property
    def id(self) -> str:
        """`name@version[.quick]`."""
        return f"{self.name}@{self.version}" + (".quick" if self.quick else "")

    @property
    def primary(self) -> MetricLock:
        """The metric that ranks."""
        return self.metrics[0]

    @property
    def digest(self) -> str:
        """sha256 of the lock's canonical JSON."""
        return hashlib.sha256(self.to_text().encode()).hexdigest()

    def to_text(self) -> str:
        """JSON in the order of the fields, indented so that diffs are readable, each list of numbers on one line.

        Keys are not sorted: in a system's file the order of objects and of derived quantities has a meaning.
        """
        text = json.dumps(self.model_dump(by_alias=True), indent=1, allow_nan=False)
        return re.sub(r"\[[^\[\]{}\"]*\]", lambda found: re.sub(r"\s+", " ", found.group()), text) + "\n"

"""What a benchmark's TOML file may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from dynarena.schema.system import Part


class Span(Part):
    """A length of time: in the system's timescales, or in points."""

    timescales: float | None = Field(default=None, gt=0)
    points: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _exactly_one(self) -> Span:
        if (self.timescales is None) == (self.points is None):
            raise ValueError("state either timescales or points")
        return self


class Training(Span):
    """The train split: how many trajectories, each how long."""

    trajectories: int = Field(ge=1)


Names = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Testing(Part):
    """The test split: how many trajectories (context and horizon give their length).

    Of several splits each is a task, for the systems that have it.
    """

    trajectories: int = Field(ge=2)
    split: Names = ["test"]


class Shift(Part):
    """In what a test differs from what a model was trained on: a task of its own for each system that has it.

    `resolution`, `step` and `horizon` multiply the points an axis, the sampling step and the leads that are scored;
    `split` draws parameters or starts by another law of the system. `systems` names the system that is tested in place
    of the one that was trained on, as one with other walls; then the shift is for those systems alone.
    """

    about: str = ""
    split: str = "test"
    resolution: float = Field(default=1.0, gt=0)
    step: float = Field(default=1.0, gt=0)
    horizon: float = Field(default=1.0, gt=0)
    systems: dict[str, str] = {}


class Protocol(Part):
    """How a model is asked."""

    fit: Literal["none", "per_task", "once"] = "per_task"
    points_per_timescale: int | None = Field(default=None, ge=2)
    dt: float | None = Field(default=None, gt=0, description="fixed sampling step in the system's unit of time")
    resolution: int | None = Field(default=None, ge=8, description="pixels, or points an axis of a field")
    train: Training
    context: Span
    horizon: Span
    test: Testing
    noise: list[float] = Field(default=[0.0], description="deviation on train and context, in std; a task each")
    train_lengths: list[float] = Field(default=[], description="train in timescales; a task each, nested")
    train_counts: list[int] = Field(default=[], description="train in trajectories; a task each, nested")
    shifts: dict[str, Shift] = Field(default={}, description="what changes between train and test; a task each")
    sensors: list[float] = Field(default=[], description="shares of the points that carry a sensor; a task each")
    held_out: Names = Field(default=[], description="systems that are tested and never trained on")
    observed: int | None = Field(default=None, ge=1, description="how many components are seen: the first not angles")
    blind: bool = Field(default=False, description="nothing is told, components are mixed, contexts are float32")

    @model_validator(mode="after")
    def _one_clock(self) -> Protocol:
        if (self.points_per_timescale is None) == (self.dt is None):
            raise ValueError("state either points_per_timescale or dt")
        if self.blind and self.observed is not None:
            raise ValueError("state either observed or blind")
        return self

    @model_validator(mode="after")
    def _several_tasks(self) -> Protocol:
        if any(not 1 <= count <= self.train.trajectories for count in self.train_counts):
            raise ValueError(f"train_counts are numbers from 1 to train.trajectories = {self.train.trajectories}")
        if any(not 0 < share <= 1 for share in self.sensors):
            raise ValueError("sensors are shares of the points, above 0 and at most 1")
        if self.shifts and (self.train_lengths or self.train_counts or self.observed or self.blind):
            raise ValueError("shifts stand alone: no train_lengths, train_counts, observed or blind beside them")
        if self.held_out and self.fit != "once":
            raise ValueError('held_out needs fit = "once": one model for all systems')
        return self


class MetricChoice(Part):
    """The metric that ranks, and those shown beside it."""

    primary: str
    others: list[str] = []
    parameters: dict[str, dict[str, Any]] = Field(default={}, description="keyword arguments, by metric")

    @model_validator(mode="after")
    def _of_metrics_chosen(self) -> MetricChoice:
        for name in self.parameters:
            if name not in (self.primary, *self.others):
                raise ValueError(f"parameters of {name!r}, which is neither primary nor among the others")
        return self


class Reference(Part):
    """The baseline whose error is skill zero."""

    baseline: str = "climatology"


class BenchmarkSpec(Part):
    """A benchmark: systems x protocol x metrics."""

    schema_: Literal[1] = Field(alias="schema")
    version: str = Field(pattern=r"^\d+\.\d+$")
    title: str
    about: str = ""
    ask: Literal["forecast", "operator", "reconstruct"] = "forecast"
    systems: list[str]
    where: Names = Field(default=[], description="tags that the systems must have, or with ! must not have")
    protocol: Protocol
    metrics: MetricChoice
    reference: Reference = Reference()
    seeds: int = Field(default=1, ge=1, description="fit seeds that a submission runs unless told otherwise")
    budget_s: float = Field(default=600, gt=0, description="wall-clock seconds a cell may take to fit and predict")
    quick: dict[str, object] | None = None
    superseded_by: str | None = None

    @model_validator(mode="after")
    def _what_the_ask_needs(self) -> BenchmarkSpec:
        if (self.ask == "reconstruct") != bool(self.protocol.sensors):
            raise ValueError('protocol.sensors belongs to ask = "reconstruct", which needs it')
        return self

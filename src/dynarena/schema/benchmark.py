"""What a benchmark's TOML file may say."""

from __future__ import annotations

from typing import Annotated, Literal

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
    observed: int | None = Field(default=None, ge=1, description="how many components are seen: the first not angles")
    blind: bool = Field(default=False, description="nothing is told, components are mixed, contexts are float32")

    @model_validator(mode="after")
    def _one_clock(self) -> Protocol:
        if (self.points_per_timescale is None) == (self.dt is None):
            raise ValueError("state either points_per_timescale or dt")
        if self.blind and self.observed is not None:
            raise ValueError("state either observed or blind")
        return self


class MetricChoice(Part):
    """The metric that ranks, and those shown beside it."""

    primary: str
    others: list[str] = []


class Reference(Part):
    """The baseline whose error is skill zero."""

    baseline: str = "climatology"


class BenchmarkSpec(Part):
    """A benchmark: systems x protocol x metrics."""

    schema_: Literal[1] = Field(alias="schema")
    version: str = Field(pattern=r"^\d+\.\d+$")
    title: str
    about: str = ""
    ask: Literal["forecast"] = "forecast"
    systems: list[str]
    where: Names = Field(default=[], description="tags that the systems must have, or with ! must not have")
    protocol: Protocol
    metrics: MetricChoice
    reference: Reference = Reference()
    seeds: int = Field(default=1, ge=1, description="fit seeds that a submission runs unless told otherwise")
    budget_s: float = Field(default=600, gt=0, description="wall-clock seconds a cell may take to fit and predict")
    quick: dict[str, object] | None = None
    superseded_by: str | None = None

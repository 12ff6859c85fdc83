"""One question to a model, as facts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Channel:
    """One component, field or colour: its name, unit, and whether it is an angle."""

    name: str
    unit: str = "1"
    angle: bool = False


@dataclass(frozen=True)
class Task:
    """Facts of one task; JSON-able, the same object in fit, predict and metric.

    `dims` names the axes of one state: ("component",), ("field", "x"), ("field", "x", "y") or ("channel", "y", "x");
    `shape` gives their lengths and its first axis is `channels`. `horizon` and `context` count points, `dt` is the step
    between them. `mean` and `std` are those of the train split, one a channel. `grid` holds the coordinates of each
    spatial axis. `facts` is what the track allows: system, parameters, period, timescale, lengths.

    `ask` is "forecast", "operator" (the field at rest from inputs, which facts["inputs"] names) or "reconstruct" (the
    whole field from facts["sensors"] sensors, from the last time they saw on).
    """

    id: str
    ask: str
    answer: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    channels: tuple[Channel, ...]
    dt: float
    context: int
    horizon: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    grid: dict[str, tuple[float, ...]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    device: str = "cpu"
    seed: int = 0
    budget_s: float = 600.0

    @property
    def kind(self) -> str:
        """`chaos` for points, `pde` for fields, `video` for frames."""
        return {"component": "chaos", "field": "pde", "channel": "video"}[self.dims[0]]

    @property
    def variable(self) -> str:
        """The name of the predicted variable in a Dataset: `frames` for videos, else `state`."""
        return "frames" if self.kind == "video" else "state"

    @property
    def training(self) -> Task:
        """The task as train has it: itself, or where the test has another grid, step or system, with those of train."""
        told = self.facts.get("training")
        if told is None:
            return self
        own = {key: told[key] for key in ("system", "parameters", "lengths", "boundary") if told[key]}
        facts = {key: value for key, value in self.facts.items() if key != "training"} | own
        grid = {axis: tuple(values) for axis, values in told["grid"].items()}
        return replace(self, shape=tuple(told["shape"]), dt=told["dt"], context=told["context"], grid=grid, facts=facts)

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dict; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Task:
        """The task that `to_json` wrote."""
        known = dict(content)
        for key in ("dims", "shape", "mean", "std"):
            known[key] = tuple(known[key])
        known["channels"] = tuple(Channel(**channel) for channel in known["channels"])
        known["grid"] = {axis: tuple(values) for axis, values in known["grid"].items()}
        return cls(**known)

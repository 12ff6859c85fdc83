"""One cell's outcome: what is stored, published, merged and ranked."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["ok", "failed", "timeout", "out-of-memory", "non-finite", "refused", "not-applicable"]
Knows = Literal["nothing", "family", "equations"]


class Card(BaseModel):
    """What a model says of itself, and the digest of what it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    digest: str
    authors: str = ""
    paper: str = ""
    license: str = ""
    trained_on: list[str] = []
    tier: str = "submission"
    knows: Knows = "nothing"
    settings: dict[str, Any] = {}


class Cost(BaseModel):
    """What a cell cost: seconds, parameters, memory, device."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fit_s: float | None = None
    predict_s: float | None = None
    total_s: float | None = None
    parameters: int | None = None
    memory_mb: float | None = None
    device: str = "cpu"


class Record(BaseModel):
    """One cell: (task, model digest, fit seed, season) and what came out.

    `values` holds each metric's value a trajectory (scope "trajectory") or one value (scope "task"); `curves` the mean
    over trajectories at each lead time, for plots. `error` is the primary error e a trajectory (one entry where the
    primary has scope "task"). Both are empty unless `status` is "ok".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal[1] = Field(default=1, alias="schema")
    task: str
    benchmark: str
    system: str
    model: Card
    seed: int = 0
    season: str = "open"
    lock_digest: str
    scorer_digest: str
    data_digest: str
    status: Status
    message: dict[str, str] = {}
    values: dict[str, list[float] | float] = {}
    curves: dict[str, list[float]] = {}
    error: list[float] = []
    cost: Cost = Cost()
    environment: dict[str, str] = {}
    hardware: dict[str, Any] = {}
    isolation: str = "process"
    predictions: dict[str, str] = {}
    verification: Literal["self", "reproduced", "sealed"] = "self"
    created: str = ""

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """What makes two records the same cell: (task, model name, model digest, seed, season)."""
        return self.task, self.model.name, self.model.digest, self.seed, self.season

    @property
    def id(self) -> str:
        """sha256 of the cell's key with the digests of lock and scorer: the name of its file."""
        parts = [*self.key, self.lock_digest, self.scorer_digest]
        return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()

    def to_line(self) -> str:
        """Canonical JSON on one line, keys sorted."""
        return json.dumps(self.model_dump(by_alias=True), sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_line(cls, text: str) -> Record:
        """The record that `to_line` wrote. Raises pydantic's ValidationError on anything else."""
        return cls.model_validate(json.loads(text))

"""One cell's outcome: what is stored, published, merged and ranked."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dynarena.errors import SchemaError

Status = Literal["ok", "failed", "timeout", "out-of-memory", "non-finite", "refused", "not-applicable"]
Knows = Literal["nothing", "family", "equations"]


def _readable(text: str) -> str:
    if not text.isprintable() or not 1 <= len(text.strip()) <= 100:
        raise ValueError("1 to 100 printable characters")
    if text.startswith(".") or "/" in text or "\\" in text:
        raise ValueError("a name without slashes, not starting with a dot: folders are called so")
    return text.strip()


def _unicode(text: str) -> str:
    if len(text) > 2000 or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("at most 2000 characters of whole Unicode")
    return text


Name = Annotated[str, AfterValidator(_readable)]
Text = Annotated[str, AfterValidator(_unicode)]


class Card(BaseModel):
    """What a model says of itself, and the digest of what it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    digest: str
    authors: Text = ""
    paper: Text = ""
    license: Text = ""
    trained_on: list[Text] = []
    tier: Text = "submission"
    knows: Knows = "nothing"
    settings: dict[str, Any] = {}

    @classmethod
    def checked(cls, where: str, **facts: Any) -> Self:
        """The card with these facts. Raises SchemaError naming the one that is wrong."""
        try:
            return cls(**facts)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            expected, got = first["msg"].removeprefix("Value error, "), ascii(first.get("input"))[:80]
            raise SchemaError(
                f"wrong value for the model's {key}", where=where, expected=expected, got=got, fix="correct it"
            ) from error


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

    @property
    def told(self) -> list[tuple[str, str]]:
        """The message in the order in which an error is told; JSON keeps it by the alphabet."""
        order = ("what", "where", "expected", "got", "fix")
        rank = {name: place for place, name in enumerate(order)}
        return sorted(self.message.items(), key=lambda fact: rank.get(fact[0], len(order)))

    def to_line(self) -> str:
        """Canonical JSON on one line, keys sorted."""
        return json.dumps(self.model_dump(by_alias=True), sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_line(cls, text: str) -> Record:
        """The record that `to_line` wrote. Raises pydantic's ValidationError on anything else."""
        return cls.model_validate(json.loads(text))

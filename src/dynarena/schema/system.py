"""What a system's TOML file may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Range = Annotated[tuple[float, float], Field(description="lower and upper end of a uniform law")]
Quantity = float | str  # a decimal number, or an expression of numbers and parameters such as "8/3"


def _as_range(value: object) -> object:
    return (value, value) if isinstance(value, int | float) else value


Spread = Annotated[Range, BeforeValidator(_as_range)]


class Part(BaseModel):
    """A table of a file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Start(Part):
    """The law of initial conditions.

    `box` draws each named variable uniformly. For point systems the names are those of the state; for scenes they are
    free and `objects` derives each object's state from them by expressions. `law` names a law of the engine (fields).
    `burn_in` is in timescales.
    """

    box: dict[str, Range] = {}
    law: str | None = None
    options: dict[str, Quantity | bool] = {}
    objects: dict[str, dict[str, Quantity]] = {}
    burn_in: float = Field(default=0.0, ge=0)


class Split(Part):
    """How a split differs from the system as stated: other laws of start, other distributions of parameters."""

    about: str = ""
    parameters: dict[str, Spread] = {}
    box: dict[str, Range] = {}
    options: dict[str, Quantity | bool] = {}


class Invariant(Part):
    """A quantity of the state that the dynamics keeps, or a symmetry.

    In fields `mean(...)` averages over space; in scenes `sum(...)` adds over objects.
    """

    expression: str
    about: str = ""
    scale: str | None = Field(default=None, description="expression of the size against which a drift is measured")


class Known(Part):
    """A published or exact fact that a test recomputes."""

    value: float | str | list[float]
    source: str
    tolerance: float = Field(default=1e-9, gt=0, description="absolute")
    verified: bool = True


class Domain(Part):
    """The box of a field: lengths, points per axis, and what stands at the ends of each axis (nothing: periodic)."""

    length: list[Quantity]
    points: list[int]
    boundary: list[str] = []

    @model_validator(mode="after")
    def _one_entry_an_axis(self) -> Domain:
        for name, entries in (("points", self.points), ("boundary", self.boundary or self.length)):
            if len(self.length) != len(entries):
                raise ValueError(f"length has {len(self.length)} axes, {name} has {len(entries)}")
        return self


class SystemSpec(Part):
    """A system: equations or scene, parameters, law of starts, splits, invariants, known facts."""

    schema_: Literal[1] = Field(alias="schema")
    title: str
    about: str
    source: str
    engine: str
    state: list[str] | str = Field(default=[], description="names; 'x[i]' for an indexed state")
    size: int | None = Field(default=None, ge=2, description="length of an indexed state")
    equations: list[str] = []
    parameters: dict[str, Quantity] = {}
    units: dict[str, str] = {}
    angles: list[str] = []
    domain: Domain | None = None
    scene: dict[str, Quantity | bool | list[str] | list[float]] = {}
    solver: dict[str, Quantity | bool] = {}
    start: Start
    splits: dict[str, Split] = {}
    invariants: dict[str, Invariant] = {}
    symmetries: dict[str, str] = {}
    known: dict[str, Known] = {}
    chaotic: bool = Field(default=False, description="whether the timescale is the Lyapunov time")
    timescale: Quantity | None = Field(default=None, description="stated law of the clock where it is not computed")
    tags: list[str] = []
    superseded_by: str | None = None
    variant_of: str | None = Field(default=None, description="the system whose file completes this one")

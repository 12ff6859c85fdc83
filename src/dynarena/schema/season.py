"""A sealed season: what is published before it, and after it the secret."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

HEX = r"^[0-9a-f]{64}$"


class Season(BaseModel):
    """The public commitment. `secret` is absent until the season is revealed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str
    benchmark: str = Field(description="name@version[.quick] of the lock")
    commitment: str = Field(pattern=HEX, description="sha256 of the 32 bytes of the secret")
    lock_digest: str = Field(pattern=HEX)
    scorer_digest: str = Field(pattern=HEX)
    sealed: str = Field(description="when it was sealed, UTC, ISO 8601")
    secret: str | None = Field(default=None, pattern=HEX)

    def to_text(self) -> str:
        """Indented JSON in the order of the fields."""
        return json.dumps(self.model_dump(by_alias=True, exclude_none=True), indent=1) + "\n"


class KeptSecret(BaseModel):
    """What the organiser's machine alone holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str
    benchmark: str
    lock_digest: str = Field(pattern=HEX)
    secret: str = Field(pattern=HEX, description="32 random bytes")

    def to_text(self) -> str:
        """Indented JSON in the order of the fields."""
        return json.dumps(self.model_dump(by_alias=True), indent=1) + "\n"

"""Errors that tell a user what went wrong, where, what was expected, what was got and how to fix it.

DynarenaError
├── UsageError            the request is wrong: exit status 2
│   ├── UnknownName       no such system, benchmark, baseline, metric, model, split …
│   ├── SchemaError       a TOML, JSON or NetCDF file does not say what it must
│   │   └── EquationError an expression is outside the grammar
│   └── TrustError        foreign Python without --trust
├── DataError             stored data are truncated, foreign or different
├── Refused               a model's answer has the wrong shape, type, length or values
├── NotApplicable         a model says, before it forecasts, that a task or machine is not for it
└── ResourceError         the machine or cluster lacks what was asked for
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DynarenaError(Exception):
    """What happened, and as far as known: where, expected, got, fix."""

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        got: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.got = got
        self.fix = fix

    def facts(self) -> dict[str, str]:
        """The stated parts by name, ready for a record."""
        parts = {"what": self.what, "where": self.where, "expected": self.expected, "got": self.got, "fix": self.fix}
        return {name: text for name, text in parts.items() if text is not None}

    def __str__(self) -> str:
        head, *rest = self.facts().items()
        return "\n".join([head[1], *(f"  {name + ':':<10}{text}" for name, text in rest)])

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.facts())


def _rebuild(kind: type[DynarenaError], facts: dict[str, str]) -> DynarenaError:
    return kind(facts.pop("what"), **facts)


class UsageError(DynarenaError):
    """The request is wrong."""


class UnknownName(UsageError):
    """A name that is not in a catalogue."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str], *, where: str | None = None) -> UnknownName:
        """An unknown `name` of some `kind`, with the nearest known names as advice."""
        names = sorted(set(known))
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        if near:
            fix = "Did you mean " + " or ".join(repr(candidate) for candidate in near) + "?"
        else:
            fix = "Known: " + (", ".join(names[:12]) + (" …" if len(names) > 12 else "") if names else "none")
        return cls(f"unknown {kind} {name!r}", where=where, fix=fix)


class SchemaError(UsageError):
    """A file does not say what it must."""


class EquationError(SchemaError):
    """An expression is outside the grammar."""


class TrustError(UsageError):
    """Foreign Python would run without the user's consent."""


class DataError(DynarenaError):
    """Stored data are truncated, foreign or different."""


class NotCertified(DataError):
    """The truth is not certified for as long as was asked."""


class Refused(DynarenaError):
    """A model's answer cannot be scored."""


class NotApplicable(DynarenaError):
    """A model's own word, from its constructor or `fit`, that the task is not for it: no failure, and not scored."""


class ResourceError(DynarenaError):
    """The machine or cluster lacks what was asked for."""

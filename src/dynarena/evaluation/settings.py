"""Settings of a model: `--set lr=1e-3` becomes {"lr": 0.001}."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from dynarena.errors import UnknownName, UsageError


def parse_settings(pairs: Iterable[str]) -> dict[str, Any]:
    """`key=value` texts as a dict, each value read as TOML; a bare word is a string.

    Raises UsageError where a pair has no key or a value is neither TOML nor a word.
    """
    return dict(_parse(pair) for pair in pairs)


def _parse(pair: str) -> tuple[str, Any]:
    key, equals, text = pair.partition("=")
    key, text = key.strip(), text.strip()
    if not equals or not key.isidentifier() or not text:
        raise UsageError("not a setting", got=repr(pair), expected="key=value", fix="write for example --set lr=1e-3")
    try:
        return key, tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        if text.replace("_", "").replace("-", "").isalnum() and not text[0].isdigit():
            return key, text
        expected = 'a TOML value such as 0.1, true, "text" or [1, 2]'
        raise UsageError(
            f"setting {key!r} has no readable value", got=repr(text), expected=expected, fix="quote texts"
        ) from None


def check_settings(settings: Mapping[str, Any], known: list[str] | None, where: str) -> None:
    """Raise UnknownName for a setting that the model's constructor does not take (`known` None: it takes any)."""
    for name in settings:
        if known is not None and name not in known:
            raise UnknownName.among("setting", name, known, where=where)

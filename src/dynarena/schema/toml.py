"""Reading TOML so that every mistake names file, line, key and the nearest right name."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dynarena.errors import SchemaError, UnknownName

M = TypeVar("M", bound=BaseModel)


def read_toml(path: Path, model: type[M], *, where: str | None = None) -> M:
    """The file's content checked against `model`.

    Raises SchemaError naming file, line and key where the TOML is broken, a key is unknown, or a value is wrong.
    """
    text, content = read_content(path, where=where)
    return check_content(content, text, model, where=where or str(path))


def check_content(content: dict[str, Any], text: str, model: type[M], *, where: str) -> M:
    """Content checked against `model`; `text` is what it was written as, to find lines. Raises SchemaError."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _explain(error, text, where, model) from error


def read_content(path: Path, *, where: str | None = None) -> tuple[str, dict[str, Any]]:
    """The file's text and what it says. Raises SchemaError with file and line unless it is TOML of finite numbers."""
    name = where or str(path)
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise SchemaError(f"the file cannot be read: {error.strerror}", where=name, fix="check it") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at (?:line (\d+), column (\d+)|(end of document))\)", str(error))
        line = found.group(1) if found and found.group(1) else str(text.count("\n") + 1)
        reason = re.sub(r" \(at .*\)", "", str(error))
        raise SchemaError(f"broken TOML: {reason}", where=f"{name}, line {line}", fix="mend the line") from error
    except UnicodeDecodeError as error:
        raise SchemaError("the file is not UTF-8 text", where=name, fix="save it as UTF-8") from error
    except RecursionError as error:
        raise SchemaError("the file is nested too deeply", where=name, fix="take the brackets apart") from error
    for keys, value in _numbers(content, []):
        if not math.isfinite(value):
            place = f"{name}, line {_line_of(text, keys)}, key {'.'.join(keys)!r}"
            raise SchemaError("a number is not finite", where=place, expected="a finite number", got=str(value))
    return text, content


def _numbers(content: object, keys: list[str]) -> Iterator[tuple[list[str], float]]:
    if isinstance(content, float):
        yield keys, content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from _numbers(value, [*keys, key])
    elif isinstance(content, list):
        for value in content:
            yield from _numbers(value, keys)


def _explain(error: ValidationError, text: str, name: str, model: type[BaseModel]) -> SchemaError:
    # A misspelt key is reported twice, as missing and as unknown: the unknown one carries the advice.
    first = min(error.errors(), key=lambda entry: entry["type"] != "extra_forbidden")
    path = [str(part) for part in first["loc"]]
    key = ".".join(path) or "(the whole file)"
    where = f"{name}, line {_line_of(text, path)}, key {key!r}"
    if first["type"] == "extra_forbidden":
        siblings = _siblings(model, path[:-1])
        advice = UnknownName.among("key", path[-1], siblings).fix
        return SchemaError(f"unknown key {path[-1]!r}", where=where, fix=advice)
    if first["type"] == "missing":
        return SchemaError(f"missing key {path[-1]!r}", where=where, fix=f"add {path[-1]} = …")
    given = repr(first.get("input"))
    reason = first["msg"].removeprefix("Value error, ")
    return SchemaError(
        f"wrong value for {key!r}", where=where, expected=reason, got=given[:120], fix="correct the value"
    )


def _siblings(model: type[BaseModel], path: list[str]) -> list[str]:
    """The keys that the model knows at a path of keys."""
    fields = model.model_fields
    for part in path:
        if part not in fields:
            continue
        for candidate in _models_in(fields[part].annotation):
            fields = candidate.model_fields
            break
    return [field.alias or key for key, field in fields.items()]


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models_in(part)]


def _line_of(text: str, path: list[str]) -> int:
    """The line on which the deepest part of a key path stands; 1 when it stands nowhere."""
    header = ""
    best, depth = 1, 0
    for number, line in enumerate(text.splitlines(), start=1):
        table = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if table:
            header = table.group(1).replace('"', "")
            keys = header.split(".")
        else:
            assigned = re.match(r"\s*([A-Za-z0-9_.\-\"]+)\s*=", line)
            if not assigned:
                continue
            keys = [*(header.split(".") if header else []), *assigned.group(1).replace('"', "").split(".")]
        shared = 0
        for ours, theirs in zip(keys, path, strict=False):
            if ours != theirs:
                break
            shared += 1
        if shared == len(keys) and shared > depth:
            best, depth = number, shared
    return best

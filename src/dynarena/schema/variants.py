"""Systems that are another one at other parameters: their file says only what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import SystemSpec
from dynarena.schema.toml import check_content, read_content

OWN = ("title", "about", "source")
_NOT_INHERITED = (*OWN, "known", "superseded_by")
_BY_KEY = ("parameters", "units", "start", "solver", "splits")


def read_system(path: Path, *, where: str | None = None) -> SystemSpec:
    """A system's file, checked; that of a variant completed from the system of which it is one.

    `variant_of` names a file of the same folder. The variant inherits everything but title, about, source and known
    facts; its tables of parameters, units, start, solver and splits are laid over those of the other key by key, and
    whatever else it states stands in place of the other's. Raises SchemaError naming file, line and key, and
    UnknownName where there is no such system.
    """
    text, content = read_content(path, where=where)
    if isinstance(content.get("variant_of"), str):
        content = _completed(content, path, where or str(path))
    return check_content(content, text, SystemSpec, where=where or str(path))


def _completed(content: dict[str, Any], path: Path, where: str) -> dict[str, Any]:
    base = _base(content["variant_of"], path, where)
    for key in OWN:
        if key not in content:
            raise SchemaError(f"missing key {key!r}", where=where, fix=f"say what is the variant's own: {key} = …")
    whole = {key: value for key, value in base.items() if key not in _NOT_INHERITED}
    for key, value in content.items():
        laid_over = key in _BY_KEY and isinstance(value, dict) and isinstance(whole.get(key), dict)
        whole[key] = {**whole[key], **value} if laid_over else value
    return whole


def _base(name: str, path: Path, where: str) -> dict[str, Any]:
    siblings = {other.stem: other for other in sorted(path.parent.glob("*.toml")) if other != path}
    if name not in siblings:
        raise UnknownName.among("system", name, siblings, where=f"{where}, key 'variant_of'")
    base = read_content(siblings[name])[1]
    if "variant_of" in base:
        raise SchemaError("a variant of a variant", where=f"{where}, key 'variant_of'", got=name,
                          fix=f"name the system itself: {base['variant_of']!r}")  # fmt: skip
    return base

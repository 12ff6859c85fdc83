"""Facts of an item, read from its text: listing never runs a file."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any


def title(path: Path) -> str:
    """The title of a TOML file, or the first line of a Python file's docstring; empty where there is none."""
    try:
        if path.suffix == ".toml":
            return str(tomllib.loads(path.read_text(encoding="utf-8")).get("title", ""))
        source = path / "model.py" if path.is_dir() else path
        tree = ast.parse(source.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return ""
    text = ast.get_docstring(tree) or next(
        (ast.get_docstring(node) or "" for node in tree.body if isinstance(node, ast.ClassDef)), ""
    )
    return text.strip().split("\n")[0]


def literals(body: list[ast.stmt]) -> dict[str, Any]:
    """The names that a module's or class's body binds to literals, `a = b, c = 0, 1` included."""
    facts: dict[str, Any] = {}
    for node in body:
        targets: list[ast.expr]
        if isinstance(node, ast.AnnAssign):
            targets, value = [node.target], node.value
        elif isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        else:
            continue
        if value is None:
            continue
        try:
            content = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                facts[target.id] = content
            elif isinstance(target, ast.Tuple) and isinstance(content, tuple) and len(content) == len(target.elts):
                facts |= {
                    name.id: part for name, part in zip(target.elts, content, strict=True) if isinstance(name, ast.Name)
                }
    return facts

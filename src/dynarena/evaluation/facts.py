"""What a model's file says of its classes, read from the text: nothing is imported, nothing runs."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dynarena.errors import SchemaError, UnknownName, UsageError
from dynarena.suite.metadata import literals

BASES = {  # dynarena's own classes, and what a model derived from them is asked unless it says otherwise
    "Model": "forecast",
    "Forecaster": "forecast",
    "FamilyForecaster": "forecast",
    "Learned": "forecast",
    "Blockwise": "forecast",
    "TeacherForced": "forecast",
    "Operator": "operator",
    "Reconstructor": "reconstruct",
}
FACTS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "authors": (str,),
    "paper": (str,),
    "license": (str,),
    "trained_on": (list, tuple),
    "tier": (str,),
    "knows": (str,),
    "accepts": (dict,),
    "answer_samples": (int,),
    "any_grid": (bool,),
    "needs_gpu": (bool,),
    "cpu_budget_s": (int, float, type(None)),
    "search": (dict,),
}

_ACCEPTS: dict[str, tuple[type, ...]] = {
    "asks": (list, tuple),
    "kinds": (list, tuple),
    "max_axes": (int,),
    "engines": (list, tuple),
}


@dataclass
class ClassFacts:
    """One class of a file: its literal facts and the keyword arguments of its constructor.

    `settings` is None where any keyword may be given (`**kwargs`, or a constructor that stands in another file).
    """

    name: str
    line: int
    is_model: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    settings: list[str] | None = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    ask: str = "forecast"


def read_classes(path: Path) -> dict[str, ClassFacts]:
    """Every class at the top level of a Python file, by name, bases before what derives from them.

    Raises SchemaError naming the line where the file is not Python, or a fact is not a literal of its type.
    """
    tree = parse(path)
    aliases = _aliases(tree)
    found: dict[str, ClassFacts] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = _read_class(node, aliases, found, path)
    return found


def parse(path: Path) -> ast.Module:
    """The file's syntax tree; SchemaError with the line where it is not Python."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"), str(path))
    except SyntaxError as error:
        where = f"{path}, line {error.lineno}"
        raise SchemaError(f"not valid Python: {error.msg}", where=where, fix="mend the line") from error
    except (UnicodeDecodeError, ValueError, RecursionError, MemoryError) as error:
        raise SchemaError(f"not a Python file: {error}", where=str(path), fix="give a UTF-8 Python file") from error


def choose(classes: dict[str, ClassFacts], name: str | None, path: Path) -> ClassFacts:
    """The class asked for, or the file's only model.

    Raises UnknownName where the named class is missing, UsageError where none or several are models.
    """
    if name is not None:
        if name not in classes:
            raise UnknownName.among("class", name, classes, where=str(path))
        return classes[name]
    bases = {parent for found in classes.values() for parent in found.parents}
    models = [found for found in classes.values() if found.is_model]
    leaves = [found for found in models if found.name not in bases and not found.name.startswith("_")]
    if len(leaves) == 1:
        return leaves[0]
    if leaves:
        names = ", ".join(found.name for found in leaves)
        raise UsageError("several models in one file", where=str(path), got=names, fix=f"write {path}:{leaves[0].name}")
    got = ", ".join(classes) or "no class"
    fix = "derive your class from dynarena.Forecaster or dynarena.Model; `dynarena new FILE.py` writes an example"
    raise UsageError(
        "no model in this file", where=str(path), expected="a subclass of Forecaster or Model", got=got, fix=fix
    )


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Local names of dynarena's base classes: `from dynarena import Forecaster as F` gives {"F": "Forecaster"}."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dynarena":
            found |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            modules = [alias.asname or alias.name for alias in node.names if alias.name.split(".")[0] == "dynarena"]
            found |= {f"{module}.{base}": base for module in modules for base in BASES}
    return found


def _read_class(node: ast.ClassDef, aliases: dict[str, str], known: dict[str, ClassFacts], path: Path) -> ClassFacts:
    found = ClassFacts(node.name, node.lineno)
    foreign = False
    for base in node.bases:
        text = ast.unparse(base).split("[")[0]
        if text in known:
            parent = known[text]
            found.parents.append(text)
            found.is_model |= parent.is_model
            found.ask = parent.ask
            found.facts = {**parent.facts, **found.facts}
            found.settings = parent.settings
        elif aliases.get(text) in BASES:
            found.is_model, found.ask = True, BASES[aliases[text]]
        elif text not in ("object", "ABC", "abc.ABC"):
            foreign = True
    if foreign:
        found.settings = None
    found.facts |= _own_facts(node, path)
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            found.settings = _keywords(item)
    return found


def _own_facts(node: ast.ClassDef, path: Path) -> dict[str, Any]:
    facts = {name: value for name, value in literals(node.body).items() if name in FACTS}
    for item in node.body:
        targets = (
            item.targets if isinstance(item, ast.Assign) else [item.target] if isinstance(item, ast.AnnAssign) else []
        )
        for target in targets:
            if not isinstance(target, ast.Name) or target.id not in FACTS or getattr(item, "value", None) is None:
                continue
            where = f"{path}, line {item.lineno}, class {node.name}"
            if target.id not in facts:
                fix = "write the value out: listings read it without running the file"
                expected = _kinds(target.id)
                raise SchemaError(f"{target.id} is not a literal", where=where, expected=expected, fix=fix)
            check_fact(target.id, facts[target.id], where)
    return facts


def _kinds(name: str) -> str:
    return " or ".join(kind.__name__ for kind in FACTS[name])


def check_fact(name: str, value: Any, where: str) -> None:
    """Raise SchemaError unless a model's class may say `value` under `name`."""
    kinds, expected = FACTS[name], _kinds(name)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise SchemaError(
            f"wrong value for {name}", where=where, expected=expected, got=repr(value)[:80], fix="correct it"
        )
    if name == "knows" and value not in ("nothing", "family", "equations"):
        expected = "'nothing', 'family' or 'equations'"
        raise SchemaError(
            "wrong value for knows", where=where, expected=expected, got=repr(value)[:80], fix="choose one"
        )
    if isinstance(value, dict):
        (_check_search if name == "search" else _check_accepts)(value, where)


def _check_accepts(accepts: Mapping[str, Any], where: str) -> None:
    for key, value in accepts.items():
        if key not in _ACCEPTS:
            raise UnknownName.among("key of accepts", str(key), _ACCEPTS, where=where)
        if not isinstance(value, _ACCEPTS[key]) or isinstance(value, bool):
            expected = " or ".join(kind.__name__ for kind in _ACCEPTS[key])
            what, got = f"wrong value for accepts[{key!r}]", repr(value)[:80]
            raise SchemaError(what, where=where, expected=expected, got=got, fix="correct it")


def _check_search(search: Mapping[str, Any], where: str) -> None:
    for key, values in search.items():
        if not isinstance(key, str) or not isinstance(values, list) or not values:
            what, got = "wrong value for search", f"{key!r}: {values!r}"[:80]
            expected = "a list of values for each argument"
            raise SchemaError(what, where=where, expected=expected, got=got, fix="correct it")


def _keywords(init: ast.FunctionDef) -> list[str] | None:
    if init.args.kwarg is not None:
        return None
    return [argument.arg for argument in [*init.args.args[1:], *init.args.kwonlyargs]]

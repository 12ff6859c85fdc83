"""`list`, `show`, `cite`: what is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dynarena.cli.output import print_json, print_table, say
from dynarena.errors import UnknownName
from dynarena.suite import Item, find, items

if TYPE_CHECKING:
    from dynarena.data.system import System

CATALOGUES = ("systems", "benchmarks", "baselines", "metrics")


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    app.command("list")(list_items)
    app.command("show")(show)
    app.command("cite")(cite)


def list_items(
    catalogue: Annotated[
        str | None, typer.Argument(help="systems, benchmarks, baselines or metrics; all where absent")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="an array of {id, name, kind, title}")] = False,
) -> None:
    """What the suite holds."""
    if catalogue is not None and catalogue not in CATALOGUES:
        raise UnknownName.among("catalogue", catalogue, CATALOGUES)
    found = [item for folder in ([catalogue] if catalogue else CATALOGUES) for item in items(folder)]
    if as_json:
        print_json([{"id": item.id, "name": item.name, "kind": item.kind, "title": item.title} for item in found])
    else:
        print_table(("id", "kind", "title"), ((item.id, item.kind, item.title + _standing(item)) for item in found))


def _standing(item: Item) -> str:
    """What of an item is not settled: a benchmark without a lock is a draft, a system without a certificate is told."""
    if item.folder == "benchmarks":
        locks = item.suite.path / "benchmarks" / "locks"
        return "" if any(locks.glob(f"{item.name}@*.json")) else " (draft)"
    if item.folder != "systems":
        return ""
    path = item.suite.path / "systems" / "_computed" / item.kind / f"{item.name}.json"
    if not path.is_file():
        return " (not computed)"
    return "" if json.loads(path.read_text(encoding="utf-8")).get("certified", True) else " (uncertified)"


def find_anywhere(name: str) -> Item:
    """The item of any catalogue with this id or name. Raises UnknownName with the nearest of all of them."""
    known: list[str] = []
    for folder in CATALOGUES:
        try:
            return find(folder, name)
        except UnknownName:
            known += [text for item in items(folder) for text in (item.id, item.name)]
    raise UnknownName.among("item", name, known)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="a system, benchmark, baseline or metric")],
    plot: Annotated[Path | None, typer.Option(help="draw one trajectory of a system into this PNG file")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the item with its computed facts")] = False,
) -> None:
    """One item: what it is, its equation, its facts."""
    item = find_anywhere(name)
    if item.folder == "systems":
        _show_system(item, as_json)
        if plot is not None:
            _plot(item, plot)
        return
    content = _describe(item)
    if as_json:
        print_json(content)
    else:
        print_table(("", item.id), ((key, _short(value)) for key, value in content.items()))


def cite(name: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """How to cite an item, and the suite with it."""
    item = find_anywhere(name)
    source = _describe(item).get("source") or _describe(item).get("paper") or "no source is stated"
    print(f"{item.id}: {source}")
    print(_suite_citation())


def _suite_citation() -> str:
    from dynarena import __version__

    return f"dynarena {__version__}: the dynarena developers, dynarena: an arena for models that predict dynamics."


def _describe(item: Item) -> dict[str, Any]:
    base: dict[str, Any] = {"id": item.id, "name": item.name, "kind": item.kind, "title": item.title}
    if item.path.suffix == ".toml":
        from dynarena.schema.toml import read_content

        return {**base, **read_content(item.path)[1]}
    import ast

    from dynarena.evaluation.facts import parse
    from dynarena.suite import literals

    tree = parse(item.path / "model.py" if item.path.is_dir() else item.path)
    facts = literals(tree.body)
    if item.folder == "baselines":
        facts = {
            key: value
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            for key, value in literals(node.body).items()
        }
    return {**base, **facts}


def _show_system(item: Item, as_json: bool) -> None:
    from dynarena.data.system import System

    system = System(item)
    spec = system.spec
    if as_json:
        content = {
            "id": item.id,
            "name": item.name,
            "kind": item.kind,
            **spec.model_dump(by_alias=True, exclude_defaults=True),
        }
        print_json({**content, "digest": system.digest, "computed": system.computed})
        return
    rows: list[tuple[str, object]] = [("title", spec.title), ("about", spec.about), ("source", spec.source)]
    rows += [("engine", spec.engine)]
    rows += [("equation", line) for line in _equations(system)]
    rows += [("parameters", ", ".join(f"{key} = {value}" for key, value in spec.parameters.items()) or "none")]
    rows += [("splits", ", ".join(dict.fromkeys(["train", "val", "test", *spec.splits])))]
    rows += [(f"known {key}", f"{fact.value} ({fact.source})") for key, fact in spec.known.items()]
    hidden = ("digest", "evidence", "kind")
    rows += [(f"computed {key}", _fact(value)) for key, value in system.computed.items() if key not in hidden]
    if "timescale" not in system.computed and spec.timescale is not None:
        rows += [("timescale", f"{system.timescale:.6g}")]
    rows += [("digest", system.digest)]
    print_table(("", item.id), rows)


def _equations(system: System) -> list[str]:
    spec = system.spec
    if not spec.equations:
        return [f"{spec.engine} scene of {', '.join(spec.start.objects)}"]
    names = [spec.state] if isinstance(spec.state, str) else spec.state
    if len(names) != len(spec.equations):
        _ = system.simulator  # says which is missing
    form = "{}[next] = {}" if spec.engine == "map" else "d{}/dt = {}"
    return [form.format(name, text) for name, text in zip(names, spec.equations, strict=True)]


def _fact(value: Any) -> str:
    if isinstance(value, dict) and "value" in value:
        values, errors = value["value"], value.get("sem")
        if isinstance(values, list):
            shown = [
                f"{v:.4g}" + (f" ± {e:.1g}" if e else "")
                for v, e in zip(values, errors or [None] * len(values), strict=True)
            ]
            return ", ".join(shown[:6]) + (" …" if len(shown) > 6 else "")
        return (
            f"{values:.6g}" + (f" ± {errors:.1g}" if errors else "") + (f" ({value['law']})" if "law" in value else "")
        )
    return _short(value)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 300 else text[:299] + "…"


def _plot(item: Item, path: Path) -> None:
    from dynarena.data.generate import trajectories
    from dynarena.data.system import System
    from dynarena.publishing.system_page import plot_trajectory

    system = System(item)
    points = {"chaos": 4000, "pde": 200, "video": 32}[system.kind]
    dt = {"chaos": None, "pde": system.timescale / 20, "video": 0.1}[system.kind]
    plot_trajectory(trajectories(system, 1, points, dt=dt), path)
    say(f"drew {path}")

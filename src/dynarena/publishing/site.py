"""The static site: an index, a page a benchmark, figures and exports, from boards alone."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2

from dynarena import __version__
from dynarena.errors import UsageError
from dynarena.publishing import text
from dynarena.publishing.canvas import drawing, save
from dynarena.publishing.catalogue import Entry, copy_picture
from dynarena.publishing.curves import curve_heading, curve_name, draw_cost, draw_curves, lead_curves
from dynarena.publishing.example import Example
from dynarena.publishing.export import EXPORTS
from dynarena.publishing.page import context
from dynarena.publishing.pictures import about, draw_example
from dynarena.publishing.survival import draw_survival, survival_curves
from dynarena.publishing.systems import system_pages
from dynarena.publishing.table import board_table, frame_table
from dynarena.ranking.board import Board

MARKER = ".dynarena-site"
Examples = Mapping[str, Mapping[str, Example]]


def publish(
    boards: Sequence[Board],
    out: Path,
    *,
    title: str = "dynarena",
    base_url: str | None = None,
    examples: Examples | None = None,
    computed: Mapping[str, Mapping[str, Any]] | None = None,
    catalogue: Sequence[Entry] = (),
) -> Path:
    """Write the site of `boards` to the folder `out` and return its index.html.

    `examples` gives forecasts against truth by board id, then by task id or system id; `computed` gives the facts
    that were computed of a system by its id, for the page that each system of the boards has; systems of the
    `catalogue` have one as well, and stand in a table of all. Links are relative;
    `base_url` adds canonical addresses and a sitemap. The site is made beside `out` and then takes its place, so that
    a reader never meets half of it. Raises UsageError where `out` is a file or a folder that holds something else than
    a site of ours.
    """
    out = Path(out).resolve()
    _check(out, boards, base_url)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        _write_site(draft, boards, title, base_url, examples or {}, system_pages(boards, computed or {}, catalogue))
        draft.chmod(0o755)
        _swap(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return out / "index.html"


def _check(out: Path, boards: Sequence[Board], base_url: str | None) -> None:
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file()):
        raise UsageError(
            "the place for the site holds something else",
            where=str(out),
            expected="a new or empty folder, or a site published before",
            fix="Name another folder with --out, or empty this one yourself.",
        )
    ids = [board.id for board in boards]
    if len(set(ids)) < len(ids):
        raise UsageError("two boards of one benchmark", got=", ".join(sorted(ids)), fix="Publish each benchmark once.")
    if base_url is not None and urlsplit(base_url).scheme not in ("http", "https"):
        raise UsageError("base_url is no web address", expected="https://…", got=base_url)


def _swap(draft: Path, out: Path) -> None:
    """Put `draft` in the place of `out`; at no moment is there half a site."""
    if not out.exists():
        draft.replace(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}.old.", dir=out.parent))
    out.replace(old / "site")
    try:
        draft.replace(out)
    except OSError:
        (old / "site").replace(out)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dynarena.publishing"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["label"] = text.label
    environment.filters["label_or_dash"] = lambda value: text.label(value) if value else text.DASH
    environment.filters["cut"] = lambda value, most: text.cut(value, most) if value else text.DASH
    environment.filters["significant"] = text.significant
    return environment


def _write_site(
    folder: Path,
    boards: Sequence[Board],
    title: str,
    base_url: str | None,
    examples: Examples,
    systems: list[dict[str, Any]],
) -> None:
    environment = _environment()
    address = base_url.rstrip("/") + "/" if base_url else None
    common: dict[str, Any] = {"site_title": text.label(title), "base_url": address, "version": __version__}
    pages = [context(board) for board in boards]
    common["system_files"] = {page["system"]: page["file"] for page in systems}
    write_systems(environment, systems, folder, common, examples)
    for page in pages:
        place = folder / page["slug"]
        place.mkdir()
        write_records(page["models"], place)
        page["figures"] = write_figures(page["board"], place, examples.get(page["board"].id, {}))
        write_exports(page["board"], place)
        _render(environment, "benchmark.html", place / "index.html", common | page | {"root": "../"})
    _render(environment, "index.html", folder / "index.html", common | {"pages": pages, "systems": systems, "root": ""})
    (folder / "style.css").write_text(_source(environment, "style.css"), encoding="utf-8")
    (folder / ".nojekyll").touch()
    (folder / MARKER).write_text(json.dumps({"made_by": "dynarena", "version": __version__}) + "\n")
    if address:
        _render(environment, "sitemap.xml", folder / "sitemap.xml", common | {"pages": pages, "systems": systems})


def write_systems(
    environment: jinja2.Environment,
    systems: Sequence[dict[str, Any]],
    folder: Path,
    common: Mapping[str, Any],
    examples: Examples,
) -> None:
    """A page a system in `systems/`, with a picture of the truth where one is known, and a table of all."""
    if not systems:
        return
    (folder / "systems").mkdir()
    for page in systems:
        page["picture"] = _picture(page, folder, examples)
        _render(environment, "system.html", folder / "systems" / page["file"], {**common, **page, "root": "../"})
    listed = sorted(systems, key=lambda page: page["system"])
    _render(environment, "systems.html", folder / "systems" / "index.html", {**common, "pages": listed, "root": "../"})


def _picture(page: Mapping[str, Any], folder: Path, examples: Examples) -> dict[str, str] | None:
    portrait = page["entry"] and copy_picture(page["entry"], folder / "systems", text.slug(page["system"]) + ".png")
    if portrait:
        return dict(portrait)
    whole = [task for task in page["tasks"] if task["task"].view is None]  # a board that hides shows no portrait
    known = [examples.get(task["board"].id, {}) for task in whole]
    example = next((found[page["system"]] for found in known if page["system"] in found), None)
    if example is None:
        return None
    alone = dataclasses.replace(example, forecasts={})
    name = page["file"].removesuffix(".html") + ".svg"
    with drawing():
        save(draw_example(alone), folder / "systems" / name)
    return {"path": name, "about": about(alone)}


def write_records(models: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """The records of each model as JSON lines of their own."""
    if models:
        (folder / "records").mkdir()
    for model in models:
        (folder / model["records"]).write_text("".join(line + "\n" for line in model["lines"]), encoding="utf-8")


def _source(environment: jinja2.Environment, name: str) -> str:
    if environment.loader is None:
        return ""
    return environment.loader.get_source(environment, name)[0]


def _render(environment: jinja2.Environment, template: str, path: Path, values: Mapping[str, Any]) -> None:
    path.write_text(environment.get_template(template).render(values), encoding="utf-8")


def write_exports(board: Board, folder: Path) -> None:
    """leaderboard.csv, .json, .md, .tex from the one table; systems.csv, metrics.csv; the records and the lock."""
    table = board_table(board)
    for suffix, export in EXPORTS.items():
        (folder / f"leaderboard.{suffix}").write_text(export(table), encoding="utf-8")
    for name in ("systems", "metrics"):
        frame = frame_table(f"{board.id}, {name}", getattr(board, name))
        (folder / f"{name}.csv").write_text(EXPORTS["csv"](frame), encoding="utf-8")
    lines = "".join(record.to_line() + "\n" for record in board.records)
    (folder / "records.jsonl").write_text(lines, encoding="utf-8")
    (folder / "lock.json").write_text(board.lock.to_text(), encoding="utf-8")


def write_figures(board: Board, folder: Path, examples: Mapping[str, Example]) -> dict[str, Any]:
    """Draw every figure of a board; returns what the page says of them."""
    (folder / "figures").mkdir()
    order = list(board.table.model)
    with drawing():
        return {
            "cost": _cost(board, order, folder),
            "curves": _curves(board, order, folder),
            "curve_metric": (name := curve_name(board)) and curve_heading(board, name),
            "curve_models": _drawn(board),
            "survival": _survival(board, order, folder),
            "examples": _examples(board, folder, examples),
        }


def _cost(board: Board, order: Sequence[str], folder: Path) -> str | None:
    drawn = draw_cost(board, order)
    if drawn is None:
        return None
    save(drawn, folder / "figures/cost.svg")
    return "figures/cost.svg"


def _curves(board: Board, order: Sequence[str], folder: Path) -> list[dict[str, str]]:
    metric, out = curve_name(board), []
    for system in dict.fromkeys(task.system for task in board.lock.tasks):
        curves = lead_curves(board, system, metric) if metric else {}
        if metric and curves:
            path = f"figures/lead-{text.slug(system)}.svg"
            save(draw_curves(curves, order, system, curve_heading(board, metric)), folder / path)
            out.append({"system": system, "path": path})
    return out


def _survival(board: Board, order: Sequence[str], folder: Path) -> list[dict[str, str]]:
    out = []
    for system in dict.fromkeys(task.system for task in board.lock.tasks):
        if curves := survival_curves(board, system):
            path = f"figures/survival-{text.slug(system)}.svg"
            save(draw_survival(curves, order, system), folder / path)
            out.append({"system": system, "path": path})
    return out


def _drawn(board: Board) -> set[str]:
    metric = curve_name(board)
    systems = {task.system for task in board.lock.tasks} if metric else set()
    return {model for system in systems for model in lead_curves(board, system, metric or "")}


def _examples(board: Board, folder: Path, examples: Mapping[str, Example]) -> list[dict[str, Any]]:
    out, seen = [], set()
    for task in board.lock.tasks:
        key = task.id if task.id in examples else task.system
        if key in examples and key not in seen:
            seen.add(key)
            path = f"figures/example-{text.slug(key.removeprefix(board.lock.id + '/'))}.svg"
            save(draw_example(examples[key]), folder / path)
            models = ", ".join(text.label(name) for name in examples[key].forecasts)
            out.append({"system": task.system, "path": path, "about": about(examples[key]), "models": models})
    return out

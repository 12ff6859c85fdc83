"""What the page of a system says, from locks alone and the facts that were computed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from pydantic import ValidationError

from dynarena.errors import EquationError
from dynarena.publishing import mathml, text
from dynarena.publishing.catalogue import Entry
from dynarena.ranking.board import Board
from dynarena.schema.lock import TaskLock
from dynarena.schema.system import Split, SystemSpec

_MOST = 8  # numbers of a long list that are shown


def system_pages(
    boards: Sequence[Board], computed: Mapping[str, Mapping[str, Any]], catalogue: Sequence[Entry] = ()
) -> list[dict[str, Any]]:
    """One page a system of the boards, in their order, shown as the first lock froze it; then those of the catalogue.

    `computed` gives facts by system id; they must be those of that very version.
    """
    tasks: dict[str, list[tuple[Board, TaskLock]]] = {}
    for board in boards:
        for task in board.lock.tasks:
            tasks.setdefault(task.system, []).append((board, task))
    pages = ((system, _spec(found[0][1]), found) for system, found in tasks.items())
    entries = {entry.system: entry for entry in catalogue}
    shown = [_page(system, spec, found, computed.get(system, {})) for system, spec, found in pages if spec is not None]
    for page in shown:
        entry = entries.pop(page["system"], None)
        page["entry"] = entry if entry is not None and entry.digest == page["digest"] else None
    return [*shown, *(_of_catalogue(entry) for entry in entries.values())]


def _of_catalogue(entry: Entry) -> dict[str, Any]:
    page = _shown(entry.system, entry.spec, entry.computed)
    return {**page, "digest": entry.digest, "tasks": [], "entry": entry}


def _spec(task: TaskLock) -> SystemSpec | None:
    try:
        return SystemSpec.model_validate(task.spec)
    except ValidationError:
        return None


def _page(
    system: str, spec: SystemSpec, found: list[tuple[Board, TaskLock]], computed: Mapping[str, Any]
) -> dict[str, Any]:
    tasks = [{"board": board, "slug": text.slug(board.id), "task": task} for board, task in found]
    return {**_shown(system, spec, computed), "digest": found[0][1].system_digest, "tasks": tasks}


def _shown(system: str, spec: SystemSpec, computed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "system": system, "spec": spec, "file": f"{text.slug(system)}.html",
        "equations": equations(spec), "written": written(spec), "computed": facts(computed),
        "evidence": computed.get("evidence", {}), "splits": _splits(spec), "row": row(spec, computed),
    }  # fmt: skip


def row(spec: SystemSpec, computed: Mapping[str, Any]) -> dict[str, str]:
    """What the table of all systems says of one: class, dimension, leading exponent, dimensions, certified horizon."""
    spectrum = computed.get("lyapunov_spectrum", {})
    first = _one(spectrum["value"][0], spectrum["sem"][0]) if spectrum else text.DASH
    until = computed.get("certified_until", {}).get("timescales", {}).get("0.1")
    names = _names(spec)
    size = spec.size if isinstance(spec.state, str) and spec.size else max(len(names), len(spectrum.get("value", [])))
    if spec.engine == "delay":  # its exponents are the first of infinitely many
        size = len(names)
    return {
        "kind": spec.engine + (", chaotic" if spec.chaotic else ""), "size": str(size) if names else text.DASH,
        "exponent": first, "kaplan_yorke": _brief(computed, "kaplan_yorke_dimension"),
        "correlation": _brief(computed, "correlation_dimension"), "timescale": _brief(computed, "timescale"),
        "certified": text.DASH if until is None else text.significant(until, 3),
        "uncertified": "uncertified" if computed.get("certified") is False else "",
    }  # fmt: skip


def _brief(computed: Mapping[str, Any], name: str) -> str:
    fact = computed.get(name)
    return _one(fact["value"], fact.get("sem")) if fact and fact.get("value") is not None else text.DASH


def _names(spec: SystemSpec) -> list[str]:
    return [spec.state] if isinstance(spec.state, str) else spec.state


def equations(spec: SystemSpec) -> list[Markup]:
    """Each equation as MathML; none where the system is a scene, or is not written in our grammar."""
    try:
        pairs = zip(_names(spec), spec.equations, strict=True)
        return [Markup(mathml.equation(_left(spec, name), right)) for name, right in pairs]
    except (EquationError, ValueError):
        return []


def _left(spec: SystemSpec, name: str) -> str:
    symbol = mathml.symbol(name)
    if spec.engine == "map":
        return f"<msup>{symbol}<mtext>next</mtext></msup>"
    d = "<mo>∂</mo>" if spec.domain else "<mi>d</mi>"
    return f"<mfrac><mrow>{d}{symbol}</mrow><mrow>{d}<mi>t</mi></mrow></mfrac>"


def written(spec: SystemSpec) -> list[str]:
    """Each equation as its file says it."""
    form = "{}[next] = {}" if spec.engine == "map" else "d{}/dt = {}"
    return [form.format(*pair) for pair in zip(_names(spec), spec.equations, strict=False)]


def facts(computed: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(name, value with its standard error, by what law) of each fact that was computed."""
    return [
        (name.replace("_", " "), _uncertain(fact["value"], fact.get("sem")), str(fact.get("law", "")))
        for name, fact in computed.items()
        if isinstance(fact, Mapping) and "value" in fact
    ]


def _uncertain(value: Any, sem: Any) -> str:
    if not isinstance(value, list):
        return _one(value, sem)
    errors = sem if isinstance(sem, list) else [None] * len(value)
    shown = [_one(v, e) for v, e in zip(value, errors, strict=False)]
    return ", ".join(shown[:_MOST]) + (f", … ({len(shown)} in all)" if len(shown) > _MOST else "")


def _one(value: float, sem: float | None) -> str:
    number = text.significant(float(value), 5)
    return f"{number} ± {text.significant(sem, 1)}" if sem else number


def _splits(spec: SystemSpec) -> list[tuple[str, str, str]]:
    """(name, about, what differs from the system as stated) of each split."""
    return [(name, split.about, ", ".join(_changes(split)) or "nothing") for name, split in spec.splits.items()]


def _changes(split: Split) -> list[str]:
    drawn = {**split.parameters, **split.box}
    ranges = [
        f"{key} = {low:g}" if low == high else f"{key} from {low:g} to {high:g}" for key, (low, high) in drawn.items()
    ]
    return ranges + [f"{key} = {value}" for key, value in split.options.items()]

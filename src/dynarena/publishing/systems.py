"""What the page of a system says, from locks alone and the facts that were computed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from pydantic import ValidationError

from dynarena.errors import EquationError
from dynarena.publishing import mathml, text
from dynarena.ranking.board import Board
from dynarena.schema.lock import TaskLock
from dynarena.schema.system import Split, SystemSpec

_MOST = 8  # numbers of a long list that are shown


def system_pages(boards: Sequence[Board], computed: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One page a system of the boards, in their order; the system is shown as the first lock froze it.

    `computed` gives facts by system id; they must be those of that very version.
    """
    tasks: dict[str, list[tuple[Board, TaskLock]]] = {}
    for board in boards:
        for task in board.lock.tasks:
            tasks.setdefault(task.system, []).append((board, task))
    pages = ((system, _spec(found[0][1]), found) for system, found in tasks.items())
    return [_page(system, spec, found, computed.get(system, {})) for system, spec, found in pages if spec is not None]


def _spec(task: TaskLock) -> SystemSpec | None:
    try:
        return SystemSpec.model_validate(task.spec)
    except ValidationError:
        return None


def _page(
    system: str, spec: SystemSpec, found: list[tuple[Board, TaskLock]], computed: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "system": system, "spec": spec, "file": f"{text.slug(system)}.html", "digest": found[0][1].system_digest,
        "equations": equations(spec), "written": written(spec), "computed": facts(computed),
        "evidence": computed.get("evidence", {}), "splits": _splits(spec),
        "tasks": [{"board": board, "slug": text.slug(board.id), "task": task} for board, task in found],
    }  # fmt: skip


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

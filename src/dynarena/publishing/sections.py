"""The tables of a board's page that tell what was asked and who answered."""

from __future__ import annotations

from typing import Any

from dynarena.publishing import text
from dynarena.ranking.board import Board
from dynarena.ranking.cells import Contender
from dynarena.schema.lock import TaskLock


def tasks(board: Board) -> list[dict[str, Any]]:
    """One row a task: what is shown and asked, its floor and reference, how far its truth is certified."""
    return [
        {
            "name": text.label(task.id.partition("/")[2]), "system": task.system,
            "state": " × ".join(str(length) for length in task.shape), "dt": text.significant(task.dt, 4),
            "timescale": text.significant(task.timescale, 4), "context": _span(task, task.context),
            "horizon": _span(task, task.horizon), "floor": text.significant(task.floor, 2),
            "reference": text.significant(task.reference, 3), "certificate": _certificate(task),
            "train": _split(task, "train"), "test": _split(task, "test"),
        }
        for task in board.lock.tasks
    ]  # fmt: skip


def _span(task: TaskLock, points: int) -> str:
    return f"{points} ({text.significant(points * task.dt / task.timescale, 2)})"


def _split(task: TaskLock, role: str) -> str:
    found = [split for key, split in task.splits.items() if (key == "train") == (role == "train")]
    return f"{found[0].trajectories} × {found[0].points}" if found else text.DASH


def _certificate(task: TaskLock) -> list[tuple[str, str]]:
    """(tolerance, T in timescales) from the finest tolerance; ≥ where the two truths never differed by so much."""
    end = 2 * task.horizon * task.dt
    return [
        (f"{float(tolerance):g}", ("≥ " if time >= end * (1 - 1e-9) else "") + text.significant(time / task.timescale))
        for tolerance, time in sorted(task.certificate.items(), key=lambda pair: float(pair[0]))
    ]


def models(board: Board) -> list[dict[str, Any]]:
    """One row a model, in the board's order: what it says of itself, how it ran, where its records are."""
    found = {contender.label: contender for contender in board.contenders}
    return [_model(number, found[label]) for number, label in enumerate(board.table.model)]


def _model(number: int, contender: Contender) -> dict[str, Any]:
    card = contender.card
    records = [record for entry in contender.entries.values() for record in entry.records]
    answered = [record for record in records if record.status != "not-applicable"] or records
    return {
        "anchor": f"model-{number}", "name": text.label(contender.label), "label": contender.label,
        "authors": card.authors, "paper": card.paper, "license": card.license, "tier": card.tier, "knows": card.knows,
        "trained_on": ", ".join(card.trained_on), "digest": card.digest,
        "settings": ", ".join(f"{key} = {value}" for key, value in card.settings.items()),
        "isolation": ", ".join(sorted({record.isolation for record in answered})),
        "verification": ", ".join(sorted({record.verification for record in answered})),
        "records": f"records/{number}-{text.slug(contender.label)}.jsonl",
        "lines": [record.to_line() for record in sorted(records, key=lambda r: (r.task, r.seed))],
    }  # fmt: skip

"""Boards and comparisons as tables in the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from dynarena.publishing import text
from dynarena.publishing.table import Table, board_table, notes
from dynarena.ranking.board import Board
from dynarena.ranking.compare import Comparison

_WIDTH = 21
_SHOWN = ("seeds", "failed_share", "fit_s", "predict_s", "parameters", "device")
_SHORT = {"parameters": "params"}
_CLASSES = {
    "nothing": "knows nothing of the system",
    "family": "knows the family of equations",
    "equations": "knows the equations",
}


def render_board(board: Board, limit: int | None = None) -> RenderableType:
    """The board for `rich.print`: place, skill with its interval drawn, cost; classes apart; notes below."""
    table = board_table(board)
    out = RichTable(title=Text(table.title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    out.add_column("place", justify="right", no_wrap=True)
    out.add_column("model", overflow="ellipsis", no_wrap=True, min_width=10)
    out.add_column("skill", justify="right", no_wrap=True)
    out.add_column(f"{'-1':<10}0{'1':>10}", no_wrap=True, min_width=_WIDTH)
    out.add_column("95 %", justify="right", no_wrap=True)
    for column in table.columns:
        if column.key in _SHOWN:
            out.add_column(_SHORT.get(column.key, column.heading.lower()), justify="right", no_wrap=True)
    _fill(out, table, limit)
    return Group(out, *(Text("  " + note, style="dim") for note in notes(board)))


def _fill(out: RichTable, table: Table, limit: int | None) -> None:
    previous = None
    for row in table.rows[:limit]:
        if row["knows"] != previous:
            previous = row["knows"]
            out.add_row("", Text(_CLASSES[previous], style="italic dim"))
        name = Text(text.label(row["model"]), style="bold" if not row["anchor"] else "")
        if row["anchor"]:
            name.append(" ⚓", style="dim")
        cells = [Text(c.write(row[c.key])) for c in table.columns if c.key in _SHOWN]
        out.add_row(Text(row["place"]), name, Text(text.fixed(row["skill"])), _bar(row), Text(_between(row)), *cells)


def _between(row: dict[str, float | None]) -> str:
    if row["low"] is None:
        return "–"
    return f"{text.fixed(row['low'], 2)} to {text.fixed(row['high'], 2)}"


def _bar(row: dict[str, float | None]) -> Text:
    """Skill from -1 to 1 on 21 characters: interval as a line, estimate as a dot."""
    if row["skill"] is None:
        return Text(" " * _WIDTH)
    line = [" "] * _WIDTH
    line[_WIDTH // 2] = "│"
    if row["low"] is not None and row["high"] is not None:
        for i in range(_at(row["low"]), _at(row["high"]) + 1):
            line[i] = "━"
    line[_at(row["skill"])] = "●" if row["skill"] >= -1 else "◀"
    return Text("".join(line), style="cyan")


def _at(skill: float) -> int:
    return round((min(max(skill, -1.0), 1.0) + 1) / 2 * (_WIDTH - 1))


def render_comparison(comparison: Comparison) -> RenderableType:
    """Two models system by system, with the verdict below."""
    out = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    headings = ("system", text.label(comparison.a), text.label(comparison.b), "difference", "95 %")
    for heading in headings:
        out.add_column(Text(heading), justify="left" if heading == "system" else "right")
    for row in comparison.systems.itertuples():
        out.add_row(*_line(row.system, row.skill_a, row.skill_b, row.difference, row.low, row.high))
    out.add_section()
    out.add_row(*_line("all", None, None, comparison.difference, comparison.low, comparison.high))
    return Group(out, Text("  " + comparison.verdict))


def _line(name: str, a: float | None, b: float | None, gap: float, low: float, high: float) -> list[Text]:
    between = f"{text.fixed(low, 2)} to {text.fixed(high, 2)}" if not text.missing(low) else "none"
    cells = [name, "" if a is None else text.fixed(a), "" if b is None else text.fixed(b), text.fixed(gap), between]
    return [Text(cell) for cell in cells]

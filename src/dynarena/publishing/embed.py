"""A board's table inside a Markdown file, between markers, so that no figure in it is written by hand.

<!-- board NAME -->
…the table…
<!-- end board -->
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from dynarena.errors import UsageError
from dynarena.publishing.export import to_markdown
from dynarena.publishing.table import board_table
from dynarena.ranking.board import Board

KEYS = ("place", "model", "knows", "skill", "low", "high", "fit_s", "predict_s")
_BLOCK = re.compile(r"(<!-- board (\S+) -->\n).*?(<!-- end board -->)", re.DOTALL)


def embed(text: str, board: Callable[[str], Board], *, where: str) -> str:
    """The text with the table of each board that it names brought up to date. Raises UsageError where it names none."""
    if _BLOCK.search(text) is None:
        fix = "write <!-- board NAME --> and <!-- end board --> on lines of their own"
        raise UsageError("the file has no place for a board", where=where, expected="markers", got="none", fix=fix)
    return _BLOCK.sub(lambda found: found.group(1) + brief(board(found.group(2))) + found.group(3), text)


def brief(board: Board) -> str:
    """A few columns of a board's table, as Markdown; models that were not asked are left out."""
    table = board_table(board)
    columns = tuple(column for column in table.columns if column.key in KEYS)
    rows = tuple(row for row in table.rows if row["skill"] is not None)
    lines = to_markdown(dataclasses.replace(table, columns=columns, rows=rows, notes=())).splitlines()
    return "\n".join(line for line in lines if line.startswith("|")) + "\n"

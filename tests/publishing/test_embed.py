"""Tables inside Markdown files."""

from __future__ import annotations

import pytest

from dynarena.errors import UsageError
from dynarena.publishing.embed import brief, embed

TEXT = """# Before
<!-- board a@1.0 -->
old
<!-- end board -->
between
<!-- board b@1.0 -->
<!-- end board -->
after
"""


def test_each_marked_table_is_replaced_and_the_rest_kept(board):
    asked = []
    new = embed(TEXT, lambda name: asked.append(name) or board, where="x.md")
    assert asked == ["a@1.0", "b@1.0"]
    table = brief(board)
    assert new == TEXT.replace("old\n", table).replace("<!-- board b@1.0 -->\n", "<!-- board b@1.0 -->\n" + table)
    assert embed(new, lambda name: board, where="x.md") == new


def test_the_table_has_a_row_a_model_with_skill_and_interval(board):
    rows = brief(board).splitlines()
    assert len(rows) == 2 + board.table["skill"].notna().sum() and rows[0].startswith("| Place | Model |")
    assert all(row.count("|") == rows[0].count("|") for row in rows)
    first = board.table.iloc[0]
    assert f"{first['skill']:.3f}"[:4] in rows[2]


def test_a_file_without_markers_is_refused(board):
    with pytest.raises(UsageError, match="no place for a board"):
        embed("# Nothing\n", lambda name: board, where="x.md")

from __future__ import annotations

import json
import subprocess
import sys

from rich.console import Console

from dynarena.publishing.terminal import render_board, render_comparison
from dynarena.ranking import compare


def shown(thing, width=150):
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(thing)
    console.file.close()
    return console.export_text()


def test_board_shows_places_scores_classes_anchors_and_notes(board):
    text = shown(render_board(board))
    row = board.table.iloc[0]
    line = next(line for line in text.splitlines() if row.model in line)
    assert row.place in line and f"{row.skill:.3f}" in line and "●" in line
    assert all(part in text for part in ("knows the equations", "linear_map ⚓", "1 seed", "17 %", "4.3 min"))
    order = [text.index(f"{model} ") for model in board.table.model]
    assert order == sorted(order)


def test_bar_points_left_where_the_score_is_below_the_scale(board):
    line = next(line for line in shown(render_board(board)).splitlines() if "drift" in line)
    assert "◀" in line and "●" not in line


def test_limit_keeps_the_first_rows(board):
    text = shown(render_board(board, limit=2))
    assert "echo_state" in text and "gru" not in text


def test_names_with_markup_are_shown_as_they_are(hostile):
    assert "<script>alert(1)</script>" in shown(render_board(hostile), width=220)
    assert "\u202e" not in shown(render_board(hostile))


def test_comparison_shows_each_system_and_the_verdict(board):
    result = compare(board, "echo_state", "persistence")
    text = shown(render_comparison(result))
    assert all(system in text for system in result.systems.system) and result.verdict in " ".join(text.split())


def test_terminal_needs_neither_torch_nor_matplotlib():
    code = "import sys, json, dynarena.publishing.terminal; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "matplotlib"} & set(json.loads(done.stdout))

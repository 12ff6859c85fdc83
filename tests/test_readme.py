"""The README's figures are those of the committed records."""

from __future__ import annotations

from pathlib import Path

from dynarena.data.benchmarks import load_lock
from dynarena.evaluation.shelf import published_files
from dynarena.evaluation.store import from_jsonl
from dynarena.publishing.embed import embed
from dynarena.ranking.board import Board, build_board


def test_the_table_of_chaos_is_made_from_the_committed_records(root: Path) -> None:
    def board(name: str) -> Board:
        return build_board((r for file in published_files(name) for r in from_jsonl(file)), load_lock(name))

    text = (root / "README.md").read_text()
    assert "| oracle |" in text
    assert embed(text, board, where="README.md") == text

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from dynarena.publishing import text
from dynarena.publishing.export import EXPORTS, to_csv, to_json, to_latex, to_markdown
from dynarena.publishing.table import COLUMNS, Column, Table, board_table


def test_every_format_shows_the_same_models_in_the_same_order(board):
    table = board_table(board)
    models = list(board.table.model)
    assert [row["model"] for row in csv.DictReader(io.StringIO(to_csv(table)))] == models
    assert [row["model"] for row in json.loads(to_json(table))["rows"]] == models
    lines = [line for line in to_markdown(table).splitlines() if line.startswith("|")][2:]
    assert [re.sub(r"\\", "", line.split(" | ")[1]) for line in lines] == models
    body = to_latex(table).split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    assert [line.split(" & ")[1].replace(r"\_", "_") for line in body] == models


def test_csv_and_json_hold_full_precision_and_empty_or_null_where_nothing_is(board):
    table = board_table(board)
    by_model = board.table.set_index("model")
    for row in csv.DictReader(io.StringIO(to_csv(table))):
        skill = by_model.skill[row["model"]]
        assert row["skill"] == "" if skill != skill else float(row["skill"]) == skill
    rows = {row["model"]: row for row in json.loads(to_json(table))["rows"]}
    assert rows["fno"]["skill"] is None and rows["fno"]["place"] == "–"
    assert rows["gru"]["parameters"] == 50307


def test_every_column_says_what_it_means():
    assert all(column.heading and column.about for column in COLUMNS)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "  =1", "\ufeff=1", "\xa0=1"])
def test_csv_never_starts_a_cell_with_a_formula(name):
    table = Table("t", (Column("model", "Model", "name", str, False),), ({"model": name},))
    cell = list(csv.reader(io.StringIO(to_csv(table))))[1][0]
    assert cell.startswith("'")


def test_csv_leaves_negative_numbers_alone():
    table = Table("t", (Column("skill", "Skill", "s", str),), ({"skill": -0.5},))
    assert to_csv(table).splitlines()[1] == "-0.5"


def test_markdown_keeps_hostile_names_in_their_cells(hostile):
    content = to_markdown(board_table(hostile))
    rows = [line for line in content.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 12
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {len(COLUMNS) + 2}
    assert (
        "<script" not in content
        and "<img" not in content
        and not re.search(r"(?<!\\)[`*_$]", content.split("\n", 2)[2])
    )


def test_latex_has_no_command_or_math_of_a_stranger(hostile):
    content = to_latex(board_table(hostile))
    assert r"\input" not in content and r"\frac" not in content
    known = r"\\(begin|end|centering|caption|toprule|midrule|bottomrule|text\w+\{\}|ldots\{\}|[{}$&#%_]|\\)|\$[-<>]\$"
    assert not re.search(r"[\\$#~^]|(?<!\\)%", re.sub(known, "", content))
    rows = content.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(COLUMNS) - 1}


def test_exports_end_with_a_newline_and_need_no_numbers(mock):
    lock = mock.make_lock("pde-forecast")
    from dynarena.ranking import build_board

    for export in EXPORTS.values():
        assert export(board_table(build_board([], lock))).endswith("\n")


def test_labels_lose_control_and_direction_characters_and_length():
    assert text.label("tab\tline\nbreak\u202edesrever\x00\u200b") == "tab line breakdesrever"
    assert len(text.label("x" * 300)) == 48 and text.label("\x00") == "unnamed" and text.label("模型") == "模型"


def test_slugs_are_safe_file_names_and_differ_where_names_differ():
    assert text.slug("chaos-forecast@1.0.quick") == "chaos-forecast-1.0.quick"
    assert text.slug("pde/kolmogorov_flow") == "pde-kolmogorov_flow"
    names = ["a b", "a/b?", "../../etc", "..", "", "A b", "é", "x" * 400]
    slugs = [text.slug(name) for name in names]
    assert len(set(slugs)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,99}", slug) for slug in slugs)


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (text.fixed, -0.31049, "−0.310"), (text.fixed, float("nan"), "–"), (text.fixed, None, "–"),
        (text.fixed, -0.0, "0.000"), (text.fixed, -0.0004, "0.000"),
        (text.seconds, 0.423, "0.42 s"), (text.seconds, 45.0, "45.0 s"), (text.seconds, 246.0, "4.1 min"),
        (text.seconds, 7200.0, "2.0 h"), (text.count, 950, "950"), (text.count, 90300, "90.3 k"),
        (text.count, 1.2e6, "1.2 M"), (text.percent, 0.0, "0 %"), (text.percent, 0.001, "<1 %"),
        (text.percent, 1 / 6, "17 %"), (text.significant, -1234.5, "−1.23e+03"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_people(write, value, expected):
    assert write(value) == expected

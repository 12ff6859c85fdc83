from __future__ import annotations

import json
import re

import pytest

from dynarena.publishing.page import context
from dynarena.publishing.sections import models, tasks
from dynarena.publishing.site import publish
from dynarena.publishing.systems import equations, facts, system_pages
from dynarena.ranking import build_board
from dynarena.schema.lock import ViewLock
from dynarena.schema.system import SystemSpec


@pytest.fixture(scope="module")
def described(mock):
    return mock.make_described()


@pytest.fixture(scope="module")
def made(mock, described, tmp_path_factory):
    out = tmp_path_factory.mktemp("described") / "site"
    examples = mock.make_examples()
    publish(
        [described], out, base_url="https://example.org", examples=examples, computed={"chaos/lorenz63": mock.COMPUTED}
    )
    return out


def test_a_system_has_a_page_with_equation_parameters_facts_and_errors(made):
    content = (made / "systems/chaos-lorenz63.html").read_text()
    words = " ".join(re.sub("<[^>]*>", " ", content).split())
    for expected in ("Lorenz &lt;b&gt;1963&lt;/b&gt;", "0.90651 ± 0.0007", "1.1031 ± 0.0008", "Lyapunov time",
                     "rho from 30 to 45, waves = 3", "QR of tangents", "0.9056, 0.0", "Sprott (2003)", "x**2",
                     "dx/dt = sigma*(y - x)", "dynarena generate chaos/lorenz63"):  # fmt: skip
        assert expected in words, expected
    assert content.count("<math ") == 3 and "<b>1963" not in content
    assert (made / "systems/chaos-lorenz63.svg").is_file()


def test_systems_are_linked_from_board_index_and_sitemap_and_link_back(made):
    board = made / "chaos-forecast-1.0.quick/index.html"
    assert 'href="../systems/chaos-lorenz63.html"' in board.read_text()
    assert 'href="systems/chaos-lorenz63.html"' in (made / "index.html").read_text()
    assert "https://example.org/systems/chaos-lorenz63.html" in (made / "sitemap.xml").read_text()
    assert "../chaos-forecast-1.0.quick/index.html" in (made / "systems/chaos-lorenz63.html").read_text()


def test_a_system_without_a_file_in_its_lock_has_no_page_and_no_link(made, described):
    assert sorted(path.name for path in (made / "systems").glob("*.html")) == ["chaos-lorenz63.html", "index.html"]
    assert [page["system"] for page in system_pages([described], {})] == ["chaos/lorenz63"]
    assert "rossler.html" not in (made / "chaos-forecast-1.0.quick/index.html").read_text()


def test_maps_fields_and_scenes_say_what_their_equations_give(mock):
    spec = SystemSpec.model_validate(mock.SPEC)
    assert "<mi>d</mi>" in equations(spec)[0]
    assert "next" in equations(spec.model_copy(update={"engine": "map"}))[0]
    field = SystemSpec.model_validate(mock.SPEC | {"domain": {"length": [1], "points": [8]}})
    assert "∂" in equations(field)[0]
    assert equations(spec.model_copy(update={"equations": [], "state": []})) == []


def test_facts_without_an_error_bar_show_none_and_long_lists_are_cut():
    assert facts({"kind": "pde", "timescale": {"value": 0.2, "sem": 0.0, "law": "stated"}}) == [
        ("timescale", "0.2", "stated")
    ]
    ((_, shown, _),) = facts({"lyapunov_spectrum": {"value": list(range(40)), "sem": [0.1] * 40}})
    assert shown.endswith("(40 in all)") and shown.count("±") == 8


def test_tasks_tell_floor_reference_and_a_certificate_that_is_a_lower_bound_where_truths_never_differ(described):
    first, second, *_ = tasks(described)
    assert (first["floor"], first["reference"], first["horizon"]) == ("0.01", "0.98", "30 (2.7)")
    assert first["certificate"] == [("1e-06", "2"), ("0.1", "≥ 5.45")]
    assert second["certificate"] == []


def test_each_model_has_its_records_in_a_file_of_its_own(made, described):
    folder = made / "chaos-forecast-1.0.quick"
    found = models(described)
    assert [model["name"] for model in found] == list(described.table.model)
    for model in found:
        lines = (folder / model["records"]).read_text().splitlines()
        assert {json.loads(line)["model"]["name"] for line in lines} == {model["label"]}
    total = sum(len((folder / model["records"]).read_text().splitlines()) for model in found)
    assert total == len(described.records)


def test_models_that_decline_every_task_stand_below_the_tables(described, mock):
    page = context(described)
    assert set(page["declined"]) == {"fno", "unet"}
    assert {"fno", "unet"} & {row["raw"]["model"] for c in page["classes"] for row in c["rows"]} == set()
    assert {"fno", "unet"} & {name for name, _ in page["heat"]["rows"]} == set()


def test_the_star_marks_the_best_of_those_that_do_not_know_the_equations(described):
    rows = dict(context(described)["metrics"]["rows"])
    assert not any(cell["best"] for cell in rows["oracle"])
    assert [sum(cells[column]["best"] for cells in rows.values()) for column in (0, 1)] == [1, 1]


def test_a_metric_that_no_system_has_is_named_and_not_tabled(mock):
    lock = mock.make_lock("chaos-forecast")
    records = [
        r.model_copy(update={"values": {k: v for k, v in r.values.items() if k != "crps"}})
        for r in mock.make_records(lock, ["gru"])
    ]
    page = context(build_board(records, lock))
    assert page["metrics"]["absent"] == ["crps"]
    assert "crps" not in [metric.name for metric in page["metrics"]["columns"]]


def test_a_board_that_hides_lends_no_picture_to_a_system_s_page(mock, described, tmp_path):
    first = described.lock.tasks[0]
    hidden = first.model_copy(update={"view": ViewLock(matrix=[[1.0]], offset=[0.0], blind=True)})
    lock = described.lock.model_copy(update={"tasks": [hidden, *described.lock.tasks[1:]]})
    board = build_board(mock.make_records(lock), lock)
    publish([board], tmp_path / "site", examples=mock.make_examples())
    pages = tmp_path / "site" / "systems"
    assert (pages / "chaos-lorenz63.html").is_file() and not (pages / "chaos-lorenz63.svg").exists()

"""What a clumsy or hostile user types: no traceback, the right status, advice that helps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import pytest

from dynarena.cli.main import main


class Run(Protocol):
    def __call__(self, *words: object) -> tuple[int, str, str]: ...


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command in a home of its own: (exit status, stdout, stderr)."""
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DYNARENA_SUITE", "")

    def call(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


@pytest.mark.parametrize(
    ("words", "telling"),
    [
        ("list --suite", "--suite needs a folder"),
        ("list sistems", "'systems'"),
        ("lst", "'list'"),
        ("show lorenz36", "'lorenz63'"),
        ("cite nrsme", "'nrmse'"),
        ("generate lorenz63 -o x.nc --set rho=nan", "name=number"),
        ("generate lorenz63 -o x.nc --resolution 64", "has no grid"),
        ("generate lorenz63 -o x.nc --split tset", "'test'"),
        ("data info caos-forecast", "'chaos-forecast'"),
        ("leaderboard chaos-forecast@9.9", "not frozen"),
        ("submit persistance -b chaos-forecast --quick", "'persistence'"),
        ("submit persistence -b chaos-forecast --quick --device tpu", "cpu or cuda"),
        ("submit linear_map -b chaos-forecast --quick --set ridg=1", "penalties"),
        ("check persistence --device tpu", "cpu or cuda"),
        ("records check /no/such/folder", "no such folder"),
        ("explain nobody/lorenz63", "unknown record"),
    ],
)
def test_a_wrong_word_is_status_2_with_advice_and_no_traceback(run: Run, words: str, telling: str) -> None:
    status, out, err = run(*words.split())
    assert (status, out) == (2, "")
    assert telling in err and "Traceback" not in err and "--debug" not in err


SYSTEM = """
schema = 1
title = "Mine"
about = "Ours."
source = "us"
engine = "ode"
state = ["x", "y"]
equations = ["y", "-a*x"]
timescale = 1
[parameters]
a = 2
[solver]
step = 0.01
[start]
box = { x = [0, 1], y = [0, 1] }
"""


@pytest.mark.parametrize(
    ("old", "new", "telling"),
    [
        ("a = 2", "a = ", "line 11"),
        ("a = 2", "a = inf", "line 11, key 'parameters.a'"),
        ("a = 2", 'a = "2*"', "parameter 'a'"),
        ("box", "bx", "line 15, key 'start.bx'"),
        ('"-a*x"', '"-b*x"', "equation 2, column 2"),
        ('"-a*x"', '"x.__class__"', "equation 2, column 2"),
        (', "-a*x"', "", "2 names and 1 equations"),
        ('"ode"', '"oed"', "'ode'"),
        (", y = [0, 1] }", " }", "start.box"),
        ("a = 2", "a = " + "[" * 3000 + "]" * 3000, "nested too deeply"),
    ],
)
def test_a_broken_system_names_file_and_place_and_stops_no_listing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, telling: str
) -> None:
    file = tmp_path / "acme" / "systems" / "chaos" / "mine.toml"
    file.parent.mkdir(parents=True)
    assert SYSTEM.count(old) == 1
    file.write_text(SYSTEM.replace(old, new))
    monkeypatch.setenv("DYNARENA_SUITE", str(tmp_path / "acme"))
    assert run("list", "systems")[0] == 0
    status, _, err = run("generate", "mine", "--points", 2, "--dt", 0.1, "-o", tmp_path / "x.nc")
    assert status == 2 and str(file) in err and telling in err and "--debug" not in err, err
    assert run("cite", "mine")[0] in (0, 2)


def test_a_system_of_ten_lines_in_a_private_suite_is_generated(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "acme" / "systems" / "chaos" / "mine.toml"
    file.parent.mkdir(parents=True)
    file.write_text(SYSTEM)
    monkeypatch.setenv("DYNARENA_SUITE", str(tmp_path / "acme"))
    status, _, err = run("generate", "acme:chaos/mine", "--points", 2, "--dt", 0.1, "-o", tmp_path / "x.nc")
    assert status == 0, err


def test_records_of_oddly_named_models_are_published_inside_the_folder(run: Run, tmp_path: Path) -> None:
    from dynarena.evaluation.shelf import user_store
    from dynarena.schema.record import Card, Record

    for name in ("../../x", "🦊"):
        card = Card.model_construct(name=name, digest="d")
        facts = {"task": "b@1.0/chaos/s", "benchmark": "b@1.0", "system": "chaos/s", "status": "failed"}
        digests = dict.fromkeys(("lock_digest", "scorer_digest", "data_digest"), "0")
        record = Record.model_construct(schema_=1, model=card, **facts, **digests)
        user_store().folder.mkdir(parents=True, exist_ok=True)
        (user_store().folder / f"{record.id}.json").write_text(json.dumps(record.model_dump(by_alias=True)))
    status, _, err = run("records", "merge", tmp_path / "deep" / "er")
    assert status == 0 and err.count("jsonl: 1 records") == 1
    written = list(tmp_path.rglob("*.jsonl"))
    assert [path.parent.parent for path in written] == [tmp_path / "deep" / "er"], "the fox alone, in its place"


def test_an_interrupt_says_that_the_same_command_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(folder: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dynarena.cli.catalogue.items", interrupted)
    status, _, err = run("list")
    assert status == 130 and "stopped; what was finished is kept" in err

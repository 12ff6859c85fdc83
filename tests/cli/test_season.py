"""A sealed season from its secret to its verification, as organiser, contestant and reader type it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dynarena.cli.main import main
from dynarena.cli.publish import _seasons
from dynarena.evaluation import nursery as nurseries
from dynarena.evaluation.isolation import wrapper
from dynarena.evaluation.store import RecordStore
from dynarena.schema.lock import Lock
from dynarena.schema.record import Record

pytestmark = pytest.mark.skipif(not wrapper(), reason="this machine offers no namespaces")
Run = Callable[..., tuple[int, str, str]]

BENCHMARK = """
schema  = 1
version = "0.1"
title   = "Tiny"
systems = ["chaos/lorenz63"]
[protocol]
dt = 0.05
train   = { trajectories = 3, points = 40 }
context = { points = 4 }
horizon = { points = 6 }
test    = { trajectories = 4 }
noise   = [0.1]
[metrics]
primary = "nrmse"
others  = ["smape"]
"""

THIEF = '''
import os
import subprocess
from pathlib import Path

from dynarena import Forecaster


class Thief(Forecaster):
    """Raises what it can see of the organiser's home, its own and its parents' environment and arguments."""

    def forecast(self, context, horizon):
        home = Path(os.environ["DYNARENA_HOME"])
        for lift in (["umount"], ["unshare", "--mount", "umount"], ["unshare", "--map-root-user", "--mount", "umount"]):
            subprocess.run([*lift, str(home / "seasons")], capture_output=True)
        seen = [str(path.relative_to(home)) for name in FOLDERS for path in (home / name).rglob("*")]
        told = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/environ") if os.access(path, os.R_OK)]
        told += [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        told += [repr(vars(self.task)).encode()]
        words = [word for word in WORDS if any(word.encode() in text for text in told)]
        raise RuntimeError(f"saw {sorted(seen)} and {words}")
'''


def call(*words: object) -> int:
    """Run one command: its exit status."""
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a private suite and a home: one noisy task, the season `s1` sealed, persistence in both seasons."""
    from dynarena.evaluation.freeze import freeze
    from dynarena.suite import find

    folder = tmp_path_factory.mktemp("season")
    locks = folder / "small" / "benchmarks" / "locks"
    locks.mkdir(parents=True)
    (locks.parent / "tiny.toml").write_text(BENCHMARK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNARENA_SUITE", str(folder / "small"))
        patch.setenv("DYNARENA_HOME", str(folder / "home"))
        (locks / "tiny@0.1.json").write_text(freeze(find("benchmarks", "tiny")).to_text())
        for words in (("new", "s1", "-b", "tiny"), ("seal", "s1")):
            assert call("season", *words) == 0
        for season in ("s1", "open"):
            assert call("submit", "persistence", "-b", "tiny", "--season", season) == 0
    return folder


@pytest.fixture
def suite(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own copy of the suite and the home."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("DYNARENA_SUITE", str(tmp_path / "small"))
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))
    return tmp_path / "small"


@pytest.fixture
def entered(suite: Path) -> Path:
    """The commitment of the season `s1`, in which persistence has a record."""
    return suite / "benchmarks" / "seasons" / "s1.json"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command: (exit status, stdout, stderr)."""

    def told(*words: object) -> tuple[int, str, str]:
        status = call(*words)
        out, err = capsys.readouterr()
        return status, out, err

    return told


def store() -> RecordStore:
    return RecordStore(Path(os.environ["DYNARENA_HOME"]) / "records")


def only(records: list[Record]) -> Record:
    (record,) = records
    return record


def read_lock(suite: Path) -> Lock:
    return Lock.model_validate_json((suite / "benchmarks" / "locks" / "tiny@0.1.json").read_text())


def verdicts(run: Run, *words: object) -> tuple[int, list[dict[str, str]]]:
    status, out, _ = run("season", "verify", "s1", "--json", *words)
    return status, json.loads(out)


def ours() -> Record:
    """Persistence in the season s1."""
    return only([r for r in store().all() if r.season == "s1" and r.model.name == "persistence"])


def test_drawing_and_sealing_tell_no_secret(suite: Path, run: Run, tmp_path: Path) -> None:
    status, out, err = run("season", "new", "s2", "-b", "tiny")
    secret = json.loads((tmp_path / "home" / "seasons" / "s2.json").read_text())["secret"]
    assert status == 0 and secret not in out + err
    status, out, err = run("season", "seal", "s2")
    public = (suite / "benchmarks" / "seasons" / "s2.json").read_text()
    assert status == 0 and secret not in out + err + public
    assert json.loads(public)["commitment"] == hashlib.sha256(bytes.fromhex(secret)).hexdigest()


def test_records_say_the_season_and_that_they_were_sealed(suite: Path) -> None:
    sealed, public = ours(), only([r for r in store().all() if r.season == "open"])
    assert (sealed.verification, public.verification) == ("sealed", "self")
    assert sealed.data_digest != public.data_digest == read_lock(suite).tasks[0].splits["test"].digest
    assert sealed.error != public.error


@pytest.mark.parametrize("revealed", [False, True])
def test_an_honest_season_is_verified(entered: Path, run: Run, revealed: bool) -> None:
    assert not revealed or run("season", "reveal", "s1")[0] == 0
    status, checks = verdicts(run)
    assert status == 0
    assert [check["verdict"] for check in checks] == ["identical"] * 4
    assert checks[3]["what"].startswith("persistence on chaos/lorenz63?noise=0.1, seed 0")


def test_the_board_of_a_season_holds_its_records_alone(entered: Path, run: Run) -> None:
    record = ours()
    other = record.model.model_copy(update={"name": "other", "digest": "1" * 64})
    store().add(record.model_copy(update={"model": other, "season": "open", "verification": "self"}))
    (sealed,) = json.loads(run("leaderboard", "--season", "s1", "--json")[1])
    assert (sealed["season"], [row["model"] for row in sealed["rows"]]) == ("s1", ["persistence"])
    assert json.loads(run("leaderboard", "tiny", "--season", "s1", "--json")[1])["rows"] == sealed["rows"]
    public = json.loads(run("leaderboard", "tiny", "--json")[1])
    assert (public["season"], {row["model"] for row in public["rows"]}) == ("open", {"persistence", "other"})


def test_a_record_that_was_not_sealed_stands_on_no_sealed_board(entered: Path, run: Run) -> None:
    record = ours()
    store().add(record.model_copy(update={"verification": "self"}))
    assert json.loads(run("leaderboard", "tiny", "--season", "s1", "--json")[1])["rows"] == []
    status, checks = verdicts(run)
    assert status == 3 and "recorded self" in checks[-1]["message"]


def test_a_model_never_sees_secret_truth_or_the_answers_of_others(entered: Path, run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    secret = json.loads((home / "seasons" / "s1.json").read_text())["secret"]
    held = ["seasons", "data", "predictions", "records"]
    assert all(any((home / name).rglob("*")) for name in held), "there is something to hide"
    model = tmp_path / "thief.py"
    model.write_text(f"FOLDERS = {held}\nWORDS = [{secret[:16]!r} + {secret[16:]!r}]\n" + THIEF)
    for season, seen in (("s1", "saw [] and []"), ("open", "saw ['data/")):
        assert run("submit", f"{model}:Thief", "-b", "tiny", "--season", season)[0] == 3
        record = only([r for r in store().all() if r.model.name == "Thief" and r.season == season])
        assert seen in record.message["what"]
    assert (home / "seasons" / "s1.json").is_file(), "the covers were the model's alone"


def test_a_machine_that_can_hide_nothing_runs_no_sealed_season(
    entered: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nurseries, "wrapper", lambda: ())
    status, _, err = run("submit", "drift", "-b", "tiny", "--season", "s1")
    assert status == 1 and "cannot hide the season's secret" in err
    assert [record.model.name for record in store().all()] == ["persistence"] * 2


def test_a_file_of_predictions_is_scored_in_a_season(entered: Path, suite: Path, run: Run, tmp_path: Path) -> None:
    from dynarena.data.tasks import TaskData
    from dynarena.evaluation.predictions import write_predictions

    lock = read_lock(suite)
    truth = TaskData(lock, lock.tasks[0], season="s1").truth["state"].values
    write_predictions(tmp_path / "true.nc", {"chaos/lorenz63?noise=0.1": truth})
    status, _, err = run("score", tmp_path / "true.nc", "--name", "truth", "-b", "tiny", "--season", "s1")
    assert status == 0, err
    record = only([r for r in store().all() if r.model.name == "truth"])
    assert (record.season, record.verification, record.error) == ("s1", "sealed", [0.0] * 4)
    assert run("score", tmp_path / "true.nc", "--name", "truth", "-b", "tiny")[0] == 0
    public = only([r for r in store().all() if r.model.name == "truth" and r.season == "open"])
    assert np.mean(public.error) > 0.5


def test_elsewhere_a_season_is_refused_with_advice_until_it_is_revealed(
    entered: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "elsewhere"))
    for words in (("submit", "drift", "-b", "tiny", "--season", "s1"), ("season", "verify", "s1")):
        status, _, err = run(*words)
        assert status == 2 and "does not hold its secret" in err and "organiser" in err
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))
    run("season", "reveal", "s1")
    shutil.copytree(tmp_path / "home" / "records", tmp_path / "elsewhere" / "records")
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "elsewhere"))
    status, checks = verdicts(run)
    assert status == 3 and checks[3]["verdict"] == "not recomputed"
    status, checks = verdicts(run, "--predictions", tmp_path / "home")
    assert status == 0 and checks[3]["verdict"] == "identical"


def test_a_revealed_season_takes_no_submissions(entered: Path, run: Run) -> None:
    run("season", "reveal", "s1")
    for words in (("submit", "drift"), ("score", "x.nc", "--name", "x")):
        status, _, err = run(*words, "-b", "tiny", "--season", "s1")
        assert status == 2 and "is over" in err


@pytest.mark.parametrize("where", ["error", "values", "curves"])
def test_a_tampered_number_is_caught_and_named(entered: Path, run: Run, where: str) -> None:
    record = ours()
    if where == "error":
        changed = record.model_copy(
            update={"error": [*record.error[:2], record.error[2] * (1 - 1e-6), record.error[3]]}
        )
        named = "error[2]: recorded"
    else:
        content = {name: list(numbers) for name, numbers in getattr(record, where).items()}  # type: ignore[arg-type]
        name = sorted(content)[-1]
        content[name][1] += 1e-6
        changed = record.model_copy(update={where: content})
        named = f"{where}.{name}[1]: recorded"
    store().add(changed)
    status, checks = verdicts(run)
    assert status == 3
    assert [check["verdict"] for check in checks] == ["identical"] * 3 + ["different"]
    assert checks[3]["message"].startswith(named)


def test_what_else_a_record_may_claim_is_caught(entered: Path, run: Run) -> None:
    record = ours()
    claims = {
        "and yet it holds numbers": {"status": "failed"},
        "made under another lock": {"lock_digest": "0" * 64},
        "made under another scorer": {"scorer_digest": "0" * 64},
        "predictions have changed": {"predictions": {**record.predictions, "sha256": "0" * 64}},
        "not in the lock": {"task": record.task + "0"},
    }
    for message, update in claims.items():
        store().remove(record.id)
        changed = record.model_copy(update=update)
        store().add(changed)
        status, checks = verdicts(run)
        assert status == 3 and message in checks[3]["message"]
        store().remove(changed.id)
    store().add(record.model_copy(update={"data_digest": "0" * 64}))
    status, checks = verdicts(run)
    assert status == 0 and checks[3]["verdict"] == "equivalent" and "last bits" in checks[3]["message"]


def test_a_tampered_secret_is_caught(entered: Path, run: Run) -> None:
    run("season", "reveal", "s1")
    content = json.loads(entered.read_text())
    entered.write_text(json.dumps(content | {"secret": "0" * 64}))
    status, checks = verdicts(run)
    assert status == 3
    assert [check["verdict"] for check in checks] == ["different", "identical", "identical"], (
        "and nothing is scored by it"
    )


def test_a_changed_lock_is_caught_and_takes_no_submissions(entered: Path, suite: Path, run: Run) -> None:
    path = suite / "benchmarks" / "locks" / "tiny@0.1.json"
    path.write_text(read_lock(suite).model_copy(update={"about": "changed"}).to_text())
    status, checks = verdicts(run)
    assert status == 3
    assert [check["verdict"] for check in checks] == ["identical", "different", "identical"]
    status, _, err = run("submit", "drift", "-b", "tiny", "--season", "s1")
    assert status == 2 and "the lock has changed since the season s1 was sealed" in err


def test_a_changed_scorer_is_caught(entered: Path, run: Run) -> None:
    content = json.loads(entered.read_text())
    entered.write_text(json.dumps(content | {"scorer_digest": "0" * 64}))
    status, checks = verdicts(run)
    assert status == 3
    assert [check["verdict"] for check in checks] == ["identical", "identical", "different"]
    status, _, err = run("submit", "drift", "-b", "tiny", "--season", "s1")
    assert status == 2 and "the scorer has changed" in err


def test_test_sets_on_disk_do_not_enter_the_verification(entered: Path, run: Run, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "home" / "data")
    assert verdicts(run)[0] == 0
    assert not (tmp_path / "home" / "data").exists(), "sets are made in memory, neither read nor kept"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("season", "new", "../s", "-b", "tiny"), "cannot name"),
        (("season", "new", "s2", "-b", "tinny"), "tiny"),
        (("season", "new", "s1", "-b", "tiny"), "already"),
        (("season", "seal", "s1"), "sealed already"),
        (("season", "seal", "s2"), "holds no secret"),
        (("season", "reveal", "s2"), "unknown season 's2'"),
        (("season", "verify", "s2"), "'s1'"),
        (("submit", "persistence", "-b", "tiny", "--season", "s2"), "'s1'"),
        (("submit", "persistence", "-b", "chaos-forecast", "--quick", "--season", "s1"), "another benchmark's"),
        (("leaderboard", "chaos-forecast", "--quick", "--season", "s1"), "another benchmark's"),
    ],
)
def test_wrong_requests_are_refused(entered: Path, run: Run, words: tuple[str, ...], said: str) -> None:
    status, _, err = run(*words)
    assert status == 2 and said in err


def test_the_site_shows_sealed_boards_apart_and_truths_after_the_reveal(
    entered: Path, run: Run, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    assert run("publish", "--board-systems", "--out", site)[0] == 0
    pages = {path.parent.name: path.read_text() for path in site.glob("*/index.html")}
    (sealed,) = (name for name in pages if "s1" in name)
    (public,) = (name for name in pages if "tiny" in name and name != sealed)
    assert "sealed season s1" in pages[sealed] and "sealed season" not in pages[public]
    assert "sealed season s1" in (site / "index.html").read_text()
    assert list((site / public / "figures").glob("example-*"))
    assert not list((site / sealed / "figures").glob("example-*"))
    records = (site / sealed / "records.jsonl").read_text()
    assert {json.loads(line)["season"] for line in records.splitlines()} == {"s1"}
    run("season", "reveal", "s1")
    run("publish", "--board-systems", "--out", site)
    assert list((site / sealed / "figures").glob("example-*"))


def test_records_of_an_unknown_season_are_not_published(
    entered: Path, suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _seasons(read_lock(suite), store().all()) == ["open", "s1"]
    entered.rename(entered.with_name("s2.json"))
    assert _seasons(read_lock(suite), store().all()) == ["open"]
    assert "season s1 are left out" in capsys.readouterr().err

"""Commands as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynarena.cli.main import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run one command: (exit status, stdout, stderr)."""

    def call(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_the_version_is_told(run) -> None:  # type: ignore[no-untyped-def]
    from dynarena import __version__

    assert run("--version")[:2] == (0, f"dynarena {__version__}\n")


def test_list_json_is_an_array_of_id_name_kind_title(run) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run("list", "systems", "--json")
    assert status == 0
    entries = {entry["id"]: entry for entry in json.loads(out)}
    assert entries["chaos/lorenz63"] == {
        "id": "chaos/lorenz63",
        "name": "lorenz63",
        "kind": "chaos",
        "title": "Lorenz 1963",
    }


def test_show_json_has_the_computed_facts(run) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run("show", "lorenz63", "--json")
    shown = json.loads(out)
    assert status == 0
    assert shown["computed"]["lyapunov_spectrum"]["value"][0] == pytest.approx(0.9056, abs=0.02)
    assert len(shown["computed"]["lyapunov_spectrum"]["sem"]) == 3


@pytest.mark.parametrize("name", ["henon", "kolmogorov_flow", "elastic_collision", "nrmse", "oracle", "chaos-forecast"])
def test_every_kind_of_item_is_shown_and_cited(run, name: str) -> None:  # type: ignore[no-untyped-def]
    assert run("show", name)[0] == 0
    status, out, _ = run("cite", name)
    assert status == 0
    assert "dynarena" in out


def test_no_fact_of_a_system_is_shown_twice(run) -> None:  # type: ignore[no-untyped-def]
    _, out, _ = run("show", "lorenz63")
    assert out.count("Lyapunov time") == out.count("timescale") == 1
    splits = next(line for line in out.splitlines() if line.startswith("splits"))
    assert splits.split(maxsplit=1)[1].strip() == "train, val, test, ood_parameters, ood_start"


def test_predictions_of_an_unknown_class_of_information_are_refused(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    words = ("score", tmp_path / "x.nc", "-b", "chaos-forecast", "--quick", "--name", "m", "--knows", "equation")
    status, _, err = run(*words)
    assert status == 2 and "Did you mean 'equations'" in err


def test_without_a_name_every_board_with_a_record_is_shown(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from dynarena.cli import board
    from dynarena.data.benchmarks import load_lock
    from dynarena.ranking import build_board
    from dynarena.schema.record import Card, Record

    def one_record(name: str, **_: object) -> object:
        lock = load_lock(name)
        task = lock.tasks[0]
        card = Card(name="m", digest="0" * 64)
        told = {"lock_digest": lock.digest, "scorer_digest": "", "data_digest": "", "status": "failed"}
        cell = Record(task=task.id, benchmark=lock.id, system=task.system, model=card, **told)
        return build_board([cell] if lock.name == "pde-forecast" else [], lock)

    monkeypatch.setattr(board, "board_of", one_record)
    _, out, _ = run("leaderboard", "--json")
    assert {shown["benchmark"].partition("@")[0] for shown in json.loads(out)} == {"pde-forecast"}


def test_a_comparison_takes_the_short_option_of_a_benchmark(run) -> None:  # type: ignore[no-untyped-def]
    status, _, err = run("compare", "a_model", "other_model", "-b", "chaos-forecast", "--quick")
    assert status == 2 and "unknown model 'a_model'" in err


def test_a_plot_is_drawn(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("show", "uniform_motion", "--plot", tmp_path / "p.png")[0] == 0
    assert (tmp_path / "p.png").read_bytes()[:4] == b"\x89PNG"


def test_generate_writes_the_same_bytes_of_truth_again(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import xarray as xr

    request = ("generate", "lorenz63", "--trajectories", 2, "--points", 20, "--seed", 3, "--per-period", 100)
    assert run(*request, "-o", tmp_path / "a.nc")[0] == 0
    assert run(*request, "--set", "rho=30", "-o", tmp_path / "b.nc")[0] == 0
    assert run(*request, "-o", tmp_path / "c.nc")[0] == 0
    a, b, c = (xr.load_dataset(tmp_path / f"{name}.nc")["state"].values for name in "abc")
    assert a.tobytes() == c.tobytes()
    assert a.shape == b.shape == (2, 20, 3)
    assert (a != b).any()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "lorentz63"), "lorenz63"),
        (("generate", "lorentz63", "-o", "x.nc"), "lorenz63"),
        (("list", "system"), "systems"),
        (("submit", "persistance", "-b", "chaos-forecast", "--quick"), "persistence"),
        (("submit", "persistence", "-b", "chaos-forcast", "--quick"), "chaos-forecast"),
        (("generate", "lorenz63", "--set", "rho", "-o", "x.nc"), "name=number"),
        (("explain", "nobody/lorenz63"), "unknown record"),
        (("leaderbord",), "leaderboard"),
    ],
)
def test_wrong_usage_says_what_and_how_to_fix_it(run, words, said: str) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run(*words)
    assert status == 2
    assert said in err
    assert "Traceback" not in out + err


def test_a_traceback_reaches_the_user_only_with_debug(monkeypatch: pytest.MonkeyPatch, run) -> None:  # type: ignore[no-untyped-def]
    from dynarena.cli import catalogue

    def broken(folder: str) -> list[object]:
        raise RuntimeError("inner")

    monkeypatch.setattr(catalogue, "items", broken)
    status, _, err = run("list")
    assert status == 1
    assert "RuntimeError: inner" in err
    assert "--debug" in err
    with pytest.raises(RuntimeError, match="inner"):
        main(["list", "--debug"])


def test_a_settings_file_stands_below_environment_and_flags(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))
    (tmp_path / "dynarena.toml").write_text('hom = "x"\n')
    status, _, err = run("list")
    assert status == 2
    assert "'home'" in err
    suite = tmp_path / "mine"
    (suite / "systems" / "chaos").mkdir(parents=True)
    (suite / "systems" / "chaos" / "own.toml").write_text('title = "Own"\n')
    (tmp_path / "dynarena.toml").write_text("")
    status, out, _ = run("list", "systems", "--suite", suite)
    assert "mine:chaos/own" in out

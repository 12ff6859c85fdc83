"""Sealed seasons: secrets, commitments, and the test sets drawn from them."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dynarena.data import sealed
from dynarena.data.files import read_netcdf, write_netcdf
from dynarena.data.sealed import certify, draw_season, load_sealed, regenerate_sealed, sealed_keys, sealed_path
from dynarena.data.seasons import (
    check_name,
    find_season,
    keep_secret,
    kept_secret,
    private_path,
    reveal,
    seal,
    season_names,
    secret_of,
)
from dynarena.data.splits import load_split, split_path
from dynarena.data.tasks import TaskData
from dynarena.errors import DataError, SchemaError, UnknownName, UsageError
from dynarena.schema.lock import Lock, TaskLock

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))
SCORER = "5" * 64


@pytest.fixture
def lock(tiny: Lock, tiny_suite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lock:
    """The tiny lock in a suite of the test's own, into which commitments are written."""
    own = tmp_path / "small"
    shutil.copytree(tiny_suite, own)
    monkeypatch.setenv("DYNARENA_SUITE", str(own))
    return tiny


@pytest.fixture
def season(lock: Lock) -> Lock:
    """The lock, with the season `s1` sealed on this machine."""
    keep_secret("s1", lock, ONE)
    seal("s1", lock, SCORER)
    return lock


def public_file(tmp_path: Path) -> Path:
    return tmp_path / "small" / "benchmarks" / "seasons" / "s1.json"


def states(task: TaskLock, secret: bytes) -> np.ndarray:
    return regenerate_sealed(task, secret)["state"].values


def test_keys_are_words_of_hmac_sha256_of_secret_task_and_index() -> None:
    digest = hmac.new(ONE, b"b@1.0/chaos/x\x1f3", hashlib.sha256).digest()
    words = np.frombuffer(digest[:16], dtype="<u8")
    assert sealed_keys(ONE, "b@1.0/chaos/x", 4)[3] == tuple(map(int, words))
    assert sealed_keys(ONE, "b@1.0/chaos/x", 4)[:2] == sealed_keys(ONE, "b@1.0/chaos/x", 2)


def test_a_sealed_set_differs_from_the_open_one_and_between_secrets_and_is_the_same_again(tiny: Lock) -> None:
    for task in tiny.tasks:
        first = states(task, ONE)
        assert first.tobytes() == states(task, ONE).tobytes()
        assert first.shape == load_split(tiny, task, "test")["state"].shape
        for other in (load_split(tiny, task, "test")["state"].values, states(task, OTHER)):
            assert not np.isin(first[:, 0].reshape(len(first), -1)[:, 0], other).any()


def test_a_season_changes_test_and_noise_and_leaves_train_and_statistics(season: Lock) -> None:
    for task in season.tasks:
        open_, sealed_ = TaskData(season, task), TaskData(season, task, season="s1")
        assert np.array_equal(open_.train(), sealed_.train())
        assert (open_.task, open_.data_digest) == (sealed_.task, task.splits["test"].digest)
        assert sealed_.data_digest not in ("", open_.data_digest)
        assert sealed_.data_digest == regenerate_sealed(task, ONE).attrs["digest"]
        assert open_.context.shape == sealed_.context.shape
        variable = sealed_.task.variable
        assert not np.array_equal(open_.truth[variable].values, sealed_.truth[variable].values)
        if task.noise and variable == "state":
            noises = [data.context - data._test["state"].values[:, :4] for data in (open_, sealed_)]
            assert np.abs(noises[0] - noises[1]).max() > 0.01
            assert 0.05 < (noises[1] / np.asarray(task.std)).std() < 0.15


def test_parameters_of_a_sealed_set_are_drawn_from_the_secret(season: Lock) -> None:
    task = season.tasks[0]
    spread = {**task.spec, "splits": {"test": {"parameters": {"rho": [26.0, 30.0]}}}}
    drawn = task.model_copy(update={"spec": spread})
    one, other = (regenerate_sealed(drawn, secret)["parameter_rho"].values for secret in (ONE, OTHER))
    assert len({*one, *other}) == 8
    assert min(*one, *other) > 26 and max(*one, *other) < 30


def test_the_open_season_is_as_it_was_frozen(season: Lock) -> None:
    for task in season.tasks:
        TaskData(season, task, season="s1")
        load_split(season, task, "test")
        assert TaskData(season, task).data_digest == task.splits["test"].digest


def test_starts_that_no_lock_carries_burn_in_by_the_clock_of_the_lock(tiny: Lock) -> None:
    for task in tiny.tasks:
        split = task.splits["test"]
        without = task.model_copy(update={"splits": {"test": split.model_copy(update={"starts": None})}})
        assert load_split(tiny, without, "test", keep=False).identical(load_split(tiny, task, "test", keep=False))


def test_sealed_data_are_kept_apart_and_closed_to_other_users(season: Lock, home: Path) -> None:
    for task in season.tasks:
        load_sealed(season.id, task, "s1")
        assert sealed_path(season.id, task, "s1").is_file()
        assert not split_path(season, task, "test").exists()
    folder = home / "data" / season.id / "s1"
    assert {path.parents[1] for path in (home / "data").rglob("*.nc")} == {folder}
    assert folder.stat().st_mode & 0o077 == 0


def test_stored_sets_of_another_secret_or_damaged_ones_are_not_read(season: Lock) -> None:
    task = season.tasks[0]
    truth = load_sealed(season.id, task, "s1")
    path = sealed_path(season.id, task, "s1")
    before = path.stat().st_mtime_ns
    load_sealed(season.id, task, "s1")
    assert path.stat().st_mtime_ns == before, "what is right is read, not made again"
    spoilt = truth.copy(deep=True)
    spoilt["state"].values[1, 2, 0] += 1e-9
    for wrong in (spoilt, regenerate_sealed(task, OTHER), truth.assign_attrs(frozen="another lock's")):
        write_netcdf(wrong, path)
        assert np.array_equal(load_sealed(season.id, task, "s1")["state"].values, truth["state"].values)
    path.write_bytes(b"not NetCDF")
    assert load_sealed(season.id, task, "s1").attrs["digest"] == truth.attrs["digest"]
    assert read_netcdf(path).attrs["digest"] == truth.attrs["digest"]


def test_the_certificate_of_a_test_set_is_computed_as_at_freezing(tiny: Lock) -> None:
    for task in tiny.tasks:
        found = certify(task, load_split(tiny, task, "test"))
        assert found == pytest.approx(task.certificate)


def test_a_set_that_is_not_certified_over_the_horizon_is_refused_and_another_secret_is_drawn(
    lock: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = sealed.certificate, []

    def short(*given: object) -> dict[str, float]:
        asked.append(1)
        found = real(*given)  # type: ignore[arg-type]
        return found if len(asked) > 2 else {name: 0.9 * time for name, time in found.items()}

    monkeypatch.setattr(sealed, "certificate", short)
    with pytest.raises(DataError, match="not certified over the lock's horizon"):
        certify(lock.tasks[0], load_split(lock, lock.tasks[0], "test"))
    draw_season("s2", lock)
    assert len(asked) == 2 + len(lock.tasks), "one refusal by hand, one on drawing, then all tasks of the second secret"
    kept = kept_secret("s2")
    assert kept is not None
    for task in lock.tasks:
        stored = read_netcdf(sealed_path(lock.id, task, "s2"))
        assert stored.attrs["digest"] == regenerate_sealed(task, bytes.fromhex(kept.secret)).attrs["digest"]


def test_no_secret_is_kept_where_none_is_certified(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "certificate", lambda *given: {"0.1": 0.0})
    with pytest.raises(DataError, match="not certified"):
        draw_season("s2", lock, tries=2)
    assert not private_path("s2").exists()


def test_secrets_are_32_random_bytes_that_only_the_owner_reads(lock: Lock) -> None:
    secrets = []
    for name in ("s1", "s2"):
        path = draw_season(name, lock)
        assert path == private_path(name)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o077 == 0
        secrets.append(bytes.fromhex(json.loads(path.read_text())["secret"]))
    assert secrets[0] != secrets[1]
    assert {len(secret) for secret in secrets} == {32}
    assert sorted(path.name for path in private_path("s1").parent.iterdir()) == ["s1.json", "s2.json"]


def test_a_name_is_used_once(season: Lock) -> None:
    with pytest.raises(UsageError, match="already"):
        draw_season("s1", season)
    with pytest.raises(UsageError, match="sealed already"):
        seal("s1", season, SCORER)
    private_path("s1").unlink()
    with pytest.raises(UsageError, match="already"):
        keep_secret("s1", season, OTHER)


@pytest.mark.parametrize("name", ["open", "", "../x", "a/b", "a__b", ".a", "a\n", "x" * 41, "*", "s?"])
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name"):
        check_name(name)
    with pytest.raises(UsageError, match="cannot name"):
        find_season(name)


def test_the_commitment_holds_hashes_and_nothing_from_which_a_set_can_be_made(season: Lock, tmp_path: Path) -> None:
    text = public_file(tmp_path).read_text()
    content = json.loads(text)
    assert content.pop("sealed").startswith("20")
    assert content == {
        "schema": 1,
        "name": "s1",
        "benchmark": season.id,
        "commitment": hashlib.sha256(ONE).hexdigest(),
        "lock_digest": season.digest,
        "scorer_digest": SCORER,
    }
    assert ONE.hex() not in text
    for task in season.tasks:
        words = [f"{word:016x}" for key in sealed_keys(ONE, task.id, 4) for word in key]
        assert not any(word in text for word in words)
    private_path("s1").unlink()
    with pytest.raises(UsageError, match="does not hold its secret") as caught:
        TaskData(season, season.tasks[0], season="s1")
    assert "organiser" in str(caught.value)


def test_after_the_reveal_anyone_makes_the_same_sets(season: Lock, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    mine = [TaskData(season, task, season="s1").data_digest for task in season.tasks]
    reveal("s1")
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "elsewhere"))
    assert kept_secret("s1") is None
    assert find_season("s1").secret == ONE.hex()
    assert [TaskData(season, task, season="s1").data_digest for task in season.tasks] == mine


def test_a_tampered_secret_is_refused_everywhere(season: Lock) -> None:
    path = private_path("s1")
    path.write_text(path.read_text().replace(ONE.hex(), OTHER.hex()))
    for use in (
        lambda: secret_of("s1", season.id),
        lambda: reveal("s1"),
        lambda: load_sealed(season.id, season.tasks[0], "s1"),
    ):
        with pytest.raises(DataError, match="not the one that was committed to"):
            use()
    assert find_season("s1").secret is None


def test_a_season_belongs_to_one_lock(season: Lock) -> None:
    with pytest.raises(UsageError, match="another benchmark's"):
        secret_of("s1", "chaos-forecast@1.0")
    changed = season.model_copy(update={"about": "changed"})
    keep_secret("s2", season, OTHER)
    with pytest.raises(UsageError, match="not the one that the secret was drawn for"):
        seal("s2", changed, SCORER)
    with pytest.raises(UsageError, match="not sealed yet"):
        find_season("s2")
    assert season_names() == ["s1"]


def test_unknown_and_broken_seasons_are_named(season: Lock, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown season 's11'") as caught:
        find_season("s11")
    assert "'s1'" in str(caught.value)
    with pytest.raises(UsageError, match="holds no secret of a season s9"):
        seal("s9", season, SCORER)
    broken = public_file(tmp_path)
    broken.write_text(broken.read_text().replace(f'"scorer_digest": "{SCORER}"', '"scorer_digest": "5"'))
    with pytest.raises(SchemaError, match="not a season's file") as wrong:
        find_season("s1")
    assert "scorer_digest" in str(wrong.value) and str(broken) in str(wrong.value)


def test_a_broken_secret_file_is_named_without_its_content(season: Lock) -> None:
    path = private_path("s1")
    path.write_text(path.read_text().replace(ONE.hex(), "secretwords"))
    with pytest.raises(SchemaError, match="not a season's file") as caught:
        kept_secret("s1")
    assert "secretwords" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_season_in_two_suites_is_ambiguous(season: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other" / "benchmarks" / "seasons"
    other.mkdir(parents=True)
    shutil.copy(public_file(tmp_path), other)
    monkeypatch.setenv("DYNARENA_SUITE", f"{tmp_path / 'small'}:{tmp_path / 'other'}")
    with pytest.raises(UsageError, match="two seasons"):
        find_season("s1")

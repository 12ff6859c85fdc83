from __future__ import annotations

from pathlib import Path

import pytest

from dynarena.errors import TrustError, UnknownName, UsageError
from dynarena.suite import find, items, load_module, suites

SYSTEM = 'schema = 1\ntitle = "Mine"\n'


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "acme"
    (folder / "systems" / "chaos").mkdir(parents=True)
    (folder / "systems" / "chaos" / "lorenz63.toml").write_text(SYSTEM)
    (folder / "systems" / "chaos" / "secret.toml").write_text(SYSTEM)
    (folder / "metrics").mkdir()
    (folder / "metrics" / "ours.py").write_text('"""Our own metric."""\nperfect = 0\nloaded = True\n')
    monkeypatch.setenv("DYNARENA_SUITE", str(folder))
    return folder


def test_the_file_name_is_the_item_name(root: Path) -> None:
    paths = sorted((root / "systems").glob("[!_]*/*.toml"))
    for path in paths:
        assert find("systems", f"{path.parent.name}/{path.stem}").path == path
        if [other.stem for other in paths].count(path.stem) == 1:
            assert find("systems", path.stem).path == path


def test_a_short_name_of_two_kinds_asks_for_one_of_the_ids() -> None:
    with pytest.raises(UsageError, match="names several systems"):
        find("systems", "double_pendulum")
    assert find("systems", "chaos/double_pendulum").id != find("systems", "video/double_pendulum").id


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        find("systems", "lorentz63")
    assert "lorenz63" in (caught.value.fix or "")


def test_a_private_suite_adds_items_and_shadows_nothing(private: Path) -> None:
    assert [suite.name for suite in suites()] == ["canonical", "acme"]
    assert find("systems", "chaos/lorenz63").suite.canonical
    assert find("systems", "acme:chaos/lorenz63").path == private / "systems/chaos/lorenz63.toml"
    assert find("systems", "acme:lorenz63").path == private / "systems/chaos/lorenz63.toml"
    assert find("systems", "secret").id == "acme:chaos/secret"
    with pytest.raises(UsageError, match="names several"):
        find("systems", "lorenz63")


def test_private_python_runs_only_once_trusted(private: Path) -> None:
    from dynarena.suite.modules import trust

    item = find("metrics", "ours")
    assert item.title == "Our own metric."
    with pytest.raises(TrustError, match="not trusted"):
        load_module(item)
    trust(item.suite)
    module = load_module(item)
    assert module.loaded
    assert module.__name__ == "dynarena_suite.acme.metrics.ours"


def test_listing_never_runs_a_file(private: Path, tmp_path: Path) -> None:
    witness = tmp_path / "ran"
    (private / "metrics" / "evil.py").write_text(f'"""Evil."""\nopen({str(witness)!r}, "w")\n')
    titles = {item.id: item.title for item in items("metrics")}
    assert titles["acme:evil"] == "Evil."
    assert not witness.exists()


def test_a_folder_that_is_no_suite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNARENA_SUITE", str(tmp_path))
    with pytest.raises(UsageError, match="not a suite"):
        suites()

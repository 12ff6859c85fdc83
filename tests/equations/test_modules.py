"""Generated modules: whole, shared, and never stale."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dynarena.equations.modules import cache_folder, load
from dynarena.errors import ResourceError


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNARENA_CACHE", str(tmp_path / "cache"))


def test_one_text_is_one_module_and_another_text_another() -> None:
    first = load("value = 1\n", "one")
    assert first.value == 1 and load("value = 1\n", "one") is first
    assert load("value = 2\n", "one").value == 2
    assert len(list((cache_folder() / "code").glob("one_*.py"))) == 2


def test_a_file_that_was_cut_short_is_written_anew(tmp_path: Path) -> None:
    text = "value = 3  # whole\n"
    load(text, "cut")
    (path,) = (cache_folder() / "code").glob("cut_*.py")
    path.write_text("value = ")
    script = f"from dynarena.equations.modules import load; print(load({text!r}, 'cut').value)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "3" and path.read_text() == text


def test_many_threads_get_one_whole_module_and_leave_no_parts() -> None:
    text = "import time\ntime.sleep(0.05)\nvalue = list(range(1000))\n"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: len(load(text, "many").value), range(8)))
    assert found == [1000] * 8
    assert not list((cache_folder() / "code").glob("*.part"))


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DYNARENA_CACHE", str(tmp_path / "file"))
    with pytest.raises(ResourceError, match="DYNARENA_CACHE"):
        load("value = 4\n", "nowhere")

"""A small benchmark of a private suite, frozen once: what the tests of data on disk work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dynarena.schema.lock import Lock

BENCHMARK = """
schema  = 1
version = "0.1"
title   = "Tiny"
systems = ["chaos/lorenz63", "video/uniform_motion"]
[protocol]
dt = 0.05
resolution = 16
train   = { trajectories = 3, points = 40 }
context = { points = 4 }
horizon = { points = 6 }
test    = { trajectories = 4 }
noise   = [0.0, 0.1]
[metrics]
primary = "nrmse"
"""


@pytest.fixture(scope="session")
def tiny_suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suites") / "small"
    (folder / "benchmarks" / "locks").mkdir(parents=True)
    (folder / "benchmarks" / "tiny.toml").write_text(BENCHMARK)
    return folder


@pytest.fixture(scope="session")
def tiny_lock(tiny_suite: Path) -> Lock:
    from dynarena.evaluation.freeze import freeze
    from dynarena.suite import find

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNARENA_SUITE", str(tiny_suite))
        lock = freeze(find("benchmarks", "tiny"))
        path = tiny_suite / "benchmarks" / "locks" / "tiny@0.1.json"
        path.write_text(lock.to_text())
        return lock


@pytest.fixture
def tiny(tiny_lock: Lock, tiny_suite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lock]:
    """The lock, with a home of its own."""
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DYNARENA_SUITE", str(tiny_suite))
    yield tiny_lock

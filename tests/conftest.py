"""What every test shares: a home of its own, so that no test reads or writes a user's records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNARENA_HOME", str(tmp_path_factory.mktemp("home")))
        for name in ("DYNARENA_SUITE", "DYNARENA_WORKERS", "DYNARENA_DEVICE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def home() -> Path:
    """The session's DYNARENA_HOME."""
    return Path(os.environ["DYNARENA_HOME"])


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT

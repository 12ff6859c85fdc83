"""The mock boards, loaded by path."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def mock() -> ModuleType:
    spec = importlib.util.spec_from_file_location("publishing_mock", Path(__file__).with_name("mock.py"))
    if spec is None or spec.loader is None:
        raise ImportError("mock.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def board(mock):
    return mock.make_board("chaos-forecast")


@pytest.fixture(scope="session")
def hostile(mock):
    """A board on which models, messages and systems try to break out of every format."""
    names = [
        "<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "=cmd|'/C calc'!A0", "@SUM(A1)", "a|b`c*_d_",
        "\\input{/etc/passwd}$x^2$ & 100% #1 ~", "_hidden", "$\\frac", "-1+1", "tab\tline\nbreak\u202edesrever",
        "模型🚀", "x" * 300,
    ]  # fmt: skip
    lock = mock.make_lock("video-physics")
    lock = lock.model_copy(update={"title": "T <b>&\"'", "about": "</p><script>x()</script>"})
    known = mock.make_records(lock, ["gru"])
    records = [
        r.model_copy(update={"model": r.model.model_copy(update={"name": name, "digest": f"{i:064x}"})})
        for i, name in enumerate(names)
        for r in known
    ]
    bad = known[0].model_copy(update={"lock_digest": "<i>old</i>", "task": f"{lock.id}/<u>"})
    from dynarena.ranking import build_board

    return build_board([*records, bad], lock)

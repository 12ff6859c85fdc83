from __future__ import annotations

import pytest

from dynarena.errors import UsageError
from dynarena.evaluation.trials import trials

GRID = {"lr": [1e-3, 3e-3], "units": [16, 32, 64]}


def test_trials_begin_with_the_model_as_it_stands_and_never_repeat():
    found = trials(GRID, 20, "m")
    assert found[0] == {} and len(found) == 7
    assert sorted((t["lr"], t["units"]) for t in found[1:]) == sorted((a, b) for a in GRID["lr"] for b in GRID["units"])


def test_more_trials_begin_with_fewer_and_another_model_draws_others():
    assert trials(GRID, 6, "m")[:4] == trials(GRID, 4, "m")
    assert trials(GRID, 7, "m") != trials(GRID, 7, "n")


def test_a_model_with_nothing_to_tune_is_refused():
    with pytest.raises(UsageError, match="nothing to tune"):
        trials({}, 3, "m")

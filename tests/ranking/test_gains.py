"""Efficiency and accuracy over the number of train trajectories, on power laws whose crossing is known."""

from __future__ import annotations

import pytest

from dynarena.errors import UnknownName, UsageError
from dynarena.ranking import build_board
from dynarena.ranking.gains import gains, trajectories_needed

COUNTS = (1, 4, 16, 64)


def board(toys, **laws):
    """Two systems, four numbers of trajectories each; a model's error is law(n)."""
    places = [(f"pde/{name}?trajectories={n}", f"pde/{name}", n) for name in "ab" for n in COUNTS]
    lock = toys.lock(tasks=[toys.task(place, 3, system) for place, system, _ in places])
    records = [toys.record(lock, place, model, [law(n)] * 3) for model, law in laws.items() for place, _, n in places]
    return build_board(records, lock)


def test_a_model_that_needs_a_fourth_of_the_data_gains_four_times(toys):
    found = gains(board(toys, fast=lambda n: 0.5 / (4 * n) ** 0.5, slow=lambda n: 0.5 / n**0.5), "fast", "slow")
    assert found.efficiency["gain"].tolist() == pytest.approx([4, 4]) and found.efficiency["bound"].tolist() == ["", ""]
    assert found.accuracy["gain"].tolist() == pytest.approx([2] * 8)
    assert found.efficiency_gain == pytest.approx(4) and found.accuracy_gain == pytest.approx(2)
    assert found.accuracy["trajectories"].tolist() == [*COUNTS, *COUNTS]


def test_where_no_crossing_is_seen_the_gain_is_a_bound(toys):
    laws = {"low": lambda n: 0.01, "mid": lambda n: 0.2 / n**0.5, "high": lambda n: 0.9}
    here = board(toys, **laws)
    assert gains(here, "low", "mid").efficiency["bound"].tolist() == [">", ">"]
    assert gains(here, "low", "mid").efficiency["gain"].tolist() == [64, 64]
    never = gains(here, "high", "mid")
    assert never.efficiency["bound"].tolist() == ["<", "<"] and never.efficiency["gain"].tolist() == [1, 1]


def test_the_crossing_follows_the_power_law_between_two_counts():
    needed, bound = trajectories_needed({1: 0.8, 16: 0.2, 64: 0.19}, 0.4)
    assert needed == pytest.approx(4) and bound == ""


def test_boards_without_counts_and_unknown_models_are_refused(toys):
    lock = toys.lock()
    plain = build_board(toys.records(lock, "a", [0.4] * 3), lock)
    with pytest.raises(UsageError, match="do not differ"):
        gains(plain, "a", "a")
    with pytest.raises(UnknownName, match="fats"):
        gains(board(toys, fast=lambda n: 1 / n, slow=lambda n: 1.0), "fats", "slow")

"""Each metric ranks the truth strictly above every cheat that it claims to see; what it cannot see, it says."""

from __future__ import annotations

from functools import cache

import arenas
import numpy as np
import pytest
from attacks import ATTACKS, REFUSED, SAME_LAW, Scene

from dynarena.errors import Refused
from dynarena.evaluation.metrics import Metric, load_metric, trajectory_values
from dynarena.suite import items

METRICS = [item.name for item in items("metrics")]
SCENES = ("point", "field", "walls", "clips")
ONE_STEP = ("vrmse_step",)  # boards of one step rank by it: what a forecast does later is no part of their question


@cache
def scene(name: str) -> Scene:
    return getattr(arenas, name)()


@cache
def answer(where: str, attack: str) -> np.ndarray:
    """A cheat's answer; `truth` is the true path, `other` another path of the same law."""
    arena = scene(where)
    return getattr(arena, attack) if attack in ("truth", "other") else ATTACKS[attack](arena, np.random.default_rng(5))


def cases(*kinds: str) -> list[tuple[str, str]]:
    """(metric, scene) for the metrics of these kinds, wherever they apply; between walls, what needs them."""
    loaded = [load_metric(name) for name in METRICS]
    chosen = [metric for metric in loaded if metric.declarations.kind in kinds and not is_frozen_blind(metric)]
    return [
        (metric.name, where)
        for metric in chosen
        for where in SCENES
        if metric.applies(scene(where).task) and not (where == "walls" and metric.applies(scene("field").task))
    ]


def is_frozen_blind(metric: Metric) -> bool:
    """A physical metric without a perfect value only describes: it claims no ranking."""
    return metric.declarations.kind == "physical" and metric.declarations.perfect is None


def badness(metric: Metric, states: np.ndarray, arena: Scene) -> float:
    """The mean value, turned so that lower is better."""
    value = trajectory_values(metric.score(arena.forecast(states), arena.exact, arena.task)).mean()
    return float(value if metric.declarations.better == "lower" else -value)


@cache
def bad(name: str, where: str, attack: str) -> float:
    """The badness of a cheat, of the truth or of another truth."""
    return badness(load_metric(name), answer(where, attack), scene(where))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name,where", cases("pointwise", "probabilistic", "physical"))
def test_the_true_path_beats_every_cheat_by_the_metric_or_by_its_guard(name, where, attack):
    if name in ONE_STEP and np.array_equal(answer(where, attack)[:, :1], answer(where, "truth")[:, :1]):
        assert bad(name, where, attack) == bad(name, where, "truth")
        return
    judges = filter(None, (name, load_metric(name).declarations.guard))
    assert any(bad(judge, where, "truth") < bad(judge, where, attack) for judge in judges)


def test_a_pointwise_metric_that_needs_a_guard_never_ranks():
    guarded = [load_metric(name) for name, _ in cases("pointwise") if load_metric(name).declarations.guard]
    assert guarded and all(metric.declarations.perfect is None for metric in guarded)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name,where", cases("distributional"))
def test_the_true_path_is_beaten_by_no_cheat_in_distribution(name, where, attack):
    assert bad(name, where, "truth") == 0 <= bad(name, where, attack)


@pytest.mark.parametrize("attack", sorted(set(ATTACKS) - SAME_LAW))
@pytest.mark.parametrize("name,where", cases("distributional"))
def test_another_truth_beats_every_cheat_of_another_law_by_the_metric_or_by_its_guard(name, where, attack):
    judges = filter(None, (name, load_metric(name).declarations.guard))
    assert any(bad(judge, where, "other") < 0.8 * bad(judge, where, attack) for judge in judges)


@pytest.mark.parametrize("where", ["point", "field"])
def test_shuffling_fools_the_visited_states_and_not_their_guard(where):
    guard = load_metric("state_space_divergence").declarations.guard
    assert bad("state_space_divergence", where, "shuffled") < 0.01
    assert bad(guard, where, "shuffled") > 3 * bad(guard, where, "other")


@pytest.mark.parametrize("where", ["point", "field"])
@pytest.mark.parametrize("attack", sorted(SAME_LAW))
def test_answers_with_the_law_of_the_truth_lose_where_the_very_path_counts(where, attack):
    for name in ("nrmse", "valid_prediction_time", "crps"):
        assert bad(name, where, attack) > bad(name, where, "truth") + 0.1, name


@pytest.mark.parametrize("attack", REFUSED)
@pytest.mark.parametrize("where", SCENES)
def test_what_is_not_finite_or_not_whole_is_refused_by_every_metric(where, attack):
    arena = scene(where)
    broken = arena.forecast(REFUSED[attack](arena))
    for metric in map(load_metric, METRICS):
        if metric.applies(arena.task):
            with pytest.raises(Refused):
                metric.score(broken, arena.exact, arena.task)


@pytest.mark.parametrize("where", ["point", "field"])
def test_a_frozen_state_conserves_as_well_as_the_truth_so_drift_never_ranks(where):
    metric = load_metric("conservation_drift")
    assert metric.applies(scene(where).task) and is_frozen_blind(metric)
    assert bad("conservation_drift", where, "frozen") < 1e-12


@pytest.mark.parametrize("where", SCENES)
def test_placing_members_around_the_truth_s_range_does_not_beat_it(where):
    metric, arena = load_metric("crps"), scene(where)
    mean, spread = answer(where, "climatology"), arena.spread
    honest = badness(metric, np.stack([mean + spread * quantile for quantile in (-1.28, -0.52, 0, 0.52, 1.28)]), arena)
    for reach in (3, 30):
        bracket = np.stack([mean - reach * spread, mean + reach * spread])
        assert badness(metric, bracket, arena) > honest > badness(metric, arena.truth, arena)


def test_many_copies_of_a_member_change_nothing():
    for where in ("point", "field"):
        arena = scene(where)
        once = answer(where, "jittered")
        for metric in map(load_metric, METRICS):
            if metric.applies(arena.task):
                many = badness(metric, np.stack([once] * 3), arena)
                assert many == pytest.approx(bad(metric.name, where, "jittered"), rel=1e-9), metric.name

"""Survival curves: scipy's Kaplan-Meier estimate, boards with and without a horizon, the picture."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from scipy.stats import CensoredData, ecdf

from dynarena.publishing.canvas import style
from dynarena.publishing.survival import draw_survival, kaplan_meier, survival_curves


def test_it_is_scipys_estimate_with_what_reaches_the_horizon_censored():
    times = np.minimum(np.round(np.random.default_rng(0).exponential(5, 60), 1), 10)
    lead, share = kaplan_meier(times, 10)
    reference = ecdf(CensoredData(uncensored=times[times < 10], right=times[times >= 10])).sf
    asked = np.linspace(0.01, 9.99, 777)
    mine = np.array(share)[np.searchsorted(lead, asked, side="right") - 1]
    np.testing.assert_allclose(mine, reference.evaluate(asked), atol=1e-12)


@pytest.mark.parametrize("times,end", [([10, 10], 1.0), ([0, 0], 0.0), ([0, 10], 0.5)])
def test_all_none_and_half_last_to_the_horizon(times, end):
    lead, share = kaplan_meier(times, 10)
    assert share[-1] == end and lead[0] == 0 and lead[-1] == 10 and share[0] == 1


def test_a_board_of_valid_times_gives_falling_steps_whose_area_is_the_mean(mock):
    board = mock.make_board("chaos-forecast")
    task = board.lock.tasks[0]
    curves = survival_curves(board, task.system)
    whole = task.horizon * task.dt / task.timescale
    contender = next(c for c in board.contenders if c.label in curves)
    entry = next(e for e in contender.entries.values() if e.task.system == task.system)
    lead, share = curves[contender.label]
    assert len(curves) > 5 and lead[-1] == pytest.approx(whole)
    assert (np.diff(share) <= 0).all()
    area = np.sum(np.diff(lead) * np.array(share)[:-1])
    assert area == pytest.approx(whole * (1 - np.nan_to_num(entry.errors, nan=1.0).clip(max=1).mean()))


def test_a_board_of_errors_has_none(mock):
    board = mock.make_board("pde-forecast")
    assert survival_curves(board, board.lock.tasks[0].system) == {}


def test_the_picture_steps_in_each_model_s_colour_and_shows_all_shares():
    drawn = draw_survival({"a": ([0, 1, 4], [1.0, 0.5, 0.5]), "b": ([0, 4], [1.0, 1.0])}, ["b", "a"], "chaos/x")
    axes = drawn.axes[0]
    assert [to_hex(line.get_color()) for line in axes.lines] == [style(1)[0], style(0)[0]]
    assert axes.get_ylim()[0] == 0 and axes.get_ylim()[1] > 1 and axes.lines[0].get_drawstyle() == "steps-post"

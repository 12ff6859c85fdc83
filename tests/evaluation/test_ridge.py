import pytest
import torch

from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error


def test_solutions_are_those_of_the_augmented_least_squares_problem():
    random = torch.Generator().manual_seed(0)
    x = torch.randn(50, 6, dtype=torch.float64, generator=random)
    y = torch.randn(50, 2, dtype=torch.float64, generator=random)
    moments = Moments()
    moments.add(x[:20].reshape(4, 5, 6), y[:20].reshape(4, 5, 2))
    rest = Moments()
    rest.add(x[20:], y[20:])
    penalties = (1e-8, 0.3)
    for penalty, found in zip(penalties, (moments + rest).solutions(penalties), strict=True):
        rows = torch.cat([x, torch.eye(6, dtype=torch.float64) * (50 * penalty) ** 0.5])
        expected = torch.linalg.lstsq(rows, torch.cat([y, torch.zeros(6, 2, dtype=torch.float64)])).solution
        torch.testing.assert_close(found, expected)


def test_no_rows_is_an_error_and_adding_nothing_changes_nothing():
    with pytest.raises(ValueError, match="no rows"):
        Moments().solutions([1.0])
    some = Moments()
    some.add(torch.eye(2), torch.eye(2))
    assert (some + Moments()) is some and (Moments() + some) is some


def test_the_penalty_of_least_error_is_taken_and_the_weights_are_refitted_on_everything():
    first, second = Moments(), Moments()
    x = torch.ones(1, 1, dtype=torch.float64)
    first.add(x, 1 * x)
    second.add(x, 3 * x)
    weights, error = choose_ridge(first, second, [0.0, 1.0], lambda weights: abs(weights.item() - 0.5))
    assert weights.item() == pytest.approx(2.0 / 2)
    assert error == 0.0


def test_the_error_of_a_perfect_run_is_zero_and_that_of_a_lost_one_stays_below_one():
    z = torch.randn(3, 30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).cumsum(1)
    z -= z.flatten(0, 1).mean(0)
    line = torch.arange(30.0, dtype=torch.float64)[None, :, None].repeat(3, 1, 2)

    def ramp(context, ahead):
        return context[:, -1:] + torch.arange(1.0, ahead + 1, dtype=torch.float64)[:, None]

    assert free_run_error(ramp, line, 4, 6) == 0.0
    assert 0.999 < free_run_error(lambda context, ahead: 1e9 * ramp(context, ahead), z, 4, 6) <= 1.0

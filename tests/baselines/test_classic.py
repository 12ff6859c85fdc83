"""Closed forms of the models that are not trained by gradients."""

import pytest
import torch


def test_persistence_repeats_the_last_state(worlds, build, fit_ask):
    for place in worlds.values():
        answer = fit_ask(build("persistence"), place)
        for step in range(place.task.horizon):
            assert torch.equal(answer[:, step], place.context[:, -1].float())


def test_climatology_has_a_normalised_error_of_exactly_one_on_train_itself(worlds, build, tools):
    for place in worlds.values():
        whole = tools.World(place.task, place.train, torch.cat([place.train[:, :1], place.train], dim=1))
        task = tools.make_task(place.train, 1, place.train.shape[1], place.task.dims, 1.0)
        answer = tools.ask(tools.fitted(build("climatology"), place), tools.World(task, whole.train, whole.test))
        for channel, std in enumerate(task.std):
            error = (answer[:, :, channel].double() - place.train[:, :, channel]).square().mean().sqrt()
            assert error / std == pytest.approx(1, abs=1e-6)


def test_drift_is_exact_on_straight_lines_and_persists_from_one_state(build, tools):
    slope = torch.tensor([[1.0, -2.0], [0.5, 3.0]], dtype=torch.float64)
    data = slope[:, None] * torch.arange(12.0, dtype=torch.float64)[:, None] + 4
    place = tools.world(data.repeat(2, 1, 1), 2, 3, 9, ("component",))
    torch.testing.assert_close(tools.ask(build("drift"), place).double(), place.truth)
    single = tools.world(data.repeat(2, 1, 1), 2, 1, 4, ("component",))
    assert torch.equal(tools.ask(build("drift"), single)[:, -1], single.context[:, -1].float())


def test_drift_takes_the_mean_slope_of_the_whole_context(build, tools):
    data = torch.tensor([0.0, 5.0, 2.0, 9.0, 9.0], dtype=torch.float64).reshape(1, 5, 1).repeat(3, 1, 1)
    place = tools.world(data, 2, 3, 2, ("component",))
    assert tools.ask(build("drift"), place).flatten().tolist() == [3.0, 4.0]


def spiral(n: int, points: int) -> torch.Tensor:
    """[n, points, 4]: two damped rotations, u[t+1] = A u[t] + b."""
    turn = torch.zeros(4, 4, dtype=torch.float64)
    for block, (angle, damping) in enumerate([(0.3, 0.99), (0.7, 0.97)]):
        c, s = torch.cos(torch.tensor(angle)), torch.sin(torch.tensor(angle))
        turn[2 * block : 2 * block + 2, 2 * block : 2 * block + 2] = damping * torch.tensor([[c, -s], [s, c]])
    u = torch.randn(n, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    path = [u]
    for _ in range(points - 1):
        path.append(path[-1] @ turn.T + torch.tensor([0.1, 0.0, -0.2, 0.05], dtype=torch.float64))
    return torch.stack(path, dim=1)


@pytest.mark.parametrize("delays", [1, 5])
def test_the_linear_map_recovers_a_linear_system_s_roll_out(delays, build, tools):
    place = tools.world(spiral(40, 60), 30, 10, 50, ("component",))
    model = tools.fitted(build("linear_map", delays=delays), place)
    answer = model.forecast(place.context, 50)
    assert (answer - place.truth).abs().max() < 1e-4 * place.truth.std()


def test_the_linear_map_needs_its_delays_for_what_one_state_does_not_tell(build, fit_ask, tools):
    phase = 2 * torch.pi * torch.rand(12, 1, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    place = tools.world(torch.cos(0.4 * torch.arange(80.0)[:, None] + phase), 8, 6, 40, ("component",))
    two, one = (fit_ask(build("linear_map", delays=delays), place) for delays in (2, 1))
    assert (two - place.truth).abs().max() < 1e-4
    assert (one - place.truth).square().mean() > 0.1


def test_the_linear_map_moves_a_field_that_principal_components_carry(worlds, build, fit_ask):
    place = worlds["field"]
    answer = fit_ask(build("linear_map", components=6), place)
    assert (answer - place.truth).abs().max() < 1e-3


def test_the_analogue_reproduces_a_periodic_signal(build, fit_ask, tools):
    t = torch.arange(200.0, dtype=torch.float64)
    signal = torch.stack([torch.sin(2 * torch.pi * t / 20), torch.cos(4 * torch.pi * t / 20)], dim=-1)
    data = torch.stack([signal.roll(-shift, 0) for shift in (0, 3, 11)])
    place = tools.world(data, 2, 5, 90, ("component",))
    torch.testing.assert_close(fit_ask(build("analogue"), place).double(), place.truth, atol=1e-5, rtol=0)


def test_the_analogue_of_a_train_window_is_what_followed_it_and_further_searches_join_on(build, tools):
    data = tools.lorenz(3, 80)
    place = tools.world(data, 3, 10, 30, ("component",), 0.037)
    asked = tools.World(place.task, place.train, data[:, 20:60])
    answer = tools.ask(tools.fitted(build("analogue"), place), asked)
    torch.testing.assert_close(answer.double(), asked.truth, atol=1e-4, rtol=1e-5)
    longer = tools.World(tools.make_task(data, 10, 200, ("component",), 0.037), data, data[:, :10])
    path = tools.ask(tools.fitted(build("analogue"), longer), longer)
    assert path.shape[1] == 200
    assert all((data.float().flatten(0, 1) == state).all(-1).any() for state in path[0])


def valid_points(answer: torch.Tensor, place) -> float:
    """Mean number of points before the normalised error first passes 0.4."""
    std = torch.tensor(place.task.std, dtype=torch.float64)
    error = ((answer.double() - place.truth) / std).square().mean(-1).sqrt() > 0.4
    first = torch.where(error.any(1), error.float().argmax(1), error.shape[1])
    return first.double().mean().item()


@pytest.fixture(scope="module")
def butterfly(tools):
    """Lorenz: 5 trajectories of 1,500 points to learn from, 4 tests of 200 points (about 6.7 Lyapunov times)."""
    data = tools.lorenz(9, 1500)
    place = tools.world(data, 5, 40, 200, ("component",), 0.037)
    return place


def test_the_echo_state_network_holds_twenty_times_longer_than_persistence_on_lorenz(butterfly, build, fit_ask):
    held = valid_points(fit_ask(build("echo_state", units=250, input_scales=(1.0,)), butterfly), butterfly)
    kept = valid_points(fit_ask(build("persistence"), butterfly), butterfly)
    assert held > 20 * kept
    assert held > 100


def test_the_analogue_beats_the_best_linear_map_on_lorenz(butterfly, build, fit_ask):
    analogue = valid_points(fit_ask(build("analogue"), butterfly), butterfly)
    linear = valid_points(fit_ask(build("linear_map"), butterfly), butterfly)
    assert analogue > 3 * linear


def test_the_echo_state_network_s_links_have_the_stated_spectral_radius_and_depend_on_the_seed(worlds, build, tools):
    import dataclasses

    place = worlds["points"]
    first = tools.fitted(build("echo_state", units=60, spectral_radius=0.7), place)
    other = tools.World(dataclasses.replace(place.task, seed=1), place.train, place.test)
    second = tools.fitted(build("echo_state", units=60, spectral_radius=0.7), other)
    assert torch.linalg.eigvals(first.links).abs().max().item() == pytest.approx(0.7, rel=1e-9)
    assert not torch.equal(first.links, second.links)

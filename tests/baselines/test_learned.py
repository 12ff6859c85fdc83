"""The gradient-trained baselines learn, with every parameter, and their parts do what they are there for."""

import pytest
import torch

SMALL = {
    "gru": {"steps": 150, "units": 48, "unroll": 4},
    "fno": {"steps": 60, "width": 12, "layers": 2, "modes": 6, "batch": 8},
    "unet": {"steps": 60, "width": 8, "batch": 8},
    "convlstm": {"steps": 80, "width": 12, "unroll": 4},
}


def error(answer, place):
    return (answer.double() - place.truth).square().mean().sqrt().item()


@pytest.fixture(scope="module")
def learned(worlds, tools):
    kept = {}

    def get(name):
        if name not in kept:
            kept[name] = tools.fitted(tools.model_class(name)(**SMALL[name]), worlds["field"])
        return kept[name]

    return get


@pytest.mark.parametrize("name", SMALL)
def test_a_moving_wave_is_learned_within_seconds(name, learned, worlds, build, tools):
    place = worlds["field"]
    reached = error(tools.ask(learned(name), place), place)
    assert reached < 0.5 * error(tools.ask(build("persistence"), place), place)
    climatology = tools.fitted(build("climatology"), place)
    assert reached < 0.5 * error(tools.ask(climatology, place), place)


GRIDS = [(name, place) for name in SMALL for place in ("field", "plane", "frames")]


@pytest.mark.parametrize(("name", "place_name"), [("gru", "points"), *GRIDS])
def test_every_parameter_receives_a_gradient(name, place_name, worlds, tools):
    place = worlds[place_name]
    model = tools.fitted(tools.model_class(name)(**SMALL[name] | {"steps": 1}), place)
    z = model.encode(place.train[:2].to(model.dtype))
    model.module.zero_grad()
    model.loss(z[:, : model.seen + 4], 2).backward()
    for label, weights in model.module.named_parameters():
        assert weights.grad is not None and weights.grad.abs().max() > 0, label


def test_the_fno_s_forecast_lives_in_its_fourier_blocks(learned, worlds, tools):
    place, model = worlds["field"], learned("fno")
    before = tools.ask(model, place)
    blocks = [weights for label, weights in model.module.named_parameters() if "fno_blocks.convs" in label]
    assert blocks and any(weights.is_complex() for weights in blocks)
    kept = [weights.detach().clone() for weights in blocks]
    with torch.no_grad():
        for weights in blocks:
            weights.zero_()
        after = tools.ask(model, place)
        for weights, old in zip(blocks, kept, strict=True):
            weights.copy_(old)
    assert error(after, place) > 2 * error(before, place)
    assert torch.equal(tools.ask(model, place), before)


@pytest.mark.parametrize("name", ["fno", "unet", "convlstm"])
def test_a_network_over_a_periodic_field_commutes_with_translation(name, learned, worlds, tools):
    """Exact for shifts that the coarsest grid of the U-Net knows: four points."""
    place, model = worlds["field"], learned(name)
    shifted = tools.World(place.task, place.train, place.test.roll(8, -1))
    torch.testing.assert_close(tools.ask(model, shifted), tools.ask(model, place).roll(8, -1), atol=2e-3, rtol=0)


@pytest.mark.parametrize("name", ["gru", "convlstm"])
def test_a_recurrent_network_remembers_what_came_before_the_last_state(name, learned, worlds, tools):
    place, model = worlds["field"], learned(name)
    changed = place.test.clone()
    changed[:, : place.task.context - 1] *= -1
    answer = tools.ask(model, tools.World(place.task, place.train, changed))
    assert (answer - tools.ask(model, place)).abs().max() > 1e-3


def test_an_untrained_step_is_bounded_by_the_range_of_train(worlds, tools):
    place = worlds["field"]
    model = tools.fitted(tools.model_class("unet")(steps=1, width=4), place)
    with torch.no_grad():
        for weights in model.module.parameters():
            weights.mul_(100)
    answer = tools.ask(model, place)
    low, high = place.train.min(), place.train.max()
    margin = 0.25 * (high - low) + 1e-4
    assert answer.min() >= low - margin and answer.max() <= high + margin
    assert answer.max() > high


def test_training_runs_longer_roll_outs_only_in_its_second_half(tools):
    model = tools.model_class("unet")(steps=100, unroll=4)
    ahead = [model._ahead(step) for step in range(100)]
    assert set(ahead[:51]) == {1}
    assert ahead == sorted(ahead) and ahead[-1] == 4
    assert abs(ahead.count(2) - ahead.count(3)) <= 1


def test_folding_a_grid_into_channels_loses_nothing(worlds, tools):
    for name in ("plane", "frames"):
        place = worlds[name]
        model = tools.model_class("unet")()
        model.task = place.task
        model.prepare(place.train, place.task)
        z = model.encode(place.train)
        assert z.shape[2] == 4 * place.train.shape[2]
        torch.testing.assert_close(model.decode(z), place.train)

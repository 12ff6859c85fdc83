"""N-BEATS and N-HiTS: blocks of steps, residuals, rates and knots."""

import numpy as np
import pytest
import torch
from torch import nn

SMALL = {"n_beats": {"width": 12, "basis": 6}, "n_hits": {"width": 12}}


@pytest.fixture(scope="module")
def fits(worlds, tools):
    return {
        name: tools.fitted(tools.model_class(name)(steps=6, **kept), worlds["points"]) for name, kept in SMALL.items()
    }


@pytest.mark.parametrize("name", SMALL)
def test_a_second_block_follows_from_the_first_as_if_it_had_been_seen(name, fits, worlds):
    model = fits[name]
    z = model.encode(worlds["points"].context)
    with torch.no_grad():
        both = model.roll(z, 2 * model.block)
        second = model.roll(torch.cat([z, both[:, : model.block]], dim=1), model.block)
        part = model.roll(z, model.block + 3)
    assert torch.equal(both[:, model.block :], second)
    assert torch.equal(part, both[:, : model.block + 3])


@pytest.mark.parametrize("name", SMALL)
def test_what_a_block_explains_the_next_one_does_not_see(name, fits, tools):
    network = fits[name].network(torch.Size([3])).double()
    first, second, *_ = network.blocks
    window = torch.linspace(-1, 1, fits[name].seen, dtype=torch.float64)[None, :, None].repeat(1, 1, 3)
    seen = []
    second.register_forward_pre_hook(lambda block, inputs: seen.append(inputs[0]))
    backcast = first.backcast[1] if name == "n_beats" else first.backcast
    with torch.no_grad():
        for part in first.backcast.parameters():
            part.zero_()
        network(window, None)
        backcast.bias.fill_(0.5)
        network(window, None)
        network(torch.full_like(window, 0.5), None)
    assert torch.allclose(seen[0].flatten().sort().values, window.flatten().sort().values)
    assert torch.allclose(seen[1], seen[0] - 0.5)
    assert seen[2].abs().max() < 1e-12


@pytest.mark.parametrize("name", SMALL)
def test_the_answer_is_the_sum_of_the_blocks_forecasts(name, fits):
    network = fits[name].network(torch.Size([3])).double()
    window = torch.randn(2, fits[name].seen, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    parts = []
    for block in network.blocks:
        block.register_forward_hook(lambda block, inputs, output: parts.append(output))
    answer, _ = network(window, None)
    total = sum(forecast for _, forecast in parts)
    expected = total.unflatten(1, (-1, 3)) if name == "n_beats" else total.transpose(1, 2)
    assert torch.allclose(answer, expected) and answer.shape == (2, fits[name].block, 3)
    assert [backcast is None for backcast, _ in parts] == [False] * (len(parts) - 1) + [True]


def test_n_hits_reads_maxima_at_its_rate_and_draws_straight_lines_between_its_knots(tools):
    block = tools.load("n_hits").Block(seen=12, ahead=16, rank=1, rate=4, layers=2, width=8, last=False).double()
    knots = []
    block.forecast.register_forward_hook(lambda part, inputs, output: knots.append(output[0].detach()))
    x = torch.randn(1, 1, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    backcast, forecast = block(x)
    lower = torch.where(x == nn.functional.max_pool1d(x, 4).repeat_interleave(4, 2), x, x - 1)
    assert torch.equal(block(lower)[1], forecast) and not torch.equal(block(x + 1)[1], forecast)
    assert backcast.shape == (1, 1, 12) and len(knots[0]) == 4
    lines = np.interp((np.arange(16) + 0.5) / 4 - 0.5, np.arange(4), knots[0])
    assert np.allclose(forecast[0, 0].detach(), lines, atol=1e-12)


@pytest.mark.parametrize("name", SMALL)
def test_lorenz_is_learned_far_better_than_standing_still(name, worlds, tools):
    place = worlds["points"]
    model = tools.fitted(tools.model_class(name)(steps=250, width=48, unroll=1, lr=4e-3), place)
    near = slice(0, 12)
    reached = (tools.ask(model, place) - place.truth)[:, near].square().mean()
    standing = (place.context[:, -1:] - place.truth)[:, near].square().mean()
    assert reached < 0.05 * standing

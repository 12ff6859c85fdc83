"""Forcing, the shallow PLRNN and the almost-linear RNN: closed forms, bounds and codes."""

import math

import pytest
import torch
from torch import nn


def random(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


class Times(nn.Module):
    """z -> factor z."""

    def __init__(self, factor, size):
        super().__init__()
        self.factor, self.size = nn.Parameter(torch.tensor(factor, dtype=torch.float64)), size

    def forward(self, z):
        return self.factor * z

    def jacobian(self, z):
        return (self.factor * torch.eye(self.size, dtype=torch.float64)).expand(len(z), -1, -1)


@pytest.fixture
def with_map(worlds, tools):
    """A model of three observed units whose map is z -> factor z, without bounds."""

    def build(name, factor, **settings):
        model = tools.fitted(tools.model_class(name)(steps=1, latent=3, **settings), worlds["points"])
        model.module.step = Times(factor, 3)
        model.module.rest = None
        model.high = torch.full((3,), 1e9, dtype=torch.float64)
        model.low = -model.high
        return model

    return build


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_generalised_forcing_mixes_the_state_with_the_observation(alpha, with_map):
    model, x = with_map("shplrnn", 1.2, alpha=alpha), random(2, 6, 3)
    expected = [x[:, 0]]
    z = x[:, 0]
    for t in range(1, 6):
        expected.append(1.2 * z)
        z = (1 - alpha) * expected[-1] + alpha * x[:, t]
    assert torch.allclose(model.forced(x), torch.stack(expected, 1))


def test_forcing_shrinks_the_gradient_by_its_weight_at_each_step(with_map):
    model, x = with_map("shplrnn", 1.2, alpha=0.3), random(1, 8, 3)
    x.requires_grad_()
    (slope,) = torch.autograd.grad(model.forced(x)[0, -1, 0], x)
    assert slope[0, 0, 0].item() == pytest.approx(1.2 * (0.7 * 1.2) ** 6)


def test_the_last_state_of_a_context_is_taken_as_it_is(with_map):
    model, x = with_map("shplrnn", 2.0, alpha=0.1), random(2, 6, 3)
    powers = 2.0 ** torch.arange(1, 5, dtype=torch.float64)
    assert torch.allclose(model.roll(x, 4), x[:, -1:] * powers[:, None])


def test_alpha_adapts_to_the_growth_of_the_jacobian_s_product(with_map):
    model, windows = with_map("shplrnn", 2.0), random(4, 9, 3)
    model.alpha, model.calls = 0.0, 0
    model.loss(windows, 1)
    assert model.alpha == pytest.approx(0.5)
    model.module.step = Times(0.9, 3)
    for _ in range(model.every):
        model.loss(windows, 1)
    assert model.alpha == pytest.approx(0.5 * model.decay)


def test_a_fixed_alpha_stays(with_map):
    model = with_map("shplrnn", 2.0, alpha=0.2)
    model.loss(random(4, 9, 3), 1)
    assert model.alpha == 0.2


@pytest.mark.parametrize("clipped", [False, True])
def test_the_jacobian_is_that_of_autograd(clipped, tools):
    step = tools.load("shplrnn").Shallow(4, 9, clipped).double()
    z = 3 * random(5, 4)
    for place, found in zip(z, step.jacobian(z), strict=True):
        exact = torch.autograd.functional.jacobian(lambda point: step(point[None])[0], place)
        assert torch.allclose(found, exact)


def test_clipped_orbits_stay_within_their_bound_and_others_do_not(tools):
    far = {}
    for clipped in (True, False):
        step = tools.load("shplrnn").Shallow(3, 20, clipped).double()
        with torch.no_grad():
            step.enter.weight.copy_(random(20, 3))
            step.enter.bias.copy_(random(20, seed=1))
            step.leave.weight.copy_(random(3, 20, seed=2))
            step.decay.fill_(0.9)
            bound = (step.leave.weight.abs() @ step.enter.bias.abs()).max().item() / (1 - 0.9)
            z = bound * random(50, 3, seed=3).clamp(-1, 1)
            for _ in range(40):
                z = step(z)
        far[clipped] = z.abs().max().item() / bound
    assert far[True] <= 1 < far[False]


def test_sparse_forcing_replaces_the_state_every_interval_counted_from_the_end(with_map):
    model, x = with_map("al_rnn", 1.0, interval=3, bent=0), random(2, 8, 3)
    held = [0, 0, 1, 1, 1, 4, 4, 4]
    assert torch.equal(model.forced(x), x[:, held])
    assert torch.equal(model.roll(x, 2), x[:, [7, 7]])


def test_a_symbol_is_the_signs_of_the_bent_units(tools):
    step = tools.load("al_rnn").AlmostLinear(5, 3)
    z = torch.tensor([[9.0, 9, -1, -1, -1], [9, 9, 1, -1, -1], [-9, 9, -1, 1, 1], [9, 9, 1, 1, 1]])
    assert step.symbols(z).tolist() == [0, 1, 6, 7]


def test_the_almost_linear_map_is_affine_within_a_region_and_not_across(tools):
    step = tools.load("al_rnn").AlmostLinear(6, 2).double()
    with torch.no_grad():
        step.mix.weight.copy_(random(6, 6))
    z = random(400, 6, seed=4)
    symbol = step.symbols(z)
    assert symbol.unique().tolist() == [0, 1, 2, 3]
    off = {True: [], False: []}
    for a, b, same in zip(z[:200], z[200:], symbol[:200] == symbol[200:], strict=True):
        middle = step((0.5 * (a + b))[None]) - 0.5 * (step(a[None]) + step(b[None]))
        off[bool(same)].append(middle.abs().max().item())
    assert max(off[True]) < 1e-12 and min(off[False]) > 1e-6


def test_the_almost_linear_network_counts_the_regions_that_its_forecasts_visit(worlds, tools):
    place = worlds["points"]
    model = tools.fitted(tools.model_class("al_rnn")(steps=60, latent=12, bent=3), place)
    code = model.code(place.context, 200)
    assert code.shape == (len(place.context), 200) and code.dtype == torch.int64
    assert model.regions(place.context, 200) == len(set(code.flatten().tolist())) <= 2**3
    with torch.no_grad():
        model.module.step.mix.weight[-3:] = 0
        model.module.step.mix.bias[-3:] = torch.tensor([1.0, -1.0, 1.0])
        model.module.step.decay[-3:] = 0
    assert model.code(place.context, 5).unique().tolist() == [5]
    assert model.regions(place.context, 5) == 1


@pytest.mark.parametrize(("name", "settings"), [("shplrnn", {"hidden": 60}), ("al_rnn", {})])
def test_lorenz_is_learned_far_better_than_standing_still(name, settings, worlds, tools):
    place = worlds["points"]
    model = tools.fitted(tools.model_class(name)(steps=300, sequence=8, lr=1e-2, **settings), place)
    near = slice(0, 12)
    reached = (tools.ask(model, place) - place.truth)[:, near].square().mean()
    standing = (place.context[:, -1:] - place.truth)[:, near].square().mean()
    assert reached < 0.05 * standing


@pytest.mark.parametrize("name", ["shplrnn", "al_rnn"])
def test_a_latent_unit_that_is_not_observed_is_found_from_the_context(name, tools):
    """x[t+1] = 2 cos(0.5) x[t] - x[t-1]: no function of x[t] alone goes on with it."""
    phase = torch.linspace(0, 6, 12, dtype=torch.float64)[:, None, None]
    data = torch.sin(phase + 0.5 * torch.arange(60, dtype=torch.float64)[:, None])
    place = tools.world(data, 8, 20, 12, ("component",), 1.0)
    model = tools.fitted(tools.model_class(name)(steps=150, lr=1e-2), place)
    error = (tools.ask(model, place) - place.truth).square().mean().sqrt()
    assert error < 0.3 / math.sqrt(2)
    turned = tools.World(place.task, place.train, torch.cat([-place.context[:, :-1], place.test[:, 19:]], dim=1))
    assert (tools.ask(model, turned) - place.truth).square().mean().sqrt() > 2 * error

"""Networks that read a sequence of points: the contract, and that they learn, remember and stay finite."""

import pytest
import torch

SMALL = {
    "lstm": {"units": 12},
    "rnn": {"units": 12},
    "tcn": {"width": 12},
    "transformer": {"width": 8, "heads": 2},
    "state_space": {"width": 8},
    "n_beats": {"width": 12, "basis": 6},
    "n_hits": {"width": 12},
    "shplrnn": {"hidden": 12},
    "al_rnn": {"latent": 12, "bent": 4},
}
RECURRENT = ["lstm", "rnn"]


@pytest.fixture(scope="module")
def fits(worlds, tools):
    """Each model fitted once on few steps: the tests below share it, so a leak of state would show in any order."""
    return {
        name: tools.fitted(tools.model_class(name)(steps=6, **settings), worlds["points"])
        for name, settings in SMALL.items()
    }


@pytest.mark.parametrize("name", SMALL)
def test_the_answer_is_finite_of_the_model_s_dtype_and_in_the_shape_of_the_truth(name, fits, worlds, tools):
    answer = tools.ask(fits[name], worlds["points"])
    assert answer.shape == worlds["points"].truth.shape and answer.dtype == fits[name].dtype
    assert answer.isfinite().all()


@pytest.mark.parametrize("name", SMALL)
def test_a_forecast_does_not_depend_on_its_batch_on_order_or_on_earlier_questions(name, fits, worlds, tools):
    model, here = fits[name], worlds["points"]
    whole = tools.ask(model, here)
    alone = torch.cat([tools.ask(model, here, [row]) for row in range(len(here.test))])
    turned = tools.ask(model, here, list(reversed(range(len(here.test))))).flip(0)
    assert (alone - whole).abs().max() < 1e-9 and (turned - whole).abs().max() < 1e-9
    assert torch.equal(tools.ask(model, here), whole)


@pytest.mark.parametrize("name", SMALL)
def test_the_same_seed_gives_the_same_numbers(name, fits, worlds, tools):
    again = tools.fitted(tools.model_class(name)(steps=6, **SMALL[name]), worlds["points"])
    assert torch.equal(tools.ask(again, worlds["points"]), tools.ask(fits[name], worlds["points"]))


@pytest.mark.parametrize("name", SMALL)
def test_an_attractor_s_length_and_a_context_far_outside_stay_within_the_range_of_train(name, fits, worlds, tools):
    place, model = worlds["points"], fits[name]
    low, high = place.train.amin((0, 1)), place.train.amax((0, 1))
    answer = model.forecast(place.context * 1e6, 600)
    assert answer.isfinite().all()
    assert (answer >= low - 0.2501 * (high - low)).all() and (answer <= high + 0.2501 * (high - low)).all()


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize(("points", "context", "components"), [(31, 4, 3), (400, 20, 1), (6, 4, 40)])
def test_short_trains_one_component_and_many_are_taken(name, points, context, components, tools):
    data = tools.lorenz(4, points + 8).repeat(1, 1, 14)[..., :components]
    place = tools.World(
        tools.make_task(data[:2, :points], context, 4, ("component",), 0.037),
        data[:2, :points],
        data[2:, : context + 4],
    )
    answer = tools.ask(tools.fitted(tools.model_class(name)(steps=6, **SMALL[name]), place), place)
    assert answer.shape == place.truth.shape and answer.isfinite().all()


@pytest.mark.parametrize("name", SMALL)
def test_every_parameter_receives_a_gradient(name, fits, worlds):
    model = fits[name]
    z = model.encode(worlds["points"].train[:2])
    model.module.zero_grad()
    model.loss(z[:, :24], 2).backward()
    for label, weights in model.module.named_parameters():
        assert weights.grad is not None and weights.grad.abs().max() > 0, label


@pytest.mark.parametrize("name", RECURRENT)
def test_lorenz_is_learned_far_better_than_standing_still(name, worlds, tools):
    place = worlds["points"]
    model = tools.fitted(tools.model_class(name)(steps=150, units=32, unroll=2), place)
    near = slice(0, 12)
    reached = (tools.ask(model, place) - place.truth)[:, near].square().mean()
    standing = (place.context[:, -1:] - place.truth)[:, near].square().mean()
    assert reached < 0.05 * standing


@pytest.mark.parametrize("name", RECURRENT)
def test_a_hidden_component_is_remembered_from_the_context(name, tools):
    """x[t+1] = 2 cos(0.5) x[t] - x[t-1]: no function of x[t] alone goes on with it."""
    phase = torch.linspace(0, 6, 12, dtype=torch.float64)[:, None, None]
    data = torch.sin(phase + 0.5 * torch.arange(60, dtype=torch.float64)[:, None])
    place = tools.world(data, 8, 20, 12, ("component",), 1.0)
    model = tools.fitted(tools.model_class(name)(steps=200, units=24, unroll=4), place)
    error = (tools.ask(model, place) - place.truth).square().mean().sqrt()
    assert error < 0.3
    turned = tools.World(place.task, place.train, torch.cat([-place.context[:, :-1], place.test[:, 19:]], dim=1))
    assert (tools.ask(model, turned) - place.truth).square().mean().sqrt() > 2 * error

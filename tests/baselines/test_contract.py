"""Every baseline through one contract: points, fields and frames by the same code."""

import pytest
import torch

QUICK = {
    "echo_state": {"units": 60},
    "gru": {"steps": 6, "units": 12},
    "fno": {"steps": 3, "width": 8, "layers": 2, "modes": 4},
    "unet": {"steps": 3, "width": 4},
    "convlstm": {"steps": 3, "width": 4},
}
ANYWHERE = ["persistence", "climatology", "drift", "linear_map", "analogue", "echo_state", "gru"]
GRIDS = ["fno", "unet", "convlstm"]
CASES = [(name, place) for name in ANYWHERE for place in ("points", "field", "plane", "frames")]
CASES += [(name, place) for name in GRIDS for place in ("field", "plane", "frames")]


@pytest.fixture(scope="module")
def fits(worlds, tools):
    """Each model fitted once a world: the tests below share it, so a leak of state would show in any order."""
    kept = {}

    def get(name, place):
        if (name, place) not in kept:
            model = tools.model_class(name)(**QUICK.get(name, {}))
            kept[name, place] = tools.fitted(model, worlds[place])
        return kept[name, place]

    return get


@pytest.mark.parametrize(("name", "place"), CASES)
def test_the_answer_has_the_shape_of_the_truth_in_the_model_s_dtype_and_is_finite(name, place, fits, worlds, tools):
    model = fits(name, place)
    answer = tools.ask(model, worlds[place])
    assert answer.shape == worlds[place].truth.shape
    assert answer.dtype == model.dtype
    assert answer.isfinite().all()


@pytest.mark.parametrize(("name", "place"), CASES)
def test_a_forecast_does_not_depend_on_its_batch_on_order_or_on_earlier_questions(name, place, fits, worlds, tools):
    model, here = fits(name, place), worlds[place]
    whole = tools.ask(model, here)
    alone = torch.cat([tools.ask(model, here, [row]) for row in range(len(here.test))])
    turned = tools.ask(model, here, list(reversed(range(len(here.test))))).flip(0)
    spread = here.truth.std().item()
    assert (alone - whole).abs().max() < 1e-4 * spread
    assert (turned - whole).abs().max() < 1e-4 * spread
    assert torch.equal(tools.ask(model, here), whole)


@pytest.mark.parametrize(("name", "place"), CASES)
def test_a_model_leaves_its_inputs_as_they_were(name, place, fits, worlds, tools):
    here = worlds[place]
    model = fits(name, place)
    context = here.context.to(model.dtype)
    before = context.clone()
    model.task = here.task
    model.forecast(context, here.task.horizon).add_(1.0)
    assert torch.equal(context, before)


@pytest.mark.parametrize("name", ["echo_state", "gru", *GRIDS])
def test_the_same_seed_gives_the_same_numbers(name, fits, worlds, tools):
    again = tools.fitted(tools.model_class(name)(**QUICK[name]), worlds["field"])
    assert torch.equal(tools.ask(again, worlds["field"]), tools.ask(fits(name, "field"), worlds["field"]))


@pytest.mark.parametrize("name", ["drift", "linear_map", "analogue", "echo_state", "gru", *GRIDS])
def test_frames_stay_within_zero_and_one(name, fits, worlds, tools):
    answer = tools.ask(fits(name, "frames"), worlds["frames"])
    assert answer.min() >= 0 and answer.max() <= 1


@pytest.mark.parametrize("name", [*ANYWHERE, *GRIDS])
def test_a_channel_that_never_varies_and_a_context_far_outside_of_train_give_finite_answers(name, worlds, tools):
    data = worlds["field"].train.repeat(1, 1, 2, 1)
    data[:, :, 1] = 3.0
    place = tools.world(data, 6, 5, 12, ("field", "x"))
    model = tools.fitted(tools.model_class(name)(**QUICK.get(name, {})), place)
    strange = tools.World(place.task, place.train, place.test * 1e6)
    assert tools.ask(model, strange).isfinite().all()
    if name not in ("persistence", "drift"):
        assert tools.ask(model, strange).abs().max() < 100 * place.train.abs().max()

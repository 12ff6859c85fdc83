"""Networks over fields of one, two and three axes: they learn, with every parameter, and know the ends of each axis."""

import dataclasses

import pytest
import torch

SMALL = {
    "conservative_unet": {"steps": 80, "widths": (8, 6, 4), "batch": 8},
    "convnext_unet": {"steps": 80, "widths": (8, 6, 4), "levels": 2, "batch": 8},
    "deeponet": {"steps": 250, "rank": 32, "width": 48, "batch": 16},
    "field_lstm": {"steps": 120, "units": 32, "unroll": 4},
    "dilated_resnet": {"steps": 80, "widths": (12, 8, 4), "blocks": 1, "batch": 8},
    "local_global_mixing": {"steps": 80, "widths": (10, 6, 4), "layers": 2, "modes": 6, "batch": 8, "lr": 8e-3},
    "sinenet": {"steps": 80, "widths": (8, 6, 4), "waves": 2, "batch": 8},
    "tfno": {"steps": 80, "widths": (12, 8, 4), "layers": 2, "modes": 6, "batch": 8},
    "uno": {"steps": 80, "widths": (8, 6, 4), "levels": 1, "modes": 6, "batch": 8},
}
PLACES = ("field", "plane", "solid")
EQUIVARIANT = ["conservative_unet", "convnext_unet", "dilated_resnet", "local_global_mixing", "sinenet", "tfno", "uno"]
FOURIER = ["local_global_mixing", "tfno", "uno"]  # their modes reach from end to end, whatever the ends are


@pytest.fixture(scope="module")
def places(worlds, tools):
    """A field of one, two and three axes."""
    line = tools.wave(21, 9, 8)[:, :, 0]
    start = line[:7, 0, :, None, None] * line[7:14, 0, None, :, None] * line[14:, 0, None, None, :]
    path = torch.stack([start.roll((shift,) * 3, (-3, -2, -1)) for shift in range(9)], dim=1)[:, :, None]
    solid = tools.world(path, 5, 3, 5, ("field", "x", "y", "z"))
    return {"field": worlds["field"], "plane": worlds["plane"], "solid": solid}


@pytest.fixture(scope="module")
def learned(places, tools):
    kept = {}

    def get(name, place):
        if (name, place) not in kept:
            settings = SMALL[name] if place == "field" else SMALL[name] | {"steps": 3}
            kept[name, place] = tools.fitted(tools.model_class(name)(**settings), places[place])
        return kept[name, place]

    return get


def error(answer, place):
    return (answer.double() - place.truth).square().mean().sqrt().item()


@pytest.mark.parametrize("name", SMALL)
def test_a_moving_wave_is_learned_within_seconds(name, learned, places, build, tools):
    place = places["field"]
    reached = error(tools.ask(learned(name, "field"), place), place)
    assert reached < 0.5 * error(tools.ask(build("persistence"), place), place)
    assert reached < 0.5 * error(tools.ask(tools.fitted(build("climatology"), place), place), place)


@pytest.mark.parametrize("place_name", PLACES)
@pytest.mark.parametrize("name", SMALL)
def test_an_answer_is_whole_and_that_of_its_own_context_alone(name, place_name, learned, places, tools):
    model, place = learned(name, place_name), places[place_name]
    answer = tools.ask(model, place)
    assert answer.shape == place.truth.shape and answer.dtype == model.dtype and answer.isfinite().all()
    alone = torch.cat([tools.ask(model, place, [row]) for row in range(len(place.test))])
    assert (alone - answer).abs().max() < 1e-4 * place.truth.std()
    assert torch.equal(tools.ask(model, place), answer)


@pytest.mark.parametrize("name", SMALL)
def test_the_same_seed_gives_the_same_numbers(name, learned, places, tools):
    place = places["plane"]
    again = tools.fitted(tools.model_class(name)(**SMALL[name] | {"steps": 3}), place)
    assert torch.equal(tools.ask(again, place), tools.ask(learned(name, "plane"), place))


@pytest.mark.parametrize("name", EQUIVARIANT)
def test_over_a_periodic_field_a_network_commutes_with_translation(name, learned, places, tools):
    """Exact for shifts that the coarsest grid knows: four points."""
    place, model = places["field"], learned(name, "field")
    shifted = tools.World(place.task, place.train, place.test.roll(8, -1))
    torch.testing.assert_close(tools.ask(model, shifted), tools.ask(model, place).roll(8, -1), atol=2e-3, rtol=0)


@pytest.mark.parametrize("name", [name for name in EQUIVARIANT if name not in FOURIER])
def test_walls_cut_what_a_ring_joins(name, places, tools):
    """What one end of the field does is seen at the other end of a ring, and not beyond walls."""
    ring = places["field"]
    walls = dataclasses.replace(ring.task, facts={"lengths": [32.0], "boundary": ["open"]})
    bumped = ring.test.clone()
    bumped[..., 0] += 0.5
    moved = {}
    for kind, task in {"ring": ring.task, "walls": walls}.items():
        place = tools.World(dataclasses.replace(task, horizon=1), ring.train, ring.test)
        settings = {"levels": 0, "waves": 1} if name == "sinenet" else {"levels": 0} if "unet" in name else {}
        model = tools.fitted(tools.model_class(name)(**SMALL[name] | settings | {"steps": 2}), place)
        other = tools.World(place.task, place.train, bumped)
        moved[kind] = (tools.ask(model, other) - tools.ask(model, place))[..., -1].abs().max().item()
    assert moved["ring"] > 1e-6
    assert moved["walls"] < 1e-7


def test_an_hourglass_keeps_odd_grids_and_counts_its_halvings():
    from dynarena.evaluation.grids import Hourglass, halvings

    assert [halvings(space, 3) for space in ([32], [24, 16], [9], [12])] == [3, 2, 0, 1]
    whole = Hourglass([3, 6, 12], 2, lambda width, level: torch.nn.Identity())
    assert whole(torch.randn(2, 3, 8, 12)).shape == (2, 3, 8, 12)


def test_the_conserving_network_keeps_the_mass_of_the_last_state_through_any_roll_out(places, tools):
    for place_name in PLACES:
        place = places[place_name]
        facts = {"invariants": {"mass": {"expression": "mean(u0)"}}}
        task = dataclasses.replace(place.task, facts=facts)
        here = tools.World(task, place.train, place.test)
        model = tools.fitted(tools.model_class("conservative_unet")(**SMALL["conservative_unet"] | {"steps": 3}), here)
        model.module.zero_grad()
        z = model.encode(here.train[:4].float())
        model.loss(z[:, : model.seen + 2], 2).backward()
        for label, weights in model.module.named_parameters():
            assert weights.grad is not None and weights.grad.abs().max() > 0, label
        mass = tools.ask(model, here).double().flatten(3).mean(-1)
        then = here.context[:, -1].flatten(2).mean(-1)
        assert (mass - then[:, None]).abs().max() < 1e-6

"""The contract of baselines that are fitted in closed form, and what they must recover."""

import pytest
import torch

from dynarena import Batch
from dynarena.errors import UsageError

ANYWHERE = ["ridge_ar", "nlinear", "dlinear", "dmd", "nvar", "context_parroting"]
POINTS = ["edmd", "gaussian_process", "gradient_boosting"]
QUICK = {
    "edmd": {"bumps": 60},
    "gaussian_process": {"inducing": 60, "sample": 40},
    "gradient_boosting": {"trees": 10},
}
CASES = [(name, place) for name in ANYWHERE for place in ("points", "field", "frames")]
CASES += [(name, "points") for name in POINTS]


@pytest.fixture(scope="module")
def fits(worlds, tools):
    """Each model fitted once a world, so that a leak of state would show in any order."""
    kept = {}

    def get(name, place):
        if (name, place) not in kept:
            kept[name, place] = tools.fitted(tools.model_class(name)(**QUICK.get(name, {})), worlds[place])
        return kept[name, place]

    return get


@pytest.mark.parametrize(("name", "place"), CASES)
def test_the_answer_has_the_shape_and_dtype_asked_and_is_finite(name, place, fits, worlds, tools):
    answer = tools.ask(fits(name, place), worlds[place])
    assert answer.shape == worlds[place].truth.shape
    assert answer.dtype == fits(name, place).dtype
    assert answer.isfinite().all()


@pytest.mark.parametrize(("name", "place"), CASES)
def test_a_forecast_does_not_depend_on_its_batch_or_on_order(name, place, fits, worlds, tools):
    model, here = fits(name, place), worlds[place]
    whole = tools.ask(model, here)
    alone = torch.cat([tools.ask(model, here, [row]) for row in range(len(here.test))])
    turned = tools.ask(model, here, list(reversed(range(len(here.test))))).flip(0)
    spread = here.truth.std().item()
    assert (alone - whole).abs().max() < 1e-4 * spread
    assert (turned - whole).abs().max() < 1e-4 * spread
    assert torch.equal(tools.ask(model, here), whole)


@pytest.mark.parametrize("name", [*ANYWHERE[:-1], *POINTS])
def test_a_context_far_outside_of_train_gives_an_answer_within_its_bounds(name, fits, worlds, tools):
    here = worlds["points"]
    strange = tools.World(here.task, here.train, here.test * 1e6)
    assert tools.ask(fits(name, "points"), strange).abs().max() < 100 * here.train.abs().max()


@pytest.mark.parametrize("name", [*ANYWHERE, *POINTS])
def test_one_short_trajectory_of_one_component_is_enough_to_fit(name, build, fit_ask, worlds, tools):
    here = worlds["points"]
    train = here.train[:1, :30, :1]
    task = tools.make_task(train, 20, 60, ("component",), here.task.dt)
    answer = fit_ask(build(name, **QUICK.get(name, {})), tools.World(task, train, here.test[..., :1]))
    assert answer.shape == (len(here.test), 60, 1) and answer.isfinite().all()


@pytest.mark.parametrize("name", [*ANYWHERE[:-1], *POINTS])
def test_a_forecast_without_a_fit_says_that_nothing_was_learned(name, build, worlds):
    here = worlds["points"]
    with pytest.raises(UsageError, match="nothing was learned"):
        build(name).predict(Batch(values=here.context), here.task)


def test_parroting_continues_a_periodic_series_exactly(build, tools):
    wave = torch.randn(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    place = tools.world(wave.repeat(9, 1).repeat(3, 1, 1), 2, 20, 40, ("component",))
    model = build("context_parroting")
    model.task = place.task
    assert torch.equal(model.forecast(place.context, 40), place.truth)


def test_dmd_finds_the_eigenvalues_of_a_linear_map(build, tools):
    c, s = 0.98 * torch.cos(torch.tensor(0.3)), 0.98 * torch.sin(torch.tensor(0.3))
    turn = torch.tensor([[c, -s], [s, c]], dtype=torch.float64)
    path = [torch.randn(8, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))]
    for _ in range(60):
        path.append(path[-1] @ turn.T)
    place = tools.world(torch.stack(path, 1), 6, 1, 50, ("component",))
    model = tools.fitted(build("dmd", delays=1, energy=1.0), place)
    known = [complex(value) for value in torch.linalg.eigvals(turn)] + [1 + 0j]
    for value in known:
        assert (model.eigenvalues - value).abs().min() < 1e-9
    assert (tools.ask(model, place) - place.truth).abs().max() < 1e-8


def test_edmd_finds_the_koopman_eigenvalues_of_a_quadratic_map(build, tools):
    slow, fast = 0.9, 0.5
    u = torch.rand(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) * 2 - 1
    path = [u]
    for _ in range(12):
        x, y = path[-1].unbind(-1)
        path.append(torch.stack([slow * x, fast * y + (slow**2 - fast) * x.square()], -1))
    place = tools.world(torch.stack(path, 1), 20, 1, 10, ("component",))
    found = tools.fitted(build("edmd", degree=2, delays=1), place).eigenvalues()
    for value in (1.0, slow, fast, slow**2):
        assert (found - value).abs().min() < 1e-6


@pytest.mark.parametrize("name", ["nvar", "edmd", "gaussian_process"])
def test_nonlinear_maps_stay_valid_ten_times_longer_than_persistence(name, build, fit_ask, tools):
    data = tools.lorenz(14, 600)
    place = tools.world(data, 10, 20, 100, ("component",), 0.037)

    def valid(answer):
        error = (answer.double() - place.truth).square().sum(-1) / place.truth.flatten(0, 1).var(0).sum()
        lost = error > 0.16
        return torch.where(lost.any(1), lost.float().argmax(1), lost.shape[1]).float().mean()

    assert valid(fit_ask(build(name), place)) > 10 * valid(fit_ask(build("persistence"), place))

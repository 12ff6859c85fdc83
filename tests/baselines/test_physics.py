"""Models that learn equations, operators and energies: the contract, and that they find the laws they look for."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from dynarena import Batch, system
from dynarena.errors import NotApplicable, UsageError
from dynarena.schema.task import Channel
from dynarena.suite.items import items

QUICK = {
    "sindy": {"degree": 2, "thresholds": (1e-2,), "halves": (0, 6), "sweeps": 3},
    "e_sindy": {"degree": 2, "thresholds": (1e-2,), "halves": (0, 6), "sweeps": 3, "bags": 6},
    "havok": {"ranks": (2, 3), "degree": 3},
    "koopman_autoencoder": {"steps": 6, "latents": 8, "width": 8},
    "neural_ode": {"steps": 6, "width": 8},
}
SOLVED = ["sindy", "e_sindy", "havok"]
TRAINED = ["koopman_autoencoder", "neural_ode", "hnn"]


@pytest.fixture(scope="session")
def swing(tools):
    """A pendulum, q an angle, that swings and turns over: 14 energies, 20 points a small swing; two inner ones test."""
    q = torch.linspace(0.4, 3.0, 14, dtype=torch.float64)
    p = torch.linspace(-2.2, 0.9, 14, dtype=torch.float64).flip(0)
    path, h = [torch.stack([q, p], dim=-1)], 2 * math.pi / 20 / 50
    for _ in range(180):
        for _ in range(50):  # leapfrog
            p = p - h / 2 * q.sin()
            q = q + h * p
            p = p - h / 2 * q.sin()
        path.append(torch.stack([torch.atan2(q.sin(), q.cos()), p], dim=-1))
    order = [*range(4), *range(5, 9), *range(10, 14), 4, 9]
    data = torch.stack(path, dim=1)[order]
    place = tools.world(data, 12, 8, 120, ("component",), 2 * math.pi / 20)
    channels = (Channel("q", angle=True), Channel("p"))
    facts = {"invariants": {"energy": {}}, "engine": "ode"}
    return dataclasses.replace(place, task=dataclasses.replace(place.task, channels=channels, facts=facts))


@pytest.fixture(scope="module")
def fits(worlds, swing, tools):
    """Each model fitted once: the tests below share it, so a leak of state would show in any order."""
    kept = {}

    def get(name):
        place = swing if name == "hnn" else worlds["points"]
        if name not in kept:
            settings = QUICK.get(name, {"steps": 6, "width": 8})
            kept[name] = tools.fitted(tools.model_class(name)(**settings), place)
        return kept[name], place

    return get


@pytest.mark.parametrize("name", [*QUICK, "hnn"])
def test_the_answer_has_the_shape_and_dtype_asked_and_is_finite(name, fits, tools):
    model, place = fits(name)
    answer = tools.ask(model, place)
    members = (10,) if name == "e_sindy" else ()
    assert answer.shape == (*members, *place.truth.shape) and answer.dtype == model.dtype
    assert answer.isfinite().all()


@pytest.mark.parametrize("name", [*QUICK, "hnn"])
def test_a_forecast_does_not_depend_on_its_batch_or_on_order(name, fits, tools):
    model, place = fits(name)
    whole = tools.ask(model, place)
    alone = torch.cat([tools.ask(model, place, [row]) for row in range(len(place.test))], dim=-3)
    turned = tools.ask(model, place, list(reversed(range(len(place.test))))).flip(-3)
    assert (alone - whole).abs().max() < 1e-5 and (turned - whole).abs().max() < 1e-5
    assert torch.equal(tools.ask(model, place), whole)


@pytest.mark.parametrize("name", TRAINED)
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(name, fits, tools):
    model, place = fits(name)
    settings = QUICK.get(name, {"steps": 6, "width": 8})
    again = tools.fitted(tools.model_class(name)(**settings), place)
    assert torch.equal(tools.ask(again, place), tools.ask(model, place))
    other = tools.World(dataclasses.replace(place.task, seed=1), place.train, place.test)
    unlike = tools.fitted(tools.model_class(name)(**settings), other)
    assert not torch.equal(tools.ask(unlike, other), tools.ask(model, place))


def test_e_sindy_draws_its_bags_from_the_seeded_generator_of_numpy(worlds, build, tools):
    def weights(seed):
        np.random.seed(seed)
        return tools.fitted(build("e_sindy", **QUICK["e_sindy"]), worlds["points"]).weights

    assert torch.equal(weights(3), weights(3)) and not torch.equal(weights(3), weights(4))


@pytest.mark.parametrize("name", [*QUICK, "hnn"])
def test_a_context_far_outside_of_train_gives_an_answer_within_its_bounds(name, fits, tools):
    model, place = fits(name)
    low, high = place.train.amin((0, 1)), place.train.amax((0, 1))
    strange = tools.World(place.task, place.train, place.test * 1e6)
    answer = tools.ask(model, strange)
    assert answer.isfinite().all()
    assert (answer >= low - 0.2501 * (high - low)).all() and (answer <= high + 0.2501 * (high - low)).all()


@pytest.mark.filterwarnings(
    "ignore:Singular matrix in solving dual problem"
)  # by the processor's last bits; it recovers
@pytest.mark.parametrize("name", QUICK)
def test_one_short_trajectory_of_one_component_is_enough_to_fit(name, build, fit_ask, worlds, tools):
    here = worlds["points"]
    train = here.train[:1, :30, :1]
    task = tools.make_task(train, 20, 60, ("component",), here.task.dt)
    answer = fit_ask(build(name, **QUICK[name]), tools.World(task, train, here.test[..., :1]))
    assert answer.shape[-3:] == (len(here.test), 60, 1) and answer.isfinite().all()


@pytest.mark.parametrize("name", SOLVED)
def test_a_forecast_without_a_fit_says_that_nothing_was_learned(name, build, worlds):
    here = worlds["points"]
    with pytest.raises(UsageError, match="nothing was learned"):
        build(name).predict(Batch(values=here.context), here.task)


@pytest.mark.parametrize("name", [*TRAINED, "neural_ode of one component"])
def test_every_parameter_receives_a_gradient(name, fits, worlds, tools):
    model, place = fits(name.split(" of ")[0])
    if "of" in name:
        train = worlds["points"].train[..., :1]
        place = tools.World(
            tools.make_task(train, 20, 60, ("component",), 0.037), train, worlds["points"].test[..., :1]
        )
        model = tools.fitted(tools.model_class("neural_ode")(steps=6, width=8), place)
    z = model.encode(place.train[:2])
    model.module.zero_grad()
    model.loss(z[:, : model.seen + 3], 3).backward()
    for label, weights in model.module.named_parameters():
        assert weights.grad is not None and weights.grad.abs().max() > 0, label


@pytest.fixture(scope="module")
def butterfly(tools):
    return tools.world(tools.lorenz(14, 600), 10, 20, 100, ("component",), 0.037)


def valid(answer, place):
    """Mean number of points before the normalised square error passes 0.16."""
    mean = answer.mean(0) if answer.dim() == 4 else answer
    lost = (mean.double() - place.truth).square().sum(-1) / place.truth.flatten(0, 1).var(0).sum() > 0.16
    return torch.where(lost.any(1), lost.float().argmax(1), lost.shape[1]).float().mean()


@pytest.mark.parametrize("name", SOLVED)
def test_lorenz_stays_valid_ten_times_longer_than_persistence(name, butterfly, build, fit_ask):
    answer = fit_ask(build(name, **QUICK[name]), butterfly)
    assert valid(answer, butterfly) > 10 * valid(fit_ask(build("persistence"), butterfly), butterfly)


LORENZ = {
    ("x", "x"): -10,
    ("y", "x"): 10,
    ("x", "y"): 28,
    ("y", "y"): -1,
    ("xz", "y"): -1,
    ("z", "z"): -8 / 3,
    ("xy", "z"): 1,
}


@pytest.mark.parametrize("sweeps", [0, 3])
def test_sindy_finds_lorenz_s_equations_and_no_others(sweeps, butterfly, build, tools):
    model = tools.fitted(build("sindy", degree=2, thresholds=(1e-2,), halves=(6,), sweeps=sweeps), butterfly)
    assert (model.form.sweeps > 0) == (sweeps > 0)
    std = dict(zip("xyz", butterfly.task.std, strict=True))
    names = ["".join("xyz"[place] for place in term) for term in model.dynamics.library(2).terms]
    found = {}
    for row, term in enumerate(names):
        for column, component in enumerate("xyz"):
            size = math.prod(std[letter] for letter in term) / std[component]
            value = model.weights[row, column].item() / size / butterfly.task.dt
            if value:
                found[term, component] = value
    assert found.keys() == LORENZ.keys()
    for key, value in LORENZ.items():
        assert found[key] == pytest.approx(value, rel=1e-2 if not sweeps else 1e-3), key


def test_sindy_takes_a_map_for_a_map(build, tools):
    x = torch.rand(12, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) * 0.1
    path = [x]
    for _ in range(80):  # Hénon
        path.append(torch.stack([1 - 1.4 * path[-1][:, 0] ** 2 + path[-1][:, 1], 0.3 * path[-1][:, 0]], dim=-1))
    place = tools.world(torch.stack(path, 1), 9, 5, 12, ("component",))
    model = tools.fitted(build("sindy"), place)
    assert model.form.half == 0
    assert (tools.ask(model, place) - place.truth).abs().max() < 1e-4


def test_sindy_integrates_an_angle_through_its_cosine_and_sine(swing, build, tools):
    model = tools.fitted(build("sindy", degree=2, thresholds=(1e-2,), halves=(4,)), swing)
    apart = tools.ask(model, swing) - swing.truth
    assert torch.atan2(apart[..., 0].sin(), apart[..., 0].cos()).abs().max() < 1e-3 and apart[..., 1].abs().max() < 1e-3


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_e_sindy_includes_the_true_terms_and_its_members_part_where_data_are_noisy(noise, butterfly, build, tools):
    np.random.seed(0)
    jitter = noise * torch.randn(butterfly.train.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    place = tools.World(butterfly.task, butterfly.train + jitter * butterfly.train.flatten(0, 1).std(0), butterfly.test)
    model = tools.fitted(build("e_sindy", degree=2, thresholds=(5e-2,), halves=(6, 12), sweeps=3), place)
    names = ["".join("xyz"[letter] for letter in term) for term in model.dynamics.library(2).terms]
    kept = {(names[row], "xyz"[column]) for row, column in (model.inclusion_probabilities >= 0.6).nonzero().tolist()}
    weak_ones = {("y", "y")} if noise else set()
    assert LORENZ.keys() - weak_ones <= kept
    assert noise or kept == LORENZ.keys()
    spread = tools.ask(model, place).std(0)[:, :8].mean()
    assert spread > 1e-3 if noise else spread < 1e-4


def test_havok_s_forecasts_live_in_its_closure_and_outlast_the_best_linear_map(butterfly, build, fit_ask, tools):
    model = tools.fitted(build("havok"), butterfly)
    held = valid(tools.ask(model, butterfly), butterfly)
    assert held > 3 * valid(fit_ask(build("linear_map"), butterfly), butterfly)
    model.closure = torch.zeros_like(model.closure)
    assert valid(tools.ask(model, butterfly), butterfly) < held / 3


@pytest.fixture(scope="module")
def spiral(tools):
    """Two damped rotations and a shift: u[t+1] = A u[t] + b."""
    turn = torch.zeros(4, 4, dtype=torch.float64)
    for block, (angle, damping) in enumerate([(0.3, 0.99), (0.7, 0.98)]):
        c, s = damping * math.cos(angle), damping * math.sin(angle)
        turn[2 * block : 2 * block + 2, 2 * block : 2 * block + 2] = torch.tensor([[c, -s], [s, c]])
    path = [torch.randn(24, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))]
    for _ in range(50):
        path.append(path[-1] @ turn.T + 0.1)
    return torch.linalg.eigvals(turn), tools.world(torch.stack(path, 1), 18, 4, 40, ("component",))


def test_the_koopman_autoencoder_finds_the_eigenvalues_and_paths_of_a_linear_system(spiral, build, tools):
    known, place = spiral
    model = tools.fitted(build("koopman_autoencoder", latents=12, width=12, steps=500, batch=32), place)
    operator = model.module.operator().detach()
    assert torch.linalg.matrix_norm(operator, 2) <= 1 + 1e-12
    found = torch.linalg.eigvals(operator)
    assert all((found - value).abs().min() < 0.02 for value in known)
    error = (tools.ask(model, place) - place.truth).square().mean().sqrt()
    assert error < 0.05 * place.truth.std()


def test_between_two_encodings_the_koopman_autoencoder_is_linear_in_its_latents(fits):
    model, place = fits("koopman_autoencoder")
    z = model.encode(place.context)
    latents = model.module.encode(z[:, -model.seen :])
    power = torch.linalg.matrix_power(model.module.operator(), model.unroll)
    moved = model.module.decode(latents @ power.T) - model.module.decode(latents)
    reached = (z[:, -1] + moved).clamp(model.low, model.high)
    torch.testing.assert_close(model.roll(z, model.unroll)[:, -1], reached)


def test_the_neural_ode_s_field_is_near_lorenz_s(butterfly, build, tools):
    model = tools.fitted(build("neural_ode", steps=500, unroll=2), butterfly)
    states = butterfly.test[:, ::7].flatten(0, 1)
    x, y, z = states.unbind(-1)
    truth = torch.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z], dim=-1)
    apart = (model.rate(states) - truth).square().mean(0) / truth.square().mean(0)
    assert (apart < 0.05**2).all(), apart.sqrt()


def test_neural_ode_and_hnn_refuse_what_is_not_theirs(worlds, swing, build, tools):
    place = worlds["points"]
    jump = dataclasses.replace(place.task, facts={"engine": "map"})
    with pytest.raises(NotApplicable, match="a map jumps"):
        tools.fitted(build("neural_ode", steps=1), tools.World(jump, place.train, place.test))
    for task in (
        dataclasses.replace(swing.task, facts={"engine": "ode", "invariants": {}}),
        dataclasses.replace(swing.task, facts=swing.task.facts | {"engine": "map"}),
        dataclasses.replace(swing.task, channels=(Channel("q", angle=True), Channel("v"))),
    ):
        with pytest.raises(NotApplicable, match="no Hamiltonian flow"):
            tools.fitted(build("hnn", steps=1), tools.World(task, swing.train, swing.test))


def test_the_hnn_keeps_the_energy_that_a_plain_field_loses(swing, build, tools):
    """The true energy of the forecasts, over six small swings."""

    def drift(model):
        answer = tools.ask(tools.fitted(model, swing), swing)
        energy = answer[..., 1].square() / 2 - answer[..., 0].cos()
        return (energy[:, -40:] - energy[:, :1]).abs().mean()

    same = {"steps": 400, "unroll": 4, "width": 48, "lr": 5e-3}
    assert drift(build("hnn", **same)) < 0.2 * drift(build("neural_ode", **same))


def test_the_hnn_s_own_energy_is_kept_and_its_written_gradient_is_that_of_its_energy(fits):
    model, place = fits("hnn")
    z = model.encode(place.test[:, 3]).requires_grad_()
    (automatic,) = torch.autograd.grad(model.module.energy(z).sum(), z)
    torch.testing.assert_close(model.module.gradient(z), automatic)
    energy = model.energy(model.forecast(place.context, 20))
    assert (energy - energy[:, :1]).abs().max() < 1e-6 * model.energy(place.train).std()


def test_names_tell_canonical_pairs_only_where_the_equations_are_symplectic(tools):
    """Of ω, the symplectic form that the pairs state, ω Df is symmetric wherever one looks."""
    named = {}
    for item in items("systems"):
        place = system(item.id)
        if item.kind != "chaos" or place.spec.engine == "map" or "energy" not in place.spec.invariants:
            continue
        names = list(place.spec.state)
        pairs = tools.load("hnn").canonical_pairs(names)
        if pairs:
            named[item.name] = pairs
            form = torch.zeros(len(names), len(names), dtype=torch.float64)
            for q, p in pairs.items():
                form[q, p], form[p, q] = 1, -1
            for seed in range(3):
                draw = torch.rand(len(names), dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
                slope = form @ torch.from_numpy(place.jacobian((0.3 + draw).numpy()))
                torch.testing.assert_close(slope, slope.T, msg=item.id)
    assert {"double_pendulum", "henon_heiles", "swinging_atwood", "nuclear_quadrupole", "pendulum"} <= named.keys()
    assert "three_body" not in named

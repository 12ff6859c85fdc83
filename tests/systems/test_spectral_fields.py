"""Every spectral field of the catalogue: runs from every split, keeps what it must, and has its exact rates."""

from __future__ import annotations

import json

import numpy as np
import pytest
from spectral_catalogue import COMPUTED, NAMES, Case, spec_of

from dynarena.engines.base import Array
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import REDUCTIONS
from dynarena.equations.parse import parse

each_name = pytest.mark.parametrize("name", NAMES)
TESTED_ELSEWHERE = {"allen_cahn_1d", "burgers_1d", "gray_scott", "kolmogorov_flow", "kuramoto_sivashinsky"}


@each_name
def test_a_trajectory_is_the_same_alone_and_longer_in_every_split(name: str) -> None:
    case = Case(name)
    for split in ("test", *case.spec.splits):
        given, start = case.parameters(2, split), case.start(2, split)
        dt = 1.5 * case.sim.step
        whole = case.sim.run(start, given, dt, 3)
        alone = case.sim.run(start[1:], {key: value[1:] for key, value in given.items()}, dt, 2)
        assert np.isfinite(whole).all()
        assert np.array_equal(alone, whole[1:, :2])
        assert not np.array_equal(whole[0, 0], whole[1, 0])
        if split == "test":
            assert not np.array_equal(whole[:, 2], whole[:, 1])


@each_name
def test_invariants_stay(name: str) -> None:
    """Means to rounding; squares, which an exact solution keeps, to the error of the step."""
    case = Case(name)
    path = case.sim.run(case.start(1), case.parameters(1), 2 * case.sim.step, 4)
    for law in case.spec.invariants.values():
        fields = {label: path[0, :, row] for row, label in enumerate(case.sim.labels)}
        tree = parse(law.expression, fields, functions=REDUCTIONS)
        value = evaluate(tree, fields, {"mean": lambda part: part.mean(axis=tuple(range(1, part.ndim)))})
        assert np.max(np.abs(value - value[0])) < (1e-6 * value[0] if "**" in law.expression else 1e-12), law


@pytest.mark.parametrize("name", [name for name in NAMES if "rate" in spec_of(name).known])
def test_small_waves_grow_and_turn_at_the_exact_rate(name: str) -> None:
    """Mode 1 along every axis of the first field, about zero; of a divergence-free or nonlinear law its linear part."""
    case = Case(name)
    fact = case.spec.known["rate"]
    growth, frequency = fact.value  # type: ignore[misc]
    axes = zip(case.sim.grid.values(), case.sim.box.lengths, strict=True)
    phase = np.sum(np.meshgrid(*[2 * np.pi * x / length for x, length in axes], indexing="ij"), axis=0)
    start = np.zeros((1, *case.sim.shape))
    start[0, 0] = 1e-9 * np.cos(phase)
    time = 0.5 / max(abs(growth), abs(frequency))
    time = min(time, 40 * case.sim.step) if case.sim.plan.groups else time
    end = case.sim.run(start, case.parameters(1), time, 2)[0, 1, 0]
    found = np.log(2 * np.mean(end * np.exp(-1j * phase)) / 1e-9) / time
    assert abs(found - complex(growth, frequency)) < fact.tolerance


@each_name
def test_every_known_fact_is_tested(name: str) -> None:
    tested = {"rate", "mean", "washed_out", "oscillation", "modulation", "soliton", "energy_growth", "taylor_green"}
    tested |= {"divergence", "dissipation", "frequency", "energy_balance", "alfven", "cole_hopf", "galilei", "mass"}
    tested |= {"at_rest", "inner_mode", "energy", "breather", "growth_rate", "laminar", "medium", "energy_drift"}
    tested |= {"onset", "heat_balance"}
    assert name in TESTED_ELSEWHERE or set(spec_of(name).known) <= tested


def test_every_field_says_how_far_it_can_be_trusted() -> None:
    facts = {
        name: json.loads((COMPUTED / f"{name}.json").read_text()) for name in NAMES if name not in TESTED_ELSEWHERE
    }
    for name, one in facts.items():
        assert one["certified"] and one["reference_error"]["value"] < 0.02, name


@pytest.mark.parametrize("name", [name for name in NAMES if "washed_out" in spec_of(name).known])
def test_traces_of_gray_scott_are_washed_out(name: str) -> None:
    case = Case(name)
    fact = case.spec.known["washed_out"]
    state = np.zeros((1, *case.sim.shape))
    state[:, 0], state[:, 1] = 1, 1e-8
    end = case.sim.run(state, case.parameters(1), 8.0, 2)[0, 1]
    assert abs(np.log(end[1].mean() / 1e-8) / 8 - fact.value) < fact.tolerance  # type: ignore[operator]
    assert np.max(np.abs(end[0] - 1)) < 1e-6


@pytest.mark.parametrize("name", [name for name in NAMES if "oscillation" in spec_of(name).known])
def test_the_uniform_oscillation_of_ginzburg_landau(name: str) -> None:
    case = Case(name)
    size, frequency = case.spec.known["oscillation"].value  # type: ignore[misc]
    state = np.zeros((1, *case.sim.shape))
    state[:, 0] = size
    end = case.sim.run(state, case.parameters(1), 1.0, 2, refine=8)[0, 1]
    assert np.allclose(end[0] + 1j * end[1], size * np.exp(1j * frequency), rtol=0, atol=1e-8)


def gradient(case: Case, field: Array) -> list[Array]:
    """The derivatives of a field [*points] by its spectrum."""
    out = []
    for axis, (n, length) in enumerate(zip(case.sim.box.points, case.sim.box.lengths, strict=True)):
        k = 2j * np.pi / length * np.fft.fftfreq(n, 1 / n)
        k[n // 2] = 0
        shape = [1] * field.ndim
        shape[axis] = -1
        out.append(np.fft.ifft(k.reshape(shape) * np.fft.fft(field, axis=axis), axis=axis).real)
    return out


def laplacian(case: Case, field: Array) -> Array:
    return np.asarray(sum(gradient(case, slope)[axis] for axis, slope in enumerate(gradient(case, field))))


@pytest.mark.parametrize("name", ["cahn_hilliard", "causal_allen_cahn", "swift_hohenberg"])
def test_the_energy_of_a_gradient_flow_never_grows(name: str) -> None:
    case = Case(name)
    p = {key: float(value[0]) for key, value in case.parameters(1).items()}
    path = case.sim.run(case.start(1), case.parameters(1), 20 * case.sim.step, 6)[0, :, 0]

    def energy(u: Array) -> float:
        if name == "swift_hohenberg":
            return float(np.mean((u + laplacian(case, u)) ** 2 / 2 - p["r"] * u**2 / 2 + u**4 / 4))
        stiffness, rate = (p["kappa"], 1.0) if name == "cahn_hilliard" else (p["nu"], p["rate"])
        slopes = sum(slope**2 for slope in gradient(case, u))
        return float(np.mean(stiffness * slopes / 2 + rate * (u**2 - 1) ** 2 / 4))

    energies = [energy(u) for u in path]
    assert np.max(np.diff(energies)) < case.spec.known["energy_growth"].tolerance
    assert energies[-1] < energies[0] - 1e-6


@pytest.mark.parametrize(
    "name", [name for name in NAMES if "mean" in spec_of(name).known and name not in TESTED_ELSEWHERE]
)
def test_the_mean_of_the_start_is_zero_and_stays(name: str) -> None:
    case = Case(name)
    path = case.sim.run(case.start(1), case.parameters(1), 3 * case.sim.step, 3)
    assert np.max(np.abs(path.mean(axis=tuple(range(3, path.ndim))))) < case.spec.known["mean"].tolerance


@pytest.mark.parametrize(
    "name", [name for name in NAMES if "growth_rate" in spec_of(name).known and name.startswith("ks")]
)
def test_long_waves_of_kuramoto_and_sivashinsky_grow_at_the_exact_rate(name: str) -> None:
    case = Case(name)
    mode = {"ks_32pi": 11, "ks_64pi": 23}[name]
    wave = np.cos(2 * np.pi * mode * case.sim.grid["x"] / case.sim.box.lengths[0])
    end = case.sim.run(1e-9 * wave[None, None], case.parameters(1), 4.0, 2)[0, 1, 0]
    fact = case.spec.known["growth_rate"]
    assert abs(np.log(2 * np.mean(end * wave) / 1e-9) / 4 - fact.value) < fact.tolerance  # type: ignore[operator]

"""Every field of the catalogue: well formed, bit-reproducible, resolved, and true to its known facts."""

import json
from pathlib import Path

import numpy as np
import pytest

from dynarena.engines.base import Array
from dynarena.engines.spectral import Spectral, SpectralSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.constants import constant
from dynarena.equations.digest import system_digest
from dynarena.schema.system import SystemSpec
from dynarena.schema.variants import read_system

SYSTEMS = Path(__file__).resolve().parents[2] / "systems"


def spec_of(name: str) -> SystemSpec:
    return read_system(SYSTEMS / "pde" / f"{name}.toml")


ALL = sorted(path.stem for path in (SYSTEMS / "pde").glob("*.toml"))
NAMES = ["allen_cahn_1d", "burgers_1d", "gray_scott", "kolmogorov_flow", "kuramoto_sivashinsky"]


def computed(name: str) -> dict:
    return json.loads((SYSTEMS / "_computed" / "pde" / f"{name}.json").read_text())


def make(name: str, resolution: int | None = None) -> SpectralSimulator:
    return Spectral().compile(spec_of(name), resolution=resolution)


def streams(count: int) -> Streams:
    return Streams([trajectory_key("catalogue", index) for index in range(count)])


def parameters(sim: SpectralSimulator, count: int = 1, split: str = "test") -> dict[str, Array]:
    return sim.parameters(streams(count), split)


def known(name: str, fact: str) -> tuple[float, float]:
    entry = spec_of(name).known[fact]
    assert isinstance(entry.value, float)
    return entry.value, entry.tolerance


@pytest.mark.parametrize("name", ALL)
def test_a_system_says_what_it_is(name: str) -> None:
    spec = spec_of(name)
    assert spec.about and spec.source and spec.known
    assert set(spec.units) == {*spec.state, *"xyz"[: len(spec.domain.points)], "time"}
    assert any(split.parameters for split in spec.splits.values())
    assert any(split.options or split.box for split in spec.splits.values())
    assert spec.chaotic == (spec.timescale is None)


@pytest.mark.parametrize("name", ALL)
def test_computed_facts_belong_to_the_file(name: str) -> None:
    spec, facts = spec_of(name), computed(name)
    assert facts["digest"] == system_digest(spec)
    if spec.chaotic:
        assert facts["timescale"]["value"] == pytest.approx(1 / facts["lyapunov_spectrum"]["value"][0], rel=1e-3)
        assert 0 < facts["timescale"]["sem"] < 0.1 * facts["timescale"]["value"]
    else:
        lengths = {f"length_{axis}": length for axis, length in zip("xyz", spec.domain.length, strict=False)}
        stated = constant(spec.timescale, {**spec.parameters, **lengths})
        assert facts["timescale"]["value"] == pytest.approx(stated, rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_bits_do_not_depend_on_company_or_length(name: str) -> None:
    sim = make(name, 32 if len(spec_of(name).domain.points) == 2 else None)
    for split in ("test", "ood_parameters"):
        given = parameters(sim, 64, split)
        start = sim.start(streams(64), given, "test")
        dt = 2.5 * sim.step
        whole = sim.run(start, given, dt, 4)
        for rows in ([5], list(range(7))):
            part = sim.run(start[rows], {k: v[rows] for k, v in given.items()}, dt, 4)
            assert np.array_equal(part, whole[rows])
            assert np.array_equal(sim.advance(start[rows], {k: v[rows] for k, v in given.items()}, dt), whole[rows, 1])
        assert np.array_equal(sim.run(start, given, dt, 2), whole[:, :2])
        assert not np.array_equal(whole[0, -1], whole[1, -1])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name == "kolmogorov_flow" else name for name in NAMES]
)
@pytest.mark.parametrize("split", ["test", "ood_parameters", "ood_start"])
def test_the_stated_step_and_grid_resolve_the_system(name: str, split: str) -> None:
    """The second computation stays within a thousandth of the field's spread over half a timescale."""
    sim = make(name)
    clock = computed(name)["timescale"]["value"]
    given = parameters(sim, 2, split)
    burn = 0.3 if len(sim.shape) == 3 and sim.spec.chaotic else sim.spec.start.burn_in
    start = sim.advance(sim.start(streams(2), given, split), given, burn * clock)
    path, again = sim.run(start, given, clock / 4, 3), sim.verify(start, given, clock / 4, 3)
    assert np.max(np.abs(path - again)) < 4e-3 * np.std(path)
    assert np.max(np.abs(path[:, 1] - path[:, 0])) > 0.02 * np.std(path)


@pytest.mark.parametrize("name", [name for name in NAMES if "mean" in spec_of(name).known])
def test_the_mean_is_conserved(name: str) -> None:
    value, tolerance = known(name, "mean")
    sim = make(name, None if name != "kolmogorov_flow" else 48)
    path = sim.run(sim.start(streams(2), parameters(sim, 2), "test"), parameters(sim, 2), 10 * sim.step, 5)
    assert np.max(np.abs(path.reshape(2, 5, -1).mean(axis=-1) - value)) < tolerance


def test_kuramoto_sivashinsky_balances_production_and_dissipation() -> None:
    value, tolerance = known("kuramoto_sivashinsky", "energy_balance")
    sim = make("kuramoto_sivashinsky")
    given = parameters(sim, 16)
    start = sim.advance(sim.start(streams(16), given, "test"), given, 40.0)
    modes = np.fft.rfft(sim.run(start, given, 0.5, 241)[:, :, 0], axis=-1)
    k = np.arange(33) * 2 * np.pi / 22
    production, dissipation = ((k ** (2 * n) * np.abs(modes) ** 2).sum(axis=-1).mean() for n in (1, 2))
    assert abs((production - dissipation) / production - value) < tolerance


def test_the_leading_exponent_of_kuramoto_sivashinsky_is_the_published_one() -> None:
    value, tolerance = known("kuramoto_sivashinsky", "leading_exponent")
    facts = computed("kuramoto_sivashinsky")["lyapunov_spectrum"]
    assert abs(facts["value"][0] - value) < tolerance
    assert facts["sem"][0] < tolerance


@pytest.mark.long
def test_the_leading_exponent_of_kuramoto_sivashinsky_is_recomputed() -> None:
    sim = make("kuramoto_sivashinsky")
    stored = computed("kuramoto_sivashinsky")["lyapunov_spectrum"]
    rates = leading_rates(sim, count=32, burn=150.0, interval=5.0, n_intervals=120)
    error = np.hypot(stored["sem"][0], rates.std() / np.sqrt(len(rates)))
    assert abs(rates.mean() - stored["value"][0]) < 4 * error


@pytest.mark.long
def test_the_leading_exponent_of_kolmogorov_flow_is_recomputed() -> None:
    sim = make("kolmogorov_flow", 48)
    stored = computed("kolmogorov_flow")["lyapunov_spectrum"]
    rates = leading_rates(sim, count=4, burn=30.0, interval=1.0, n_intervals=50)
    error = np.hypot(stored["sem"][0], rates.std() / np.sqrt(len(rates)))
    assert abs(rates.mean() - stored["value"][0]) < 4 * error


def leading_rates(sim: SpectralSimulator, count: int, burn: float, interval: float, n_intervals: int) -> Array:
    """Mean growth rate of a small difference, rescaled every interval, [trajectory]."""
    given = parameters(sim, 2 * count)
    state = sim.advance(sim.start(streams(count), parameters(sim, count), "test"), parameters(sim, count), burn)
    other = Streams([trajectory_key("difference", index) for index in range(count)])
    difference = 1e-7 * sim.start(other, parameters(sim, count), "test")
    rates = []
    for _ in range(n_intervals):
        size = np.sqrt((difference**2).mean(axis=tuple(range(1, state.ndim)), keepdims=True))
        difference *= 1e-7 / size
        both = sim.advance(np.concatenate([state, state + difference]), given, interval)
        state, difference = both[:count], both[count:] - both[:count]
        grown = np.sqrt((difference**2).mean(axis=tuple(range(1, state.ndim))))
        rates.append(np.log(grown / 1e-7) / interval)
    return np.mean(rates[n_intervals // 10 :], axis=0)


def cole_hopf(start_modes: Array, length: float, nu: float, time: float, x: Array) -> Array:
    """The exact solution u = -2 nu (ln p)_x with p_t = nu p_xx, p = exp(-(integral of u) / 2 nu), by 1024 modes.

    The spectrum of p is diffused exactly; its range is exp(swing / 2 nu), so the swing is taken off in the mean.
    """
    n = 1024
    k = 2 * np.pi / length * np.fft.rfftfreq(n, 1 / n)
    spectrum = np.zeros(n // 2 + 1, dtype=complex)
    spectrum[: len(start_modes)] = start_modes
    potential = np.fft.irfft(np.divide(spectrum, 1j * k, out=np.zeros_like(spectrum), where=k > 0) * n, n)
    p = np.fft.rfft(np.exp(-(potential - potential.min()) / (2 * nu))) * np.exp(-nu * k**2 * time)
    ratio = -2 * nu * np.fft.irfft(1j * k * p, n) / np.fft.irfft(p, n)
    return ratio[:: n // len(x)]


def test_burgers_agrees_with_the_cole_hopf_solution() -> None:
    value, tolerance = known("burgers_1d", "cole_hopf")
    sim = make("burgers_1d")
    given = parameters(sim, 8)
    start = sim.start(streams(8), given, "test")
    end = sim.run(start, given, computed("burgers_1d")["timescale"]["value"], 2)[:, 1, 0]
    for row in range(8):
        modes = np.fft.rfft(start[row, 0])[:40] / start.shape[-1]
        truth = cole_hopf(modes, 1.0, 0.01, computed("burgers_1d")["timescale"]["value"], sim.grid["x"])
        assert abs(np.max(np.abs(end[row] - truth)) - value) < tolerance


def allen_cahn_energy(u: Array, diffusion: float) -> Array:
    k = np.arange(u.shape[-1] // 2 + 1)
    slope = np.fft.irfft(1j * k * np.fft.rfft(u, axis=-1), u.shape[-1], axis=-1)
    return np.asarray((diffusion / 2 * slope**2 + (u**2 - 1) ** 2 / 4).mean(axis=-1))


def test_the_energy_of_allen_cahn_never_grows() -> None:
    value, tolerance = known("allen_cahn_1d", "energy_growth")
    sim = make("allen_cahn_1d")
    path = sim.run(sim.start(streams(8), parameters(sim, 8), "test"), parameters(sim, 8), 0.1, 80)[:, :, 0]
    energy = allen_cahn_energy(path, 0.04)
    assert np.max(np.diff(energy, axis=1)) < value + tolerance
    assert np.all(energy[:, -1] < 0.9 * energy[:, 0])


def test_small_waves_of_allen_cahn_grow_at_the_exact_rate() -> None:
    value, tolerance = known("allen_cahn_1d", "growth_rate")
    sim = make("allen_cahn_1d")
    start = 1e-4 * np.cos(sim.grid["x"])[None, None]
    end = sim.run(start, parameters(sim), 2.0, 2)[0, 1, 0, 0]
    assert abs(np.log(end / 1e-4) / 2 - value) < tolerance


def test_a_wall_of_allen_cahn_rests_with_the_exact_profile() -> None:
    value, tolerance = known("allen_cahn_1d", "wall")
    sim = make("allen_cahn_1d")
    diffusion = 0.02
    x = sim.grid["x"]
    wall = lambda centre: np.tanh((x - centre) / np.sqrt(2 * diffusion))  # noqa: E731
    start = wall(np.pi / 2) - wall(3 * np.pi / 2) - 1
    end = sim.run(start[None, None], {"diffusion": np.array([diffusion])}, 5.0, 2)[0, 1, 0]
    assert abs(np.max(np.abs(end - start)) - value) < tolerance


def laminar(sim: SpectralSimulator) -> Array:
    values = {key: float(v) for key, v in sim.spec.parameters.items()}
    amplitude = constant(str(sim.spec.known["laminar"].value), values)
    return np.broadcast_to(amplitude * np.cos(4 * sim.grid["y"]), sim.shape)[None].copy()


def test_the_laminar_kolmogorov_flow_rests_and_is_unstable() -> None:
    sim = make("kolmogorov_flow", 48)
    start = laminar(sim)
    assert np.max(np.abs(sim.run(start, parameters(sim), 0.2, 2)[:, 1] - start)) < 1e-12
    disturbed = start + 1e-6 * sim.start(streams(1), parameters(sim), "ood_start")
    path = sim.run(disturbed, parameters(sim), 3.0, 4) - start[:, None]
    sizes = np.sqrt((path**2).mean(axis=(2, 3, 4)))[0]
    assert sizes[3] > 3 * sizes[2] > 3 * sizes[0]


def test_kolmogorov_flow_balances_its_energy() -> None:
    """dE/dt = input - nu <w^2> - 2 drag E with E = <|velocity|^2> / 2, by a central difference."""
    value, tolerance = known("kolmogorov_flow", "energy_balance")
    sim = make("kolmogorov_flow", 64)
    given = parameters(sim)
    start = sim.advance(sim.start(streams(1), given, "test"), given, 4.0)
    path = sim.run(start, given, 0.002, 5)[0, :, 0]
    modes = np.fft.fft2(path) / 64**2
    k = np.fft.fftfreq(64, 1 / 64)
    square = k[:, None] ** 2 + k**2
    inverse = np.divide(1.0, square, out=np.zeros_like(square), where=square > 0)
    energy = (np.abs(modes) ** 2 * inverse).sum(axis=(1, 2)) / 2
    rate = (energy[0] - 8 * energy[1] + 8 * energy[3] - energy[4]) / (12 * 0.002)
    force = np.fft.fft2(np.broadcast_to(-4 * np.cos(4 * sim.grid["y"]), (64, 64))) / 64**2
    power = (np.conj(modes[2]) * force * inverse).sum().real
    loss = 0.025 * (np.abs(modes[2]) ** 2).sum() + 2 * 0.1 * energy[2]
    assert abs((rate - power + loss) / power - value) < tolerance


def test_the_homogeneous_state_of_gray_scott_rests_and_washes_traces_out() -> None:
    sim = make("gray_scott", 32)
    u, v = sim.spec.known["trivial"].value  # type: ignore[misc]
    rest = np.stack([np.full((32, 32), u), np.full((32, 32), v)])[None]
    assert np.max(np.abs(sim.run(rest, parameters(sim), 50.0, 2)[:, 1] - rest)) < sim.spec.known["trivial"].tolerance
    rate, tolerance = known("gray_scott", "decay_rate")
    trace = rest.copy()
    trace[:, 1] = 1e-7
    end = sim.run(trace, parameters(sim), 20.0, 2)[0, 1, 1].mean()
    assert abs(np.log(end / 1e-7) / 20 - rate) < tolerance


def test_gray_scott_grows_patterns_and_stays_between_its_bounds() -> None:
    sim = make("gray_scott", 48)
    start = sim.start(streams(1), parameters(sim), "test")
    path = sim.run(start, parameters(sim), 100.0, 3)
    assert path[:, :, 0].max() < 1.01 and path.min() > -0.01
    assert path[0, 2, 1].mean() > 1.5 * path[0, 0, 1].mean()
    assert np.std(path[0, 2, 1]) > 0.08

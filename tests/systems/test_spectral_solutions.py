"""Spectral fields of the catalogue against exact solutions: waves, solitons, kinks, breathers, flows."""

from __future__ import annotations

import numpy as np
import pytest
from spectral_catalogue import NAMES, Case
from test_spectral_fields import gradient, laplacian

from dynarena.engines.base import Array


def one(case: Case, *fields: Array) -> Array:
    return np.stack([np.broadcast_to(field, case.sim.shape[1:]) for field in fields])[None].copy()


def mesh(case: Case) -> list[Array]:
    return list(np.meshgrid(*case.sim.grid.values(), indexing="ij"))


def fact(case: Case, name: str) -> tuple[float, float]:
    entry = case.spec.known[name]
    return float(entry.value), entry.tolerance  # type: ignore[arg-type]


def turning(case: Case, start: Array, wave: Array, time: float, **parameters: float) -> complex:
    """Growth and frequency of the amplitude of a standing wave of the first field, from its first two values."""
    path = case.sim.run(start, case.parameters(1, **parameters), time, 3)[0, :, 0]
    first, second, third = (float(np.mean(frame * wave)) for frame in path)
    return complex(np.arccos(np.clip((first + third) / (2 * second), -1, 1)) / time)


def test_a_soliton_of_zabusky_and_kruskal_keeps_its_shape() -> None:
    case = Case("kdv_zabusky")
    value, tolerance = fact(case, "soliton")
    delta, a = 0.022, 15.0
    height, speed = 12 * delta**2 * a**2, 4 * delta**2 * a**2
    x, time = case.sim.grid["x"], 1 / np.pi
    profile = lambda t: height / np.cosh(a * (np.mod(x - 1 - speed * t + 1, 2) - 1)) ** 2  # noqa: E731
    end = case.sim.run(one(case, profile(0)), case.parameters(1), time, 2)[0, 1, 0]
    assert abs(np.max(np.abs(end - profile(time))) - value) < tolerance


def test_a_plane_wave_breaks_into_ripples_at_the_exact_rate_and_a_soliton_stays() -> None:
    case = Case("nls_modulation")
    rate, tolerance = fact(case, "modulation")
    x = case.sim.grid["x"]
    amplitudes = []
    path = case.sim.run(one(case, 1 + 1e-8 * np.cos(x), 0 * x), case.parameters(1), 1.0, 12)[0]
    rotated = (path[:, 0] + 1j * path[:, 1]) * np.exp(-1j * np.arange(12))[:, None]
    amplitudes = np.abs(np.mean(rotated * np.cos(x), axis=1))
    assert abs(np.log(amplitudes[11] / amplitudes[9]) / 2 - rate) < tolerance
    value, tolerance = fact(case, "soliton")
    profile = 1 / np.cosh(x - 4 * np.pi)
    end = case.sim.run(one(case, profile, 0 * x), case.parameters(1), 1.0, 2)[0, 1]
    distance = np.max(np.abs(end[0] + 1j * end[1] - profile * np.exp(0.5j)))
    assert abs(distance - value) < tolerance + 2 / np.cosh(4 * np.pi)


@pytest.mark.parametrize("name", ["burgers_moving_10", "burgers_moving_30", "burgers_moving_70"])
def test_a_moving_front_is_the_front_at_rest_seen_from_a_moving_frame(name: str) -> None:
    case = Case(name)
    value, tolerance = fact(case, "galilei")
    speed = float(case.parameters(1)["c"][0])
    x = case.sim.grid["x"]
    moving = case.sim.run(one(case, np.sin(x) + speed), case.parameters(1), 1.0, 2)[0, 1, 0] - speed
    resting = case.sim.run(one(case, np.sin(x)), case.parameters(1), 1.0, 2)[0, 1, 0]
    k = np.arange(len(x) // 2 + 1)
    shifted = np.fft.irfft(np.fft.rfft(resting) * np.exp(-1j * k * speed), len(x))
    assert abs(np.max(np.abs(moving - shifted)) - value) < tolerance


def test_a_plane_front_of_two_velocities_is_that_of_cole_and_hopf() -> None:
    case = Case("burgers_vector_2d")
    value, tolerance = fact(case, "cole_hopf")
    nu, time, x = 0.005, 0.1, case.sim.grid["x"]
    away = np.linspace(-1.5, 1.5, 6001)
    action = (1 - np.cos(2 * np.pi * (x[:, None] + away))) / (2 * np.pi) + away**2 / (2 * time)
    weight = np.exp(-(action - action.min(axis=1, keepdims=True)) / (2 * nu))  # positive terms: no digits cancel
    truth = -(weight * away).sum(axis=1) / weight.sum(axis=1) / time
    u = np.sin(2 * np.pi * x)[:, None]
    end = case.sim.run(one(case, u, 0 * u), case.parameters(1), time, 2)[0, 1]
    assert abs(np.max(np.abs(end[0] - truth[:, None])) - value) < tolerance
    assert np.max(np.abs(end[1])) < 1e-12


def test_a_cellular_flow_decays_by_viscosity_alone() -> None:
    case = Case("decaying_turbulence")
    value, tolerance = fact(case, "taylor_green")
    x, y = mesh(case)
    nu = float(case.parameters(1)["nu"][0])
    end = case.sim.run(one(case, np.cos(x) + np.cos(y)), case.parameters(1), 1.0, 2)[0, 1, 0]
    assert abs(np.max(np.abs(end - np.exp(-nu) * (np.cos(x) + np.cos(y)))) - value) < tolerance


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("ns_") or name == "shear_flow"])
def test_flows_stay_free_of_divergence(name: str) -> None:
    case = Case(name)
    value, tolerance = fact(case, "divergence")
    path = case.sim.run(case.start(1), case.parameters(1), 3 * case.sim.step, 2)[0]
    for frame in path[1:]:
        slopes = gradient(case, frame[0])[0], gradient(case, frame[1])[1]
        assert abs(np.max(np.abs(slopes[0] + slopes[1])) - value) < tolerance * max(1.0, np.max(np.abs(slopes[0])))


def test_the_taylor_green_vortex_loses_energy_at_the_exact_rate() -> None:
    case = Case("taylor_green_3d")
    value, tolerance = fact(case, "dissipation")
    x, y, z = mesh(case)
    start = one(case, np.sin(x) * np.cos(y) * np.cos(z), -np.cos(x) * np.sin(y) * np.cos(z), 0 * x)
    nu, h = 0.04, 0.005
    path = case.sim.run(start, case.parameters(1), h, 3)[0]
    energy = (path**2).sum(axis=1).mean(axis=(1, 2, 3)) / 2
    assert energy[0] == pytest.approx(1 / 8, abs=1e-14)
    rate = (3 * energy[0] - 4 * energy[1] + energy[2]) / (2 * h)
    assert abs(rate / nu - value) < tolerance


def test_internal_waves_turn_at_the_frequency_of_their_direction() -> None:
    case = Case("internal_waves")
    frequency, tolerance = fact(case, "frequency")
    x, y = mesh(case)
    start = one(case, 1e-9 * np.sin(x + y), 0 * x)
    path = case.sim.run(start, case.parameters(1), 0.5, 2)[0, :, 0]
    left = np.mean(path[1] * np.sin(x + y)) / np.mean(path[0] * np.sin(x + y))
    assert abs(np.arccos(left * np.exp(2 * 0.005 * 0.5)) / 0.5 - frequency) < tolerance


def test_orszag_and_tang_lose_energy_to_viscosity_and_resistance_alone() -> None:
    case = Case("orszag_tang")
    value, tolerance = fact(case, "energy_balance")
    given = case.parameters(1)
    nu, eta, h = 0.01, 0.01, 0.002
    start = case.sim.advance(case.start(1), given, 0.5)
    path = case.sim.run(start, given, h, 5)[0]
    k = np.fft.fftfreq(128, 1 / 128)
    square = k[:, None] ** 2 + k**2
    inverse = np.divide(1.0, square, out=np.zeros_like(square), where=square > 0)
    w, a = (np.abs(np.fft.fft2(path[:, row]) / 128**2) ** 2 for row in (0, 1))
    energy = ((w * inverse).sum(axis=(1, 2)) + (a * square).sum(axis=(1, 2))) / 2
    rate = (energy[0] - 8 * energy[1] + 8 * energy[3] - energy[4]) / (12 * h)
    loss = nu * w[2].sum() + eta * (a[2] * square**2).sum()
    assert abs((rate + loss) / loss - value) < tolerance
    value, tolerance = fact(case, "alfven")
    potential = start[0, 1] / np.std(start[0, 1])
    aligned = one(case, laplacian(case, potential), potential)
    end = case.sim.run(aligned, given, 0.2, 2)[0, 1]
    decayed = np.fft.ifft2(np.fft.fft2(aligned[0]) * np.exp(-nu * square * 0.2)).real
    assert abs(np.max(np.abs(end - decayed)) - value) < tolerance * np.max(np.abs(aligned))


def test_waves_in_a_uniform_medium_turn_at_their_frequency_and_media_stay() -> None:
    case = Case("wave_gauss")
    frequency, tolerance = fact(case, "frequency")
    x, y = mesh(case)
    wave = np.cos(2 * np.pi * (x + y))
    found = turning(case, one(case, wave, 0 * x, 1 + 0 * x), wave, 0.02)
    assert abs(found.real - frequency) < tolerance
    for name in ("wave_gauss", "wave_layer"):
        case = Case(name)
        path = case.sim.run(case.start(1), case.parameters(1), 5 * case.sim.step, 3)[0, :, 2]
        assert np.max(np.abs(path - path[0])) < 1e-6
        assert np.max(np.abs(path[2] - path[1])) <= case.spec.known["medium"].tolerance


def energy(case: Case, state: Array, potential: Array) -> float:
    slope = gradient(case, state[0])[0]
    return float(np.mean(state[1] ** 2 / 2 + slope**2 / 2 + potential) * case.sim.box.lengths[0])


def test_klein_gordon_waves_turn_at_their_frequency_and_keep_their_energy() -> None:
    case = Case("klein_gordon_linear")
    frequency, tolerance = fact(case, "frequency")
    wave = np.cos(2 * np.pi * 10 * case.sim.grid["x"] / 100)
    assert abs(turning(case, one(case, wave, 0 * wave), wave, 0.7).real - frequency) < tolerance
    path = case.sim.run(case.start(1), case.parameters(1), 6.0, 4)[0]
    energies = [energy(case, state, state[0] ** 2 / 2) for state in path]
    value, tolerance = fact(case, "energy_drift")
    assert abs(np.max(np.abs(np.array(energies) / energies[0] - 1)) - value) < tolerance


def double_well(state: Array) -> Array:
    return np.asarray((state[0] ** 2 - 1) ** 2 / 4)


def pair(x: Array) -> Array:
    return np.asarray(np.tanh((x - 25) / np.sqrt(2)) - np.tanh((x - 75) / np.sqrt(2)) - 1)


def test_kinks_have_their_mass_rest_and_ring_at_the_exact_frequency() -> None:
    case = Case("phi4_kinks")
    x, given = case.sim.grid["x"], case.parameters(1)
    rest = one(case, pair(x), 0 * x)
    mass, tolerance = fact(case, "mass")
    assert abs(energy(case, rest[0], double_well(rest[0])) - mass) < tolerance
    clock = 2 * np.pi / np.sqrt(1.5)
    value, tolerance = fact(case, "at_rest")
    assert abs(np.max(np.abs(case.sim.run(rest, given, clock, 2)[0, 1] - rest[0])) - value) < tolerance
    shape = np.sinh((x - 25) / np.sqrt(2)) / np.cosh((x - 25) / np.sqrt(2)) ** 2
    ringing = case.sim.run(one(case, pair(x) + 0.01 * shape, 0 * x), given, 0.05, 420)[0, :, 0] - pair(x)
    signal = ringing @ shape
    crossings = np.flatnonzero(np.diff(np.sign(signal)))
    exact = crossings + signal[crossings] / (signal[crossings] - signal[crossings + 1])
    frequency, tolerance = fact(case, "inner_mode")
    assert abs(np.pi / (0.05 * np.diff(exact).mean()) - frequency) < tolerance


def test_colliding_kinks_have_the_energy_of_two_moving_masses() -> None:
    case = Case("phi4_collision")
    value, tolerance = fact(case, "energy")
    x, c = case.sim.grid["x"], 0.3
    width = np.sqrt(2 * (1 - c**2))
    left, right = (x - 40) / width, (x - 60) / width
    state = one(
        case, np.tanh(left) - np.tanh(right) - 1, -c / width * (1 / np.cosh(left) ** 2 + 1 / np.cosh(right) ** 2)
    )
    assert abs(energy(case, state[0], double_well(state[0])) - value) < tolerance
    end = case.sim.run(state, case.parameters(1), 60.0, 2)[0, 1]
    assert abs(energy(case, end, double_well(end)) / value - 1) < 1e-4
    assert end[0, 256] > 0.5  # they have bounced


def test_a_breather_of_sine_gordon_has_its_energy_and_breathes_as_the_exact_one() -> None:
    case = Case("sine_gordon_breathers")
    x, f = case.sim.grid["x"], 0.5
    root = np.sqrt(1 - f**2)
    breather = lambda t: 4 * np.arctan(root / f * np.cos(f * t) / np.cosh(root * (x - 50)))  # noqa: E731
    state = one(case, breather(0), 0 * x)
    value, tolerance = fact(case, "energy")
    assert abs(energy(case, state[0], 1 - np.cos(state[0, 0])) - value) < tolerance
    value, tolerance = fact(case, "breather")
    end = case.sim.run(state, case.parameters(1), 2 * np.pi, 2)[0, 1, 0]
    assert abs(np.max(np.abs(end - breather(2 * np.pi))) - value) < tolerance


def test_the_laminar_flow_at_a_higher_reynolds_number_rests() -> None:
    case = Case("ape_kolmogorov_flow_2d", resolution=48)
    y = case.sim.grid["y"]
    start = one(case, -4 / (16 * 0.01 + 0.1) * np.cos(4 * y)[None])
    assert np.max(np.abs(case.sim.run(start, case.parameters(1), 0.2, 2)[:, 1] - start)) < 1e-11

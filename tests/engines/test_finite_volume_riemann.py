"""Finite volumes against exact solutions of Riemann problems, and these against published star states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from exact_riemann import Gas, gas, gas_star, water, water_star
from finite_volume_builders import end, make, started, streams

from dynarena.engines.finite_volume import FiniteVolume, FiniteVolumeSimulator
from dynarena.schema.variants import read_system

TORO: dict[int, tuple[Gas, Gas, float, float]] = {
    1: ((1.0, 0.0, 1.0), (0.125, 0.0, 0.1), 0.30313, 0.92745),
    2: ((1.0, -2.0, 0.4), (1.0, 2.0, 0.4), 0.00189, 0.0),
    3: ((1.0, 0.0, 1000.0), (1.0, 0.0, 0.01), 460.894, 19.5975),
    4: ((1.0, 0.0, 0.01), (1.0, 0.0, 100.0), 46.0950, -6.19633),
    5: ((5.99924, 19.5975, 460.894), (5.99242, -6.19633, 46.0950), 1691.64, 8.68975),
}
"""Left and right state and the published pressure and velocity between the waves: Toro (2009), tables 4.1 and 4.2."""


@pytest.mark.parametrize("number", TORO)
def test_the_exact_star_states_of_the_gas_are_the_published_ones(number: int) -> None:
    left, right, pressure, velocity = TORO[number]
    found = gas_star(left, right)
    assert found == (pytest.approx(pressure, rel=1e-5, abs=6e-6), pytest.approx(velocity, rel=1e-5, abs=6e-6))


@pytest.mark.parametrize("number", TORO)
def test_the_exact_fan_solves_the_gas_s_integral_law(number: int) -> None:
    """The content of a box changes by the fluxes through its ends alone."""
    left, right, _, _ = TORO[number]
    speed = (np.arange(400000) + 0.5) / 400000 * 120 - 60
    rho, u, p = gas(left, right, speed)
    content = [np.mean(q) * 120 for q in (rho, rho * u, p / 0.4 + 0.5 * rho * u**2)]
    for place, flux in enumerate((lambda r, v, q: r * v, lambda r, v, q: r * v * v + q,
                                  lambda r, v, q: v * (3.5 * q + 0.5 * r * v * v))):  # fmt: skip
        state = [(r, r * v, q / 0.4 + 0.5 * r * v * v)[place] for r, v, q in (left, right)]
        expected = 60 * (state[0] + state[1]) + flux(*left) - flux(*right)
        assert content[place] == pytest.approx(expected, rel=2e-4, abs=2e-3 * max(map(abs, state)) + 1e-3)


def tube(left: Gas, right: Gas, n: int, jump: float, **more: object) -> FiniteVolumeSimulator:
    options = {
        name: f"where(x < {jump}, {a!r}, {b!r})"
        for name, a, b in zip(("density", "velocity_x", "pressure"), left, right, strict=True)
    }
    return make("euler", [n], boundary="outflow", parameters={"gamma": 1.4}, options=options, **more)


def distance(sim: FiniteVolumeSimulator, left: Gas, right: Gas, jump: float, time: float) -> float:
    """The mean distance of the density from the exact one."""
    n = sim.shape[1]
    fine = (np.arange(16 * n) + 0.5) / (16 * n)
    exact = gas(left, right, (fine - jump) / time)[0].reshape(n, 16).mean(axis=1)
    return float(np.abs(end(sim, time)[0, 0] - exact).mean())


@pytest.mark.parametrize(
    ("number", "jump", "time", "most"),
    [
        (1, 0.5, 0.2, 2.5e-3),
        (2, 0.5, 0.15, 1.2e-2),
        (3, 0.5, 0.012, 6e-2),
        (4, 0.4, 0.035, 6e-2),
        (5, 0.4, 0.035, 2.5e-1),
    ],
)
def test_toro_s_tests_stay_near_the_exact_density(number: int, jump: float, time: float, most: float) -> None:
    left, right, _, _ = TORO[number]
    assert distance(tube(left, right, 200, jump), left, right, jump, time) < most


@pytest.mark.parametrize(("reconstruction", "riemann"), [("weno5", "rusanov"), ("muscl", "hllc"), ("muscl", "rusanov")])
def test_every_scheme_converges_to_sod_s_tube_at_first_order(reconstruction: str, riemann: str) -> None:
    left, right, _, _ = TORO[1]
    errors = [
        distance(tube(left, right, n, 0.5, reconstruction=reconstruction, riemann=riemann), left, right, 0.5, 0.2)
        for n in (100, 400)
    ]
    assert errors[1] < 0.4 * errors[0]
    assert errors[1] < 4e-3


def test_weno_is_nearer_to_the_truth_than_muscl() -> None:
    left, right, _, _ = TORO[1]
    errors = [
        distance(tube(left, right, 100, 0.5, reconstruction=r), left, right, 0.5, 0.2) for r in ("weno5", "muscl")
    ]
    assert errors[0] < errors[1]


def test_a_contact_at_rest_stays_to_rounding() -> None:
    sim = tube((1.0, 0.0, 1.0), (0.01, 0.0, 1.0), 64, 0.5)
    assert np.abs(end(sim, 0.3) - end(sim, 1e-9)).max() < 1e-13


WATER = {"dam": ((2.0, 0.0), (1.0, 0.0)), "bores": ((1.0, 1.0), (1.0, -1.0)), "rarefactions": ((1.0, -0.8), (1.0, 0.8))}


def test_the_exact_bore_obeys_the_jump_conditions() -> None:
    h, u = water_star(*WATER["dam"], 9.81)
    speed = h * u / (h - 1.0)
    assert speed * (h * u) == pytest.approx(h * u * u + 9.81 / 2 * (h * h - 1.0), rel=1e-12)
    assert u + 2 * np.sqrt(9.81 * h) == pytest.approx(2 * np.sqrt(9.81 * 2.0), rel=1e-12)


@pytest.mark.parametrize("riemann", ["hllc", "rusanov"])
@pytest.mark.parametrize("case", WATER)
def test_water_stays_near_the_exact_depth(case: str, riemann: str) -> None:
    left, right = WATER[case]
    options = {
        "height": f"where(x < 0.5, {left[0]}, {right[0]})",
        "velocity_x": f"where(x < 0.5, {left[1]}, {right[1]})",
    }
    sim = make(
        "shallow_water", [200], boundary="outflow", parameters={"gravity": 1.0}, options=options, riemann=riemann
    )
    fine = (np.arange(3200) + 0.5) / 3200
    exact = water(left, right, (fine - 0.5) / 0.2, 1.0)[0].reshape(200, 16).mean(axis=1)
    smeared = np.abs(end(sim, 0.2)[0, 0] - exact).sum() / np.abs(np.diff(exact)).sum()
    assert smeared < 0.75  # cells: each jump is spread over about one


def test_a_lake_at_rest_stays_to_the_last_bit() -> None:
    still = {"height": 1.7, "velocity_x": 0, "velocity_y": 0}
    sim = make("shallow_water", [24, 16], boundary="reflecting", parameters={"gravity": 9.81}, options=still)
    start, given = started(sim)
    assert np.array_equal(sim.run(start, given, 1.0, 2)[:, 1], start)


def test_sod_s_tube_of_the_catalogue_is_as_near_to_the_exact_density_as_it_says() -> None:
    spec = read_system(Path(__file__).resolve().parents[2] / "systems" / "pde" / "euler_sod.toml")
    sim, entry = FiniteVolume().compile(spec), spec.known["riemann"]
    given = sim.parameters(streams(1), "named")
    start = sim.start(streams(1), given, "named")
    fine = (np.arange(16 * 256) + 0.5) / (16 * 256)
    exact = gas(TORO[1][0], TORO[1][1], (fine - 0.5) / 0.2)[0].reshape(256, 16).mean(axis=1)
    assert abs(np.abs(sim.run(start, given, 0.2, 2)[0, 1, 0] - exact).mean() - entry.value) < entry.tolerance

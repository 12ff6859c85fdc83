"""The known facts of single conservation laws."""

from __future__ import annotations

import numpy as np
import pytest
from test_finite_volume_systems import clock, fact, make, spec_of, started

from dynarena.engines.base import Array
from dynarena.engines.finite_volume import FiniteVolume


def pressure_of(fields: Array, gamma: float) -> Array:
    return np.asarray((gamma - 1) * (fields[-1] - (fields[1:-1] ** 2).sum(axis=0) / (2 * fields[0])))


def test_shu_and_osher_s_shock_has_the_published_states_and_speed() -> None:
    sim = make("euler_shu_osher")
    start, given = started(sim, "named")
    rho, m, energy = start[0, :, 5]
    behind = [rho, m / rho, 0.4 * (energy - m * m / (2 * rho))]
    entry = sim.spec.known["behind"]
    assert np.abs(np.array(behind) - entry.value).max() < entry.tolerance
    value, tolerance = fact("euler_shu_osher", "shock")
    pressure = pressure_of(sim.run(start, given, 1.8, 2)[0, 1], 1.4)
    last = np.flatnonzero(pressure > 5)[-1]
    assert abs(sim.grid["x"][last] + 0.0125 - value) < tolerance


def test_a_flat_interface_of_the_rayleigh_taylor_problem_hardly_moves() -> None:
    value, tolerance = fact("euler_rayleigh_taylor", "rest")
    spec = spec_of("euler_rayleigh_taylor")
    box = spec.start.box | dict.fromkeys(("first", "second", "third"), (0.0, 0.0))
    sim = FiniteVolume().compile(spec.model_copy(update={"start": spec.start.model_copy(update={"box": box})}))
    start, given = started(sim)
    after = sim.run(start, given, clock(sim), 2)[0, 1]
    assert abs(np.abs(after[1:3] / after[0]).max() - value) < tolerance


def test_one_state_in_an_open_box_stays() -> None:
    value, tolerance = fact("euler_quadrants_open", "uniform")
    sim = make("euler_quadrants_open", small=True)
    start, given = started(sim)
    start[:] = start[:, :, :1, :1]
    assert abs(np.abs(sim.run(start, given, clock(sim), 2)[:, 1] - start).max() - value) < tolerance


@pytest.mark.parametrize("temperature", [0.1, 1.0])
def test_the_phases_of_the_radiative_layer_do_not_cool_but_the_gas_between_does(temperature: float) -> None:
    value, tolerance = fact("radiative_layer", "phases")
    sim = make("radiative_layer", small=True)
    start, given = started(sim)
    start[:] = 0
    start[:, 0], start[:, 3] = 0.1 / temperature, 0.15
    after, kept = sim.run(start, given, clock(sim), 2)[:, 1], [0, 3]
    assert abs(np.abs(after[:, kept] / start[:, kept] - 1).max() - value) < tolerance
    start[:, 0] = 0.1 / 0.3
    assert sim.run(start, given, clock(sim), 2)[0, 1, 3].max() < 0.15 * 0.8


@pytest.mark.parametrize("name", [f"acoustic_scattering_{kind}" for kind in ("discontinuous", "inclusions", "maze")])
def test_sound_is_linear_and_leaves_its_medium(name: str) -> None:
    sim = make(name, small=True)
    start, given = started(sim)
    louder = start.copy()
    louder[:, :3] *= 2
    one, two = (sim.run(each, given, clock(sim), 2)[0, 1] for each in (start, louder))
    value, tolerance = fact(name, "medium")
    assert abs(np.abs(one[3:] - start[0, 3:]).max() - value) < tolerance
    value, tolerance = fact(name, "linear")
    assert abs(np.abs(two[:3] - 2 * one[:3]).max() / np.abs(two[0]).max() - value) < tolerance


def test_a_maze_has_one_way_between_any_two_rooms() -> None:
    paths = started(make("acoustic_scattering_maze"))[0][0, 3] < 10
    squares = paths[4::8, 4::8]
    assert squares.shape == (13, 13)
    assert squares[1::2, 1::2].all() and squares.sum() == 36 + 35  # rooms, and doors: a tree
    reached = np.zeros_like(squares)
    reached[1, 1] = True
    for _ in range(200):
        grown = reached.copy()
        for axis in (0, 1):
            for shift in (1, -1):
                grown |= np.roll(reached, shift, axis)
        reached = grown & squares
    assert (reached == squares).all()


def test_sorption_slows_the_front_and_keeps_its_bounds() -> None:
    value, tolerance = fact("diffusion_sorption", "retardation")
    p = {key: float(number) for key, number in spec_of("diffusion_sorption").parameters.items()}
    factor = (1 - p["porosity"]) / p["porosity"] * p["bulk_density"] * p["freundlich_k"] * p["freundlich_n"]
    assert abs(1 + factor * 0.2 ** (p["freundlich_n"] - 1) - value) < tolerance
    sim = make("diffusion_sorption", small=True)
    start, given = started(sim, count=3)
    low, high = sim.spec.known["bounds"].value  # type: ignore[misc]
    path = sim.run(start, given, clock(sim), 3)
    assert path.min() > low - 1e-12 and path.max() < high + 1e-12


@pytest.mark.parametrize("name", ["fitzhugh_nagumo", "fitzhugh_nagumo_periodic"])
def test_the_homogeneous_state_of_fitzhugh_nagumo_rests(name: str) -> None:
    value, tolerance = fact(name, "rest")
    sim = make(name, small=True)
    start, given = started(sim)
    assert abs(value**3 + 5e-3) < 1e-15
    start[:] = value
    assert np.abs(sim.run(start, given, clock(sim), 2)[:, 1] - value).max() < tolerance

"""Orders of convergence of reconstructions, differences and steps."""

from math import pi

import numpy as np
import pytest
from finite_volume_builders import end, make, order, started

from dynarena.engines.base import Array


def sine_average(low: Array, high: Array) -> Array:
    """The mean of sin(2 pi x) over cells."""
    return (np.cos(2 * pi * low) - np.cos(2 * pi * high)) / (2 * pi * (high - low))


def advected(n: int, reconstruction: str, cfl: float, time: float = 1.0) -> float:
    """The mean error of u_t + u_x = 0 after one period."""
    options = {"u": "sin(2*pi*x)"}
    sim = make(
        "advection", [n], parameters={"velocity_x": 1.0}, options=options, cfl=cfl, reconstruction=reconstruction
    )
    edges = np.arange(n + 1) / n - time
    return float(np.abs(end(sim, time)[0, 0] - sine_average(edges[:-1], edges[1:])).mean())


def test_weno_is_of_order_five_where_steps_are_small() -> None:
    assert order(advected(32, "weno5", 0.02), advected(64, "weno5", 0.01)) == pytest.approx(5.0, abs=0.15)


def test_muscl_is_of_order_two() -> None:
    assert order(advected(128, "muscl", 0.1), advected(256, "muscl", 0.1)) == pytest.approx(2.0, abs=0.25)


def test_steps_are_of_order_three() -> None:
    """On one grid, against much smaller steps."""
    options = {"u": "sin(2*pi*x)"}
    runs = []
    for cfl in (0.5, 0.25, 0.02):
        sim = make("advection", [64], parameters={"velocity_x": 1.0}, options=options, cfl=cfl)
        runs.append(end(sim, 0.5)[0, 0])
    errors = [float(np.abs(run - runs[-1]).max()) for run in runs[:2]]
    assert order(*errors) == pytest.approx(3.0, abs=0.15)


def wave_error(points: list[int], cfl: float) -> float:
    """The mean error of a plane wave carried along the diagonal through the box."""
    speeds = dict.fromkeys(("velocity_x", "velocity_y", "velocity_z")[: len(points)], 1.0)
    sim = make("advection", points, parameters=speeds, options={"u": "sin(2*pi*(x + y))"}, cfl=cfl)
    start, given = started(sim)
    return float(np.abs(sim.run(start, given, 0.5, 2)[:, 1] - start).mean())


@pytest.mark.parametrize("points", [[24, 24], [12, 12, 12]])
def test_advection_is_of_order_five_along_any_axis(points: list[int]) -> None:
    """Faces need no further quadrature where the flux is linear.

    The CFL number is small so that the cells' error is seen: that of steps, of order 3, is larger beyond.
    """
    assert order(wave_error(points, 0.05), wave_error([2 * n for n in points], 0.05)) == pytest.approx(5.0, abs=0.15)


def test_at_a_large_cfl_number_the_order_of_the_steps_is_seen() -> None:
    assert order(wave_error([48, 48], 0.4), wave_error([96, 96], 0.4)) == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize(("reconstruction", "low", "high"), [("weno5", 4.7, 5.6), ("muscl", 1.7, 2.3)])
def test_the_gas_carries_a_smooth_wave_at_the_reconstruction_s_order(
    reconstruction: str, low: float, high: float
) -> None:
    """Density 1 + sin/5 at constant velocity and pressure is carried unchanged.

    Steps are of order 3: WENO's own order shows where they are small.
    """
    errors = []
    for n in (24, 48) if reconstruction == "weno5" else (64, 128):
        options = {"density": "1 + 0.2*sin(2*pi*x)", "velocity_x": 1, "pressure": 1}
        sim = make("euler", [n], parameters={"gamma": 1.4}, options=options, cfl=0.02 if n < 64 else 0.2,
                   reconstruction=reconstruction)  # fmt: skip
        edges = np.arange(n + 1) / n - 0.5
        truth = 1 + 0.2 * sine_average(edges[:-1], edges[1:])
        errors.append(float(np.abs(end(sim, 0.5)[0, 0] - truth).mean()))
    assert low < order(*errors) < high


def test_sound_of_finite_height_converges_at_order_five_before_it_breaks() -> None:
    """A nonlinear wave, each grid beside one of twice the cells."""
    runs = {}
    for n in (32, 64, 128):
        options = {
            "density": "1 + 0.05*sin(2*pi*x)",
            "velocity_x": "0.05*sin(2*pi*x)",
            "pressure": "1 + 0.07*sin(2*pi*x)",
        }
        sim = make("euler", [n], parameters={"gamma": 1.4}, options=options, cfl=0.05)
        runs[n] = end(sim, 0.3)[0]
    half = {n: 0.5 * (runs[2 * n][:, ::2] + runs[2 * n][:, 1::2]) for n in (32, 64)}
    errors = [float(np.abs(runs[n] - half[n]).mean()) for n in (32, 64)]
    assert 4.5 < order(*errors) < 5.6


def test_heat_is_of_order_four() -> None:
    errors = []
    for n in (16, 32):
        sim = make("heat", [n], parameters={"diffusivity": 0.1}, options={"u": "sin(2*pi*x)"}, cfl=0.1)
        start, given = started(sim)
        errors.append(
            float(np.abs(sim.run(start, given, 0.2, 2)[0, 1, 0] - start[0, 0] * np.exp(-0.8 * pi**2 * 0.1)).max())
        )
    assert order(*errors) == pytest.approx(4.0, abs=0.1)


def test_viscous_stress_is_of_order_two() -> None:
    """A weak shear wave decays at the rate viscosity k^2 / density."""
    errors = []
    for n in (16, 32):
        options = {"velocity_x": 0, "velocity_y": "1e-4*sin(2*pi*x)", "pressure": 10}
        numbers = {"gamma": 1.4, "shear_viscosity": 0.02, "bulk_viscosity": 0.01}
        sim = make("navier_stokes", [n, 6], lengths=[1.0, 6.0 / n], parameters=numbers, options=options)
        start, given = started(sim)
        after = sim.run(start, given, 0.4, 2)[0, 1, 2]
        errors.append(float(np.abs(after - start[0, 2] * np.exp(-0.02 * 4 * pi**2 * 0.4)).max()))
    assert order(*errors) == pytest.approx(2.0, abs=0.15)


def test_a_cell_that_a_jump_runs_through_holds_its_average() -> None:
    """At any place of the jump, also between the last quadrature point of a cell and its face."""
    for jump in np.linspace(0.4, 0.5, 41):
        sim = make("advection", [10], parameters={"velocity_x": 1.0}, options={"u": f"where(x < {jump}, 3, 1)"})
        assert started(sim)[0][0, 0, 4] == pytest.approx(1 + 20 * (jump - 0.4), abs=2 * 0.5 / 256 + 1e-12)
    disc = {"u": "where((x - 0.5)**2 + (y - 0.5)**2 < 0.1, 1, 0)"}
    sim = make("advection", [24, 24], parameters={"velocity_x": 1.0}, options=disc)
    start = started(sim)[0][0, 0]
    assert start.mean() == pytest.approx(0.1 * pi, rel=2e-4)
    assert np.array_equal(start, start.T)

"""Laws beside closed forms, and the equations that files state beside what the engine does."""

from __future__ import annotations

from math import erf, pi, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from finite_volume_builders import end, make, started
from scipy.integrate import solve_ivp

from dynarena.engines.base import Array
from dynarena.engines.finite_volume import FiniteVolume
from dynarena.engines.finite_volume.law import laws
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import FIELD
from dynarena.equations.parse import parse
from dynarena.schema.system import SystemSpec
from dynarena.schema.variants import read_system


def test_burgers_shock_moves_at_the_mean_speed_and_a_fan_opens() -> None:
    options = {"u": "where(x < 0.25, 0, where(x < 0.5, 1.5, 0.5))"}
    u = end(make("burgers", [400], boundary="outflow", options=options), 0.2)[0, 0]
    x = (np.arange(400) + 0.5) / 400
    exact = np.where(x < 0.7, np.clip((x - 0.25) / 0.2, 0, 1.5), 0.5)
    assert np.abs(u - exact).mean() < 2e-3


def test_burgers_has_an_entropy_solution_through_the_sonic_point() -> None:
    u = end(make("burgers", [200], boundary="outflow", options={"u": "where(x < 0.5, -1, 1)"}), 0.3)[0, 0]
    x = (np.arange(200) + 0.5) / 200
    assert np.abs(u - np.clip((x - 0.5) / 0.3, -1, 1)).mean() < 4e-3


def test_a_viscous_shock_keeps_its_exact_profile() -> None:
    """u = 1 - tanh((x - t) / (2 nu)) rides at speed 1."""
    options = {"u": "1 - tanh((x - 1)/(2*0.05))"}
    sim = make("burgers", [200], lengths=[3.0], boundary="outflow", parameters={"viscosity": 0.05}, options=options)
    u = end(sim, 0.8)[0, 0]
    assert np.abs(u - (1 - np.tanh((sim.grid["x"] - 1.8) / 0.1))).max() < 1e-3


@pytest.mark.parametrize(("rho", "bulk"), [(4.0, 1.0), (1.0, 4.0), (9.0, 9.0), (1e6, 1.0)])
def test_a_wave_is_reflected_and_transmitted_by_the_impedances(rho: float, bulk: float) -> None:
    """p_transmitted = 2 Z2/(Z1 + Z2), p_reflected = (Z2 - Z1)/(Z1 + Z2), with Z1 = 1."""
    pulse = "exp(-((x - 0.5)/0.04)**2)"
    options = {"pressure": pulse, "velocity_x": pulse, "density": f"where(x < 1, 1, {rho})",
               "bulk_modulus": f"where(x < 1, 1, {bulk})"}  # fmt: skip
    sim = make("acoustics", [400], lengths=[2.0], boundary="outflow", options=options)
    p = end(sim, 0.8)[0, 0]
    other, right = sqrt(rho * bulk), sim.grid["x"] > 1
    assert np.sum(p[~right]) / 200 == pytest.approx((other - 1) / (other + 1) * 0.04 * sqrt(pi), rel=4e-3, abs=2e-5)
    passed = 2 * other / (1 + other) * 0.04 * sqrt(pi) * sqrt(bulk / rho)
    assert np.sum(p[right]) / 200 == pytest.approx(passed, rel=4e-3, abs=2e-5)


def test_sound_in_a_varying_medium_keeps_its_two_integrals() -> None:
    options = {"pressure": "exp(sin(2*pi*x)*cos(2*pi*y))", "velocity_x": "cos(2*pi*y)", "velocity_y": 0,
               "density": "where(x < 0.5, 1, 50)", "bulk_modulus": "where(y < 0.5, 1, 9)"}  # fmt: skip
    sim = make("acoustics", [24, 24], options=options)
    start, given = started(sim)
    path = sim.run(start, given, 0.3, 2)[0]
    rho, bulk = path[0, 3], path[0, 4]
    for total in (path[:, 0] / bulk, path[:, 1] * rho, path[:, 2] * rho):
        assert abs(total[1].mean() - total[0].mean()) < 1e-13
    assert np.array_equal(path[0, 3:], path[1, 3:])


def test_barenblatt_s_solution_spreads_with_a_sharp_front() -> None:
    """u = t^(-a) (C - a m x^2 / (2 t^(2 a)))_+^(1/m) with a = 1/(m + 2)."""
    m, time = 2.0, 0.05
    a = 1 / (m + 2)

    def profile(x: Array, t: float) -> Array:
        return t**-a * np.clip(0.1 - a * m / 2 * x**2 / t ** (2 * a), 0, None) ** (1 / m)

    scale = f"{time**-a!r}"
    inside = f"0.1 - {a * m / 2 / time ** (2 * a)!r}*(x - 1)**2"
    sim = make("porous_medium", [200], lengths=[2.0], boundary="reflecting", parameters={"m": m},
               options={"u": f"{scale}*sqrt(max({inside}, 0))"})  # fmt: skip
    start, given = started(sim)
    after = sim.run(start, given, 0.2, 2)[0, 1, 0]
    fine = (np.arange(3200) + 0.5) / 1600 - 1
    truth = profile(fine, time + 0.2).reshape(200, 16).mean(axis=1)
    assert np.abs(after - truth).mean() < 1e-3 * truth.max()
    assert abs(after.mean() - start.mean()) < 1e-14 and after.min() >= 0


def test_stefan_s_front_moves_as_the_square_root_of_time() -> None:
    """u = 1 - (1 - p) erf(x / 2 sqrt t) / erf(z) behind x = 2 z sqrt t, with p erf(z) z e^(z^2) = (1 - p)/sqrt(pi)."""
    p = 0.6
    low, high = 0.0, 3.0
    for _ in range(100):
        z = 0.5 * (low + high)
        low, high = (z, high) if p * erf(z) * z * np.exp(z * z) * sqrt(pi) < 1 - p else (low, z)
    sim = make("stefan", [200], boundary="value/outflow", parameters={"threshold": p}, options={"u": 0.0},
               u_x_low=1.0)  # fmt: skip
    u = end(sim, 0.1)[0, 0]
    x, root = sim.grid["x"], 2 * sqrt(0.1)
    exact = np.where(x < z * root, 1 - (1 - p) / erf(z) * np.vectorize(erf)(x / root), 0)
    assert np.abs(u - exact).mean() < 5e-3
    assert u.mean() == pytest.approx(2 * (1 - p) / erf(z) * sqrt(0.1 / pi), rel=5e-3)


def test_homogeneous_states_react_by_the_ordinary_equations() -> None:
    sim = make("fitzhugh_nagumo", [8, 8], boundary="reflecting", options={"u": 0.8, "v": -0.3}, cfl=0.1,
               parameters={"diffusion_u": 1e-3, "diffusion_v": 5e-3, "k": 5e-3})  # fmt: skip
    u, v = end(sim, 2.0)[0].reshape(2, -1)
    truth = solve_ivp(
        lambda t, y: [y[0] - y[0] ** 3 - 5e-3 - y[1], y[0] - y[1]], (0, 2), [0.8, -0.3], rtol=1e-12, atol=1e-12
    )
    assert np.abs(np.array([u.max(), u.min()]) - truth.y[0, -1]).max() < 2e-6
    assert np.abs(np.array([v.max(), v.min()]) - truth.y[1, -1]).max() < 2e-6


def test_sorption_agrees_with_a_tight_implicit_solver() -> None:
    n = 64
    numbers = {
        "diffusivity": 5e-4,
        "porosity": 0.29,
        "bulk_density": 2880,
        "freundlich_k": 3.5e-4,
        "freundlich_n": 0.874,
    }
    sim = make("sorption", [n], boundary="value/outflow", parameters=numbers, options={"u": 0.1}, u_x_low=1.0)

    def rate(t: float, u: Array) -> Array:
        wide = np.concatenate([[2 - u[0]], u, [u[-1]]])
        retardation = 1 + 0.71 / 0.29 * 2880 * 3.5e-4 * 0.874 * u ** (0.874 - 1)
        return 5e-4 * np.diff(wide, 2) * n * n / retardation

    truth = solve_ivp(rate, (0, 200), np.full(n, 0.1), method="Radau", rtol=1e-10, atol=1e-12).y[:, -1]
    assert np.abs(end(sim, 200.0)[0, 0] - truth).max() < 2e-5


SMOOTH = {
    "density": "1 + 0.2*sin(2*pi*x + {y})",
    "pressure": "1.5 + 0.3*cos(2*pi*x - {y})",
    "velocity_x": "0.3*cos(2*pi*x + {y})",
    "velocity_y": "0.2*sin(4*pi*x + {y})",
    "height": "1.2 + 0.1*sin(2*pi*x + {y})",
    "u": "0.7 + 0.3*sin(2*pi*x - {y})",
    "v": "0.3*cos(2*pi*x + {y})",
    "bulk_modulus": "2 + 0.3*cos(2*pi*x + {y})",
}


def stated() -> list[str]:
    """One system for each law that the catalogue uses."""
    folder = Path(__file__).resolve().parents[2] / "systems" / "pde"
    return sorted(path.stem for path in folder.glob("*.toml") if read_system(path).engine == "finite_volume")


def smoothed(name: str, n: int) -> tuple[SystemSpec, Any]:
    """A system of the catalogue with smooth starts on a periodic unit box."""
    spec = read_system(Path(__file__).resolve().parents[2] / "systems" / "pde" / f"{name}.toml")
    dims = len(spec.domain.points)
    probe = FiniteVolume().compile(spec)
    turned = {key: value.format(y="2*pi*y" if dims == 2 else "0") for key, value in SMOOTH.items()}
    law = probe.setup.law
    content = spec.model_dump(by_alias=True)
    content |= {
        "domain": {"length": [1.0] * dims, "points": [n] * dims, "boundary": ["periodic"] * dims},
        "solver": {"law": spec.solver["law"], "cfl": 0.4}, "splits": {},
        "start": {"options": {key: turned[key] for key in (law.quantities or law.fields)(dims)}},
    }  # fmt: skip
    return SystemSpec.model_validate(content), law


@pytest.mark.parametrize("name", stated())
def test_the_stated_equations_are_what_the_engine_solves(name: str) -> None:
    """Their values by Fourier derivatives, beside the change in a short time, halving the cells."""
    errors = []
    for n in (32, 64):
        spec, _ = smoothed(name, n)
        sim = FiniteVolume().compile(spec)
        dims, dt = len(sim.setup.points), 1e-5
        given = sim.parameters(_one(), "test")
        fields = sim.start(_one(), given, "test")
        change = (sim.run(fields, given, dt, 2)[0, 1] - fields[0]) / dt
        middle = 0.5 * (sim.run(fields, given, dt, 2)[0, 1] + fields[0])
        operators = _operators(dims, n)
        values = dict(zip(spec.state, middle, strict=True)) | {key: value[0] for key, value in given.items()}
        for row, text in enumerate(spec.equations):
            tree = parse(text, values, functions=FIELD, where=name)
            truth = np.broadcast_to(evaluate(tree, values, operators), middle[row].shape)
            errors.append(np.abs(change[row] - truth).mean() / max(1e-6, np.abs(truth).mean()))
    count = len(errors) // 2
    for coarse, fine in zip(errors[:count], errors[count:], strict=True):
        assert fine < 2e-2 and (fine < 0.5 * coarse or fine < 1e-7)


def _one() -> Any:
    return Streams([trajectory_key("smooth", 0)])


def _operators(dims: int, n: int) -> dict[str, Any]:
    k = 2j * pi * np.fft.fftfreq(n, 1 / n)

    def slope(axis: int) -> Any:
        shape = [1] * dims
        shape[axis] = n

        def function(values: Array) -> Array:
            whole = np.broadcast_to(values, [n] * dims)
            return np.fft.ifft(np.fft.fft(whole, axis=axis) * k.reshape(shape), axis=axis).real

        return function

    def laplacian(values: Array) -> Array:
        return sum(slope(axis)(slope(axis)(values)) for axis in range(dims))

    return {"lap": laplacian, **{f"d{'xyz'[axis]}": slope(axis) for axis in range(dims)}}


def test_every_law_is_tried_by_some_system_or_test() -> None:
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_finite_volume_*.py"))
    used = {str(smoothed(name, 16)[0].solver["law"]) for name in stated()}
    assert all(law in used or f'"{law}"' in text for law in laws())

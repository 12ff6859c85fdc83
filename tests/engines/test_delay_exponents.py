"""The first exponents of equations with delays: against roots of the characteristic equation and published values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import lambertw

from dynarena.data.clocks_spectrum import lyapunov_spectrum
from dynarena.engines.delay import Delay, DelayFlow
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec


def flow(equation: str, tau: float, step: float, exponents: int, box: list[float]) -> DelayFlow:
    content = {
        "schema": 1, "title": "T", "about": "", "source": "", "engine": "delay", "state": ["x"],
        "equations": [equation], "parameters": {"tau": tau}, "solver": {"step": step, "exponents": exponents},
        "start": {"box": {"x": box}},
    }  # fmt: skip
    return Delay().compile(SystemSpec.model_validate(content))


def seeds(n: int) -> Streams:
    return Streams([trajectory_key("test", index) for index in range(n)])


def test_the_exponents_of_a_linear_equation_are_the_roots_of_its_characteristic_equation() -> None:
    """x' = -x(t - 1) has the roots r = -exp(-r), branches of Lambert's function."""
    simulator = flow("-x(t - tau)", 1, 0.25, 6, [1, 1])
    parameters = simulator.parameters(seeds(1), "train")
    growth = simulator.growth(simulator.start(seeds(1), parameters, "train"), parameters)
    growth.grow(20)
    logs, volume, time = growth.grow(2000)
    roots = np.repeat([lambertw(-1, k).real for k in (0, 1, 2)], 2)
    assert time == 2000 and np.isnan(volume).all()
    assert np.abs(logs[0] / time - roots).max() < 1e-3


def test_ikedas_equation_has_the_published_exponents_and_one_zero() -> None:
    """x' = 6 sin x(t - 1) - x: 0.4375, 0, -0.50 (Ikeda and Matsumoto 1987, as recomputed by others with 100 delays)."""
    simulator = flow("6*sin(x(t - tau)) - x", 1, 0.1, 4, [-2, 2])
    found = lyapunov_spectrum(simulator, seeds(16), work=3.0)
    mean = found.exponents.mean(axis=0)
    assert mean[0] == pytest.approx(0.4375, abs=0.015)
    assert abs(mean[1]) < 0.006
    assert mean[2] == pytest.approx(-0.50, abs=0.03)


def test_the_leading_exponent_is_the_rate_at_which_two_trajectories_part() -> None:
    simulator = flow("6*sin(x(t - tau)) - x", 1, 0.1, 1, [-2, 2])
    parameters = simulator.parameters(seeds(64), "train")
    start = simulator.advance(simulator.start(seeds(64), parameters, "train"), parameters, 50.0)
    near = simulator.advance(start + 1e-9, parameters, 5.0)
    first = simulator.advance(start, parameters, 5.0)
    after, beside = (simulator.advance(each, parameters, 20.0) for each in (first, near))
    size = [np.sqrt(np.mean((a - b) ** 2, axis=(1, 2))) for a, b in ((first, near), (after, beside))]
    rates = np.log(size[1] / size[0]) / 20.0
    assert rates.mean() == pytest.approx(0.4375, abs=4 * rates.std() / 8)

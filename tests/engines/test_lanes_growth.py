"""Spectra: errors that know about correlation, sums that equal the divergence, published values."""

from __future__ import annotations

import numpy as np
import pytest

from dynarena.data.clocks_spectrum import lyapunov_spectrum, standard_error
from dynarena.engines.maps import Map
from dynarena.engines.ode import Ode
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DynarenaError
from dynarena.schema.system import SystemSpec

LORENZ = {
    "state": ["x", "y", "z"], "equations": ["10*(y - x)", "x*(28 - z) - y", "x*y - 8*z/3"], "solver": {"step": 0.01},
    "start": {"box": {"x": [-10, 10], "y": [-10, 10], "z": [10, 40]}},
}  # fmt: skip


def spec(engine: str, **content: object) -> SystemSpec:
    return SystemSpec.model_validate({"schema": 1, "title": "T", "about": "", "source": "", "engine": engine} | content)


def streams(n: int) -> Streams:
    return Streams([trajectory_key("growth", index) for index in range(n)])


def test_lorenz_has_its_published_exponents_within_the_stated_errors() -> None:
    found = lyapunov_spectrum(Ode().compile(spec("ode", **LORENZ)), streams(32), precision=0.003, work=2.0)
    mean, error = found.exponents.mean(axis=0), found.errors
    assert error[0] < 0.003 * mean[0]
    assert (np.abs(mean - [0.90563, 0.0, -14.57219]) < 3 * error).all()  # Viswanath (1998)
    assert found.exponents.sum(axis=1) == pytest.approx(found.divergence, abs=1e-9)
    assert found.divergence == pytest.approx(-41 / 3, abs=1e-9)
    assert found.samples.shape[1:] == (32, 3) and found.transient >= found.duration / 2


def test_divergence_that_varies_is_integrated_along_the_way() -> None:
    rossler = spec(
        "ode", state=["x", "y", "z"], equations=["-y - z", "x + 0.2*y", "0.2 + z*(x - 5.7)"], solver={"step": 0.05},
        start={"box": {"x": [-5, 5], "y": [-5, 5], "z": [0, 1]}},
    )  # fmt: skip
    found = lyapunov_spectrum(Ode().compile(rossler), streams(16), work=0.5)
    assert np.ptp(found.divergence) > 1e-4
    assert found.exponents.sum(axis=1) == pytest.approx(found.divergence, abs=1e-7)


def test_the_sum_of_a_maps_exponents_is_the_mean_contraction() -> None:
    henon = spec(
        "map", state=["x", "y"], equations=["1 - 1.4*x**2 + y", "0.3*x"], start={"box": {"x": [0, 0.1], "y": [0, 0.1]}}
    )  # fmt: skip
    found = lyapunov_spectrum(Map().compile(henon), streams(16), work=0.2)
    assert found.divergence == pytest.approx(np.log(0.3), abs=1e-12)
    assert found.exponents.sum(axis=1) == pytest.approx(found.divergence, abs=1e-10)
    assert found.exponents[:, 0].mean() == pytest.approx(0.41922, abs=4 * found.errors[0])  # Sprott (2003)


def test_strong_contraction_does_not_spoil_the_least_exponent() -> None:
    stiff = spec(
        "ode", state=["x", "y", "z"], equations=["0.1*x - 40*x**3", "-8*y + 30*z", "-50*z"], solver={"step": 0.05},
        start={"box": {"x": [0, 0.1], "y": [1, 2], "z": [1, 2]}},
    )  # fmt: skip
    found = lyapunov_spectrum(Ode().compile(stiff), streams(8), work=0.2)
    assert found.exponents == pytest.approx(np.tile([-0.2, -8.0, -50.0], (8, 1)), rel=2e-3)


@pytest.mark.parametrize("memory", [0.0, 0.9])
def test_the_standard_error_covers_the_mean_of_a_process_with_memory(memory: float) -> None:
    rng = np.random.default_rng(0)
    scores = []
    for _ in range(300):
        noise = rng.normal(size=(640, 16))
        for step in range(1, 640):
            noise[step] += memory * noise[step - 1]
        batches = noise.reshape(32, 20, 16).mean(axis=1)
        scores.append(batches.mean() / standard_error(batches[:, :, None])[0])
    assert 0.7 < np.std(scores) < 1.15


def test_what_cannot_drift_has_a_smaller_error_than_its_batches_suggest() -> None:
    bounded = np.diff(np.random.default_rng(1).normal(size=(65, 64, 1)), axis=0)
    naive = bounded.std() / np.sqrt(bounded.size)
    assert abs(bounded.mean()) / 3 < standard_error(bounded)[0] < naive / 3


def test_starts_that_differ_for_ever_count_once_each() -> None:
    rng = np.random.default_rng(2)
    level = rng.normal(size=(1, 40, 1))
    error = standard_error(level + 1e-3 * rng.normal(size=(64, 40, 1)))[0]
    assert error == pytest.approx(level.std(ddof=1) / np.sqrt(40), rel=1e-2)


@pytest.mark.parametrize(
    ("equations", "words"),
    [(["x**3", "-y"], "a trajectory left all bounds"), (["-x", "1e80*y"], "tangent vectors leave all bounds")],
)
def test_what_leaves_all_bounds_is_refused(equations: list[str], words: str) -> None:
    box = {"x": [9, 10], "y": [0, 0]}
    runaway = spec("ode", state=["x", "y"], equations=equations, solver={"step": 0.1}, start={"box": box})
    with pytest.raises(DynarenaError, match=words):
        lyapunov_spectrum(Ode().compile(runaway), streams(2), work=0.1)

"""Linear parts that couple fields: exact in one step, of order four beside a nonlinear remainder."""

import numpy as np
import pytest
import scipy.linalg
from spectral_builders import simulator, streams

from dynarena.engines.spectral.phi_matrix import phi_matrix

X = np.arange(64) * (2 * np.pi / 64)
SCHROEDINGER = ["-0.5*lap(v) - (u**2 + v**2)*v", "0.5*lap(u) + (u**2 + v**2)*u"]


def test_phi_of_matrices_are_blocks_of_an_exponential() -> None:
    """exp of [[z, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], 0] has phi_0 … phi_3 of z as its first row of blocks."""
    generator = np.random.default_rng(1)
    z = 6 * (generator.normal(size=(3, 3, 4)) + 1j * generator.normal(size=(3, 3, 4)))
    found = phi_matrix(z)
    for place in range(4):
        whole = np.zeros((12, 12), dtype=complex)
        whole[:3, :3] = z[:, :, place]
        for block in range(3):
            whole[3 * block : 3 * block + 3, 3 * block + 3 : 3 * block + 6] = np.eye(3)
        exact = scipy.linalg.expm(whole)[:3]
        for k in range(4):
            block = exact[:, 3 * k : 3 * k + 3]
            assert np.max(np.abs(found[k][:, :, place] - block)) < 1e-12 * np.max(np.abs(block))


@pytest.mark.parametrize("k", [0.0, 1.0, 30.0, 1000.0])
def test_the_exponential_of_a_stiff_wave_keeps_its_digits(k: float) -> None:
    rate, h = np.sqrt(k**2 + 1), 0.7
    z = h * np.array([[0, 1], [-(k**2) - 1, 0]], dtype=complex)[..., None]
    turn = np.array([[np.cos(rate * h), np.sin(rate * h) / rate], [-rate * np.sin(rate * h), np.cos(rate * h)]])
    scale = np.array([[1, 1 / rate], [rate, 1]])
    assert np.max(np.abs(phi_matrix(z)[0][..., 0] - turn) / scale) < 1e-15 * (4 + rate)


@pytest.mark.parametrize("mass", [0.0, 1.5])
def test_waves_are_exact_in_one_step(mass: float) -> None:
    """phi_tt = phi_xx - m^2 phi: a standing wave of number k turns at sqrt(k^2 + m^2)."""
    sim = simulator(["pi_", "lap(phi) - m**2*phi"], state=["phi", "pi_"], parameters={"m": mass}, solver={"step": 50})
    rate = np.sqrt(9 + mass**2)
    start = np.stack([np.cos(3 * X), 0.4 * np.sin(3 * X)])[None]
    end = sim.run(start, {"m": np.array([mass])}, 41.0, 2)[0, 1]
    c, s = np.cos(41 * rate), np.sin(41 * rate)
    truth = [np.cos(3 * X) * c + 0.4 * np.sin(3 * X) * s / rate, -rate * np.cos(3 * X) * s + 0.4 * np.sin(3 * X) * c]
    assert np.allclose(end, truth, rtol=0, atol=1e-11)


def test_a_mean_without_a_restoring_force_drifts() -> None:
    sim = simulator(["v", "lap(u)"], state=["u", "v"], solver={"step": 5})
    end = sim.run(np.stack([np.full(64, 0.3), np.full(64, 0.2)])[None], {}, 4.0, 2)[0, 1]
    assert np.allclose(end, [[1.1], [0.2]], rtol=0, atol=1e-14)


def test_each_trajectory_couples_by_its_own_parameters() -> None:
    sim = simulator(["v", "c**2*lap(u)"], state=["u", "v"], parameters={"c": 1}, solver={"step": 10},
                    splits={"wide": {"parameters": {"c": [0.5, 2]}}})  # fmt: skip
    parameters = sim.parameters(streams(4), "wide")
    start = np.broadcast_to(np.stack([np.cos(X), 0 * X]), (4, 2, 64)).copy()
    end = sim.run(start, parameters, 3.0, 2)[:, 1, 0]
    assert np.allclose(end, np.cos(3 * parameters["c"])[:, None] * np.cos(X), rtol=0, atol=1e-12)
    alone = sim.run(start[2:3], {"c": parameters["c"][2:3]}, 3.0, 2)[:, 1, 0]
    assert np.array_equal(alone, end[2:3])


def test_halving_the_step_of_a_nonlinear_wave_divides_the_error_by_sixteen() -> None:
    sim = simulator(SCHROEDINGER, state=["u", "v"], solver={"step": 100})
    start = np.stack([1 + 0.1 * np.cos(X), 0.3 * np.sin(X)])[None]
    truth = sim.run(start, {}, 0.4, 2, refine=640)[:, 1]
    found = [np.max(np.abs(sim.run(start, {}, 0.4, 2, refine=n)[:, 1] - truth)) for n in (20, 40, 80)]
    assert found[-1] > 1e-13
    assert np.all(np.abs(np.log2(np.array(found[:-1]) / found[1:]) - 4) < 0.35)


def test_torch_agrees_on_coupled_fields() -> None:
    sim = simulator(SCHROEDINGER, state=["u", "v"], solver={"step": 0.01})
    start = sim.start(streams(2), {}, "test")
    assert np.max(np.abs(sim.run(start, {}, 0.05, 3) - sim.run_fast(start, {}, 0.05, 3))) < 1e-12

import mpmath
import numpy as np
import pytest

from dynarena.engines.spectral.phi import cosine_sine, exponential, phi

mpmath.mp.dps = 60


def exact(z: complex) -> list[complex]:
    """phi_0 … phi_3 with 60 digits."""
    point = mpmath.mpc(z)
    if point == 0:
        return [1.0, 1.0, 1 / 2, 1 / 6]
    values = [mpmath.exp(point)]
    for k in range(1, 4):
        values.append((values[-1] - 1 / mpmath.factorial(k - 1)) / point)
    return [complex(value) for value in values]


@pytest.mark.parametrize("direction", [-1, 1j, -1j, -0.6 + 0.8j])
def test_phi_functions_agree_with_sixty_digits(direction: complex) -> None:
    sizes = np.concatenate([[0.0], np.logspace(-12, 3.3, 60)])
    computed = np.array(phi(sizes * direction))
    for size, values in zip(sizes, computed.T, strict=True):
        for ours, truth in zip(values, exact(complex(size * direction)), strict=True):
            assert abs(ours - truth) <= 2e-15 * abs(truth) * (1 + size) + 1e-300


def test_phi_of_decay_keeps_full_relative_accuracy() -> None:
    z = -np.logspace(-10, 2.8, 80)
    computed = np.array(phi(z.astype(complex)))
    truth = np.array([exact(complex(value)) for value in z]).T
    assert np.max(np.abs(computed[1:] / truth[1:] - 1)) < 4e-15


def test_cosine_and_sine_agree_with_numpy() -> None:
    angle = np.linspace(-50, 50, 1001)
    cosine, sine = cosine_sine(angle)
    assert np.allclose(cosine, np.cos(angle), rtol=0, atol=3e-14)
    assert np.allclose(sine, np.sin(angle), rtol=0, atol=3e-14)


def test_values_do_not_depend_on_their_neighbours() -> None:
    z = np.random.default_rng(0).normal(size=101) * 30 - 20j
    together = np.array(phi(z))
    alone = np.array([np.array(phi(z[i : i + 1]))[:, 0] for i in range(len(z))]).T
    assert np.array_equal(together, alone)


def test_what_is_not_finite_stays_so() -> None:
    with np.errstate(all="ignore"):
        assert not np.isfinite(exponential(np.array([np.inf + 0j, np.nan + 0j]))).any()

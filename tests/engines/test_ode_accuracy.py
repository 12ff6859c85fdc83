"""The fast integrator beside scipy's at its tightest common setting, judged by a series of thirty digits."""

from __future__ import annotations

import mpmath
import numpy as np
from scipy.integrate import solve_ivp

from dynarena.engines.ode import Ode
from dynarena.schema.system import SystemSpec

LYAPUNOV_TIME, DT = 1 / 0.9056, 0.0076
POINTS = int(8 * LYAPUNOV_TIME / DT) + 1
START = (-4.5, -6.25, 20.5)
ORDER, DIGITS = 34, 34


def taylor_path() -> np.ndarray:
    """Lorenz's flow from START, [time, component], by its Taylor series about each point."""
    with mpmath.workdps(DIGITS):
        h = mpmath.mpf(DT)
        beta = mpmath.mpf(8 / 3)  # the float that both integrators are given
        state, path = [mpmath.mpf(value) for value in START], [START]
        for _ in range(POINTS - 1):
            x, y, z = ([value] for value in state)
            for n in range(ORDER):
                xz = mpmath.fdot(x, z[::-1])
                xy = mpmath.fdot(x, y[::-1])
                after = (10 * (y[n] - x[n]), 28 * x[n] - y[n] - xz, xy - beta * z[n])
                for series, slope in zip((x, y, z), after, strict=True):
                    series.append(slope / (n + 1))
            state = [mpmath.polyval(series[::-1], h) for series in (x, y, z)]
            path.append(tuple(float(value) for value in state))
    return np.array(path)


def test_over_eight_lyapunov_times_the_error_is_no_larger_than_that_of_scipy_at_1e_12() -> None:
    lorenz = {
        "schema": 1, "title": "Lorenz", "about": "", "source": "", "engine": "ode", "state": ["x", "y", "z"],
        "equations": ["10*(y - x)", "x*(28 - z) - y", "x*y - beta*z"], "parameters": {"beta": "8/3"},
        "solver": {"step": 0.01}, "start": {"box": {"x": [0, 1], "y": [0, 1], "z": [0, 1]}},
    }  # fmt: skip
    start, times, exact = np.array(START), DT * np.arange(POINTS), taylor_path()
    ours = Ode().compile(SystemSpec.model_validate(lorenz)).run(start[None], {"beta": np.array([8 / 3])}, DT, POINTS)[0]

    def f(_: float, y: np.ndarray) -> list[float]:
        return [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]]

    theirs = solve_ivp(f, (0, times[-1]), start, "DOP853", times, rtol=1e-12, atol=1e-12).y.T
    error, peer = (np.abs(path - exact).max(axis=1) for path in (ours, theirs))
    assert error.max() <= peer.max() and np.median(error) <= np.median(peer)
    assert error.max() < 1e-8

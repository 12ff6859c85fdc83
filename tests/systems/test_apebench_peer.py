"""The nonlinear coefficients of the emulator benchmark's scenarios, against the solver that the suite itself uses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spectral_catalogue import Case

CONVECTION = {"linear_difficulties": (0.0, 0.0, 1.5), "convection_difficulty": 1.5, "conservative": True}
FALLING = {"linear_difficulties": (0.0, 0.0, -2.0, 0.0, -18.0), "convection_difficulty": 1.0, "conservative": True}
SINGLE = {"linear_difficulties": (0.0, 0.0, 1.5), "nonlinear_difficulties": (0.0, -1.5, 0.0)}
FLAME = {"linear_difficulties": (0.0, 0.0, -1.2, 0.0, -15.0), "nonlinear_difficulties": (0.0, 0.0, -6.0)}
LOGISTIC = {"linear_difficulties": (0.02, 0.0, 0.2), "nonlinear_difficulties": (-0.02, 0.0, 0.0)}
CASES: dict[str, tuple[str, int, dict[str, Any]]] = {
    "ape_burgers_1d": ("Convection", 1, CONVECTION),
    "ape_burgers_2d": ("Convection", 2, CONVECTION),
    "ape_burgers_single_2d": ("Nonlinear", 2, SINGLE),
    "ape_ks_1d": ("Nonlinear", 1, FLAME),
    "ape_ks_conservative_1d": ("Convection", 1, FALLING),
    "ape_fisher_1d": ("Nonlinear", 1, LOGISTIC),
}
POINTS = 160  # an axis, of the suite


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_a_step_of_a_scenario_is_that_of_its_own_solver(name: str) -> None:
    """What one step of the suite changes, to 2 %: a factor or sign of a nonlinear term would be far off."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    generic = pytest.importorskip("exponax").stepper.generic
    kind, axes, options = CASES[name]
    case = Case(name, resolution=POINTS)
    start = case.start(1)
    stepper = getattr(generic, f"Difficulty{kind}Stepper")(axes, POINTS, order=4, **options)
    theirs = np.asarray(stepper(jax.numpy.asarray(start[0])))
    ours = case.sim.run(start, case.parameters(1), 1.0, 2)[0, 1]
    changed = np.sqrt(np.mean((theirs - start[0]) ** 2))
    assert changed > 1e-4
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 0.02 * changed

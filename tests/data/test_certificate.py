from __future__ import annotations

import numpy as np
import pytest

from dynarena.data.certificate import certificate, certified_horizon, first_differences
from dynarena.data.generate import seeded
from dynarena.data.splits import split_keys
from dynarena.data.system import System
from dynarena.errors import DataError


def test_a_growing_difference_crosses_each_tolerance_when_it_must() -> None:
    time = np.arange(400) * 0.1
    reference = np.zeros((2, 400, 1))
    second = np.stack([1e-12 * np.exp(time), 1e-14 * np.exp(time)])[..., None] * 2.0
    found = first_differences(reference, second, 0.1, np.array([2.0]))
    for tolerance in (1e-6, 1e-3, 1e-1):
        assert found[f"{tolerance:g}"] == pytest.approx(np.log(tolerance / 1e-12), abs=0.11)


def test_agreement_is_certified_for_the_span_and_nan_for_nothing() -> None:
    same = np.ones((1, 11, 2))
    assert first_differences(same, same, 0.5, np.ones(2))["0.1"] == 5.0
    assert first_differences(same, same * np.nan, 0.5, np.ones(2))["0.1"] == 0.0


def test_the_horizon_ends_before_half_of_the_certificate() -> None:
    assert certified_horizon({"0.1": 20.0}, 100, 0.1, where="x") == 100
    assert certified_horizon({"0.1": 15.0}, 100, 0.1, where="x") == 75
    with pytest.raises(DataError, match="not certified"):
        certified_horizon({"0.1": 9.0}, 100, 0.1, where="x")


def test_lorenz_is_certified_for_about_twenty_lyapunov_times_and_a_coarse_step_for_less() -> None:
    system = System("lorenz63")
    seeds = seeded(system, split_keys("b", "t", "test", "open", 10), "test")
    std = np.array([7.9, 9.0, 8.6])
    fine = certificate(system, seeds, 0.04, 800, std)["0.1"] / system.timescale
    coarse = System.frozen(system.id, system.spec.model_copy(update={"solver": {"step": 0.04}}))
    rough = certificate(coarse, seeds, 0.04, 800, std)["0.1"] / system.timescale
    assert 18 < fine < 36
    assert rough < fine - 5

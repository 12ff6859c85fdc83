from __future__ import annotations

import numpy as np
import pytest

from dynarena.data.fingerprint import digest_of, sha256, sketch, sketches_agree


@pytest.fixture
def trajectory() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(400, 3))


def test_identity_sees_one_bit_and_the_shape(trajectory: np.ndarray) -> None:
    changed = trajectory.copy()
    changed[200, 1] = np.nextafter(changed[200, 1], np.inf)
    assert sha256(trajectory) == sha256(np.asfortranarray(trajectory))
    assert sha256(changed) != sha256(trajectory)
    assert sha256(trajectory.reshape(3, 400)) != sha256(trajectory)


def test_equivalence_survives_last_bit_noise_and_sees_any_real_change(trajectory: np.ndarray) -> None:
    base = sketch(trajectory)
    assert sketches_agree(base, sketch(trajectory * (1 + 1e-13)))
    one_number = trajectory.copy()
    one_number[123, 2] += 1e-3
    assert not sketches_agree(base, sketch(one_number))
    assert not sketches_agree(base, sketch(np.roll(trajectory, 1, axis=0)))
    swapped = trajectory.copy()
    swapped[[10, 11]] = swapped[[11, 10]]
    assert not sketches_agree(base, sketch(swapped))
    assert not sketches_agree(base, sketch(-trajectory))
    assert not sketches_agree(base, [float("nan")] * len(base))


def test_a_sketch_starts_with_the_root_mean_square(trajectory: np.ndarray) -> None:
    assert sketch(trajectory)[0] == pytest.approx(np.sqrt(np.mean(trajectory**2)), rel=1e-14)
    assert np.std(sketch(trajectory)[1:]) == pytest.approx(1, abs=0.7)  # random signs of unit normals


def test_the_digest_of_a_split_depends_on_order() -> None:
    assert digest_of(["a", "b"]) != digest_of(["b", "a"])

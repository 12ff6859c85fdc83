"""The train split as a model sees it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dynarena.evaluation.trajectories import StoredTrajectories

VALUES = np.arange(2 * 9 * 3, dtype=np.float64).reshape(2, 9, 3)


@pytest.fixture
def stored(tmp_path):
    def store(values, dtype=torch.float32):
        np.save(tmp_path / "train.npy", values)
        return StoredTrajectories(tmp_path / "train.npy", dtype, "cpu")

    return store


def test_length_items_and_tensor_agree_with_the_file(stored):
    train = stored(VALUES)
    assert len(train) == 2 and train.tensor().dtype == torch.float32
    assert torch.equal(train[1], torch.tensor(VALUES[1], dtype=torch.float32))
    assert torch.equal(train.tensor(), torch.stack([train[0], train[-1]]))
    assert [part.shape for part in train] == [(9, 3), (9, 3)]
    with pytest.raises(IndexError, match="trajectory 2 of 2"):
        train[2]


def test_double_precision_is_exact(stored):
    assert torch.equal(stored(VALUES / 3, torch.float64).tensor(), torch.tensor(VALUES / 3))


def test_frames_become_floats_between_zero_and_one(stored):
    frames = np.array([0, 51, 255], dtype=np.uint8).reshape(1, 1, 3)
    assert torch.allclose(stored(frames).tensor().flatten(), torch.tensor([0.0, 0.2, 1.0]))


def test_what_a_model_changes_stays_its_own(stored):
    train = stored(VALUES)
    train.tensor().zero_()
    train[0].zero_()
    assert torch.equal(train.tensor(), torch.tensor(VALUES, dtype=torch.float32))


def test_windows_are_pieces_of_trajectories_the_same_for_a_seed(stored):
    train = stored(VALUES)
    first, again, other = (next(train.windows(4, batch=64, seed=seed)) for seed in (0, 0, 1))
    assert first.shape == (64, 4, 3) and torch.equal(first, again) and not torch.equal(first, other)
    assert bool((first[:, 1:, 0] - first[:, :-1, 0] == 3).all())  # consecutive, and never across trajectories
    starts = {float(window[0, 0]) for window in first}
    assert {0.0, 15.0, 27.0, 42.0} <= starts  # the first and the last window of both
    stream = train.windows(4, batch=2)
    assert not torch.equal(next(stream), next(stream))


def test_windows_longer_than_the_trajectories_are_refused(stored):
    with pytest.raises(ValueError, match="windows of 10 points from trajectories of 9"):
        next(stored(VALUES).windows(10, batch=1))

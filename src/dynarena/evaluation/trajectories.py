"""The train split as a model sees it: read from disk when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def as_tensor(values: NDArray[np.generic], dtype: torch.dtype, device: str) -> Tensor:
    """A tensor of its own memory: physical values as `dtype`; frames stored as uint8 become floats in [0, 1]."""
    own = torch.from_numpy(np.array(values))
    return own.to(device, dtype) / 255 if own.dtype == torch.uint8 else own.to(device, dtype)


class StoredTrajectories:
    """Trajectories [trajectory, time, *state] in one .npy file, memory-mapped."""

    def __init__(self, path: Path, dtype: torch.dtype, device: str) -> None:
        self._values = np.load(path, mmap_mode="r", allow_pickle=False)
        self._dtype = dtype
        self._device = device

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: int) -> Tensor:
        """One trajectory, [time, *state]."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"trajectory {index} of {len(self)}")
        return as_tensor(self._values[index], self._dtype, self._device)

    def windows(self, length: int, *, batch: int, seed: int = 0) -> Iterator[Tensor]:
        """Endless random windows, [batch, length, *state], the same for the same seed."""
        starts = self._values.shape[1] - length + 1
        if starts < 1:
            raise ValueError(f"windows of {length} points from trajectories of {self._values.shape[1]}")
        generator = np.random.Generator(np.random.Philox(seed))
        while True:
            rows = generator.integers(len(self), size=batch)
            firsts = generator.integers(starts, size=batch)
            chosen = [self._values[row, first : first + length] for row, first in zip(rows, firsts, strict=True)]
            yield as_tensor(np.stack(chosen), self._dtype, self._device)

    def tensor(self) -> Tensor:
        """Everything, [trajectory, time, *state]."""
        return as_tensor(self._values, self._dtype, self._device)

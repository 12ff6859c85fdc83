"""Vector fields and the paths they draw: the flow of a field, its derivative in weights, and weak derivatives."""

from __future__ import annotations

from collections.abc import Callable

import torch
from scipy.integrate import DOP853
from torch import Tensor

_STAGES = torch.from_numpy(DOP853.A.copy())
_WEIGHTS = torch.from_numpy(DOP853.B.copy())


def flow(rate: Callable[[Tensor], Tensor], z: Tensor, substeps: int) -> Tensor:
    """z(1) of z' = rate(z), z(0) = z: `substeps` equal steps of the method of order 8 by Dormand and Prince.

    The order lets few steps leave an error far below any model's, however coarse the samples.
    """
    stages, weights = _STAGES.to(z) / substeps, _WEIGHTS.to(z) / substeps
    for _ in range(substeps):
        slopes = z.new_empty(len(weights), *z.shape)
        for stage, row in enumerate(stages):
            slopes[stage] = rate(z + torch.tensordot(row[:stage], slopes[:stage], 1) if stage else z)
        z = z + torch.tensordot(weights, slopes, 1)
    return z


def weak_derivative(z: Tensor, values: Tensor, half: int, power: int = 6) -> tuple[Tensor, Tensor]:
    """Sums over 2 half + 1 points of φ values and of -φ' z, with φ(s) = (1 - (s / (half + 1))²)^power.

    Where z' = f(z) in units of the step and values = f(z), both are equal to the accuracy of the trapezoidal rule,
    as φ vanishes with its derivatives at both ends: no data are differentiated.

    z [trajectory, time, n], values [trajectory, time, p]  ->  [row, p], [row, n]
    """
    half = max(1, min(half, (z.shape[1] - 1) // 2))
    s = torch.arange(-half, half + 1, dtype=z.dtype, device=z.device) / (half + 1)
    bump = (1 - s**2) ** power
    slope = -2 * power * s * (1 - s**2) ** (power - 1) / (half + 1)
    length = 2 * half + 1
    moved = z.unfold(1, length, 1) @ -slope
    return (values.unfold(1, length, 1) @ bump).flatten(0, 1), moved.flatten(0, 1)

"""Fields as few numbers: the leading principal components of a sample."""

from __future__ import annotations

import torch
from torch import Tensor

LEAST = 1e-10  # of the largest variance: components below it are rounding


class Principal:
    """a = (v - mean) V, the components of largest variance of a sample [sample, number]; at most `most` of them.

    `spread` is the deviation of each component over the sample. Arithmetic is float64.
    """

    def __init__(self, sample: Tensor, most: int) -> None:
        flat = sample.double()
        self.mean = flat.mean(dim=0)
        left, values, basis = torch.linalg.svd(flat - self.mean, full_matrices=False)
        kept = max(1, min(most, int((values**2 > LEAST * values[0] ** 2).sum())))
        del left
        self.basis = basis[:kept]
        self.spread = (values[:kept] / max(len(flat) - 1, 1) ** 0.5).clamp(min=1e-300)

    def encode(self, values: Tensor) -> Tensor:
        """[..., number] -> [..., component]."""
        components: Tensor = (values.double() - self.mean) @ self.basis.T
        return components

    def decode(self, components: Tensor) -> Tensor:
        """[..., component] -> [..., number]."""
        values: Tensor = components @ self.basis + self.mean
        return values


def standardised_inputs(inputs: Tensor, facts: list[dict[str, float]]) -> Tensor:
    """Inputs [sample, input, *space] in units of their std about their mean, flattened, [sample, number]."""
    shape = [len(facts), *[1] * (inputs.dim() - 2)]
    mean, std = (torch.tensor([entry[key] for entry in facts], dtype=torch.float64) for key in ("mean", "std"))
    return ((inputs.double() - mean.reshape(shape)) / std.reshape(shape)).flatten(1)

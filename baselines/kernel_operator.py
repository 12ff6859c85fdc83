"""Kernel ridge regression between the principal components of inputs and solution."""

from itertools import product

import torch
from torch import Tensor

from dynarena import Operator, Task
from dynarena.evaluation.principal import Principal, standardised_inputs


class KernelOperator(Operator):
    """b(a) = sum_i k(a, a_i) w_i,  k(a, a') = (1 + |a - a'|² / (2 q s²))^-q,  q = 2; a, b principal components.

    s is the median distance of train times one of `widths`, the penalty one of `penalties`: the pair that errs least on
    the last fifth of train.
    """

    name = "kernel_operator"
    authors = "The dynarena developers"
    paper = "Batlle, Darcy, Hosseini & Owhadi (2024), J. Comput. Phys. 496, 112549"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    cpu_budget_s = 20

    def __init__(
        self,
        components: int = 64,
        widths: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0),
        penalties: tuple[float, ...] = (1e-8, 1e-6, 1e-4, 1e-2),
    ) -> None:
        self.components = components
        self.widths = widths
        self.penalties = penalties

    def fit(self, inputs: Tensor, solutions: Tensor, task: Task) -> None:
        """Fit on pairs, [sample, input, *space] and [sample, field, *space]."""
        flat = standardised_inputs(inputs, task.facts["inputs"])
        self.inputs = Principal(flat, self.components)
        self.outputs = Principal(solutions.flatten(1), self.components)
        self.shape = solutions.shape[1:]
        self.known, b = self.inputs.encode(flat), self.outputs.encode(solutions.flatten(1))
        apart = torch.cdist(self.known, self.known)
        middle = apart[apart > 0].median() if (apart > 0).any() else torch.ones((), dtype=apart.dtype)
        kept = max(1, len(b) * 4 // 5)
        held = slice(kept, None) if kept < len(b) else slice(None)
        pairs = list(product(self.widths, self.penalties))

        def error(width: float, penalty: float) -> Tensor:
            weights = _solve(_kernel(apart[:kept, :kept], width * middle), b[:kept], penalty)
            return (_kernel(apart[held, :kept], width * middle) @ weights - b[held]).square().sum()

        width, penalty = pairs[int(torch.stack([error(*pair) for pair in pairs]).argmin())]
        self.width = width * middle
        self.weights = _solve(_kernel(apart, self.width), b, penalty)

    def solve(self, inputs: Tensor) -> Tensor:
        """[batch, input, *space] -> [batch, field, *space]."""
        a = self.inputs.encode(standardised_inputs(inputs, self.task.facts["inputs"]))
        kernel = torch.stack([_kernel((self.known - one).square().sum(dim=1).sqrt(), self.width) for one in a])
        return self.outputs.decode(kernel @ self.weights).unflatten(1, self.shape).to(inputs.dtype)


def _kernel(apart: Tensor, width: Tensor) -> Tensor:
    """The rational quadratic kernel of distances."""
    return (1 + apart**2 / (4 * width**2)) ** -2


def _solve(kernel: Tensor, b: Tensor, penalty: float) -> Tensor:
    return torch.linalg.solve(kernel + penalty * torch.eye(len(kernel), dtype=kernel.dtype), b)

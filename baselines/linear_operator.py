"""The best linear map from the principal components of the inputs to those of the solution."""

import torch
from torch import Tensor

from dynarena import Operator, Task
from dynarena.evaluation.principal import Principal, standardised_inputs


class LinearOperator(Operator):
    """b = a W,  a and b the leading principal components of inputs and solution; W by ridge regression.

    The penalty is the one of `penalties` that errs least on the last fifth of train, of which the rest is then fitted
    again with all. Exact for a linear equation once train spans the inputs.
    """

    name = "linear_operator"
    authors = "The dynarena developers"
    paper = "Bhattacharya et al. (2021), SMAI J. Comput. Math. 7, 121 (its linear comparator)"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    cpu_budget_s = 10

    def __init__(self, components: int = 64, penalties: tuple[float, ...] = (1e-8, 1e-6, 1e-4, 1e-2, 1.0)) -> None:
        self.components = components
        self.penalties = penalties

    def fit(self, inputs: Tensor, solutions: Tensor, task: Task) -> None:
        """Fit on pairs, [sample, input, *space] and [sample, field, *space]."""
        flat = standardised_inputs(inputs, task.facts["inputs"])
        self.inputs = Principal(flat, self.components)
        self.outputs = Principal(solutions.flatten(1), self.components)
        self.shape = solutions.shape[1:]
        a, b = self.inputs.encode(flat) / self.inputs.spread, self.outputs.encode(solutions.flatten(1))
        kept = max(1, len(a) * 4 // 5)
        held = slice(kept, None) if kept < len(a) else slice(None)
        errors = [
            (a[held] @ _ridge(a[:kept], b[:kept], penalty) - b[held]).square().sum() for penalty in self.penalties
        ]
        self.weights = _ridge(a, b, self.penalties[int(torch.stack(errors).argmin())])

    def solve(self, inputs: Tensor) -> Tensor:
        """[batch, input, *space] -> [batch, field, *space]."""
        a = self.inputs.encode(standardised_inputs(inputs, self.task.facts["inputs"])) / self.inputs.spread
        return self.outputs.decode(a @ self.weights).unflatten(1, self.shape).to(inputs.dtype)


def _ridge(a: Tensor, b: Tensor, penalty: float) -> Tensor:
    """argmin |a W - b|² + penalty n |W|²."""
    return torch.linalg.solve(a.T @ a + penalty * len(a) * torch.eye(a.shape[1], dtype=a.dtype), a.T @ b)

"""The solution of the train sample whose inputs are nearest."""

import torch
from torch import Tensor

from dynarena import Operator, Task
from dynarena.evaluation.principal import standardised_inputs


class NearestSolution(Operator):
    """u = u_i of the train sample i whose standardised inputs have the least Euclidean distance."""

    name = "nearest_solution"
    authors = "The dynarena developers"
    paper = "Cover & Hart (1967), IEEE Trans. Inf. Theory 13, 21"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    cpu_budget_s = 2

    def fit(self, inputs: Tensor, solutions: Tensor, task: Task) -> None:
        """Keep the pairs."""
        self.known, self.solutions = standardised_inputs(inputs, task.facts["inputs"]), solutions.clone()

    def solve(self, inputs: Tensor) -> Tensor:
        """[batch, input, *space] -> [batch, field, *space]."""
        asked = standardised_inputs(inputs, self.task.facts["inputs"])
        nearest = [(self.known - one).square().sum(dim=1).argmin() for one in asked]
        return self.solutions[torch.stack(nearest)].to(inputs.dtype)

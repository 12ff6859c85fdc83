"""Always the mean solution of the train split: what an operator that looks at no input says."""

from torch import Tensor

from dynarena import Operator, Task


class MeanSolution(Operator):
    """u(x) = mean over train of u(x), point by point."""

    name = "mean_solution"
    authors = "The dynarena developers"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    cpu_budget_s = 1

    def fit(self, inputs: Tensor, solutions: Tensor, task: Task) -> None:
        """Keep the mean of the solutions, [sample, field, *space]."""
        self.mean = solutions.double().mean(dim=0)

    def solve(self, inputs: Tensor) -> Tensor:
        """[batch, input, *space] -> [batch, field, *space]."""
        return self.mean.to(inputs.dtype).expand(len(inputs), *self.mean.shape).clone()

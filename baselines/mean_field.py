"""Always the mean field of the train split: what a reconstruction that looks at no sensor says."""

from torch import Tensor

from dynarena import Reconstructor, Task
from dynarena.evaluation.reconstructor import nearest_points


class MeanField(Reconstructor):
    """u(x) = mean over train of u(x), point by point, at all times."""

    name = "mean_field"
    authors = "The dynarena developers"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    cpu_budget_s = 1

    def fit(self, train: Tensor, task: Task) -> None:
        """Keep the mean over trajectories and times of train [trajectory, time, field, *space]."""
        self.mean = train.double().mean(dim=(0, 1)).flatten(1)

    def reconstruct(self, readings: Tensor, sensors: Tensor, query: Tensor) -> Tensor:
        """[batch, horizon, field, point]."""
        fields = self.mean[:, nearest_points(query, self.task)].transpose(0, 1)
        return fields[:, None].repeat_interleave(self.task.horizon, dim=1).to(readings.dtype)

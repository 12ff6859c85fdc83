"""A neural ordinary differential equation."""

import torch
from torch import Tensor, nn

from dynarena.errors import NotApplicable
from dynarena.evaluation.learned import Learned


class NeuralODE(Learned):
    """(z, a)' = N(z, a):  z[t+1] is where torchdiffeq's classical Runge-Kutta brings z[t] in one unit of time.

    N is a perceptron of two hidden layers. a are hidden states that follow the flow beside z, started by a linear map
    of the last states seen: `hidden` of them where a single component is seen, else none, as the components are the
    state. A map of discrete steps is not applicable.
    """

    name = "neural_ode"
    authors = "The dynarena developers"
    paper = "Chen, Rubanova, Bettencourt & Duvenaud (2018), NeurIPS 31; hidden states: Dupont, Doucet & Teh (2019)"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 120
    search = {"lr": [2e-3, 5e-3, 1e-2], "width": [32, 64, 128], "unroll": [4, 8, 16]}
    history = {"chaos": 6}

    def __init__(
        self,
        width: int = 64,
        hidden: int = 4,
        substeps: int = 1,
        steps: int = 700,
        batch: int = 64,
        lr: float = 0.01,
        unroll: int = 16,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.width = width
        self.hidden = hidden
        self.substeps = substeps

    def fit(self, train: Tensor, task) -> None:
        """Train on train, [trajectory, time, *state]; NotApplicable where the task says that it is a map."""
        if task.facts.get("engine") == "map":
            raise NotApplicable("a map jumps, and a differential equation flows", where=self.name)
        super().fit(train, task)

    def network(self, shape: torch.Size) -> nn.Module:
        """The field and its flow."""
        hidden = self.hidden if len(self.task.channels) == 1 else 0
        return Flow(shape[0], self.width, hidden, self.seen, self.step_size, self.substeps)

    def rate(self, states: Tensor) -> Tensor:
        """du/dt of states [..., component] without angles and hidden states, in physical units."""
        with torch.no_grad():
            return self.module.rate(None, self.encode(states)) * self.std / self.task.dt


class Flow(nn.Module):
    """One unit of time along the field."""

    def __init__(self, rank: int, width: int, hidden: int, seen: int, unit: Tensor, substeps: int) -> None:
        super().__init__()
        self.rank, self.substeps = rank, substeps
        self.register_buffer("unit", unit)
        self.start = nn.Linear(seen * rank, hidden) if hidden else None
        self.field = nn.Sequential(
            nn.Linear(rank + hidden, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, rank + hidden),
        )

    def rate(self, time: Tensor | None, state: Tensor) -> Tensor:
        """(z, a)', z in units of its root mean square step; the same at all times."""
        slope = self.field(state)
        return torch.cat([slope[..., : self.rank] * self.unit, slope[..., self.rank :]], dim=-1)

    def forward(self, recent: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """[batch, time, rank] and a -> the increment in units of the step, and the new a."""
        from torchdiffeq import odeint

        z = recent[:, -1]
        if self.start is not None:
            memory = self.start(recent.flatten(1)) if memory is None else memory
            state = torch.cat([z, memory], dim=1)
        else:
            state = z
        times = torch.linspace(0, 1, self.substeps + 1).to(z)
        moved = odeint(self.rate, state, times, method="rk4")[-1]
        increment = (moved[:, : self.rank] - z) / self.unit
        return increment, None if self.start is None else moved[:, self.rank :]

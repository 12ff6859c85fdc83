"""A differential equation for latent states of a field."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.learned import Learned


class LatentODE(Learned):
    """y' = N(y),  y(T) = E(z[T], …, z[T-k+1]),  z[T+h] = z[T] + D(y(T+h)) - D(y(T)).

    z are the `components` leading principal components of the standardised fields, each divided by its deviation in
    train. E, N and D are a linear map plus a perceptron of one hidden layer; torchdiffeq's classical Runge-Kutta brings
    y on, in `substeps` steps between two points. The latent state is encoded once, at the end of the context, and
    follows its own law from there. The difference of two decodings is what a forecast takes, so that an imperfect
    reconstruction is no error of it. Without the variational prior of the paper: its forecast is one path.
    """

    name = "latent_ode"
    authors = "The dynarena developers"
    paper = "Rubanova, Chen & Duvenaud (2019), NeurIPS 32, arXiv:1907.03907"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"]}
    dtype = torch.float64
    cpu_budget_s = 90
    history = {"pde": 3}

    def __init__(
        self,
        latents: int = 48,
        width: int = 128,
        components: int = 32,
        substeps: int = 1,
        steps: int = 700,
        batch: int = 32,
        lr: float = 4e-3,
        unroll: int = 10,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.latents = latents
        self.width = width
        self.components = components
        self.substeps = substeps

    def prepare(self, train: Tensor, task) -> None:
        """The coordinates and their deviations in train, [trajectory, time, *state]."""
        self.coordinates = Coordinates(train, task, most=self.components)
        seen = torch.cat([self.coordinates.encode(states) for states in train])
        self.spread = seen.std(0).clamp(min=1e-9 * seen.abs().max().item() + 1e-30)

    def encode(self, states: Tensor) -> Tensor:
        """[..., *state] -> [..., rank]."""
        return self.coordinates.encode(states) / self.spread

    def decode(self, z: Tensor) -> Tensor:
        """[..., rank] -> [..., *state]."""
        return self.coordinates.decode(z * self.spread)

    def network(self, shape: torch.Size) -> nn.Module:
        """Encoder, law and decoder."""
        return Latent(shape[0], self.seen, self.latents, self.width, self.step_size, self.substeps)


class Latent(nn.Module):
    """One unit of time along the latent law."""

    def __init__(self, rank: int, seen: int, latents: int, width: int, unit: Tensor, substeps: int) -> None:
        super().__init__()
        self.substeps = substeps
        self.register_buffer("unit", unit)
        self.encoder = Curve(seen * rank, width, latents)
        self.law = Curve(latents, width, latents)
        self.decoder = Curve(latents, width, rank, constant=False)

    def rate(self, time: Tensor, state: Tensor) -> Tensor:
        """y', the same at all times."""
        return self.law(state)

    def forward(self, recent: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """[batch, k, rank] and y -> the increment in units of the step, [batch, rank], and the new y."""
        from torchdiffeq import odeint

        y = self.encoder(recent.flatten(1)) if memory is None else memory
        times = torch.linspace(0, 1, self.substeps + 1).to(y)
        moved = odeint(self.rate, y, times, method="rk4")[-1]
        return (self.decoder(moved) - self.decoder(y)) / self.unit, moved


class Curve(nn.Module):
    """A linear map plus a perceptron of one hidden layer; `constant` adds a number to each output."""

    def __init__(self, inputs: int, width: int, outputs: int, *, constant: bool = True) -> None:
        super().__init__()
        self.straight = nn.Linear(inputs, outputs, bias=False)
        self.bent = nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, outputs, bias=constant))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, inputs] -> [batch, outputs]."""
        return self.straight(x) + self.bent(x)

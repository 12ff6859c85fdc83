"""A fixed random recurrent network with a trained linear readout."""

from functools import partial

import numpy as np
import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.coordinates import Coordinates
from dynarena.evaluation.ridge import Moments, choose_ridge, free_run_error


class EchoState(Forecaster):
    """r[t] = (1 - a) r[t-1] + a tanh(A r[t-1] + B z[t] + b);  z[t+1] = z[t] + W [r[t], r²[t], z[t], 1].

    A is sparse with the given spectral radius, B and b are uniform; only W is fitted, by ridge regression over all
    train trajectories after a wash-out as long as the context. The scale of B z, one of `input_scales`, and the ridge
    penalty, one of `penalties`, are those whose free runs are best on held-out train trajectories. z are standardised
    components, or the leading principal components of a field or frame, clamped to their range in train, a quarter
    wider on either side.
    """

    name = "echo_state"
    authors = "The dynarena developers"
    paper = "Jaeger & Haas (2004), Science 304, 78; Pathak et al. (2018), Phys. Rev. Lett. 120, 024102"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 40

    def __init__(
        self,
        units: int = 400,
        spectral_radius: float = 0.2,
        leak: float = 1.0,
        input_scales: tuple[float, ...] = (0.5, 2.0),
        degree: int = 8,
        components: int = 48,
        penalties: tuple[float, ...] = (1e-13, 1e-11, 1e-9, 1e-7, 1e-5, 1e-3),
    ) -> None:
        self.units = units
        self.spectral_radius = spectral_radius
        self.leak = leak
        self.input_scales = input_scales
        self.degree = degree
        self.components = components
        self.penalties = penalties

    def fit(self, train: Tensor, task) -> None:
        """Fit the readout on train, [trajectory, time, *state]."""
        self.coordinates = Coordinates(train, task, most=self.components)
        z = torch.stack([self.coordinates.encode(states) for states in train])
        size = z.square().sum(-1).mean().sqrt().clamp(min=1e-12)
        links, inputs, offset = (part.to(z.device) for part in self._draw(np.random.default_rng(task.seed)))
        trials = []
        for scale in self.input_scales:
            self.links, self.inputs, self.offset = links, inputs * scale / size, offset * scale
            weights, error = self._readout(z, task)
            trials.append((error, scale, weights))
        _, scale, self.weights = min(trials, key=lambda trial: trial[0])
        self.inputs, self.offset = inputs * scale / size, offset * scale

    def _readout(self, z: Tensor, task) -> tuple[Tensor, float]:
        wash_out = min(task.context, z.shape[1] - 1)
        kept = max(1, len(z) * 4 // 5)
        held_out = z[kept:] if len(z) > 1 else z
        return choose_ridge(
            self._moments(z[:kept], wash_out),
            self._moments(z[kept:], wash_out),
            self.penalties,
            lambda weights: free_run_error(
                partial(self._free_run, weights=weights),
                held_out,
                wash_out,
                min(task.horizon, z.shape[1] - wash_out),
            ),
        )

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Drive the network with the context, then let it run: [batch, time, *state] -> [batch, horizon, *state]."""
        z = self.coordinates.encode(context)
        return self.coordinates.decode(self._free_run(z, horizon, self.weights)).to(context.dtype)

    def _draw(self, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        links = random.uniform(-1, 1, (self.units, self.units))
        links *= random.random((self.units, self.units)) < self.degree / self.units
        links *= self.spectral_radius / max(abs(np.linalg.eigvals(links)).max(), 1e-12)
        inputs = random.uniform(-1, 1, (self.coordinates.rank, self.units))
        offset = random.uniform(-1, 1, self.units)
        return torch.from_numpy(links), torch.from_numpy(inputs), torch.from_numpy(offset)

    def _step(self, r: Tensor, z: Tensor) -> Tensor:
        return (1 - self.leak) * r + self.leak * torch.tanh(r @ self.links + z @ self.inputs + self.offset)

    def _features(self, r: Tensor, z: Tensor) -> Tensor:
        return torch.cat([r, r.square(), z, torch.ones_like(z[..., :1])], dim=-1)

    def _moments(self, z: Tensor, wash_out: int, chunk: int = 200) -> Moments:
        moments = Moments()
        r = z.new_zeros(len(z), self.units)
        rows: list[Tensor] = []
        for t in range(z.shape[1] - 1):
            r = self._step(r, z[:, t])
            if t >= wash_out - 1:
                rows.append(self._features(r, z[:, t]))
            if len(rows) == chunk or (rows and t == z.shape[1] - 2):
                first = t + 1 - len(rows)
                moments.add(torch.stack(rows, 1), z[:, first + 1 : t + 2] - z[:, first : t + 1])
                rows = []
        return moments

    def _free_run(self, context: Tensor, horizon: int, weights: Tensor) -> Tensor:
        r = context.new_zeros(len(context), self.units)
        for t in range(context.shape[1]):
            r = self._step(r, context[:, t])
        z, path = context[:, -1], []
        for _ in range(horizon):
            z = self.coordinates.bound(z + self._features(r, z) @ weights)
            r = self._step(r, z)
            path.append(z)
        return torch.stack(path, dim=1)

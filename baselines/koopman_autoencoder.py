"""An autoencoder whose latent dynamics are linear."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned


class KoopmanAutoencoder(Learned):
    """z[t+n] = z[t] + D(Kⁿ y) - D(y),  y = E(z[t], …, z[t-k+1]),  K = exp(S - Sᵀ - diag(d²)): linear and never growing.

    E and D are each a linear map plus a perceptron of one hidden layer. Trained together are the reconstruction
    D E = 1, with which the first equation reads z[t+n] = D(Kⁿ y), the linearity Kⁿ E(z[t]) = E(z[t+n]) and the
    prediction, for n up to `unroll`. The difference of two decodings is what a forecast takes, so that an imperfect
    reconstruction is no error of it. No finite linear operator follows chaos for ever: a forecast encodes anew what it
    has decoded, every `unroll` steps.
    """

    name = "koopman_autoencoder"
    authors = "The dynarena developers"
    paper = "Lusch, Kutz & Brunton (2018), Nat. Commun. 9, 4950; Pan & Duraisamy (2020), SIAM J. Appl. Dyn. S. 19, 480"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 120
    search = {"lr": [2e-3, 5e-3, 1e-2], "latents": [32, 64], "unroll": [2, 4, 8]}
    history = {"chaos": 4}

    def __init__(
        self,
        latents: int = 32,
        width: int = 96,
        linearity: float = 0.1,
        steps: int = 1500,
        batch: int = 64,
        lr: float = 0.005,
        unroll: int = 2,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.latents = latents
        self.width = width
        self.linearity = linearity

    def network(self, shape: torch.Size) -> nn.Module:
        """Encoder, operator and decoder."""
        return Autoencoder(shape[0], self.seen, max(self.latents, shape[0]), self.width)

    def roll(self, context: Tensor, horizon: int) -> Tensor:
        """The forecast of `horizon` states, encoded anew every `unroll` steps."""
        states = context[:, -self.seen :]
        operator = self.module.operator()
        for step in range(horizon):
            if step % self.unroll == 0:
                start, latents = states[:, -1], self.module.encode(states[:, -self.seen :])
                decoded = self.module.decode(latents)
            latents = latents @ operator.T
            moved = start + self.module.decode(latents) - decoded
            states = torch.cat([states, moved.clamp(self.low, self.high)[:, None]], dim=1)
        return states[:, self.seen :]

    def loss(self, windows: Tensor, ahead: int) -> Tensor:
        """Mean square errors of the prediction, in units of a step, of the reconstruction, and of the linearity."""
        seen = windows.unfold(1, self.seen, 1).transpose(2, 3)[:, -ahead - 1 :]
        encoded = self.module.encode(seen.flatten(0, 1)).reshape(len(windows), ahead + 1, -1)
        operator, carried = self.module.operator(), [encoded[:, 0]]
        for _ in range(ahead):
            carried.append(carried[-1] @ operator.T)
        moved, truth = torch.stack(carried, dim=1), windows[:, -ahead - 1 :]
        decoded, rebuilt = self.module.decode(moved), self.module.decode(encoded)
        predicted = truth[:, :1] + decoded[:, 1:] - decoded[:, :1]
        prediction = ((predicted - truth[:, 1:]) / self.step_size).square().mean()
        straying = (moved - encoded).square().mean() / encoded.var(0).mean().detach()
        return prediction + (rebuilt - truth).square().mean() + self.linearity * straying

    def _ahead(self, step: int) -> int:
        """All spans at any time: powers of one K need no growing roll-outs."""
        return self.unroll


class Autoencoder(nn.Module):
    """States to latents and back, and the operator between latents."""

    def __init__(self, rank: int, seen: int, latents: int, width: int) -> None:
        super().__init__()
        self.straight, self.back = nn.Linear(seen * rank, latents), nn.Linear(latents, rank)
        self.bend = nn.Sequential(nn.Linear(seen * rank, width), nn.SiLU(), nn.Linear(width, latents))
        self.unbend = nn.Sequential(nn.Linear(latents, width), nn.SiLU(), nn.Linear(width, rank))
        self.skew = nn.Parameter(0.01 * torch.randn(latents, latents))
        self.damping = nn.Parameter(torch.full((latents,), 0.02))

    def encode(self, recent: Tensor) -> Tensor:
        """[batch, k, rank] -> [batch, latent]."""
        return self.straight(recent.flatten(1)) + self.bend(recent.flatten(1))

    def decode(self, latents: Tensor) -> Tensor:
        """[..., latent] -> [..., rank]."""
        return self.back(latents) + self.unbend(latents)

    def operator(self) -> Tensor:
        """K, of norm at most 1."""
        return torch.matrix_exp(self.skew - self.skew.T - torch.diag(self.damping.square()))

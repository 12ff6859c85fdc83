"""Attention over the last states."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned


class Transformer(Learned):
    """z[t+1] = z[t] + s W x_L[t],  x_{l+1} = x_l + A_l(x_l) + M_l(x_l + A_l(x_l)),  x_0[j] = E z[j] + P[t - j].

    A_l is softmax(Q Kᵀ / sqrt(d)) V of normalised tokens, one token a state, M_l a perceptron. Of the last layer only
    the newest token is asked, which needs no mask.
    """

    name = "transformer"
    authors = "The dynarena developers"
    paper = "Vaswani et al. (2017), NeurIPS; for dynamics: Geneva & Zabaras (2022), Neural Networks 146, 272"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    search = {"lr": [1e-3, 3e-3, 5e-3], "width": [32, 64], "unroll": [4, 8]}
    dtype = torch.float64
    cpu_budget_s = 180
    history = {"chaos": 16, "pde": 16, "video": 16}

    def __init__(
        self,
        width: int = 32,
        layers: int = 2,
        heads: int = 4,
        steps: int = 800,
        batch: int = 64,
        lr: float = 0.003,
        unroll: int = 8,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.width = width
        self.layers = layers
        self.heads = heads

    def network(self, shape: torch.Size) -> nn.Module:
        """An encoder of as many tokens as states are seen."""
        return Encoder(shape[0], self.seen, self.width, self.layers, self.heads)


class Encoder(nn.Module):
    """Tokens, blocks, and the newest token's readout."""

    def __init__(self, rank: int, seen: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.lift = nn.Linear(rank, width)
        self.place = nn.Parameter(0.1 * torch.randn(seen, width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.readout = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, rank)
        )

    def forward(self, recent: Tensor, memory: None) -> tuple[Tensor, None]:
        """[batch, time, rank] -> [batch, rank]."""
        x = self.lift(recent) + self.place
        for block in self.blocks[:-1]:
            x = block(x, x)
        return self.readout(self.blocks[-1](x[:, -1:], x)[:, 0]), None


class Block(nn.Module):
    """Attention and a perceptron, each added to what it reads."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm, self.norm_after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.mix = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, asking: Tensor, x: Tensor) -> Tensor:
        """Tokens [batch, n, width] that ask x [batch, time, width] -> [batch, n, width]."""
        key, value = self.key_value(self.norm(x)).chunk(2, dim=-1)
        query, key, value = (self._split(part) for part in (self.query(self.norm(asking)), key, value))
        answer = nn.functional.scaled_dot_product_attention(query, key, value)
        asking = asking + self.out(answer.transpose(1, 2).flatten(2))
        mixed: Tensor = self.mix(self.norm_after(asking))
        return asking + mixed

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(2, (self.heads, -1)).transpose(1, 2)

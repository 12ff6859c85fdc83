"""Fully connected blocks, each of which takes out of the window what it can explain."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.blockwise import Blockwise


class NBeats(Blockwise):
    """x_1 the window;  x_{l+1} = x_l - B_l θ_l,  z[t+h] = z[t] + s Σ_l (F_l φ_l)[h],  θ_l, φ_l linear in M_l(x_l).

    Doubly residual: a block subtracts its backcast from what the next one reads and adds its forecast to the answer.
    The bases B_l and F_l are learned (the generic architecture) and span `basis` directions; M_l is a perceptron. The
    components of the window are read and forecast together. The last block has no backcast, which nothing would read.
    """

    name = "n_beats"
    authors = "The dynarena developers"
    paper = "Oreshkin, Carpov, Chapados & Bengio (2020), ICLR, arXiv:1905.10437"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    search = {"lr": [2e-3, 4e-3, 8e-3], "width": [64, 128, 256], "block": [2, 4, 8, 16]}
    dtype = torch.float64
    cpu_budget_s = 180
    history = {"chaos": 12, "pde": 12, "video": 12}

    def __init__(
        self,
        block: int = 16,
        blocks: int = 4,
        layers: int = 3,
        width: int = 256,
        basis: int = 32,
        steps: int = 2000,
        batch: int = 64,
        lr: float = 0.004,
        unroll: int = 2,
    ) -> None:
        super().__init__(block=block, steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.blocks = blocks
        self.layers = layers
        self.width = width
        self.basis = basis

    def network(self, shape: torch.Size) -> nn.Module:
        """A stack of blocks over the flattened window."""
        return Stack(self.seen, self.block, shape[0], self.blocks, self.layers, self.width, self.basis)


class Stack(nn.Module):
    """Blocks whose backcasts are subtracted and whose forecasts are added."""

    def __init__(self, seen: int, ahead: int, rank: int, blocks: int, layers: int, width: int, basis: int) -> None:
        super().__init__()
        self.ahead, self.rank = ahead, rank
        sizes = [seen * rank] * (blocks - 1) + [0]
        self.blocks = nn.ModuleList(
            Block(seen * rank, backcast, ahead * rank, layers, width, basis) for backcast in sizes
        )

    def forward(self, recent: Tensor, memory: None) -> tuple[Tensor, None]:
        """[batch, seen, rank] -> [batch, ahead, rank]."""
        rest, answer = recent.flatten(1), recent.new_zeros(len(recent), self.ahead * self.rank)
        for block in self.blocks:
            backcast, forecast = block(rest)
            answer = answer + forecast
            if backcast is not None:
                rest = rest - backcast
        return answer.unflatten(1, (self.ahead, self.rank)), None


class Block(nn.Module):
    """A perceptron and two linear bases; `backcast` 0 asks for no backcast."""

    def __init__(self, size: int, backcast: int, forecast: int, layers: int, width: int, basis: int) -> None:
        super().__init__()
        sizes = [size, *[width] * layers]
        self.trunk = nn.Sequential(
            *(part for into, out in zip(sizes, sizes[1:], strict=False) for part in (nn.Linear(into, out), nn.ReLU()))
        )
        self.forecast = Basis(width, basis, forecast)
        self.backcast = Basis(width, basis, backcast) if backcast else None

    def forward(self, x: Tensor) -> tuple[Tensor | None, Tensor]:
        """[batch, size] -> [batch, backcast] or None, and [batch, forecast]."""
        h = self.trunk(x)
        return None if self.backcast is None else self.backcast(h), self.forecast(h)


class Basis(nn.Sequential):
    """V (T h) + b: as many coefficients as the basis has vectors, then their sum."""

    def __init__(self, width: int, basis: int, size: int) -> None:
        super().__init__(nn.Linear(width, basis, bias=False), nn.Linear(basis, size))

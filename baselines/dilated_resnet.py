"""A residual network of dilated convolutions that learns the next step of a field."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.grids import Convolution, Stacked, rings
from dynarena.evaluation.learned import Learned


class DilatedResNet(Learned):
    """u[t+1] = u[t] + s D B_n … B_1 E u[t],  B v = v + relu(K_1 … relu(K_8 … relu(K_1 v))).

    E, D and K are convolutions over three points; those of a block have the dilations 1, 2, 4, 8, 4, 2, 1 (none longer
    than half an axis), so that far places meet on one grid, without halving it. `widths` are the channels over one, two
    and three axes. Periodic axes wrap around, others repeat their border.
    """

    name = "dilated_resnet"
    authors = "The dynarena developers"
    paper = "Stachenfeld et al. (2022), Learned Simulators for Turbulence, ICLR, arXiv:2112.15275"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 120

    def __init__(
        self,
        widths: tuple[int, int, int] = (32, 20, 12),
        blocks: int = 2,
        farthest: int = 8,
        steps: int = 280,
        batch: int = 16,
        lr: float = 3e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.widths = widths
        self.blocks = blocks
        self.farthest = farthest

    def network(self, shape: torch.Size) -> nn.Module:
        """Encoder, blocks and decoder over the axes of one state."""
        channels, *space = shape
        width, ends = self.widths[len(space) - 1], rings(self.task)
        rising = [2**k for k in range(self.farthest.bit_length()) if 2**k <= min(self.farthest, min(space) // 2)]
        dilations = [*rising, *reversed(rising[:-1])]
        return Stacked(
            nn.Sequential(
                Convolution(self.seen * channels, width, 3, ends),
                *(Block(width, dilations, ends) for _ in range(self.blocks)),
                Convolution(width, channels, 3, ends),
            )
        )


class Block(nn.Module):
    """Dilated convolutions with a skip around them all."""

    def __init__(self, width: int, dilations: list[int], periodic: tuple[bool, ...]) -> None:
        super().__init__()
        steps = (Convolution(width, width, 3, periodic, dilation=dilation) for dilation in dilations)
        self.steps = nn.Sequential(*(part for step in steps for part in (step, nn.ReLU())))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, *space] -> the same."""
        return x + self.steps(x)

"""A Fourier neural operator that learns the next step of a field."""

from typing import Any

import torch
from torch import Tensor, nn

from dynarena.evaluation.learned import Learned


class FNO(Learned):
    """u[t+1] = u[t] + s P(v_L),  v_{l+1} = gelu(W_l v_l + F⁻¹ R_l F v_l),  v_0 = lift(u[t-k+1 … t], x).

    R_l acts on the `modes` lowest Fourier modes of each axis. One code for fields of one and two axes and for frames;
    frames are not periodic and are padded by an eighth. Needs the extra "baselines".
    """

    name = "fno"
    authors = "The dynarena developers"
    paper = "Li et al. (2021), Fourier Neural Operator for Parametric Partial Differential Equations, ICLR"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    accepts = {"kinds": ["pde", "video"], "max_axes": 2}
    cpu_budget_s = 60

    def __init__(
        self,
        modes: int = 12,
        width: int = 24,
        layers: int = 3,
        steps: int = 280,
        batch: int = 16,
        lr: float = 5e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.modes = modes
        self.width = width
        self.layers = layers

    def network(self, shape: torch.Size) -> nn.Module:
        """neuraloperator's FNO over the axes of one state."""
        from neuralop.models import FNO as Operator

        channels, *space = shape
        operator = Operator(
            n_modes=tuple(min(2 * self.modes, points) for points in space),
            in_channels=self.seen * channels,
            out_channels=channels,
            hidden_channels=self.width,
            n_layers=self.layers,
            domain_padding=0.125 if self.task.kind == "video" else None,
            positional_embedding=None if self.task.kind == "pde" else "grid",
        )
        return Increment(operator)


class Increment(nn.Module):
    """Recent states, stacked as channels, to the increment."""

    def __init__(self, operator: nn.Module) -> None:
        super().__init__()
        self.operator = operator

    def forward(self, recent: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """[batch, k, channel, *space] -> [batch, channel, *space]; no memory."""
        return self.operator(recent.flatten(1, 2)), memory

"""A Fourier neural operator with factorised weights that learns the next step of a field."""

import torch
from torch import nn

from dynarena.evaluation.grids import Stacked
from dynarena.evaluation.learned import Learned


class TFNO(Learned):
    """u[t+1] = u[t] + s P(v_L),  v_{l+1} = gelu(W_l v_l + F⁻¹ R_l F v_l),  R_l a Tucker product of small factors.

    R_l acts on the `modes` lowest Fourier modes of each axis; its factors hold the share `rank` of the numbers that it
    would have in full, which a wider network affords. `widths` are the channels over one, two and three axes. Needs the
    extra "baselines".
    """

    name = "tfno"
    authors = "The dynarena developers"
    paper = "Kossaifi, Kovachki, Azizzadenesheli & Anandkumar (2023), Multi-Grid Tensorized FNO, arXiv:2310.00120"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 60

    def __init__(
        self,
        modes: int = 12,
        widths: tuple[int, int, int] = (32, 24, 12),
        layers: int = 3,
        rank: float = 0.4,
        steps: int = 250,
        batch: int = 16,
        lr: float = 5e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.modes = modes
        self.widths = widths
        self.layers = layers
        self.rank = rank

    def network(self, shape: torch.Size) -> nn.Module:
        """neuraloperator's TFNO over the axes of one state."""
        from neuralop.models import TFNO as Operator

        channels, *space = shape
        width = self.widths[len(space) - 1]
        return Stacked(
            Operator(
                n_modes=tuple(min(2 * self.modes, points) for points in space),
                in_channels=self.seen * channels,
                out_channels=channels,
                hidden_channels=width,
                n_layers=self.layers,
                positional_embedding=None,
                factorization="tucker",
                implementation="factorized",
                rank=self.rank,
            )
        )

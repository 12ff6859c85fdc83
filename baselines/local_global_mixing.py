"""A neural operator whose layers multiply a local with a global transformation of hidden fields."""

import torch
from torch import Tensor, nn

from dynarena.evaluation.grids import Convolution, Pointwise, Stacked, rings
from dynarena.evaluation.learned import Learned


class LocalGlobalMixing(Learned):
    """u[t+1] = u[t] + s D v_L,  v_{l+1} = v_l + g_l tanh(L_l v_l + G_l0 v_l + Σ_j A_lj v_l · G_lj v_l),  v_0 = E u[t].

    L and A are convolutions over three points, G = F⁻¹ R F with a matrix R for each of the lowest `modes` Fourier modes
    of each axis. A product of a local part with a global one has the form of the advection u · ∇u and makes fine scales
    out of coarse ones, which G alone cannot; G_l0 carries what is linear and far. g is a gate for each channel,
    `products` the number of terms. After DyMixOp, without its parallel aggregation. Needs the extra "baselines".
    """

    name = "local_global_mixing"
    authors = "The dynarena developers"
    paper = "Lai, Chen & Xu (2025), DyMixOp, arXiv:2508.13490"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 120

    def __init__(
        self,
        modes: int = 12,
        widths: tuple[int, int, int] = (24, 16, 8),
        layers: int = 3,
        products: int = 1,
        steps: int = 250,
        batch: int = 16,
        lr: float = 2e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.modes = modes
        self.widths = widths
        self.layers = layers
        self.products = products

    def network(self, shape: torch.Size) -> nn.Module:
        """Encoder, layers and decoder over the axes of one state."""
        channels, *space = shape
        width, ends = self.widths[len(space) - 1], rings(self.task)
        modes = tuple(min(2 * self.modes, points) for points in space)
        return Stacked(
            nn.Sequential(
                Convolution(self.seen * channels, width, 3, ends),
                *(Layer(width, modes, self.products, ends) for _ in range(self.layers)),
                Pointwise(width, 2 * width),
                nn.GELU(),
                Pointwise(2 * width, channels),
            )
        )


class Layer(nn.Module):
    """A linear map and products of a local with a global one, gated."""

    def __init__(self, width: int, modes: tuple[int, ...], products: int, periodic: tuple[bool, ...]) -> None:
        super().__init__()
        from neuralop.layers.spectral_convolution import SpectralConv

        self.products = products
        self.linear = Convolution(width, width, 3, periodic)
        self.local = Convolution(width, products * width, 3, periodic)
        self.world = SpectralConv(width, (1 + products) * width, modes)
        self.gate = nn.Parameter(torch.full((width, *(1,) * len(periodic)), 0.3))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, *space] -> the same."""
        far, *factors = self.world(x).chunk(1 + self.products, dim=1)
        near = self.local(x).chunk(self.products, dim=1)
        product = sum((a * b for a, b in zip(near, factors, strict=True)), self.linear(x) + far)
        return x + self.gate * torch.tanh(product)

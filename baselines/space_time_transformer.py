"""A transformer over patches of space and time that learns the next step of a field."""

from typing import Any

import torch
from torch import Tensor, nn

from dynarena.evaluation.grids import convolution_of
from dynarena.evaluation.learned import Learned


class SpaceTimeTransformer(Learned):
    """u[t+1] = u[t] + s D A E (u[t-k+1], …, u[t]),  A full attention among all patches of the last k states.

    E cuts each state into patches and maps each of them linearly to a token, to which learned vectors of its place and
    time are added; `layers` blocks of attention and perceptron follow; D maps the tokens of the last state back to
    patches. Along an axis there are at most `tokens` patches, by the number of axes.
    """

    name = "space_time_transformer"
    authors = "The dynarena developers"
    paper = "Dosovitskiy et al. (2021), ICLR; over time: Arnab et al. (2021), ViViT, ICCV, arXiv:2103.15691"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 3}
    cpu_budget_s = 90
    history = {"pde": 3}

    def __init__(
        self,
        width: int = 64,
        heads: int = 4,
        layers: int = 3,
        tokens: tuple[int, int, int] = (16, 8, 4),
        steps: int = 400,
        batch: int = 16,
        lr: float = 2e-3,
        unroll: int = 3,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.width = width
        self.heads = heads
        self.layers = layers
        self.tokens = tokens

    def network(self, shape: torch.Size) -> nn.Module:
        """Patches, attention and patches again over the axes of one state."""
        channels, *space = shape
        patch = [_patch(points, self.tokens[len(space) - 1]) for points in space]
        return Attention(channels, space, patch, self.seen, self.width, self.heads, self.layers)


class Attention(nn.Module):
    """All patches of some states to the increment of the last."""

    def __init__(
        self, channels: int, space: list[int], patch: list[int], seen: int, width: int, heads: int, layers: int
    ) -> None:
        super().__init__()
        self.grid = [points // size for points, size in zip(space, patch, strict=True)]
        count = torch.Size(self.grid).numel()
        kind = convolution_of(len(space))
        back = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[len(space) - 1]
        self.cut = kind(channels, width, tuple(patch), stride=tuple(patch))
        self.place = nn.Parameter(0.02 * torch.randn(1, 1, count, width))
        self.time = nn.Parameter(0.02 * torch.randn(1, seen, 1, width))
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, heads, 2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        self.paste = back(width, channels, tuple(patch), stride=tuple(patch))

    def forward(self, recent: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """[batch, k, channel, *space] -> [batch, channel, *space]; no memory."""
        batch, seen = recent.shape[:2]
        tokens = self.cut(recent.flatten(0, 1)).flatten(2).transpose(1, 2).unflatten(0, (batch, seen))
        tokens = (tokens + self.place + self.time).flatten(1, 2)
        for block in self.blocks:
            tokens = block(tokens)
        last = self.norm(tokens[:, -self.place.shape[2] :])
        return self.paste(last.transpose(1, 2).unflatten(2, self.grid)), memory


def _patch(points: int, most: int) -> int:
    """The smallest size that divides an axis into at most `most` patches."""
    return next(size for size in range(1, points + 1) if points % size == 0 and points // size <= most)

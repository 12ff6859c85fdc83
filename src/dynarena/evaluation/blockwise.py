"""Networks that learn several steps at once and are rolled out block after block."""

from __future__ import annotations

from torch import Tensor

from dynarena.evaluation.learned import Learned
from dynarena.evaluation.windows import repeat_blocks


class Blockwise(Learned):
    """z[t+h] = z[t] + s N(z[t-k+1 … t])[h],  h = 1 … H;  the next H states follow from the forecast itself.

    A subclass builds `network(shape)`: a module that maps the last k (`seen`) states [batch, k, rank] and None to the
    H (`block`) increments in units of s, [batch, H, rank], and None. The first half of the training predicts one
    block, the second half free runs growing to `unroll` blocks.
    """

    def __init__(self, block: int, steps: int, batch: int, lr: float, unroll: int) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.block = block

    def roll(self, context: Tensor, horizon: int) -> Tensor:
        """The next `horizon` states after context [batch, time, rank]."""
        return repeat_blocks(context[:, -self.seen :], horizon, self._following)

    def _following(self, past: Tensor) -> Tensor:
        increments: Tensor = self.module(past, None)[0]
        return (past[:, -1:] + self.step_size * increments).clamp(self.low, self.high)

    def _ahead(self, step: int) -> int:
        return self.block * super()._ahead(step)

"""What a model is given."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Tensors whose first axis is the batch; everything but `values` may be absent.

    values      [batch, time, *state]    what was observed, physical units; frames are floats in [0, 1]
    times       [batch, time]            when
    mask        like values              which of the values were observed
    coords      [batch, point, axis]     where
    edges       [batch, 2, edge]         who is linked with whom
    drive       [batch, time, channel]   what pushes the system, known also over the horizon
    parameters  [batch, parameter]       the system's parameters where the track tells them
    query       [batch, point, axis]     where (and when) an answer is wanted
    target      [batch, ...]             the state to be reached (control)
    """

    values: Tensor
    times: Tensor | None = None
    mask: Tensor | None = None
    coords: Tensor | None = None
    edges: Tensor | None = None
    drive: Tensor | None = None
    parameters: Tensor | None = None
    query: Tensor | None = None
    target: Tensor | None = None

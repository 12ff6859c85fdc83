"""A projection for networks over fields: the integral of what the equation conserves stays as it was."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from dynarena.evaluation.fields import volumes
from dynarena.schema.task import Task


def conserved_fields(task: Task) -> list[int]:
    """Where the fields stand whose mean over space is an invariant of the task: `mean(u)` for the field u."""
    stated = {"".join(str(entry["expression"]).split()) for entry in task.facts.get("invariants", {}).values()}
    return [place for place, channel in enumerate(task.channels) if f"mean({channel.name})" in stated]


def project(states: Tensor, start: Tensor, task: Task) -> Tensor:
    """The nearest states, in the mean square, whose conserved fields have the integrals that they have in `start`.

    states [batch, time, *state], start [batch, *state], of any precision; computed in double precision. What is added
    to a field is one number a time.
    """
    kept = conserved_fields(task)
    if not kept:
        return states
    shares = torch.from_numpy(volumes(task)).to(states.device)
    exact = states.double()
    space = tuple(range(-shares.dim(), 0))
    gap = (start.double()[:, None, kept] * shares).sum(space) - (exact[:, :, kept] * shares).sum(space)
    exact = exact.clone()
    exact[:, :, kept] += gap.reshape(*gap.shape, *[1] * shares.dim())
    return exact.to(states.dtype)


class Conserving(nn.Module):
    """A network's increment less its mean over space, for the fields that the task conserves.

    `network` maps the last k states and its memory to the increment [batch, channel, *space] and the new memory;
    `fold` = 2 says that the 2 x 2 blocks of a grid of two axes stand in its channels.
    """

    def __init__(self, network: nn.Module, task: Task, fold: int = 1) -> None:
        super().__init__()
        self.network = network
        shares = torch.from_numpy(volumes(task))[None]
        shares = nn.functional.pixel_unshuffle(shares, fold) if fold > 1 else shares
        kept = torch.zeros(len(task.channels))
        kept[conserved_fields(task)] = 1
        self.shares: Tensor
        self.kept: Tensor
        self.register_buffer("shares", shares.float())
        self.register_buffer("kept", kept.reshape(-1, *[1] * shares.dim()))

    def forward(self, recent: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """[batch, k, channel, *space] -> [batch, channel, *space], and the new memory."""
        increment, memory = self.network(recent, memory)
        fields = increment.unflatten(1, (-1, len(self.shares)))
        mean = (fields * self.shares).sum(tuple(range(2, fields.dim())), keepdim=True)
        return (fields - self.kept * mean).flatten(1, 2), memory

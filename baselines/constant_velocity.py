"""Every object goes on as it went: x(t) = x + v t, with v by least squares over the context."""

import numpy as np
import torch

from dynarena import Forecaster
from dynarena.engines.discs_estimate import estimate_state
from dynarena.engines.render import render
from dynarena.engines.track import track


class ConstantVelocity(Forecaster):
    """Tracks the discs of the context by colour, fits a constant velocity to each, and draws them again.

    It knows how discs look, and nothing of gravity or contacts.
    """

    name = "constant_velocity"
    authors = "The dynarena developers"
    license = "Apache-2.0"
    tier = "core"
    knows = "nothing"
    accepts = {"kinds": ["video"]}
    cpu_budget_s = 3.0

    def forecast(self, context, horizon):
        colours, world = self.task.facts["colours"], float(self.task.facts["world"])
        last = estimate_state(track(context.cpu().numpy(), colours, world=world), self.task.dt)
        time = self.task.dt * np.arange(1, horizon + 1)[:, None, None]
        states = np.repeat(np.nan_to_num(last)[:, None], horizon, axis=1)
        states[..., 0:2] += states[..., 2:4] * time
        frames = render(states, context.shape[-1], colours, world=world)
        return torch.from_numpy(frames).to(context) / 255

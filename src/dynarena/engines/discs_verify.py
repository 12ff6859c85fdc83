"""The motion of discs a second way: small Verlet steps in extended precision, contacts found by bisection.

It shares no formula with the exact path but Newton's laws: it steps where that solves, bisects where that takes roots,
and bounces in the centre-of-mass frame where that applies an impulse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.discs_motion import MASS, RADIUS, VX, VY, X, Y

Array = NDArray[np.float64]
Long = NDArray[np.longdouble]

STEPS = 16
HALVINGS = 70


def step_through(
    start: Array, gravity: Array, restitution: Array, dt: float, n_points: int, *, world: float, walls: bool
) -> Array:
    """States [trajectory, time, object, component] every `dt`, in `STEPS` steps each.

    Contacts that begin and end within one step go unseen, so a step must be short beside the time to cross a disc.
    """
    out = np.empty((len(start), n_points, *start.shape[1:]))
    for row in range(len(start)):
        state = start[row].astype(np.longdouble)
        out[row, 0] = start[row]
        mover = _Mover(np.longdouble(gravity[row]), np.longdouble(restitution[row]), np.longdouble(world), walls)
        for point in range(1, n_points):
            for _ in range(STEPS):
                state = mover.step(state, np.longdouble(dt) / STEPS)
            out[row, point] = state
    return out


class _Mover:
    def __init__(self, gravity: np.longdouble, restitution: np.longdouble, world: np.longdouble, walls: bool) -> None:
        self.gravity, self.restitution, self.world, self.walls = gravity, restitution, world, walls

    def step(self, state: Long, time: np.longdouble) -> Long:
        """One step, cut at each contact within it."""
        while True:
            after = self.verlet(state, time)
            if not self.contacts(after):
                return after
            low, high = np.longdouble(0), time
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                low, high = (low, middle) if self.contacts(self.verlet(state, middle)) else (middle, high)
            state = self.verlet(state, high)
            for pair in self.contacts(state):
                self.bounce(state, *pair)
            time = time - high

    def verlet(self, state: Long, time: np.longdouble) -> Long:
        """Half kick, drift, half kick: exact under uniform gravity."""
        after = state.copy()
        after[:, VY] -= self.gravity * time / 2
        after[:, [X, Y]] += after[:, [VX, VY]] * time
        after[:, VY] -= self.gravity * time / 2
        return after

    def contacts(self, state: Long) -> list[tuple[int, int]]:
        """Pairs (or a disc and ~axis for a wall) that overlap and approach."""
        found = []
        for i in range(len(state)):
            for j in range(i):
                apart = state[i, [X, Y]] - state[j, [X, Y]]
                closing = apart @ (state[i, [VX, VY]] - state[j, [VX, VY]])
                if closing < 0 and np.sqrt(apart @ apart) <= state[i, RADIUS] + state[j, RADIUS]:
                    found.append((i, j))
            for axis in (X, Y) if self.walls else ():
                low = state[i, axis] <= state[i, RADIUS] and state[i, VX + axis] < 0
                high = state[i, axis] >= self.world - state[i, RADIUS] and state[i, VX + axis] > 0
                if low or high:
                    found.append((i, ~axis))
        return found

    def bounce(self, state: Long, i: int, j: int) -> None:
        """In the frame of the centre of mass the normal velocities are reversed and scaled by the restitution."""
        if j < 0:
            state[i, VX + ~j] *= -self.restitution
            return
        normal = state[i, [X, Y]] - state[j, [X, Y]]
        normal /= np.sqrt(normal @ normal)
        masses = state[[i, j], MASS]
        speeds = state[[i, j]][:, [VX, VY]] @ normal
        middle = masses @ speeds / masses.sum()
        for disc, speed in ((i, speeds[0]), (j, speeds[1])):
            state[disc, [VX, VY]] += (-self.restitution * (speed - middle) - (speed - middle)) * normal

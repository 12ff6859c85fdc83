"""The motion of discs a second way: small steps in extended precision, contacts found by bisection.

It shares no formula with the exact path but Newton's and Coulomb's laws: it steps where that solves, bisects where that
takes roots, and bounces by solving for the impulse in the frame of the contact point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.film.components import ANGLE, MASS, RADIUS, SPIN, VX, VY, X, Y

Array = NDArray[np.float64]
Long = NDArray[Any]  # of numpy.longdouble

STEPS, HALVINGS, REST = 16, 70, 1e-10


def step_through(
    start: Array, laws: Array, sides: Array, pegs: Array, border: float | None, world: float, dt: float, n_points: int
) -> Array:
    """States [time, disc, component] every `dt`, in `STEPS` steps each.

    Contacts that begin and end within one step go unseen, so a step must be short beside the time to cross a disc.
    """
    mover = _Mover(laws.astype(np.longdouble), sides, pegs, border, world)
    state = start.astype(np.longdouble)
    rest = {i for i in range(len(state)) if border is not None and laws[0] > 0 and mover.lies(state[i])}
    out = np.empty((n_points, *start.shape))
    out[0] = start
    for point in range(1, n_points):
        for _ in range(STEPS):
            state = mover.step(state, rest, np.longdouble(dt) / STEPS)
        out[point] = state
    return out


@dataclass
class _Mover:
    laws: Long
    sides: Array
    pegs: Array
    border: float | None
    world: float

    def lies(self, disc: Long) -> bool:
        """On the floor without vertical speed."""
        slow = abs(disc[VY]) <= REST * np.sqrt(self.laws[0] * self.world)
        return bool(disc[Y] - disc[RADIUS] <= 1e-12 * self.world and slow)

    def step(self, state: Long, rest: set[int], time: np.longdouble) -> Long:
        """One step, cut at each contact within it."""
        for _ in range(10_000):
            after = self.fly(state, rest, time)
            if not self.contacts(after, rest):
                return after
            low, high = np.longdouble(0), time
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                if self.contacts(self.fly(state, rest, middle), rest):
                    high = middle
                else:
                    low = middle
            state = self.fly(state, rest, high)
            for i, normal, other in self.contacts(state, rest):
                self.bounce(state, rest, i, normal, other)
            time = time - high
        raise RuntimeError("contacts do not end")

    def fly(self, state: Long, rest: set[int], time: np.longdouble) -> Long:
        """Half a kick, a drift, half a kick; what slides on the floor slows until it rolls."""
        after = state.copy()
        for i in range(len(state)):
            if i not in rest:
                after[i, VY] -= self.laws[0] * time / 2
                after[i, [X, Y]] += after[i, [VX, VY]] * time
                after[i, VY] -= self.laws[0] * time / 2
                after[i, ANGLE] += after[i, SPIN] * time
                continue
            slip = state[i, VX] + state[i, SPIN] * state[i, RADIUS]
            rate = -np.sign(slip) * self.laws[3] * self.laws[0]
            slide = min(time, abs(slip) / (3 * abs(rate))) if rate != 0 else np.longdouble(0)
            spin = 2 * rate / state[i, RADIUS]
            after[i, VX] += rate * slide
            after[i, SPIN] += spin * slide
            mean, mean_spin = state[i, VX] + rate * slide / 2, state[i, SPIN] + spin * slide / 2
            after[i, X] += mean * slide + after[i, VX] * (time - slide)
            after[i, ANGLE] += mean_spin * slide + after[i, SPIN] * (time - slide)
        return after

    def contacts(self, state: Long, rest: set[int]) -> list[tuple[int, Long, int]]:
        """Discs that overlap something and approach it: (disc, normal away from it, other disc or -1)."""
        found = []
        for i in range(len(state)):
            for normal, deep, other in self.near(state, i):
                speed = state[i, [VX, VY]] - (state[other, [VX, VY]] if other >= 0 else 0)
                if i in rest and other < 0 and normal[1] == 1:
                    continue
                if deep >= 0 and speed @ normal < 0:
                    found.append((i, normal, other))
        return found

    def near(self, state: Long, i: int) -> list[tuple[Long, Any, int]]:
        """All that disc i may touch: normal towards the disc, how deep it is in, which disc it is."""
        place, radius = state[i, [X, Y]], state[i, RADIUS]
        found: list[tuple[Long, Any, int]] = []
        for j in range(i):
            apart = place - state[j, [X, Y]]
            far = np.sqrt(apart @ apart)
            found.append((apart / far, radius + state[j, RADIUS] - far, j))
        if self.border is not None:
            for axis in (0, 1):
                low, high = np.zeros(2, np.longdouble), np.zeros(2, np.longdouble)
                low[axis], high[axis] = 1, -1
                found.append((low, radius - place[axis], -1))
                found.append((high, place[axis] + radius - self.border, -1))
        for x, y, size in self.pegs:
            apart = place - np.array([x, y], np.longdouble)
            far = np.sqrt(apart @ apart)
            found.append((apart / far, radius + size - far, -1))
        for x0, y0, x1, y1 in self.sides:
            one, edge = np.array([x0, y0], np.longdouble), np.array([x1 - x0, y1 - y0], np.longdouble)
            share = (place - one) @ edge / (edge @ edge)
            apart = place - one - share * edge
            far = np.sqrt(apart @ apart)
            if 0 <= share <= 1 and far > radius / 2:
                found.append((apart / far, radius - far, -1))
        return found

    def bounce(self, state: Long, rest: set[int], i: int, normal: Long, other: int) -> None:
        """Solve for the impulse at the contact point: normal first, then what friction allows to stop the slip."""
        a, tangent = state[i], np.array([-normal[1], normal[0]])
        b = state[other] if other >= 0 else np.zeros_like(a)
        light = 1 / a[MASS] + (1 / b[MASS] if other >= 0 else 0)
        speed = a[[VX, VY]] - b[[VX, VY]]
        bounce = self.laws[1] if other >= 0 else self.laws[2]
        push = -(1 + bounce) * (speed @ normal) / light
        slip = speed @ tangent - a[SPIN] * a[RADIUS] - b[SPIN] * b[RADIUS]
        drag = -np.sign(slip) * min(self.laws[3] * push, abs(slip) / (3 * light))
        impulse = push * normal + drag * tangent
        a[[VX, VY]] += impulse / a[MASS]
        if self.laws[3] > 0:
            a[SPIN] -= drag * a[RADIUS] / (a[MASS] * a[RADIUS] ** 2 / 2)
        if other >= 0:
            b[[VX, VY]] -= impulse / b[MASS]
            if self.laws[3] > 0:
                b[SPIN] -= drag * b[RADIUS] / (b[MASS] * b[RADIUS] ** 2 / 2)
            rest -= {j for j in (i, other) if abs(state[j, VY]) > REST * np.sqrt(self.laws[0] * self.world)}
        elif normal[1] == 1 and self.laws[0] > 0 and abs(a[VY]) <= REST * np.sqrt(self.laws[0] * self.world):
            a[VY], a[Y] = 0, a[RADIUS]
            rest.add(i)

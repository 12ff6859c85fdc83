"""Exact solutions of Riemann problems, the independent truth of shock tubes.

Source: Toro (2009), Riemann Solvers and Numerical Methods for Fluid Dynamics, chapter 4; Toro (2001), Shock-Capturing
Methods for Free-Surface Shallow Flows, chapter 5. The star pressure (depth) is found by bisection to the last digits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Gas = tuple[float, float, float]
Water = tuple[float, float]


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """The zero of an increasing function."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return 0.5 * (low + high)


def _gas_jump(p: float, side: Gas, gamma: float) -> float:
    rho, _, before = side
    if p > before:
        return (p - before) * np.sqrt(2 / ((gamma + 1) * rho) / (p + (gamma - 1) / (gamma + 1) * before))
    sound = np.sqrt(gamma * before / rho)
    return 2 * sound / (gamma - 1) * ((p / before) ** ((gamma - 1) / (2 * gamma)) - 1)


def gas_star(left: Gas, right: Gas, gamma: float = 1.4) -> tuple[float, float]:
    """Pressure and velocity between the waves."""
    gap = right[1] - left[1]
    p = root(lambda p: _gas_jump(p, left, gamma) + _gas_jump(p, right, gamma) + gap, 0.0, 1e6)
    return p, 0.5 * (left[1] + right[1] + _gas_jump(p, right, gamma) - _gas_jump(p, left, gamma))


def gas(left: Gas, right: Gas, speed: Array, gamma: float = 1.4) -> tuple[Array, Array, Array]:
    """Density, velocity and pressure at x/t = speed."""
    p, u = gas_star(left, right, gamma)
    mirrored = _gas_left((right[0], -right[1], right[2]), p, -u, -speed, gamma)
    direct = _gas_left(left, p, u, speed, gamma)
    signs = (1.0, -1.0, 1.0)
    return tuple(np.where(speed < u, a, s * b) for a, b, s in zip(direct, mirrored, signs, strict=True))  # type: ignore[return-value]


def _gas_left(side: Gas, p: float, u: float, speed: Array, gamma: float) -> tuple[Array, Array, Array]:
    rho, v, before = side
    sound, ratio, g = np.sqrt(gamma * before / rho), p / before, (gamma - 1) / (gamma + 1)
    if p > before:
        shock = v - sound * np.sqrt((gamma + 1) / (2 * gamma) * ratio + (gamma - 1) / (2 * gamma))
        behind = rho * (ratio + g) / (g * ratio + 1)
        return tuple(np.where(speed < shock, a, b) for a, b in ((rho, behind), (v, u), (before, p)))  # type: ignore[return-value]
    tail = u - sound * ratio ** ((gamma - 1) / (2 * gamma))
    factor = np.clip(2 / (gamma + 1) + g / sound * (v - np.clip(speed, v - sound, tail)), 0, None)
    inside = (speed > v - sound) & (speed < tail)
    fan = (rho * factor ** (2 / (gamma - 1)), 2 / (gamma + 1) * (sound + (gamma - 1) / 2 * v + speed),
           before * factor ** (2 * gamma / (gamma - 1)))  # fmt: skip
    star = (rho * ratio ** (1 / gamma), u, p)
    return tuple(  # type: ignore[return-value]
        np.where(inside, f, np.where(speed <= v - sound, a, b)) for f, a, b in zip(fan, side, star, strict=True)
    )


def _water_jump(h: float, side: Water, g: float) -> float:
    before = side[0]
    if h > before:
        return (h - before) * np.sqrt(g / 2 * (h + before) / (h * before))
    return 2 * (np.sqrt(g * h) - np.sqrt(g * before))


def water_star(left: Water, right: Water, g: float) -> tuple[float, float]:
    """Depth and velocity between the waves."""
    gap = right[1] - left[1]
    h = root(lambda h: _water_jump(h, left, g) + _water_jump(h, right, g) + gap, 0.0, 1e4)
    return h, 0.5 * (left[1] + right[1] + _water_jump(h, right, g) - _water_jump(h, left, g))


def water(left: Water, right: Water, speed: Array, g: float) -> tuple[Array, Array]:
    """Depth and velocity at x/t = speed."""
    h, u = water_star(left, right, g)
    direct = _water_left(left, h, u, speed, g)
    mirrored = _water_left((right[0], -right[1]), h, -u, -speed, g)
    return np.where(speed < u, direct[0], mirrored[0]), np.where(speed < u, direct[1], -mirrored[1])


def _water_left(side: Water, h: float, u: float, speed: Array, g: float) -> tuple[Array, Array]:
    before, v = side
    sound = np.sqrt(g * before)
    if h > before:
        shock = v - sound * np.sqrt(0.5 * (h + before) * h / before**2)
        return np.where(speed < shock, before, h), np.where(speed < shock, v, u)
    inside = (speed > v - sound) & (speed < u - np.sqrt(g * h))
    fan = ((v + 2 * sound - speed) ** 2 / (9 * g), (v + 2 * sound + 2 * speed) / 3)
    return (np.where(inside, fan[0], np.where(speed <= v - sound, before, h)),
            np.where(inside, fan[1], np.where(speed <= v - sound, v, u)))  # fmt: skip

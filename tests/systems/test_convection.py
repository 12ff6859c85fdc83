"""Convection: it begins at the exact Rayleigh numbers, keeps its mirror image and balances its heat."""

from __future__ import annotations

import numpy as np
from spectral_catalogue import Case, spec_of

from dynarena.engines.base import Array
from dynarena.engines.spectral import Spectral


def growth(name: str, length: float, rayleigh: float, time: float) -> float:
    """Of the gravest roll in a box `length` wide, tiny, from its own shape."""
    spec = spec_of(name)
    domain = spec.domain.model_copy(update={"length": [length, 2], "points": [16, 16]})  # type: ignore[union-attr]
    sim = Spectral().compile(spec.model_copy(update={"domain": domain}))
    x, y = np.meshgrid(*sim.grid.values(), indexing="ij")
    k = 2 * np.pi / length
    start = np.zeros((1, *sim.shape))
    start[0, -1] = 1e-9 * np.cos(k * x) * np.sin(np.pi * y)
    if name == "rayleigh_benard_free":
        start[0, 0] = -np.hypot(k, np.pi) * 1e-9 * np.sin(k * x) * np.sin(np.pi * y)
    given = {key: np.array([1.0]) for key in spec.parameters} | {"rayleigh": np.array([rayleigh])}
    end = sim.run(start, given, time, 2)[0, 1, -1]
    return float(np.log(np.sum(end * start[0, -1]) / np.sum(start[0, -1] ** 2)) / time)


def test_rolls_between_slippery_plates_begin_at_rayleigh_s_number() -> None:
    """At a Prandtl number of 1 their growth is k/K - K^2/sqrt(Ra), which is a line in 1/sqrt(Ra)."""
    fact = spec_of("rayleigh_benard_free").known["onset"]
    inverse = np.array([600.0, 720.0]) ** -0.5
    rates = [growth("rayleigh_benard_free", 8**0.5, 1 / z**2, 1.0) for z in inverse]
    assert rates[0] < 0 < rates[1]
    critical = (inverse[0] - rates[0] * (inverse[1] - inverse[0]) / (rates[1] - rates[0])) ** -2
    assert abs(critical - fact.value) < fact.tolerance  # type: ignore[operator]


def test_cells_in_a_porous_layer_begin_at_lapwood_s_number() -> None:
    """Their growth is Ra k^2/K^2 - K^2, a line in Ra."""
    fact = spec_of("porous_convection").known["onset"]
    rates = [growth("porous_convection", 2.0, rayleigh, 0.01) for rayleigh in (35.0, 45.0)]
    assert rates[0] < 0 < rates[1]
    assert abs(35 - rates[0] * 10 / (rates[1] - rates[0]) - fact.value) < fact.tolerance  # type: ignore[operator]


def waves(case: Case) -> list[Array]:
    """The wave numbers of each axis, [x, y] each."""
    axes = zip(case.sim.shape[1:], case.sim.box.lengths, strict=True)
    return list(np.meshgrid(*[2 * np.pi * np.fft.fftfreq(n, length / n) for n, length in axes], indexing="ij"))


def test_heat_is_carried_and_diffuses() -> None:
    case, dt = Case("rayleigh_benard_free"), 0.02
    fact = case.spec.known["heat_balance"]
    given = case.parameters(1, rayleigh=20000.0)
    start = case.sim.advance(case.start(1), given, 200 * dt)
    path = case.sim.run(start, given, dt, 5)[0]
    w, theta = path[2]
    squares = (path[:, 1] ** 2).mean(axis=(1, 2)) / 2
    rate = (squares[0] - 8 * squares[1] + 8 * squares[3] - squares[4]) / (12 * dt)
    k, m = waves(case)
    square = k**2 + m**2
    square[0, 0] = 1.0
    rise = np.fft.ifft2(-1j * k / square * np.fft.fft2(w)).real
    gained = float((rise * theta).mean())
    lost = sum((np.fft.ifft2(1j * n * np.fft.fft2(theta)).real ** 2).mean() for n in (k, m)) / 20000**0.5
    assert gained > 0 and lost > 0
    assert abs((rate - gained + lost) / (gained + lost) - fact.value) < fact.tolerance  # type: ignore[operator]
    mirrored = np.roll(np.flip(path[2], axis=2), 1, axis=2)
    assert np.abs(path[2] + mirrored).max() < 1e-9 * np.abs(path[2]).max()

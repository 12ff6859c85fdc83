"""Cells, averages over space, waves and derivatives of fields, against integrals and closed forms."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from dynarena.evaluation import fields, waves
from dynarena.evaluation.fields import Axis
from dynarena.schema.task import Channel, Task


def task(*axes: Axis, count: int = 1, kind: str = "field") -> Task:
    names = tuple(axis.name for axis in axes)
    return Task(
        id="test@1.0/pde/box",
        ask="forecast",
        answer="values",
        dims=(kind, *names),
        shape=(count, *(len(axis.points) for axis in axes)),
        channels=tuple(Channel(f"c{n}") for n in range(count)),
        dt=0.1,
        context=1,
        horizon=3,
        mean=(0.0,) * count,
        std=(1.0,) * count,
        grid={axis.name: tuple(axis.points.tolist()) for axis in axes},
        facts={
            "lengths": [axis.length for axis in axes],
            "boundary": ["periodic" if axis.periodic else "wall" for axis in axes],
        },
    )


def ring(points: int, length: float = 2 * np.pi, name: str = "x") -> Axis:
    return Axis(name, length * np.arange(points) / points, length, True)


def cells(points: int, length: float = 1.0, name: str = "x") -> Axis:
    return Axis(name, length * (np.arange(points) + 0.5) / points, length, False)


def chebyshev(points: int, name: str = "x") -> Axis:
    return Axis(name, (1 - np.cos(np.pi * np.arange(points) / (points - 1))) / 2, 1.0, False)


@pytest.mark.parametrize(
    "axis", [ring(8), ring(9, 3.0), cells(7), chebyshev(9), Axis("x", np.linspace(0, 2, 5), 2.0, False)]
)
def test_widths_fill_the_axis(axis):
    assert axis.widths.sum() == pytest.approx(axis.length, rel=1e-14)
    assert (axis.widths > 0).all()


def test_cells_are_equal_at_centres_and_half_at_the_walls():
    np.testing.assert_allclose(cells(4).widths, 0.25)
    np.testing.assert_allclose(Axis("x", np.linspace(0, 1, 5), 1.0, False).widths, [1 / 8, 1 / 4, 1 / 4, 1 / 4, 1 / 8])
    uneven = Axis("x", np.array([0, 0.1, 0.5, 0.7]), 1.0, True)
    np.testing.assert_allclose(uneven.widths, [0.2, 0.25, 0.3, 0.25])
    assert cells(5).even and ring(5).even and not chebyshev(9).even
    assert not Axis("x", np.arange(4.0), 5.0, True).even


def test_averages_are_integrals_by_the_rule_of_trapezoids_for_points_on_walls():
    axis = chebyshev(129)
    box = task(axis, ring(16, name="y"))
    f = np.exp(axis.points)[:, None] * (1 + np.sin(ring(16).points))
    trapezoids = np.trapezoid(np.exp(axis.points), axis.points)
    assert fields.average(f[None], box)[0] == pytest.approx(trapezoids, rel=1e-12)
    assert trapezoids == pytest.approx(np.e - 1, rel=1e-3)


def test_axes_without_facts_are_periodic_fields_and_bounded_frames():
    bare = dataclasses.replace(task(ring(8), ring(4, name="y")), grid={}, facts={})
    assert [(axis.length, axis.periodic, axis.even) for axis in fields.axes(bare)] == [(8, True, True), (4, True, True)]
    frames = dataclasses.replace(bare, dims=("channel", "y", "x"))
    assert not any(axis.periodic for axis in fields.axes(frames)) and not waves.resolvable(frames)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_shares_of_all_waves_add_up_to_the_mean_square(count):
    kinds = [lambda n, name: ring(n, 2.0, name), lambda n, name: cells(n, 3.0, name)]
    for choice in itertools.product(kinds, repeat=count):
        box = task(*(make(6 + n, name) for n, (make, name) in enumerate(zip(choice, "xyz", strict=False))))
        a = np.random.default_rng(count).normal(size=(2, *box.shape))
        shares = waves.shares(a, box)
        space = tuple(range(2, a.ndim))
        np.testing.assert_allclose(shares.sum(axis=space), (a**2).mean(axis=space), rtol=1e-13)
        np.testing.assert_allclose(waves.by_shell(shares, box).sum(axis=-1), (a**2).mean(axis=space), rtol=1e-13)


def test_a_wave_has_its_wave_number_and_shell():
    box = task(ring(16, 4.0), ring(12, 2.0, "y"))
    x, y = np.meshgrid(*(axis.points for axis in fields.axes(box)), indexing="ij")
    shares = waves.shares(np.cos(2 * np.pi * (3 * x / 4 - 2 * y / 2))[None], box)[0]
    number = 2 * np.pi * np.hypot(3 / 4, 2 / 2)
    assert waves.numbers(box)[shares > 1e-12] == pytest.approx(np.full(2, number))
    shells = waves.by_shell(shares[None], box)[0]
    assert shells[5] == pytest.approx(0.5) and shells.sum() == pytest.approx(0.5)  # (3, 4) fundamentals of 2 pi / 4


def test_between_walls_a_standing_wave_is_half_a_shell():
    box = task(cells(16, 2.0))
    shares = waves.shares(np.cos(np.pi * 6 * fields.axes(box)[0].points / 2)[None], box)[0]
    assert shares[6] == pytest.approx(0.5) and waves.numbers(box)[6] == pytest.approx(3 * np.pi)
    assert waves.by_shell(shares[None], box)[0, 3] == pytest.approx(0.5)


def test_operators_are_exact_on_waves():
    axes = ring(16, 3.0), ring(12, 5.0, "y"), ring(8, 2.0, "z")
    box = task(*axes)
    x, y, z = np.meshgrid(*(axis.points for axis in axes), indexing="ij")
    kx, ky, kz = (2 * np.pi * m / axis.length for m, axis in zip((2, -3, 1), axes, strict=True))
    angle = kx * x + ky * y + kz * z
    square = kx**2 + ky**2 + kz**2
    expected = {
        "dx": -kx * np.sin(angle),
        "dy": -ky * np.sin(angle),
        "dz": -kz * np.sin(angle),
        "lap": -square * np.cos(angle),
        "bilap": square**2 * np.cos(angle),
        "invlap": -np.cos(angle) / square,
        "grad2": square * np.sin(angle) ** 2,
    }
    operators = waves.operators(box)
    assert operators.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(
            operators[name](np.cos(angle)), value, atol=1e-10 * np.abs(value).max(), err_msg=name
        )
    np.testing.assert_allclose(operators["invlap"](np.cos(angle) + 7), expected["invlap"], atol=1e-12)


def test_the_waves_of_a_grid_s_own_number_have_no_slope_but_are_steep():
    axis = ring(8)
    zigzag = (-1.0) ** np.arange(8)
    assert np.abs(waves.derivative(zigzag, -1, axis)).max() < 1e-14
    np.testing.assert_allclose(waves.steepness(zigzag, -1, axis) ** 2, 16, rtol=1e-12)

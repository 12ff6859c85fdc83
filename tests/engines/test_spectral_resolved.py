"""A run that cannot be trusted is refused: with the number, when and where."""

import numpy as np
import pytest
from spectral_builders import simulator, streams

from dynarena.engines.spectral.resolved import cutoff_share
from dynarena.errors import DataError, SchemaError, UsageError

X = np.arange(64) * (2 * np.pi / 64)
BURGERS = ["-u*dx(u) + nu*lap(u)"]


def burgers(nu: float, step: float = 0.01) -> tuple:
    sim = simulator(BURGERS, parameters={"nu": nu}, solver={"step": step})
    return sim, {"nu": np.array([nu])}


def test_a_resolved_run_passes() -> None:
    sim, parameters = burgers(0.2)
    sim.refuse(sim.run(np.sin(X)[None, None], parameters, 0.2, 9), parameters, 0.2)


def test_a_front_that_the_grid_does_not_carry_is_refused_with_its_time_and_share() -> None:
    sim, parameters = burgers(0.002)
    path = sim.run(np.sin(X)[None, None], parameters, 0.25, 9)
    assert cutoff_share(path[:, 0], sim.box)[0, 0] < 1e-25
    with pytest.raises(DataError) as caught:
        sim.refuse(path, parameters, 0.25)
    text = str(caught.value)
    assert (
        "too coarse" in text and "field u, t = 1" in text and "trajectory 0" in text and "0.01 of the variance" in text
    )


def test_the_share_is_what_the_outer_third_of_the_kept_modes_holds() -> None:
    sim = simulator(["u*dx(u)"])
    assert sim.box.kept == (21,)
    fields = np.stack([3 + np.cos(X) + 0.5 * np.cos(14 * X), np.cos(X) + 0.5 * np.cos(15 * X), 2 + 0 * X])
    assert np.allclose(cutoff_share(fields[None], sim.box), [[0, 0.2, 0]], atol=1e-12)
    square = simulator(["u*dx(u)"], domain={"length": [1, 1], "points": [64, 64]})
    x, y = np.meshgrid(X, X, indexing="ij")
    both = np.stack([np.cos(x) + np.cos(15 * y - x), np.cos(y) + np.cos(15 * x)])
    assert np.allclose(cutoff_share(both[None], square.box), 0.5)


def test_the_stated_share_rules_and_what_the_start_holds_is_its_own() -> None:
    start, later = np.cos(X), np.cos(X) + 0.05 * np.cos(15 * X)
    for share, refused in ((1e-3, True), (1e-2, False)):
        sim = simulator(["-u*dx(u)"], solver={"step": 1e-3, "cutoff_share": share})
        path = np.stack([start, later])[None, :, None]
        if refused:
            with pytest.raises(DataError, match="too coarse"):
                sim.refuse(path, {}, 1e-3)
        else:
            sim.refuse(path, {}, 1e-3)
        sim.refuse(np.stack([later, later])[None, :, None], {}, 1e-3)


def test_a_start_with_waves_that_the_grid_removes_is_refused() -> None:
    sim = simulator(["-u*dx(u)"], solver={"step": 1e-3})
    start = np.cos(X) + 0.2 * np.cos(25 * X)
    with pytest.raises(DataError, match="above the modes kept"):
        sim.refuse(np.stack([start, start])[None, :, None], {}, 1e-3)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_start_that_jumps_at_the_ends_is_refused_with_the_jump(axis: int) -> None:
    sim = simulator(["u*dx(u)", "lap(v)"], state=["u", "v"], domain={"length": [1, 1], "points": [32, 32]})
    ramp = np.linspace(0, 1, 32)
    ramp = np.broadcast_to(ramp[:, None] if axis == 0 else ramp, (32, 32))
    path = np.stack([np.ones((32, 32)), ramp])[None, None]
    with pytest.raises(SchemaError) as caught:
        sim.refuse(path, {}, 0.1)
    assert f"not periodic along {'xy'[axis]}" in str(caught.value)
    assert "field v" in str(caught.value) and "got:      1" in str(caught.value)


def test_a_front_inside_the_box_is_no_jump_at_its_ends() -> None:
    sim = simulator(["lap(u)"], solver={"step": 1, "cutoff_share": 1})
    for place in (0.2, 3.0, 6.2):
        front = np.tanh(3 * np.sin((X - place) / 2) * 4)
        periodic = front * np.cos((X - place) / 2)
        sim.refuse(periodic[None, None, None], {}, 0.1)


def test_a_step_too_long_is_refused_with_a_step_that_would_do() -> None:
    sim, parameters = burgers(0.05, step=1.0)
    start = 2 * np.sin(X)[None, None]
    path = np.broadcast_to(start[:, None], (1, 2, 1, 64))
    with pytest.raises(DataError) as caught:
        sim.refuse(path, parameters, 1.0)
    assert "step is too long" in str(caught.value) and "at a step of 1" in str(caught.value)
    shorter = float(str(caught.value).split("step = ")[1].split()[0])
    better, _ = burgers(0.05, step=shorter)
    better.refuse(path, parameters, shorter)


def test_a_step_that_overflows_is_refused() -> None:
    sim = simulator(["u**3"], solver={"step": 10.0})
    path = np.full((1, 2, 1, 64), 40.0)
    with pytest.raises(DataError, match="not finite"):
        sim.refuse(path, {}, 10.0)


def test_starts_of_another_shape_are_refused() -> None:
    sim = simulator(["lap(u)"])
    for start in (np.zeros((1, 1, 32)), np.zeros((1, 2, 64)), np.zeros((64,))):
        for call in (sim.run, sim.verify):
            with pytest.raises(SchemaError, match="wrong shape"):
                call(start, {}, 0.1, 2)


@pytest.mark.parametrize(("dt", "n_points"), [(0.0, 2), (-1.0, 2), (float("nan"), 2), (0.1, 0)])
def test_requests_without_an_answer_are_refused(dt: float, n_points: int) -> None:
    sim = simulator(["lap(u)"])
    with pytest.raises(UsageError):
        sim.run(sim.start(streams(1), {}, "test"), {}, dt, n_points)

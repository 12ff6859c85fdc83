"""Smooth scenes: solutions against equations, laws of the engine, what files are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scene_builders import motion
from scipy.integrate import solve_ivp
from scipy.special import ellipj, ellipk

from dynarena.engines.film.components import LIGHT, SPIN, VX, VY, X, Y
from dynarena.engines.motion.laws import kepler, pendulum
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError, EquationError, SchemaError, UnknownName


def start_of(simulator, count=3):
    streams = Streams([trajectory_key("motion", index) for index in range(count)])
    parameters = simulator.parameters(streams, "test")
    return simulator.start(streams, parameters, "test"), parameters


def test_a_falling_ball_falls_and_its_velocity_is_derived():
    simulator = motion()
    start, parameters = start_of(simulator)
    path = simulator.run(start, parameters, 0.1, 11)[:, :, 0]
    t = np.arange(11) * 0.1
    assert path[..., Y] == pytest.approx(start[:, :1, Y] - t**2, abs=1e-12)
    assert path[..., VY] == pytest.approx(np.broadcast_to(-2 * t, (3, 11)), abs=1e-12)
    assert (path[..., VX] == 0).all() and (path[..., LIGHT] == 1).all()
    assert simulator.components[-3:] == ("q_x", "q_y", "q_v")


def test_velocities_follow_the_chain_rule_through_a_picture():
    simulator = motion(
        {"a": {"x": "5 + 2*cos(phi)", "y": "5 + 2*sin(phi)", "angle": "3*phi", "radius": 1}},
        state=["phi"], equations=["w"], parameters={"w": 1.5}, box={"phi": (0, 6)}, options={},
    )  # fmt: skip
    start, parameters = start_of(simulator)
    path = simulator.run(start, parameters, 0.1, 5)[:, :, 0]
    phi = path[..., -1]
    assert path[..., VX] == pytest.approx(-3 * np.sin(phi), abs=1e-12)
    assert path[..., VY] == pytest.approx(3 * np.cos(phi), abs=1e-12)
    assert path[..., SPIN] == pytest.approx(4.5, abs=1e-12)


def test_a_stated_solution_is_used_and_a_wrong_one_shows_in_the_second_computation():
    right = {"step": 0.05, "x": "x0", "y": "y0 + v0*t - g*t**2/2", "v": "v0 - g*t"}
    for solver, far in ((right, False), ({**right, "y": "y0 + v0*t - g*t**2"}, True)):
        simulator = motion(solver=solver)
        start, parameters = start_of(simulator)
        apart = np.abs(simulator.run(start, parameters, 0.1, 9) - simulator.verify(start, parameters, 0.1, 9)).max()
        assert (apart > 0.1) if far else (apart < 1e-12)


def test_the_pendulum_is_that_of_an_independent_library():
    """scipy's elliptic functions: sin(theta/2) = k sn(K + omega0 t), from rest at the turning point."""
    t = np.linspace(0, 4, 9)
    for angle in (0.3, 1.5, 2.9):
        path = pendulum.solution(np.array([[angle, 0.0]]), {"omega0": np.array([2.0])}, t)[0]
        k = np.sin(angle / 2)
        sn, _, _, _ = ellipj(2.0 * t + ellipk(k**2), k**2)
        assert path[:, 0] == pytest.approx(2 * np.arcsin(k * sn), abs=1e-11)
    with pytest.raises(DataError, match="over the top"):
        pendulum.solution(np.array([[0.0, 4.1]]), {"omega0": np.array([2.0])}, t)


def test_kepler_orbits_agree_with_an_integrator_and_close_after_a_period():
    mu = 7.0

    def rate(_, y):
        r3 = np.hypot(y[0], y[1]) ** 3
        return [y[2], y[3], -mu * y[0] / r3, -mu * y[1] / r3]

    random = np.random.default_rng(0)
    t = np.linspace(0, 6, 13)
    for eccentricity in (0.0, 0.3, 0.9):
        turn = random.uniform(0, 6)
        place = np.array([np.cos(turn), np.sin(turn)]) * (1 - eccentricity) * 1.5
        speed = np.sqrt(mu / 1.5 * (1 + eccentricity) / (1 - eccentricity))
        start = np.array([*place, -speed * np.sin(turn), speed * np.cos(turn)])
        path = kepler.solution(start[None], {"mu": np.array([mu])}, t)[0]
        theirs = solve_ivp(rate, (0, 6), start, t_eval=t, rtol=1e-12, atol=1e-12, method="DOP853").y.T
        assert path == pytest.approx(theirs, abs=1e-6 if eccentricity > 0.8 else 1e-9)
        period = 2 * np.pi * np.sqrt(1.5**3 / mu)
        assert kepler.solution(start[None], {"mu": np.array([mu])}, np.array([5 * period]))[0, 0] == pytest.approx(
            start, abs=1e-10
        )
    with pytest.raises(DataError, match="no ellipse"):
        kepler.solution(np.array([[1.0, 0.0, 0.0, 4.0]]), {"mu": np.array([mu])}, t)


def test_a_field_is_shown_by_its_shade():
    simulator = motion(
        {"plate": {"x": 5, "y": 5}}, state=["a"], equations=["-a"], parameters={}, box={"a": (0.2, 0.4)}, options={},
        scene={"colours": ["black"], "scenery": ["plate"], "shade": "a*(1 + x/10)", "shade_colour": "red"},
    )  # fmt: skip
    start, parameters = start_of(simulator)
    frames = simulator.frames(simulator.run(start, parameters, 0.5, 3), parameters, 8)
    x, a = (np.arange(8) + 0.5) / 8, start[0, 0, -1]
    expected = np.floor(255 * (1 - a * np.exp(-0.5) * (1 + x)) + 0.5)
    assert np.array_equal(frames[0, 1, 1], np.broadcast_to(expected, (8, 8)))
    assert (frames[:, :, 0] == 255).all()


def test_files_that_make_no_sense_are_refused():
    with pytest.raises(SchemaError, match="a coordinate has no start"):
        motion(box={"x": (2, 8)})
    with pytest.raises(SchemaError, match="a coordinate has no solution"):
        motion(solver={"step": 0.05, "x": "x0", "y": "y0"})
    with pytest.raises(SchemaError, match="unknown key 'vx'"):
        motion({"ball": {"x": "x", "y": "y", "vx": 1}})
    with pytest.raises(EquationError, match="zz"):
        motion({"ball": {"x": "zz", "y": "y"}})
    with pytest.raises(UnknownName, match="Did you mean 'kepler'"):
        motion(solver={"step": 0.05, "law": "keppler"})
    with pytest.raises(SchemaError, match="this is no pendulum"):
        motion(solver={"step": 0.05, "law": "pendulum"})
    with pytest.raises(UnknownName, match="Did you mean 'blue'"):
        motion(scene={"colours": ["bleu"]})
    with pytest.raises(SchemaError, match="wrong colours"):
        motion(scene={"colours": ["red", "blue"]})


def test_the_state_is_recovered_from_four_frames():
    simulator = motion()
    start, parameters = start_of(simulator)
    states = simulator.run(start, parameters, 0.1, 4)
    found = simulator.estimate(simulator.frames(states, parameters, 128), parameters, 0.1)
    assert found[:, 0, [X, Y]] == pytest.approx(states[:, -1, 0, [X, Y]], abs=1e-3)
    blank = np.full((1, 4, 3, 32, 32), 255, np.uint8)
    assert np.isnan(simulator.estimate(blank, {"g": np.ones(1)}, 0.1)).all()

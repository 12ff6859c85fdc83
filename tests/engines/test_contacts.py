"""Contacts: closed forms, conservation over many collisions, friction, rest, obstacles, hostile files."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scene_builders import contacts, discs, laws

from dynarena.engines.contacts.march import march
from dynarena.engines.contacts.roots import first_fall
from dynarena.engines.film.components import ANGLE, MASS, RADIUS, SPIN, VX, VY, X, Y
from dynarena.errors import DataError, SchemaError, UnknownName


def energy(states, gravity=0.0):
    mass, radius = states[..., MASS], states[..., RADIUS]
    moving = (states[..., VX] ** 2 + states[..., VY] ** 2) / 2 + gravity * states[..., Y]
    return (mass * moving + mass * radius**2 / 4 * states[..., SPIN] ** 2).sum(axis=-1)


def angular_momentum(states):
    mass = states[..., MASS]
    orbital = mass * (states[..., X] * states[..., VY] - states[..., Y] * states[..., VX])
    return (orbital + mass * states[..., RADIUS] ** 2 / 2 * states[..., SPIN]).sum(axis=-1)


def crowd(count, radius, seed=0):
    """Discs on a jittered grid with random velocities, [disc, component], in a world of 10."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    room = 10 / side
    rows = []
    for k in range(count):
        place = (np.array(divmod(k, side)) + 0.5) * room + random.uniform(-1, 1, 2) * (room / 2 - radius) * 0.9
        rows.append((*place, *random.normal(0, 2, 2), radius * random.uniform(0.7, 1.0), random.uniform(0.5, 2)))
    return discs(*rows)[0]


def test_a_head_on_collision_happens_at_the_exact_time_and_place():
    """Rational arithmetic: gap 2, closing 3, so contact at t = 2/3; masses 1 and 4 leave with -14/5 and 1/5."""
    v1, v2, contact = Fraction(-14, 5), Fraction(1, 5), Fraction(2, 3)
    path = contacts(2).run(discs((2, 5, 2, 0, 1), (7, 5, -1, 0, 2)), {}, 0.25, 9)[0]
    for k in range(9):
        t = Fraction(k, 4)
        before, after = min(t, contact), max(t - contact, Fraction(0))
        assert path[k, 0, X] == pytest.approx(float(2 + 2 * before + v1 * after), abs=1e-14)
        assert path[k, 1, X] == pytest.approx(float(7 - before + v2 * after), abs=1e-14)


def test_a_hundred_balls_keep_their_energy_over_a_thousand_collisions():
    state = crowd(100, 0.4)
    out = np.empty((60, *state.shape))
    none = np.empty((0, 4)), np.empty((0, 3))
    count = march(state.copy(), np.array([0.0, 1.0, 1.0, 0.0]), *none, 10.0, True, 0.1, out)
    assert count > 1000
    assert energy(out) == pytest.approx(np.full(60, energy(out[0])), rel=1e-12)
    apart = np.hypot(*np.moveaxis(out[:, :, None, :2] - out[:, None, :, :2], -1, 0))
    reach = out[:, :, None, RADIUS] + out[:, None, :, RADIUS]
    assert (apart - reach + 20 * np.eye(100)).min() > -1e-9
    assert (out[..., :2] - out[..., RADIUS, None]).min() > -1e-9


def test_momentum_is_kept_without_walls():
    state = crowd(25, 0.7, seed=1)
    out = np.empty((20, *state.shape))
    none = np.empty((0, 4)), np.empty((0, 3))
    march(state.copy(), np.array([0.0, 0.7, 0.7, 0.4]), *none, 10.0, False, 0.1, out)
    momentum = (out[..., MASS, None] * out[..., VX : VY + 1]).sum(axis=1)
    assert np.abs(momentum - momentum[0]).max() < 1e-12
    turning = angular_momentum(out)
    assert np.abs(turning - turning[0]).max() < 1e-11
    assert (np.diff(energy(out)) < 1e-12).all() and energy(out)[-1] < 0.9 * energy(out)[0]


def test_a_trajectory_run_backwards_returns():
    state = crowd(9, 1.0, seed=4)[None]
    simulator = contacts(1, scene={"walls": True})
    simulator.moving = list(range(9))
    there = simulator.run(state, {}, 0.5, 3)[:, -1]
    there[..., [VX, VY]] *= -1
    back = simulator.run(there, {}, 0.5, 3)[:, -1]
    assert back[..., [X, Y]] == pytest.approx(state[..., [X, Y]], abs=1e-8)


@pytest.mark.parametrize("restitution", [0.5, 0.8])
def test_a_ball_comes_to_rest_when_the_series_of_its_bounces_ends(restitution):
    """From height h: rest after sqrt(2 h/g) (1 + e)/(1 - e)."""
    height, gravity = 3.0, 6.0
    total = np.sqrt(2 * height / gravity) * (1 + restitution) / (1 - restitution)
    simulator = contacts(scene={"walls": True})
    given = laws(gravity=gravity, restitution=restitution)
    start = discs((3, 1 + height, 0.5, 0, 1))
    path = simulator.run(start, given, total * 1.0001, 2)[0, -1, 0]
    assert path[Y] == 1.0 and path[VY] == 0.0 and path[X] == pytest.approx(3 + 0.5 * total * 1.0001, abs=1e-12)
    before = simulator.run(start, given, total * 0.9999, 2)[0, -1, 0]
    assert 0 < before[Y] - 1 < 1e-6


def test_a_sliding_disc_ends_by_rolling_at_two_thirds_of_its_speed():
    """m v r is kept about the floor: v r + r^2/2 spin, so that v = 2/3 v0 after t = v0/(3 mu g)."""
    given = laws(gravity=6.0, friction=0.2)
    end = 3.0 / (3 * 0.2 * 6.0)
    path = contacts(scene={"walls": True}).run(discs((1, 1, 3.0, 0, 1)), given, end / 4, 9)[0, :, 0]
    assert path[2, VX] == pytest.approx(3 - 0.2 * 6 * end / 2, abs=1e-12)
    assert path[4:, VX] == pytest.approx(2.0, abs=1e-12) and path[4:, SPIN] == pytest.approx(-2.0, abs=1e-12)
    assert path[8, ANGLE] - path[4, ANGLE] == pytest.approx(-(path[8, X] - path[4, X]), abs=1e-12)


def test_friction_at_a_bounce_obeys_coulomb_and_never_reverses_the_slip():
    for friction, stops in ((0.05, False), (5.0, True)):
        start = discs((5, 3, 2.0, -3.0, 1))
        after = contacts(scene={"walls": True}).run(start, laws(friction=friction), 1.0, 2)[0, -1, 0]
        lost = 2.0 - after[VX]
        assert lost == pytest.approx(2 / 3 if stops else friction * 2 * 3.0, abs=1e-12)
        assert after[VX] + after[SPIN] == pytest.approx(0 if stops else 2 - 3 * lost, abs=1e-12)


def test_friction_between_discs_keeps_angular_momentum():
    start = discs((2, 5, 3, 0, 1, 1.0, 2.0), (6, 6.2, -1, 0.5, 1.3, 2.5, -1.0))
    path = contacts(2).run(start, laws(friction=0.3, restitution=0.6), 0.1, 30)[0]
    assert np.abs(np.diff(path[:, 0, SPIN])).max() > 0.1
    turning = angular_momentum(path)
    assert turning == pytest.approx(np.full(30, turning[0]), abs=1e-12)


SOLIDS = {
    "block": {"x": 7, "y": 5, "width": 2, "height": 4},
    "bar": {"x": 3, "y": 2, "width": 3, "height": 0.4, "angle": 0.5},
    "peg": {"x": 2.5, "y": 8, "radius": 0.6},
    "ball": {"x": 3, "y": 5, "radius": 0.5},
}
SOLID_SCENE = {
    "shapes": ["box", "rod", "disc", "disc"],
    "scenery": ["block", "bar", "peg"],
    "solid": ["block", "bar", "peg"],
}


def solid_scene():
    return contacts(objects=SOLIDS, scene={**SOLID_SCENE, "walls": True})


def solid_start(x, y, vx, vy):
    simulator = solid_scene()
    from dynarena.engines.streams import Streams

    start = simulator.start(Streams([(0, 0)]), {}, "test")
    start[0, 3, [X, Y, VX, VY]] = x, y, vx, vy
    return simulator, start


def test_a_side_a_corner_and_a_peg_reflect_where_they_should():
    simulator, start = solid_start(3, 5, 2, 0)
    assert simulator.run(start, {}, 2.0, 2)[0, 1, 3, X] == pytest.approx(5.5 - 2 * (2 - 1.25), abs=1e-12)
    simulator, start = solid_start(3.0, 7.4, 1, 0)  # meets the corner (6, 7) with its centre 0.4 above it
    after = simulator.run(start, {}, 4.0, 2)[0, 1, 3]
    normal = np.array([-0.3, 0.4]) / 0.5
    assert after[[VX, VY]] == pytest.approx(np.array([1, 0]) - 2 * normal[0] * normal, abs=1e-12)
    simulator, start = solid_start(2.5, 5.5, 0, 1)
    assert simulator.run(start, {}, 2.0, 2)[0, 1, 3, Y] == pytest.approx(6.9 - (2 - 1.4), abs=1e-12)


@pytest.mark.parametrize(("seed", "vx", "vy"), [(0, 5, 1), (1, -5, 2), (2, 2, -5), (3, -4, -4)])
def test_a_stepper_with_bisected_contacts_agrees_among_obstacles(seed, vx, vy):
    random = np.random.default_rng(seed)
    simulator, start = solid_start(4.6, 5, vx, vy)
    given = laws(gravity=random.uniform(0, 5), restitution=random.uniform(0.6, 1), friction=random.uniform(0, 0.5))
    path, again = (f(start, given, 0.1, 16) for f in (simulator.run, simulator.verify))
    assert np.abs(path - again).max() < 1e-9
    pushed = np.diff(path[0, :, 3, [VX, VY]], axis=-1) + 0.1 * np.array([[0.0], given["gravity"]])
    assert (np.abs(pushed) > 1e-9).any(), "something is hit"


def test_resting_and_falling_discs_meet_at_the_root_of_a_quartic():
    start = discs((4, 1, 0, 0, 1), (4.5, 6, -0.3, 0, 0.8))
    simulator, given = contacts(2, scene={"walls": True}), laws(gravity=4.0, restitution=0.5)
    path, again = (f(start, given, 0.1, 16) for f in (simulator.run, simulator.verify))
    assert np.abs(path - again).max() < 1e-9
    assert abs(path[0, -1, 0, VX]) > 0.1, "the resting disc is pushed away"


def test_the_first_fall_of_a_polynomial_is_the_root_that_numpy_finds():
    random = np.random.default_rng(0)
    found = 0
    for _ in range(500):
        c = random.normal(0, 1, 5)
        roots = np.roots(c[::-1])
        real = sorted(r.real for r in roots if abs(r.imag) < 1e-9 and 0 < r.real < 2)
        falls = [r for r in real if np.polyval(np.polyder(c[::-1]), r) < 0]
        mine = first_fall(c, 2.0)
        assert mine == pytest.approx(falls[0], abs=1e-8) if falls else mine == np.inf
        found += bool(falls)
    assert found > 100


def test_files_that_make_no_sense_are_refused():
    with pytest.raises(SchemaError, match="only discs move"):
        contacts(objects={"box": {"x": 1, "y": 1, "width": 1, "height": 1}}, scene={"shapes": ["box"]})
    with pytest.raises(UnknownName, match="Did you mean 'peg'"):
        contacts(objects=SOLIDS, scene={**SOLID_SCENE, "solid": ["pegg"]})
    with pytest.raises(SchemaError, match="missing key 'y'"):
        contacts(objects={"ball": {"x": 1, "radius": 1}})
    with pytest.raises(DataError, match="restitution is out of range"):
        contacts().run(discs((5, 5, 0, 0, 1)), laws(restitution=-1), 0.1, 2)
    with pytest.raises(UnknownName, match="Did you mean 'walls'"):
        contacts(scene={"wals": True})

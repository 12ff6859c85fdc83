"""Discs: closed forms, conservation, an independent stepper, reproducibility, hostile files."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from dynarena.engines.discs import Discs, DiscSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import DataError, EquationError, SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

DISC = {"x": "a", "y": 5, "vx": 0, "vy": 0, "radius": 1}


def scene(count=1, *, parameters=None, **scene_table):
    """A simulator of `count` discs whose law of starts is not used."""
    colours = ["red", "blue", "green"][:count] if count <= 3 else [f"#{k:02x}0000" for k in range(count)]
    objects = {f"disc{k}": DISC | {"x": 3 * k} for k in range(count)}
    return compile_scene(objects, parameters=parameters, colours=colours, **scene_table)


def compile_scene(objects, *, parameters=None, box=None, options=None, splits=None, **scene_table) -> DiscSimulator:
    content = {
        "schema": 1,
        "title": "Test scene",
        "about": "",
        "source": "",
        "engine": "discs",
        "parameters": parameters or {},
        "scene": scene_table,
        "start": {"box": box or {}, "options": options or {}, "objects": objects},
        "splits": splits or {},
    }
    return Discs().compile(SystemSpec.model_validate(content))


def state(*discs):
    """One trajectory of discs (x, y, vx, vy, radius); mass = radius^2."""
    return np.array([[[*disc, disc[4] ** 2] for disc in discs]], dtype=np.float64)


def ones(**values):
    return {name: np.array([float(value)]) for name, value in values.items()}


def keys(count, offset=0):
    return Streams([trajectory_key("scene", index + offset) for index in range(count)])


def crowd(count=64, discs=5, seed=0):
    """Random non-overlapping discs that fly roughly towards the middle."""
    random = np.random.default_rng(seed)
    cells = np.array([(x, y) for x in (1.5, 4.0, 6.5) for y in (2.0, 5.0, 8.0)])
    start = np.empty((count, discs, 6))
    for row in start:
        row[:, :2] = random.permutation(cells)[:discs] + random.uniform(-0.3, 0.3, (discs, 2))
        row[:, 2:4] = 1.5 * (5 - row[:, :2]) + random.normal(0, 1, (discs, 2))
        row[:, 4] = random.uniform(0.3, 0.9, discs)
        row[:, 5] = random.uniform(0.5, 4.0, discs)
    return start


def momentum(states):
    return (states[..., 5:6] * states[..., 2:4]).sum(axis=-2)


def energy(states, gravity=0.0):
    return (states[..., 5] * ((states[..., 2:4] ** 2).sum(-1) / 2 + gravity * states[..., 1])).sum(axis=-1)


def test_free_flight_is_the_textbook_parabola():
    path = scene().run(state((1, 9, 2, 3, 0.5)), ones(gravity=2.5), 0.1, 32)[0, :, 0]
    t = np.arange(32) * 0.1
    assert path[:, 0] == pytest.approx(1 + 2 * t, abs=1e-13)
    assert path[:, 1] == pytest.approx(9 + 3 * t - 1.25 * t**2, abs=1e-13)
    assert path[:, 3] == pytest.approx(3 - 2.5 * t, abs=1e-13)
    assert (path[:, 2] == 2).all() and (path[:, 4] == 0.5).all()


def test_a_head_on_collision_happens_at_the_exact_time_and_place():
    """Rational arithmetic: gap 2, closing 3, so contact at t = 2/3; masses 1 and 4 leave with -14/5 and 1/5."""
    v1, v2, contact = Fraction(-14, 5), Fraction(1, 5), Fraction(2, 3)
    path = scene(2).run(state((2, 5, 2, 0, 1), (7, 5, -1, 0, 2)), {}, 0.25, 9)[0]
    for k in range(9):
        t = Fraction(k, 4)
        before, after = min(t, contact), max(t - contact, Fraction(0))
        assert path[k, 0, 0] == pytest.approx(float(2 + 2 * before + v1 * after), abs=1e-14)
        assert path[k, 1, 0] == pytest.approx(float(7 - before + v2 * after), abs=1e-14)


@pytest.mark.parametrize("restitution", [0.0, 0.4, 1.0])
def test_restitution_scales_the_normal_relative_speed_and_leaves_the_tangential(restitution):
    start = state((2, 5, 3, 0, 1), (6, 6.2, -1, 0.5, 1.3))
    path = scene(2).run(start, ones(restitution=restitution), 0.05, 60)[0]
    jump = int(np.argmax(np.abs(np.diff(path[:, 0, 2])) > 1e-12))
    normal = _contact_normal(start[0])
    tangent = np.array([-normal[1], normal[0]])
    before, after = (path[k, 1, 2:4] - path[k, 0, 2:4] for k in (jump, jump + 1))
    assert after @ normal == pytest.approx(-restitution * (before @ normal), abs=1e-12)
    assert path[jump + 1, :, 2:4] @ tangent == pytest.approx(path[jump, :, 2:4] @ tangent, abs=1e-12)


def _contact_normal(discs):
    """The direction between centres at contact, from numpy's own roots."""
    d, w = discs[1, :2] - discs[0, :2], discs[1, 2:4] - discs[0, 2:4]
    reach = discs[0, 4] + discs[1, 4]
    t = np.roots([w @ w, 2 * d @ w, d @ d - reach**2]).min()
    return (d + w * t) / reach


def test_momentum_and_energy_are_kept_in_a_crowd():
    path = scene(5).run(crowd(), {}, 0.1, 60)
    assert (np.abs(np.diff(path[..., 2], axis=1)) > 1e-9).any(axis=(1, 2)).mean() > 0.9, "discs do collide"
    scale = (crowd()[..., 5] * np.hypot(crowd()[..., 2], crowd()[..., 3])).sum(-1).max()
    assert np.abs(momentum(path) - momentum(path[:, :1])).max() < 1e-13 * scale
    assert energy(path) == pytest.approx(np.repeat(energy(path[:, :1]), 60, axis=1), rel=1e-12)


def test_discs_never_overlap():
    path = scene(5, walls=True).run(crowd(), {}, 0.05, 200)
    for i in range(5):
        for j in range(i):
            apart = np.hypot(*np.moveaxis(path[:, :, i, :2] - path[:, :, j, :2], -1, 0))
            assert (apart - path[:, :, i, 4] - path[:, :, j, 4]).min() > -1e-12
    assert (path[..., :2] - path[..., 4:5]).min() > -1e-12
    assert (path[..., :2] + path[..., 4:5]).max() < 10 + 1e-12


def test_energy_is_kept_between_walls_under_gravity():
    path = scene(3, walls=True).run(crowd(discs=3), {"gravity": np.full(64, 2.5)}, 0.1, 100)
    assert energy(path, 2.5) == pytest.approx(np.repeat(energy(path[:, :1], 2.5), 100, axis=1), rel=1e-11)


def test_a_bouncing_ball_has_the_period_of_its_fall():
    """Dropped from height h above the floor it returns after 2 sqrt(2 h / g)."""
    height, gravity = 4.0, 2.0
    period = 2 * np.sqrt(2 * height / gravity)
    path = scene(walls=True).run(state((5, 1 + height, 0, 0, 1)), ones(gravity=gravity), period, 11)[0, :, 0]
    assert path[:, 1] == pytest.approx(1 + height, abs=1e-10)


def test_newtons_cradle_passes_the_motion_to_the_last_disc():
    start = state((2, 5, 3, 0, 0.5), (4, 5, 0, 0, 0.5), (5, 5, 0, 0, 0.5))
    last = scene(3).run(start, {}, 1.0, 2)[0, -1]
    assert last[:, 2] == pytest.approx([0, 0, 3], abs=1e-14)


def test_discs_that_miss_or_recede_go_on():
    for speed, height in ((-1.0, 5.0), (3.0, 7.0 + 1e-9)):
        path = scene(2).run(state((3, 5, speed, 0, 1), (7, height, 0, 0, 1)), {}, 0.5, 8)
        assert (path[0, :, 0, 2] == speed).all() and (path[0, :, 1, 2] == 0).all()


def test_gravity_does_not_change_when_falling_discs_meet():
    start = state((2, 5, 2, 1, 1), (7, 6, -1, 0, 1))
    still, falling = (scene(2).run(start, ones(gravity=g), 0.1, 32)[0] for g in (0.0, 2.5))
    t = np.arange(32) * 0.1
    assert falling[..., 1] == pytest.approx(still[..., 1] - 1.25 * t[:, None] ** 2, abs=1e-12)
    assert falling[..., 2] == pytest.approx(still[..., 2], abs=1e-12)


def test_a_stepper_with_bisected_contacts_agrees():
    start = crowd(4, discs=3, seed=3)
    for walls, laws in ((False, {"restitution": 0.6, "gravity": 2.5}), (True, {"gravity": 0.0})):
        simulator = scene(3, walls=walls)
        given = {name: np.full(4, value) for name, value in laws.items()}
        path = simulator.run(start, given, 0.1, 12)
        assert (np.abs(np.diff(path[..., 2], axis=1)) > 1e-9).any()
        assert np.abs(path - simulator.verify(start, given, 0.1, 12)).max() < 1e-9


def test_a_trajectory_is_the_same_alone_in_any_batch_and_as_a_prefix():
    simulator, start = scene(5, walls=True), crowd()
    whole = simulator.run(start, {}, 0.1, 50)
    for count in (1, 7):
        assert np.array_equal(simulator.run(start[:count], {}, 0.1, 50), whole[:count])
    assert np.array_equal(simulator.run(start, {}, 0.1, 13), whole[:, :13])
    assert np.array_equal(simulator.advance(start, {}, 0.1 * 49), whole[:, 49])
    assert np.array_equal(whole[:, 0], start)


def test_starts_follow_box_options_and_splits():
    simulator = compile_scene(
        {"ball": {"x": "1 + u", "y": "twice", "vx": "g*u", "vy": 0, "radius": 1}},
        parameters={"g": 3},
        box={"u": (0, 1)},
        options={"twice": "2*u + 1"},
        splits={"far": {"box": {"u": (4, 5)}, "parameters": {"g": (7, 8)}}},
        colours=["red"],
        mass="g*radius",
    )
    for split, low, gain in (("test", 0, (3, 3)), ("far", 4, (7, 8))):
        given = simulator.parameters(keys(50), split)
        start = simulator.start(keys(50), given, split)[:, 0]
        u = start[:, 0] - 1
        assert (u > low).all() and (u < low + 1).all() and u.std() > 0.2
        assert (given["g"] >= gain[0]).all() and (given["g"] <= gain[1]).all()
        assert start[:, 1] == pytest.approx(2 * u + 1)
        assert start[:, 2] == pytest.approx(given["g"] * u)
        assert start[:, 5] == pytest.approx(given["g"])
    part = simulator.start(keys(3, offset=20), {"g": np.full(3, 3.0)}, "test")
    assert np.array_equal(part, simulator.start(keys(50), {"g": np.full(50, 3.0)}, "test")[20:23])


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"scene": {"colors": ["red"]}}, SchemaError, "colours"),
        ({"scene": {"colours": ["red", "blue"]}}, SchemaError, "each object needs a colour"),
        ({"scene": {"colours": ["rad"]}}, UnknownName, "red"),
        ({"scene": {"colours": ["red"], "world": -1}}, SchemaError, "positive side"),
        ({"scene": {"colours": ["red"], "walls": 1.0}}, SchemaError, "true or false"),
        ({"objects": {}}, SchemaError, "objects"),
        ({"objects": {"ball": {"x": 1, "y": 1, "vx": 0, "vy": 0}}}, SchemaError, "radius"),
        ({"objects": {"ball": {**DISC, "x": 1, "spin": 2}}}, SchemaError, "spin"),
        ({"objects": {"ball": DISC}}, EquationError, "'a'"),
        ({"objects": {"ball": {**DISC, "x": "__import__('os')"}}}, EquationError, ""),
    ],
)
def test_a_wrong_scene_is_refused_with_advice(change, error, says):
    table = change.get("scene", {"colours": ["red"]})
    with pytest.raises(error) as caught:
        compile_scene(change.get("objects", {"ball": DISC | {"x": 5}}), **table)
    assert says in str(caught.value)


def test_an_unknown_split_and_a_split_of_an_unknown_parameter_are_named():
    simulator = scene()
    with pytest.raises(UnknownName, match="tset"):
        simulator.parameters(keys(1), "tset")
    with pytest.raises(UnknownName, match="gravty"):
        compile_scene({"ball": DISC | {"x": 5}}, splits={"o": {"parameters": {"gravty": 1}}}, colours=["red"])


def test_impossible_starts_and_laws_are_refused():
    overlapping = {"a": DISC | {"x": 5}, "b": DISC | {"x": 6}}
    simulator = compile_scene(overlapping, colours=["red", "blue"])
    with pytest.raises(DataError, match="overlap"):
        simulator.start(keys(1), {}, "test")
    with pytest.raises(DataError, match="no size"):
        compile_scene({"a": DISC | {"x": 5, "radius": 0}}, colours=["red"]).start(keys(1), {}, "test")
    with pytest.raises(DataError, match="restitution is out of range"):
        scene().run(state((5, 5, 0, 0, 1)), ones(restitution=-1), 0.1, 2)
    with pytest.raises(SchemaError, match="infinitely many"):
        scene(walls=True).run(state((5, 5, 0, 0, 1)), ones(gravity=1, restitution=0.5), 0.1, 2)

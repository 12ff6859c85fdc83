"""The catalogue's scenes: their laws of starts, their known facts, their invariants, what a clip shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dynarena.engines.discs import Discs, DiscSimulator
from dynarena.engines.discs_motion import COMPONENTS
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.engines.track_errors import track_errors
from dynarena.equations.constants import constant
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import POINTWISE
from dynarena.equations.parse import parse
from dynarena.schema.system import SystemSpec
from dynarena.schema.toml import read_toml

FOLDER = Path(__file__).resolve().parents[2] / "systems" / "video"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml") if 'engine = "discs"' in path.read_text())
DT, QUICK, FULL, COUNT = 0.1, 16, 32, 300
RANGES = {
    "test": ((0.7, 1.4), (1, 4)),
    "ood_radius_low": ((0.3, 0.6), (1, 4)),
    "ood_radius_high": ((1.5, 2.0), (1, 4)),
    "ood_speed_low": ((0.7, 1.4), (0, 0.8)),
    "ood_speed_high": ((0.7, 1.4), (4.5, 6)),
    "ood_both_low": ((0.3, 0.6), (0, 0.8)),
    "ood_both_high": ((1.5, 2.0), (4.5, 6)),
}
PAIR_RANGES = {
    "test": ((0.5, 1.5), (1, 4)),
    "ood_radius_low": ((0.3, 0.4), (1, 4)),
    "ood_radius_high": ((1.7, 2.0), (1, 2.2)),
    "ood_speed_low": ((0.5, 1.5), (0, 0.8)),
    "ood_speed_high": ((0.5, 1.0), (4.5, 6)),
}


def spec_of(name):
    return read_toml(FOLDER / f"{name}.toml", SystemSpec)


def simulator_of(name) -> DiscSimulator:
    return Discs().compile(spec_of(name))


def drawn(name, split="test", count=COUNT, points=FULL):
    """Simulator, parameters and states [trajectory, time, object, component] of a split."""
    simulator = simulator_of(name)
    streams = Streams([trajectory_key(name, split, index) for index in range(count)])
    parameters = simulator.parameters(streams, split)
    start = simulator.start(streams, parameters, split)
    return simulator, parameters, simulator.run(start, parameters, DT, points)


def in_view(states):
    """Whether each disc is fully in view, [trajectory, time, object]."""
    low, high = states[..., :2] - states[..., 4:5], states[..., :2] + states[..., 4:5]
    return (low > -1e-9).all(axis=-1) & (high < 10 + 1e-9).all(axis=-1)


def contact_frame(states):
    """The first frame after contact, [trajectory]; FULL where there is none."""
    changed = np.abs(np.diff(states[..., 0, 2], axis=1)) > 1e-9
    return np.where(changed.any(axis=1), changed.argmax(axis=1) + 1, FULL)


def test_the_three_scenes_are_there():
    assert {"uniform_motion", "parabola", "elastic_collision"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_what_it_is_and_its_clock_is_a_positive_number(name):
    spec = spec_of(name)
    assert spec.title and spec.about and spec.source and spec.engine == "discs"
    assert constant(spec.timescale, spec.parameters) == 4.0
    assert set(spec.units) == set(COMPONENTS)
    assert all(split.about for split in spec.splits.values())


@pytest.mark.parametrize("name", NAMES)
def test_in_distribution_the_context_is_fully_in_view(name):
    for split in ("train", "val", "test"):
        _, _, states = drawn(name, split, points=4)
        assert in_view(states).all()


@pytest.mark.parametrize("name", ["uniform_motion", "parabola"])
def test_a_single_disc_stays_fully_in_view_over_the_quick_clip(name):
    _, _, states = drawn(name)
    assert in_view(states[:, :QUICK]).all()
    assert 0.5 < in_view(states).mean() < 0.9, "over the full clip the fastest leave"


@pytest.mark.parametrize("name", ["uniform_motion", "parabola"])
@pytest.mark.parametrize("split", RANGES)
def test_radius_and_speed_are_drawn_from_the_published_ranges(name, split):
    _, _, states = drawn(name, split, points=2)
    for values, (low, high) in zip((states[:, 0, 0, 4], states[:, 0, 0, 2]), RANGES[split], strict=True):
        assert low <= values.min() and values.max() <= high
        assert values.mean() == pytest.approx((low + high) / 2, abs=0.1 * (high - low))


@pytest.mark.parametrize("split", PAIR_RANGES)
def test_colliding_discs_are_drawn_from_the_stated_ranges(split):
    _, _, states = drawn("elastic_collision", split, points=2)
    radius, speed = PAIR_RANGES[split]
    assert radius[0] <= states[:, 0, :, 4].min() and states[:, 0, :, 4].max() <= radius[1]
    assert (states[:, 0, 0, 2] > 0).all() and (states[:, 0, 1, 2] < 0).all()
    assert speed[0] <= np.abs(states[:, 0, :, 2]).min() and np.abs(states[:, 0, :, 2]).max() <= speed[1]


@pytest.mark.parametrize("split", ["train", "test", *spec_of("elastic_collision").splits])
def test_contact_falls_after_the_context_and_before_the_quick_clip_ends(split):
    _, _, states = drawn("elastic_collision", split)
    frame = contact_frame(states)
    assert frame.min() >= 4, "four frames show free flight"
    assert frame.max() <= 12, "four frames of the quick clip show what follows"
    assert in_view(states[:, :4]).all(), "both discs are in view before"
    if split == "test":
        assert frame.std() > 1


def test_a_collision_is_in_view_from_start_to_contact():
    _, _, states = drawn("elastic_collision")
    before = np.arange(FULL) < contact_frame(states)[:, None]
    assert in_view(states)[before].all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("split", ["test", "train"])
def test_invariants_hold_along_every_trajectory(name, split):
    _, parameters, states = drawn(name, split, count=60)
    for stated in spec_of(name).invariants.values():
        value, scale = (_over_objects(text, states, parameters) for text in (stated.expression, stated.scale))
        assert np.abs(value - value[:, :1]).max() <= 1e-12 * np.abs(scale).max()


def test_energy_is_lost_where_the_split_says_so():
    _, parameters, states = drawn("elastic_collision", "ood_restitution", count=60)
    stated = spec_of("elastic_collision").invariants
    energy = _over_objects(stated["energy"].expression, states, parameters)
    momentum = _over_objects(stated["momentum"].expression, states, parameters)
    assert (energy[:, -1] < energy[:, 0] * (1 - 1e-4)).all()
    assert momentum[:, -1] == pytest.approx(momentum[:, 0], abs=1e-12)


def _over_objects(text, states, parameters):
    values = {name: states[..., column] for column, name in enumerate(COMPONENTS)}
    values |= {name: value[:, None, None] for name, value in parameters.items()}
    tree = parse(text, values, functions={*POINTWISE, "sum"})
    return evaluate(tree, values, {"sum": lambda terms: np.asarray(terms).sum(axis=-1)})


@pytest.mark.parametrize("name", NAMES)
def test_a_second_computation_agrees(name):
    simulator, parameters, states = drawn(name, count=6)
    again = simulator.verify(states[:, 0], parameters, DT, FULL)
    assert np.abs(again - states).max() < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_a_trajectory_is_the_same_alone_in_a_batch_and_as_a_prefix(name):
    simulator, _, states = drawn(name, count=64)
    for count in (1, 7):
        _, parameters, fewer = drawn(name, count=count)
        assert np.array_equal(fewer, states[:count])
        assert np.array_equal(simulator.frames(fewer[:1], parameters, 32), simulator.frames(states, {}, 32)[:1])
    assert np.array_equal(drawn(name, count=64, points=11)[2], states[:, :11])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("resolution", "most"), [(32, 0.05), (128, 2e-3)])
def test_the_state_seen_in_four_frames_foretells_the_clip(name, resolution, most):
    """What an oracle reaches that knows the law and sees only the context."""
    simulator, parameters, states = drawn(name, count=40, points=QUICK)
    context = simulator.frames(states[:, :4], parameters, resolution)
    told = simulator.run(simulator.estimate(context, parameters, DT), parameters, DT, QUICK - 3)[:, 1:]
    distance = np.hypot(*np.moveaxis((told - states[:, 4:])[..., :2], -1, 0))
    assert distance.max() < most
    assert told[..., 5] == pytest.approx(states[:, 4:, :, 5], rel=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_every_disc_of_every_split_is_seen_where_it_is(name):
    for split in ("test", *spec_of(name).splits):
        simulator, parameters, states = drawn(name, split, count=20, points=QUICK)
        errors = track_errors(simulator.frames(states, parameters, 32), states, simulator.colours)
        assert not (errors.missing & errors.judged).any()
        assert np.abs(errors.offset[errors.judged]).max() < 0.02


def known(name, fact):
    stated = spec_of(name).known[fact]
    return stated.value, stated.tolerance


def test_uniform_motion_has_no_acceleration():
    value, tolerance = known("uniform_motion", "acceleration")
    _, _, states = drawn("uniform_motion")
    assert np.diff(states[..., :2], n=2, axis=1) / DT**2 == pytest.approx(value, abs=max(tolerance, 1e-11))
    assert np.abs(np.diff(states[..., 2:4], axis=1)).max() <= tolerance


def test_the_fall_in_the_first_unit_of_time_is_half_of_g():
    value, tolerance = known("parabola", "fall_in_first_unit_of_time")
    _, _, states = drawn("parabola")
    assert states[:, 0, 0, 1] - states[:, 10, 0, 1] == pytest.approx(value, abs=tolerance)


def test_heights_of_fall_are_as_the_squares_of_the_times():
    value, tolerance = known("parabola", "time_ratio_of_heights_four_to_one")
    _, _, states = drawn("parabola")
    fallen = states[:, :1, 0, 1] - states[:, :, 0, 1]
    assert fallen[:, 20] / fallen[:, 10] == pytest.approx(value**2, abs=10 * tolerance)


@pytest.mark.parametrize(("fact", "radii", "speeds"), [
    ("exchange_of_unequal_discs", (1, 2), (2, -1)),
    ("exchange_of_equal_discs", (1, 1), (2, -1)),
])  # fmt: skip
def test_velocities_after_contact_are_the_known_ones(fact, radii, speeds):
    value, tolerance = known("elastic_collision", fact)
    simulator = simulator_of("elastic_collision")
    start = np.array([[[2, 5, speeds[0], 0, radii[0], radii[0] ** 2], [7, 5, speeds[1], 0, radii[1], radii[1] ** 2]]])
    after = simulator.run(start.astype(float), {"restitution": np.ones(1)}, 2.0, 2)[0, 1, :, 2]
    assert after == pytest.approx(value, abs=tolerance)

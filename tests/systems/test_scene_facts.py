"""What is known of each scene, measured on its clips: every fact of every file of the new engines has a measurement."""

from __future__ import annotations

import numpy as np
import pytest
from test_scenes_of_motion import NAMES, drawn, simulator_of, spec_of

from dynarena.engines.film.components import ANGLE, HEIGHT, LIGHT, RADIUS, SPIN, VX, VY, WIDTH, X, Y
from dynarena.engines.streams import Streams, trajectory_key


def one_of(name, *, dt=0.1, points=32, parameters=None, **coordinates):
    """States [time, object, component] of one clip of a smooth scene from given coordinates."""
    simulator = simulator_of(name)
    streams = Streams([trajectory_key(name, "facts", 0)])
    values = dict(simulator.parameters(streams, "test"))
    values |= {key: np.array([float(value)]) for key, value in (parameters or {}).items()}
    start = simulator.coordinates_of(simulator.start(streams, values, "test"))
    for key, value in coordinates.items():
        start[:, simulator.coordinates.names.index(key)] = value
    states = simulator.states(start[:, None], values)[:, 0]
    return simulator.run(states, values, dt, points)[0]


def discs_of(name, rows, *, dt=0.1, points=32, parameters=None):
    """States [time, disc, component] of one clip of a scene of contacts from given (x, y, vx, vy, radius[, mass])."""
    simulator = simulator_of(name)
    streams = Streams([trajectory_key(name, "facts", 0)])
    values = dict(simulator.parameters(streams, "test"))
    values |= {key: np.array([float(value)]) for key, value in (parameters or {}).items()}
    start = simulator.start(streams, values, "test")
    for place, row in zip(simulator.moving, rows, strict=True):
        start[0, place, [X, Y, VX, VY, RADIUS, 5][: len(row)]] = row
    return simulator.run(start, values, dt, points)[0][:, simulator.moving]


def odd_numbers():
    x = one_of("accelerated_motion", v=0.0, dt=0.5, points=4)[:, 0, X]
    return np.diff(x) / (x[1] - x[0])


def time_squared_ratio():
    y = one_of("free_fall", dt=0.1, points=15)[:, 0, Y]
    fallen = y[0] - y
    return (fallen[7] / fallen[14]) / (7**2 / 14**2) * 0.5


def apex_over_range():
    v, g = 5.0, 3.5
    flight = 2 * v * np.sin(np.pi / 4) / g
    y = one_of("parabolic_throw", x=1, y=1, vx=v * np.cos(np.pi / 4), vy=v * np.sin(np.pi / 4), dt=flight / 2, points=3)
    return (y[1, 0, Y] - y[0, 0, Y]) / (y[2, 0, X] - y[0, 0, X])


def centripetal():
    path = one_of("circular_motion", omega=1.7, orbit=2.5, dt=1e-3, points=3)[:, 0]
    bend = np.hypot(*np.diff(path[:, [X, Y]], n=2, axis=0)[0]) / 1e-6
    return bend / ((path[1, VX] ** 2 + path[1, VY] ** 2) / 2.5)


def period_of(name, ball, coordinate_axis, dt, **coordinates):
    """Twice the time between turns of one coordinate of a ball, by parabolas through its extremes."""
    path = one_of(name, dt=dt, points=400, **coordinates)[:, ball, coordinate_axis]
    rate = np.diff(path)
    turns = np.flatnonzero(rate[:-1] * rate[1:] < 0) + 1
    exact = [k + (path[k - 1] - path[k + 1]) / (2 * (path[k - 1] - 2 * path[k] + path[k + 1])) for k in turns]
    return 2 * np.mean(np.diff(exact)) * dt


def returns(name, period, **coordinates):
    """How far a clip is from its start after the period that is stated; the period itself where it returns."""
    path = one_of(name, dt=period, points=2, **coordinates)
    assert np.abs(path[1, :, [X, Y]] - path[0, :, [X, Y]]).max() < 1e-8
    return period


def stated(name, fact):
    return spec_of(name).known[fact].value


def decrement():
    period = 2 * np.pi / np.sqrt(2.5**2 - 0.3**2)
    path = one_of("damped_oscillator", u=2.0, w=0.0, dt=period, points=2)[:, 1, X] - 5.5
    return np.log(path[0] / path[1])


def small_period():
    return period_of("damped_pendulum", 1, X, 0.02, theta=0.01, omega=0.0, parameters={"damping": 0})


def time_to_empty():
    levels = one_of("torricelli", level=1.0, width=0.4, dt=0.02, points=200)[:, 3, HEIGHT]
    root = np.sqrt(levels[0]) - np.sqrt(levels[50])
    assert (levels[160:] == 0).all() and levels[150] > 0
    return 50 / root  # seconds: as many pass in 50 points


def slope_acceleration():
    path = one_of("sliding_block", parameters={"slope": 30}, s=0.2, dt=1.0, points=2)[:, 1]
    return 2 * np.hypot(path[1, X] - path[0, X], path[1, Y] - path[0, Y]) / 0.5**2


def half_life():
    light = one_of("led_decay", intensity=1.0, dt=stated("led_decay", "half_life"), points=2)[:, 0, LIGHT]
    return stated("led_decay", "half_life") * np.log(2) / np.log(light[0] / light[1])


def inverse_radius():
    radius = one_of("fall_from_above", r=0.1, dt=0.1, points=5)[:, 0, RADIUS]
    return np.diff(0.1 / radius, n=2).mean() / (9.8 * 0.2**2 * 0.1**2)


def time_to_contact():
    path = one_of("looming", depth=4.0, speed=1.0, r=2.0, u=0.5, w=0.5, dt=1e-4, points=3)[:, 0, RADIUS]
    growth = (path[2] - path[0]) / 2e-4
    return path[1] / growth / (4.0 - 1e-4)


def bounce_heights():
    g, h = 6.0, 4.0
    fall = np.sqrt(2 * h / g)
    path = discs_of("bouncing_ball", [(5, 1 + h, 0, 0, 1)], dt=fall * (1 + 0.8), points=2)  # the next apex
    return (path[1, 0, Y] - 1) / h


def energy_left():
    path = discs_of("inelastic_collision", [(3, 5, 2, 0, 1, 1), (7, 5, -2, 0, 1, 1)], dt=2.0, points=2)
    return (path[1, :, VX] ** 2).sum() / (path[0, :, VX] ** 2).sum()


def light_and_heavy():
    return discs_of("mass_by_colour", [(3, 5, 1, 0, 1, 1), (6, 5, 0, 0, 1, 9)], dt=3.0, points=2)[1, :, VX]


def right_angle():
    after = discs_of("oblique_collision", [(2, 5.6, 3, 0, 0.7, 1), (5, 5, 0, 0, 0.7, 1)], dt=2.0, points=2)[1]
    first, second = after[:, [VX, VY]]
    return np.arccos(first @ second / np.hypot(*first) / np.hypot(*second))


def stopping_distance():
    path = one_of("pushed_block", until=0.0, clock=1.0, v=2.0, dt=3.0, points=2)[:, 2, X]
    return (path[1] - path[0]) / 2.0**2


def rate_is_kept():
    path = one_of("thrown_box")[:, 0]
    assert np.abs(np.diff(path[:, ANGLE]) / 0.1 - path[1:, SPIN]).max() < 1e-9
    return np.abs(path[:, SPIN] - path[0, SPIN]).max()


def two_to_one():
    path = one_of("mass_on_pulley", a1=np.sqrt(2.0), a2=1.0, s=0.0, v=0.0, dt=1.0, points=2)[:, 3]
    return 2 * ((path[0, Y]) - path[1, Y])


def index():
    ray, refracted = one_of("refraction", incidence=-0.8)[3, 1:]
    return np.sin(ray[ANGLE] - np.pi / 2) / np.sin(refracted[ANGLE] - np.pi / 2)


def shadow_length():
    state = one_of("shadow", elevation=np.pi / 4, tall=2.5, points=1)[0]
    return state[2, WIDTH] / state[0, HEIGHT]


def image_distance():
    path = one_of("mirror")
    return ((path[:, 1, X] - 5) / (5 - path[:, 2, X])).mean()


def mean_temperature():
    simulator, parameters, states = drawn("heat_conduction", count=1, points=3)
    frames = simulator.frames(states, parameters, 64)[0, -1, 1] / 255
    return 1 - round(float(frames.mean()), 3)


def drum_frequencies():
    still = dict.fromkeys(simulator_of("drum").coordinates.names, 0.0)

    def frequency(mode):
        path = one_of("drum", dt=0.01, points=3, **{**still, mode: 0.1})[:, 0]
        a = path[:, 11 + simulator_of("drum").coordinates.names.index(mode)]
        return np.arccos((a[0] + a[2]) / (2 * a[1])) / 0.01

    return frequency("a21") / frequency("a11")


def dark_line():
    """Where the paths differ by half a wave the two cosines cancel at all times."""
    simulator = simulator_of("ripples")
    states = one_of("ripples", k=3.0, half=1.5, points=8)
    frames = simulator.frames(states[None], {"c": np.array([1.5])}, 128)[0, :, 0] / 255
    centres = (np.arange(128) + 0.5) * 10 / 128
    upper, lower = (np.hypot(centres - 1, centres[::-1, None] - 5 - side) for side in (1.5, -1.5))
    dark = np.abs(np.abs(lower - upper) / (2 * np.pi / 3.0) - 0.5) < 0.01
    assert dark.sum() > 50 and frames[:, dark].std(axis=0).max() < 0.02 < frames.std(axis=0).max()
    return 0.5


def variance_rate():
    radius = one_of("stirred_dye")[:, 0, RADIUS]
    return np.diff(radius**2).mean() / 0.1


def beat():
    return 2 * np.pi / (np.sqrt(4 + 2 * 1.0) - np.sqrt(4)) if _beats() else 0.0


def _beats():
    """After half a beat the ball that was at rest has all of the motion, if the beat is what is stated."""
    half = stated("coupled_oscillators", "beat_period") / 2
    path = one_of("coupled_oscillators", u=1.0, du=0.0, w=0.0, dw=0.0, dt=half, points=2)[1]
    left, right = (abs(path[k, VX]) + 2 * abs(path[k, X] - place) for k, place in ((1, 3.2), (2, 6.8)))
    return left < 0.1 * right


def noise_variances():
    """Of 2,000 clips at times 1 and 4 what the noise adds to the drift."""
    simulator = simulator_of("fractional_noise")
    streams = Streams([trajectory_key("noise", index) for index in range(2000)])
    values = simulator.parameters(streams, "test")
    start = simulator.coordinates_of(simulator.start(streams, values, "test"))
    found = []
    for time in (1.0, 4.0):
        later = start.copy()
        later[:, 0] = time
        state = simulator.states(later[:, None], values)[:, 0, 0]
        drift = start[:, simulator.coordinates.names.index("v")] * time
        found.append((state[:, X] - start[:, 1] - drift).var())
    return found


MEASURED = {
    ("fractional_noise", "variance_at_one"): lambda: noise_variances()[0],
    ("fractional_noise", "variance_ratio_four_to_one"): lambda: noise_variances()[1] / noise_variances()[0],
    ("accelerated_motion", "odd_number_rule"): odd_numbers,
    ("free_fall", "time_squared_ratio"): time_squared_ratio,
    ("parabolic_throw", "apex_over_range"): apex_over_range,
    ("circular_motion", "centripetal_acceleration_over_v2_by_r"): lambda: round(centripetal(), 5),
    ("harmonic_oscillator", "period"): lambda: returns("harmonic_oscillator", np.pi, u=1.5, w=0.7),
    ("damped_oscillator", "logarithmic_decrement"): decrement,
    ("pendulum", "period_at_a_right_angle"): lambda: returns("pendulum", 3.7081493546027, theta=np.pi / 2, omega=0),
    ("damped_pendulum", "small_period"): small_period,
    ("torricelli", "time_to_empty_one_metre"): time_to_empty,
    ("sliding_block", "acceleration_at_30_degrees"): slope_acceleration,
    ("led_decay", "half_life"): half_life,
    ("fall_from_above", "inverse_radius_second_difference"): inverse_radius,
    ("looming", "time_to_contact"): time_to_contact,
    ("kepler", "period"): lambda: returns(
        "kepler", 2 * np.pi * np.sqrt(8 / 25), u=1.2, w=0.0, du=0.0, dw=np.sqrt(25 * (2 / 1.2 - 1 / 2))
    ),
    ("bouncing_ball", "height_ratio"): bounce_heights,
    ("inelastic_collision", "energy_left_of_equal_discs"): energy_left,
    ("mass_by_colour", "light_against_heavy_at_rest"): light_and_heavy,
    ("oblique_collision", "angle_of_equal_discs"): right_angle,
    ("pendulum_wave", "period_of_the_pattern"): lambda: returns("pendulum_wave", 8 * np.pi),
    ("pushed_block", "stopping_distance_over_v2"): stopping_distance,
    ("thrown_box", "rate_from_energy"): rate_is_kept,
    ("mass_on_pulley", "acceleration_of_two_to_one"): two_to_one,
    ("refraction", "index_recovered"): index,
    ("shadow", "shadow_at_45_degrees_over_height"): shadow_length,
    ("mirror", "distance_ratio"): image_distance,
    ("heat_conduction", "mean_temperature"): mean_temperature,
    ("drum", "frequency_ratio_21_to_11"): lambda: round(drum_frequencies(), 8),
    ("ripples", "fringe_angle_of_first_minimum"): dark_line,
    ("stirred_dye", "variance_growth_rate"): variance_rate,
    ("coupled_oscillators", "beat_period"): beat,
}
FACTS = [(name, fact) for name in NAMES for fact in spec_of(name).known]


def test_every_known_fact_has_a_measurement():
    assert set(FACTS) == set(MEASURED)


@pytest.mark.parametrize(("name", "fact"), FACTS)
def test_a_known_fact_is_what_the_clips_show(name, fact):
    known = spec_of(name).known[fact]
    tolerance = max(known.tolerance, COARSE.get((name, fact), 1e-9))
    assert MEASURED[name, fact]() == pytest.approx(known.value, abs=tolerance)


COARSE = {
    ("circular_motion", "centripetal_acceleration_over_v2_by_r"): 1e-5,
    ("looming", "time_to_contact"): 1e-6,
    ("heat_conduction", "mean_temperature"): 2e-3,
    ("drum", "frequency_ratio_21_to_11"): 1e-7,
}


def test_a_rope_keeps_its_energy():
    """Kinetic, of height, and of springs, from the coordinates themselves."""
    simulator = simulator_of("rope")
    path = simulator.coordinates_of(one_of("rope", points=32)[None])[0]
    named = dict(zip(simulator.coordinates.names, path.T, strict=True))
    x = np.stack([np.full(32, 5.0), *(named[f"x{i}"] for i in range(1, 6))])
    y = np.stack([np.full(32, 9.4), *(named[f"y{i}"] for i in range(1, 6))])
    moving = sum(named[f"v{axis}{i}"] ** 2 for axis in "xy" for i in range(1, 6)) / 2
    stretched = 200.0 * ((np.hypot(np.diff(x, axis=0), np.diff(y, axis=0)) - 1.4) ** 2).sum(axis=0) / 2
    energy = moving + stretched + 4.0 * y[1:].sum(axis=0)
    assert np.abs(energy - energy[0]).max() < 1e-9
    assert np.ptp(moving) > 0.5

"""Streams: one a trajectory, one block a name, known raw numbers."""

from __future__ import annotations

import numpy as np

from dynarena.engines.streams import Streams, trajectory_key

KEYS = [trajectory_key("chaos-forecast", "1.0", "test", index) for index in range(7)]


def test_a_trajectory_draws_the_same_alone_and_in_any_batch() -> None:
    together = Streams(KEYS).normal("start", (3, 2))
    for row, key in enumerate(KEYS):
        assert np.array_equal(Streams([key]).normal("start", (3, 2))[0], together[row])


def test_a_longer_draw_begins_with_the_shorter_and_names_do_not_shift_one_another() -> None:
    streams = Streams(KEYS)
    assert np.array_equal(streams.uniform("a", (10,))[:, :4], streams.uniform("a", (4,)))
    assert not np.any(streams.uniform("a", (50,)) == streams.uniform("b", (50,)))


def test_keys_separate_what_plain_joining_would_confuse() -> None:
    assert trajectory_key("ab", "c") != trajectory_key("a", "bc")
    assert trajectory_key("a", 1) != trajectory_key("a", 11)


def test_uniforms_are_the_upper_52_bits_of_philox_at_mid_cell() -> None:
    key = (123, 456)
    import hashlib

    block = int.from_bytes(hashlib.sha256(b"x").digest()[:8], "little")
    raw = np.random.Philox(key=np.array(key, np.uint64), counter=np.array([0, 0, 0, block], np.uint64)).random_raw(5)
    assert Streams([key]).uniform("x", (5,))[0].tolist() == [((int(r) >> 12) + 0.5) / 2**52 for r in raw]


def test_uniforms_fill_the_unit_interval_evenly_and_between_scales_them() -> None:
    values = Streams(KEYS).between("u", -2.0, 6.0, (20000,)).ravel()
    assert values.min() > -2 and values.max() < 6
    assert abs(values.mean() - 2) < 5 * 8 / np.sqrt(12 * values.size)
    assert np.abs(np.histogram(values, 64, (-2, 6))[0] / (values.size / 64) - 1).max() < 0.1

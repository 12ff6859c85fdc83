from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from dynarena.data.benchmarks import load_lock, read_benchmark
from dynarena.data.system import System
from dynarena.errors import NotCertified
from dynarena.evaluation.freeze import _moments, freeze, sampling
from dynarena.suite import find


def test_no_system_is_sampled_below_fifteen_points_a_period_or_the_protocol() -> None:
    spec = read_benchmark(find("benchmarks", "chaos-forecast"))
    for name in ("lorenz63", "rossler", "chaos/double_pendulum", "lorenz96"):
        system = System(name)
        dt = sampling(system, spec)
        assert system.timescale / dt >= 30 * (1 - 1e-3)
        assert system.period is not None
        assert system.period / dt >= 15 * (1 - 1e-3)
    assert sampling(System("henon"), spec) == 1.0


def test_a_frozen_horizon_ends_before_half_of_its_certificate() -> None:
    for name in (
        "chaos-forecast@1.0",
        "chaos-forecast@1.0.quick",
        "chaos-forecast@2.0.quick",
        "pde-forecast@1.0.quick",
        "video-physics@1.0.quick",
    ):
        for task in load_lock(name).tasks:
            assert task.horizon * task.dt <= 0.5 * task.certificate["0.1"] * (1 + 1e-9), task.id
            assert 0 <= task.floor < 0.1 * task.reference, task.id


@pytest.mark.parametrize("named", ["chaos/lorenz6?", "chaos/lorenz63"])
def test_what_is_not_certified_over_the_horizon_is_left_out_or_refused(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "benchmarks").mkdir()
    draft = f"""
schema = 1
version = "0.1"
title = "Too long"
ask = "forecast"
systems = ["{named}", "chaos/torus"]
[protocol]
fit = "per_task"
points_per_timescale = 20
train = {{ trajectories = 1, points = 20 }}
context = {{ points = 2 }}
horizon = {{ timescales = 40 }}
test = {{ trajectories = 2 }}
[metrics]
primary = "nrmse"
"""
    (tmp_path / "benchmarks" / "long.toml").write_text(draft)
    monkeypatch.setenv("DYNARENA_SUITE", str(tmp_path))
    left_out: list[NotCertified] = []
    item = find("benchmarks", "long")
    if "?" in named:
        assert [task.system for task in freeze(item, on_left_out=left_out.append).tasks] == ["chaos/torus"]
        assert [str(why.where).rpartition(":")[2] for why in left_out] == ["long@0.1/chaos/lorenz63"]
    else:
        with pytest.raises(NotCertified, match="not certified over the horizon"):
            freeze(item)


def test_moments_treat_an_angle_as_one_only_where_it_turns_over() -> None:
    system = System("chaos/double_pendulum")
    angles = [label in system.spec.angles for label in system.simulator.labels]
    small = np.random.default_rng(0).normal(0.5, 0.2, (3, 500, 4))
    wide = 40 * small
    mean, std = _moments(small, system)
    assert mean == pytest.approx(small.mean(axis=(0, 1)))
    assert std == pytest.approx(small.std(axis=(0, 1)))
    mean, std = _moments(wide, system)
    assert (mean[angles] == 0).all()
    assert std[angles] == pytest.approx(math.pi / math.sqrt(3))
    assert mean[~np.array(angles)] == pytest.approx(wide.mean(axis=(0, 1))[~np.array(angles)])


def test_angles_that_turn_over_have_the_moments_of_the_circle() -> None:
    task = next(task for task in load_lock("chaos-forecast@1.0").tasks if task.system == "chaos/double_pendulum")
    for channel, mean, std in zip(task.channels, task.mean, task.std, strict=True):
        if channel["angle"]:
            assert (mean, std) == (0, pytest.approx(math.pi / math.sqrt(3)))
        else:
            assert std > 2


def test_a_quick_variant_overrides_only_what_it_names() -> None:
    item = find("benchmarks", "video-physics")
    full, quick = read_benchmark(item), read_benchmark(item, quick=True)
    assert (quick.protocol.resolution, full.protocol.resolution) == (32, 128)
    assert quick.protocol.context == full.protocol.context
    assert quick.metrics == full.metrics

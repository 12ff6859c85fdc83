"""Every chaotic system's file: where it is from, what it states, and that it stays on a bounded set."""

from __future__ import annotations

import re

import numpy as np
from chaos_catalogue import (
    COMPUTED,
    FILES,
    angles,
    each_file,
    each_system,
    facts,
    is_map,
    seeded,
    simulator,
    spec,
    step_of,
)

from dynarena.data.benchmarks import read_benchmark, resolve_systems
from dynarena.equations.constants import constant
from dynarena.equations.digest import system_digest
from dynarena.suite import find

USUAL = ("train", "val", "test")


def test_the_catalogue_has_at_least_190_chaotic_entries() -> None:
    assert len(FILES) >= 190


def test_only_what_is_computed_and_certified_stands_on_the_board_of_chaos() -> None:
    draft = read_benchmark(find("benchmarks", "chaos-forecast"))
    asked = {name.removeprefix("chaos/") for name in resolve_systems(draft, where="chaos-forecast.toml")}
    assert asked == {name for name in COMPUTED if spec(name).chaotic and facts(name).get("certified", True)}
    assert len(asked) >= 140


@each_file
def test_a_file_says_where_it_is_from_and_what_it_is(name: str) -> None:
    found = spec(name)
    assert re.search(r"\(\d{4}\)", found.source) and len(found.about) > 20 and found.title
    assert "time" in found.units and set(found.units) <= {"time", *simulator(name).labels, *found.parameters}
    assert found.start.burn_in >= 0


@each_file
def test_shifted_splits_lie_apart_from_the_usual_ones(name: str) -> None:
    found = spec(name)
    if "ood_start" in found.splits:
        usual, other = found.start.box, found.splits["ood_start"].box
        assert any(_disjoint(other[key], usual[key]) or key in angles(name) for key in other)
    if "ood_parameters" in found.splits:
        shifted = found.splits["ood_parameters"].parameters
        assert shifted
        usual_ranges = found.splits["train"].parameters if "train" in found.splits else {}
        for key, range_ in shifted.items():
            stated = usual_ranges.get(key) or (constant(found.parameters[key], found.parameters),) * 2
            assert _disjoint(range_, stated), key


def _disjoint(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[1] < other[0] or one[0] > other[1]


@each_system
def test_computed_facts_belong_to_the_file_as_it_is(name: str) -> None:
    assert facts(name)["digest"] == system_digest(spec(name))


@each_system
def test_every_split_stays_on_a_bounded_set_and_keeps_moving(name: str) -> None:
    plain = [label not in angles(name) for label in simulator(name).labels]
    turning = [label in angles(name) for label in simulator(name).labels]
    for split in dict.fromkeys(["test", *(set(spec(name).splits) - set(USUAL))]):
        parameters, start = seeded(name, 6, split, burn_in=5)
        run = simulator(name).run(start, parameters, step_of(name), 400)
        assert np.isfinite(run).all()
        steady, waves = run[..., plain], np.concatenate([np.cos(run[..., turning]), np.sin(run[..., turning])], -1)
        spread = steady.std(axis=(0, 1))
        assert (np.abs(steady - steady.mean(axis=(0, 1))) <= 100 * spread + 1e-12).all()
        late = np.concatenate([steady[:, 200:], waves[:, 200:]], axis=-1)
        assert (late.std(axis=1).max(axis=1) > 1e-3 * late.std(axis=(0, 1)).max()).all(), "a trajectory came to rest"
        if is_map(name):
            assert np.array_equal(simulator(name).run(start, parameters, 2, 200), run[:, ::2])

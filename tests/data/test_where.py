from __future__ import annotations

import pytest

from dynarena.data.benchmarks import read_benchmark, resolve_systems
from dynarena.errors import UnknownName
from dynarena.suite import find


def resolved(where):
    spec = read_benchmark(find("benchmarks", "chaos-forecast"))
    return resolve_systems(spec.model_copy(update={"where": where}), where="draft.toml")


def test_a_tag_narrows_the_systems_that_the_globs_name():
    assert resolved("map") == ["chaos/henon", "chaos/logistic"]
    assert set(resolved(None)) > set(resolved("dissipative")) > set(resolved("map"))


def test_chaotic_is_a_tag_of_every_system_that_says_so():
    assert resolved("chaotic") == resolved(None)
    fields = read_benchmark(find("benchmarks", "pde-forecast")).model_copy(update={"where": "chaotic"})
    assert resolve_systems(fields, where="draft.toml") == ["pde/kolmogorov_flow", "pde/kuramoto_sivashinsky"]


def test_a_tag_that_no_system_has_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="dissipativ") as caught:
        resolved("dissipativ")
    assert "Did you mean 'dissipative'" in str(caught.value)

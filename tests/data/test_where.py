"""Which systems a draft's globs and tags let pass."""

from __future__ import annotations

import pytest

from dynarena.data.benchmarks import read_benchmark, resolve_systems
from dynarena.data.system import System
from dynarena.errors import UnknownName, UsageError
from dynarena.suite import find

POINTS = ["chaos/lorenz63", "chaos/henon", "chaos/logistic", "chaos/double_pendulum"]


def resolved(where, systems=POINTS):
    spec = read_benchmark(find("benchmarks", "chaos-forecast"))
    return resolve_systems(spec.model_copy(update={"where": where, "systems": systems}), where="draft.toml")


def test_a_tag_narrows_the_systems_that_the_globs_name():
    assert resolved([]) == POINTS
    assert resolved(["map"]) == ["chaos/henon", "chaos/logistic"]
    assert resolved(["!map"]) == ["chaos/lorenz63", "chaos/double_pendulum"]
    assert resolved(["!map", "hamiltonian"]) == ["chaos/double_pendulum"]


def test_chaotic_and_regular_are_tags_of_systems_as_they_say():
    fields = read_benchmark(find("benchmarks", "pde-forecast")).model_copy(update={"where": ["chaotic"]})
    chaotic = resolve_systems(fields, where="draft.toml")
    assert {"pde/kolmogorov_flow", "pde/kuramoto_sivashinsky"} <= set(chaotic)
    assert all(System(name).spec.chaotic for name in chaotic)
    assert "pde/burgers_1d" not in chaotic
    assert "pde/burgers_1d" in resolved(["regular"], ["pde/*"])


def test_a_tag_that_no_system_has_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="dissipativ") as caught:
        resolved(["dissipativ"])
    assert "Did you mean 'dissipative'" in str(caught.value)


def test_tags_that_leave_nothing_are_refused():
    with pytest.raises(UsageError, match="no system is left"):
        resolved(["map", "!map"])


def test_an_uncertified_system_stands_on_no_board(monkeypatch):
    facts = System("chaos/henon").computed | {"certified": False}
    whole = System("chaos/lorenz63").computed
    monkeypatch.setattr(System, "computed", property(lambda self: facts if self.id == "chaos/henon" else whole))
    assert resolved([], ["chaos/lorenz63*", "chaos/[h]enon"]) == ["chaos/lorenz63"]
    monkeypatch.setattr(System, "computed", property(lambda self: {} if self.id == "chaos/henon" else whole))
    assert resolved([], ["chaos/lorenz63*", "chaos/[h]enon"]) == ["chaos/lorenz63"]
    with pytest.raises(UsageError, match="chaos/henon stands on no board"):
        resolved([], POINTS)

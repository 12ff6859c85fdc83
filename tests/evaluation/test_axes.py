"""Which tasks a draft asks for, what their ids say, and drafts that ask for what does not go together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dynarena.data.benchmarks import read_benchmark
from dynarena.errors import UnknownName
from dynarena.evaluation.axes import tasks_asked
from dynarena.schema.benchmark import BenchmarkSpec
from dynarena.suite import find

BASE: dict[str, Any] = {
    "schema": 1, "version": "1.0", "title": "t", "systems": ["pde/ape_burgers_1d", "pde/fitzhugh_nagumo"],
    "protocol": {"points_per_timescale": 10, "train": {"trajectories": 64, "points": 9}, "context": {"points": 2},
                 "horizon": {"points": 3}, "test": {"trajectories": 4}},
    "metrics": {"primary": "nrmse"},
}  # fmt: skip


def draft(protocol: dict[str, Any] | None = None, **changes: Any) -> BenchmarkSpec:
    return BenchmarkSpec.model_validate({**BASE, **changes, "protocol": {**BASE["protocol"], **(protocol or {})}})


def names(spec: BenchmarkSpec) -> list[str]:
    return [axes.name for axes in tasks_asked(spec, where="draft")]


def test_a_shift_of_systems_is_a_task_of_the_one_tested():
    shifts = {"step": {"step": 2}, "walls": {"systems": {"pde/fitzhugh_nagumo": "fitzhugh_nagumo_periodic"}}}
    asked = tasks_asked(draft({"shifts": shifts}), where="draft")
    assert [(axes.name, axes.trained_on) for axes in asked] == [
        ("pde/ape_burgers_1d?shift=step", None),
        ("pde/fitzhugh_nagumo?shift=step", None),
        ("pde/fitzhugh_nagumo_periodic?shift=walls", "pde/fitzhugh_nagumo"),
    ]


def test_a_shift_to_a_law_that_a_system_lacks_is_no_task_of_it():
    systems = ["pde/ape_burgers_1d", "pde/diffusion_sorption"]
    spec = draft({"shifts": {"law": {"split": "named"}}}, systems=systems)
    assert names(spec) == ["pde/diffusion_sorption?shift=law"]
    assert tasks_asked(spec, where="draft")[0].split == "named"


def test_numbers_of_trajectories_and_shares_of_sensors_are_tasks():
    one = {"systems": ["pde/ape_burgers_1d"]}
    assert names(draft({"train_counts": [1, 64]}, **one)) == [
        "pde/ape_burgers_1d?trajectories=1", "pde/ape_burgers_1d?trajectories=64"
    ]  # fmt: skip
    assert names(draft({"sensors": [0.25, 0.05]}, ask="reconstruct", **one)) == [
        "pde/ape_burgers_1d?sensors=0.25", "pde/ape_burgers_1d?sensors=0.05"
    ]  # fmt: skip


def test_held_out_systems_are_named_among_those_of_the_draft():
    held = [axes.held_out for axes in tasks_asked(draft({"fit": "once", "held_out": ["pde/fitz*"]}), where="draft")]
    assert held == [False, True]
    with pytest.raises(UnknownName, match="lorenz"):
        tasks_asked(draft({"fit": "once", "held_out": ["chaos/lorenz63"]}), where="draft")


@pytest.mark.parametrize(
    ("protocol", "changes", "what"),
    [
        ({"train_counts": [1, 65]}, {}, "1 to train.trajectories = 64"),
        ({"sensors": [0.0]}, {"ask": "reconstruct"}, "shares"),
        ({"sensors": [0.1]}, {}, "belongs to ask"),
        ({}, {"ask": "reconstruct"}, "needs it"),
        ({"held_out": ["pde/a"]}, {}, 'fit = "once"'),
        ({"shifts": {"a": {}}, "train_counts": [1]}, {}, "stand alone"),
        ({}, {"metrics": {"primary": "nrmse", "parameters": {"mae": {}}}}, "neither primary"),
    ],
)
def test_what_does_not_go_together_is_refused(protocol, changes, what):
    with pytest.raises(ValidationError, match=what):
        draft(protocol, **changes)


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", ["step", "shift", "samples", "operator", "sparse", "family"])
def test_the_drafts_of_the_suite_ask_for_tasks_with_ids_of_their_own(name, quick):
    spec = read_benchmark(find("benchmarks", f"pde-{name}"), quick=quick)
    asked = [axes.name for axes in tasks_asked(spec, where=name)]
    assert len(asked) == len(set(asked)) >= 2

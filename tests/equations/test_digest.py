"""Digests: of meaning, not of spelling."""

from __future__ import annotations

import hashlib

import pytest

from dynarena.equations.digest import digest, system_digest
from dynarena.equations.parse import parse
from dynarena.schema.system import SystemSpec

BASE = {
    "schema": 1, "title": "t", "about": "a", "source": "s", "engine": "ode", "state": ["x"],
    "equations": ["-k*x + 1.0"], "parameters": {"k": 2}, "solver": {"step": 0.1}, "start": {"box": {"x": [0, 1]}},
    "splits": {"test": {"about": "words", "parameters": {"k": [1, 2]}}},
}  # fmt: skip


def of(**changes: object) -> str:
    return system_digest(SystemSpec.model_validate(BASE | changes))


def test_spaces_and_needless_brackets_do_not_matter_but_order_and_decimals_do() -> None:
    names = ("x", "y")
    assert digest(parse("x+ (y)", names)) == digest(parse(" x+y", names))
    different = {digest(parse(text, names)) for text in ("x+y", "y+x", "x-y", "x+1", "x+1.0", "x+-y", "x*y")}
    assert len(different) == 7


def test_each_neighbour_counts() -> None:
    texts = ("q[i]", "q[i+1]", "q[i-1]", "q[i+2]")
    assert len({digest(parse(text, (), indexed=("q",))) for text in texts}) == 4


def test_the_digest_of_a_known_tree_stays_what_it_is() -> None:
    text = '[["*",["name","x"],["number","2.50"]]]'
    assert digest(parse("x*2.50", ("x",))) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "other"}, {"about": "other"}, {"source": "other"}, {"tags": ["new"]}, {"equations": ["(-k)*x+1.0"]},
        {"known": {"divergence": {"value": "-k", "source": "exact"}}},
        {"splits": {"test": {"about": "other words", "parameters": {"k": [1, 2]}}}},
    ],
)  # fmt: skip
def test_prose_does_not_change_a_systems_digest(changes: dict[str, object]) -> None:
    assert of(**changes) == of()


@pytest.mark.parametrize(
    "changes",
    [
        {"equations": ["-k*x + 1"]}, {"parameters": {"k": 2.1}}, {"solver": {"step": 0.2}}, {"engine": "map"},
        {"start": {"box": {"x": [0, 2]}}}, {"start": {"box": {"x": [0, 1]}, "burn_in": 1}},
        {"splits": {"test": {"parameters": {"k": [1, 3]}}}}, {"state": ["x"], "angles": ["x"]},
    ],
)  # fmt: skip
def test_what_rules_the_data_changes_a_systems_digest(changes: dict[str, object]) -> None:
    assert of(**changes) != of()

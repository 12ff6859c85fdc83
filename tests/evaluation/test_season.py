from __future__ import annotations

import pytest

from dynarena.evaluation.season import first_difference


@pytest.mark.parametrize(
    ("recorded", "found", "named"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-12], ""),
        ([1.0, 2.0], [1.0, 2.0 + 1e-8], "error[1]: recorded 2.0, recomputed 2.00000001"),
        ([0.0], [1e-12], "error[0]: recorded 0.0, recomputed 1e-12"),
        ([1.0], [1.0, 2.0], "error: recorded 1 numbers, recomputed 2"),
        ({"a": 1.0}, {"b": 1.0}, "error: recorded a; recomputed b"),
        ({"a": 1.0}, {"a": [1.0]}, "error.a: recorded 1.0, recomputed [1.0]"),
        ({"a": [1.0], "b": 3.0}, {"a": [1.0], "b": 4.0}, "error.b: recorded 3.0, recomputed 4.0"),
    ],
)
def test_the_first_difference_is_named(recorded: object, found: object, named: str) -> None:
    assert first_difference("error", recorded, found) == named

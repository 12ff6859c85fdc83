from __future__ import annotations

import numpy as np
import pytest

from dynarena.errors import DataError
from dynarena.ranking.ratio import ratio, skill


def test_ratio_and_skill_at_the_points_that_define_them(toys):
    task = toys.task("chaos/a", 3)
    r = ratio([0.1, 0.6, 1.1, 2.1, 5.1, 0.0, np.nan, np.inf, 1e308], task)
    assert r == pytest.approx([0.01, 0.5, 1.0, 2.0, 4.0, 0.01, 4.0, 4.0, 4.0])
    assert skill(np.log(r[:5])) == pytest.approx([0.99, 0.5, 0.0, -1.0, -3.0])


def test_reference_scores_positive_zero_exactly(toys):
    value = skill(np.log(ratio(1.1, toys.task("chaos/a", 3))))
    assert value == 0.0 and not np.signbit(value)


@pytest.mark.parametrize("reference", [0.1, 0.05, float("nan")])
def test_lock_whose_reference_is_no_worse_than_its_floor_is_refused(toys, reference):
    task = toys.task("chaos/a", 3).model_copy(update={"reference": reference})
    with pytest.raises(DataError, match="above its floor") as caught:
        ratio(0.5, task)
    assert "chaos/a" in str(caught.value) and "fix" in str(caught.value)

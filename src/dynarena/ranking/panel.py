"""Win rate against a frozen panel of models: secondary, and moved by no newcomer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

PANEL = ("persistence", "climatology", "drift", "linear_map", "analogue")
ANCHORS = {
    "oracle": "ceiling: knows the equations",
    "linear_map": "best linear",
    "persistence": "persistence",
    "climatology": "climatology",
}


def win_rate(name: str, ratios: Mapping[str, Mapping[str, float]], panel: Sequence[str] = PANEL) -> float:
    """Mean over panel members and tasks of [r < theirs] + half of [r = theirs]; a member is not held against itself.

    `ratios` gives r (or its log) by model and task. NaN where a member of the panel, or one of its answers, is missing.
    """
    mine = ratios[name]
    rivals = [ratios.get(member, {}) for member in panel if member != name]
    if not rivals or not mine or any(not set(mine) <= set(rival) for rival in rivals):
        return float("nan")
    wins = [_win(mine[task], rival[task]) for rival in rivals for task in mine]
    return float(np.mean(wins))


def _win(mine: float, theirs: float) -> float:
    return 0.5 if np.isclose(mine, theirs, rtol=1e-12, atol=1e-12) else float(mine < theirs)

"""What a model makes of data: how many fewer trajectories it needs than another, how much less it errs with as many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import parse_qs

import numpy as np
import pandas as pd

from dynarena.errors import UnknownName, UsageError
from dynarena.ranking.board import Board
from dynarena.ranking.cells import Contender
from dynarena.ranking.ratio import Floats


@dataclass(frozen=True)
class Gains:
    """Of `model` over `against`, by system.

    `efficiency`, one row a system: `needed`, the trajectories with which the model errs as `against` does with all
    `trajectories` there are, and `gain` = trajectories / needed. Between two numbers of trajectories errors follow a
    power law. `bound` is ">" where the model is as good with the fewest already, "<" where it is not even with all.
    `accuracy`, one row a system and number of trajectories: both errors and their ratio `gain`.
    """

    model: str
    against: str
    efficiency: pd.DataFrame
    accuracy: pd.DataFrame

    @property
    def accuracy_gain(self) -> float:
        """The geometric mean of the ratio of errors with all trajectories."""
        most = self.accuracy.sort_values("trajectories").groupby("system").tail(1)
        return float(np.exp(np.log(most["gain"]).mean()))

    @property
    def efficiency_gain(self) -> float:
        """The geometric mean of the ratio of trajectories; where it has a bound, that counts."""
        return float(np.exp(np.log(self.efficiency["gain"]).mean()))


def gains(board: Board, model: str, against: str) -> Gains:
    """Both gains of a model over another.

    Raises UnknownName for a model that is not on the board, UsageError where its tasks do not differ in trajectories.
    """
    ours, theirs = (_curves(_find(board, label), board.lock.id) for label in (model, against))
    common = sorted(set(ours) & set(theirs))
    if not common:
        raise UsageError(f"{model} and {against} answered no system in common", where=board.lock.id)
    accuracy, efficiency = [], []
    for system in common:
        mine, other = ours[system], theirs[system]
        counts = sorted(set(mine) & set(other))
        accuracy += [
            {
                "system": system,
                "trajectories": n,
                "error": mine[n],
                "error_against": other[n],
                "gain": other[n] / mine[n],
            }
            for n in counts
        ]
        needed, bound = trajectories_needed(mine, other[max(other)])
        efficiency.append({"system": system, "trajectories": max(other), "error": other[max(other)], "needed": needed,
                           "gain": max(other) / needed, "bound": bound})  # fmt: skip
    return Gains(model, against, pd.DataFrame(efficiency), pd.DataFrame(accuracy))


def trajectories_needed(errors: dict[int, float], error: float) -> tuple[float, str]:
    """The number of trajectories at which `errors` first falls to `error`, and the bound where it is one."""
    counts = sorted(errors)
    if errors[counts[0]] <= error:
        return float(counts[0]), ">"
    for few, many in zip(counts, counts[1:], strict=False):
        if errors[many] <= error:
            share = math.log(errors[few] / error) / math.log(errors[few] / errors[many])
            return float(few * (many / few) ** share), ""
    return float(counts[-1]), "<"


def _find(board: Board, label: str) -> Contender:
    by_label = {contender.label: contender for contender in board.contenders}
    if label not in by_label:
        raise UnknownName.among("model", label, by_label, where=board.lock.id)
    return by_label[label]


def _curves(contender: Contender, where: str) -> dict[str, dict[int, float]]:
    """The mean error by system and number of train trajectories; of cells that answered."""
    found: dict[str, dict[int, float]] = {}
    for task_id, entry in contender.entries.items():
        stated = parse_qs(task_id.partition("?")[2]).get("trajectories")
        if stated is None:
            raise UsageError(
                "tasks do not differ in trajectories",
                where=where,
                expected="?trajectories=… in each id",
                got=task_id,
                fix="name a benchmark with protocol.train_counts, as pde-samples",
            )
        if entry.status == "ok":
            found.setdefault(entry.task.system, {})[int(stated[0])] = max(_mean(entry.errors), 1e-300)
    return found


def _mean(errors: Floats) -> float:
    return float(np.mean(errors))

"""A dry run of seconds: what a model must return, whether it does and can be trusted, what the board will cost."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.errors import Refused
from dynarena.evaluation.answer import check_answer
from dynarena.evaluation.cell import Provider, declined
from dynarena.evaluation.job import Question, write_job
from dynarena.evaluation.loading import ModelSource, locate
from dynarena.evaluation.nursery import Nursery
from dynarena.evaluation.outcome import Limits, Outcome
from dynarena.evaluation.plan import require_device
from dynarena.schema.lock import Lock, TaskLock
from dynarena.schema.task import Task

_TRAIN, _BATCH = 4, 3
_TOLERANCE = 1e-3
_ASKED = {
    "forecast": ("forecast gets", "context"),
    "operator": ("solve gets", "inputs"),
    "reconstruct": ("asked with", "readings"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: passed, failed, or (None) not applicable, with the facts where it failed."""

    task: str
    name: str
    passed: bool | None
    facts: dict[str, str]


@dataclass(frozen=True)
class CheckReport:
    """All findings; the estimated seconds of fitting and forecasting each whole board once."""

    findings: list[Finding]
    cost_s: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(finding.passed is not False for finding in self.findings)


def check(
    model: str | type,
    locks: list[Lock],
    *,
    provider: Provider,
    settings: Mapping[str, Any] | None = None,
    device: str = "cpu",
    limits: Limits | None = None,
    nursery: Nursery | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> CheckReport:
    """Try a model on a small slice of one task of each kind in the locks.

    `on_line` is told first what shapes the model gets and must return, then what was found. Looked at: whether it runs,
    shape and dtype, finiteness, determinism (the same seed twice), batch invariance (alone as in a batch) and state
    leaks (the same question again, and in another order). Raises what `locate` raises.
    """
    source = locate(model, settings)
    require_device(source, device)
    chosen = limits or Limits(timeout_s=120.0)
    findings: list[Finding] = []
    cost: dict[str, float] = {}
    with nullcontext(nursery) if nursery is not None else Nursery() as shared:
        for lock in locks:
            for task in _one_of_each_kind(lock):
                found, seconds = _check_task(source, lock, task, provider, shared, chosen, device, on_line)
                findings += found
                alike = sum(other.dims == task.dims for other in lock.tasks)
                cost[lock.id] = cost.get(lock.id, 0.0) + seconds * alike
    for board, seconds in cost.items():
        on_line(f"{board}: about {seconds:.3g} s a seed for the whole board")
    return CheckReport(findings, cost)


def _one_of_each_kind(lock: Lock) -> list[TaskLock]:
    found: dict[tuple[str, ...], TaskLock] = {}
    for task in sorted(lock.tasks, key=lambda task: task.held_out):
        found.setdefault(tuple(task.dims), task)
    return list(found.values())


def _check_task(
    source: ModelSource,
    lock: Lock,
    task_lock: TaskLock,
    provider: Provider,
    nursery: Nursery,
    limits: Limits,
    device: str,
    on_line: Callable[[str], None],
) -> tuple[list[Finding], float]:
    reason = declined(source, lock, task_lock)
    if reason is not None:
        on_line(f"{task_lock.id}: not applicable ({reason['got']})")
        return [Finding(task_lock.id, "accepts", None, reason)], 0.0
    data = provider(lock, task_lock)
    task = dataclasses.replace(data.task, device=device, budget_s=limits.timeout_s)
    whole = None if lock.fit == "none" or task_lock.held_out else data.train()
    for line in _expected_lines(task, whole, data.context):
        on_line(line)
    trial = _Trial(source, nursery, limits, whole, data.context, data.parameters, task, data.told)
    findings = trial.findings()
    for finding in findings:
        on_line(_line(finding))
    return findings, trial.whole_board_s()


def _expected_lines(task: Task, train: NDArray[Any] | None, context: NDArray[Any]) -> list[str]:
    seen = ("field", "sensor") if task.ask == "reconstruct" else task.dims
    method, given = _ASKED[task.ask]
    fit = [] if train is None else [f"  fit gets      train {_axes(('trajectory', 'time', *task.dims), train.shape)}"]
    answer = (len(context), task.horizon, *task.shape)
    return [
        task.id,
        *fit,
        f"  {method:<13} {given} {_axes(('batch', 'time', *seen), context.shape)}",
        f"  must return   float32 or float64 {_axes(('batch', 'horizon', *task.dims), answer)}",
    ]


def _axes(names: tuple[str, ...], sizes: tuple[int, ...]) -> str:
    return "[" + ", ".join(f"{name}={size}" for name, size in zip(names, sizes, strict=True)) + "]"


def _line(finding: Finding) -> str:
    mark = {True: "ok  ", False: "FAIL", None: "-   "}[finding.passed]
    told = [f"\n       {name}: {text}" for name, text in finding.facts.items()]
    return f"  {mark} {finding.name}" + "".join(told)


class _Trial:
    """A model on a slice of a task: a few train trajectories, a few contexts asked in several ways."""

    def __init__(
        self,
        source: ModelSource,
        nursery: Nursery,
        limits: Limits,
        train: NDArray[Any] | None,
        context: NDArray[Any],
        parameters: NDArray[Any],
        task: Task,
        told: Mapping[str, NDArray[Any]],
    ) -> None:
        self.source, self.nursery, self.limits, self.task = source, nursery, limits, task
        self.told = told
        self.train = None if train is None else train[:_TRAIN]
        self.context = context[: min(_BATCH, len(context))]
        self.parameters = parameters[: len(self.context)] if task.facts.get("parameters") else None
        self.growth = (
            1.0 if train is None else len(train) / max(len(train[:_TRAIN]), 1),
            len(context) / len(self.context),
        )
        self.outcome: Outcome | None = None

    def findings(self) -> list[Finding]:
        """Run the model twice and compare what it said."""
        n = len(self.context)
        rows = [list(range(n)), list(range(n)), [n - 1], list(range(n))[::-1]]
        first, problem = self._run(rows)
        if problem is not None:
            return [self._finding("runs", False, problem)]
        again, problem = self._run(rows[:1])
        if problem is not None:
            return [self._finding("runs a second time", False, problem)]
        whole, repeated, alone, reverse = first
        return [
            self._finding("shape, dtype and finiteness", True, {}),
            self._compare(
                "determinism", whole, again[0], "two runs with one seed", "seed every generator with task.seed"
            ),
            self._compare(
                "no state leak",
                whole,
                repeated,
                "the same question twice",
                "keep nothing from one forecast to the next",
            ),
            *self._invariance(whole, alone, reverse),
        ]

    def _invariance(self, whole: NDArray[Any], alone: NDArray[Any], reverse: NDArray[Any]) -> list[Finding]:
        names = ("batch invariance", "order of the batch")
        if whole.ndim > len(self.task.shape) + 2:  # the draws of an ensemble may depend on the batch
            return [Finding(self.task.id, name, None, {}) for name in names]
        fix = "compute each trajectory's forecast from its own context alone"
        return [
            self._compare(names[0], whole[-1:], alone, "one trajectory alone and in a batch", fix),
            self._compare(names[1], whole[::-1], reverse, "the batch in reverse order", fix),
        ]

    def whole_board_s(self) -> float:
        """Seconds of this task in full, if time grows as the data do."""
        if self.outcome is None:
            return 0.0
        fit, predict = self.outcome.cost.fit_s or 0.0, self.outcome.tasks[0].predict_s or 0.0
        return fit * self.growth[0] + predict * self.growth[1]

    def _run(self, rows: list[list[int]]) -> tuple[list[NDArray[Any]], dict[str, str] | None]:
        """The answers to the contexts in `rows`, asked one after the other after one fit."""
        questions = [self._question(place, chosen) for place, chosen in enumerate(rows)]
        with tempfile.TemporaryDirectory(prefix="dynarena-", ignore_cleanup_errors=True) as name:
            write_job(Path(name), self.source, questions, threads=self.limits.threads)
            outcome = self.nursery.run(Path(name), len(rows), self.limits, device=self.task.device)
            self.outcome = self.outcome or outcome
            bad = next((told for told in outcome.tasks if told.status != "ok"), None)
            if bad is not None:
                return [], {"status": bad.status, **bad.message}
            try:
                return [
                    check_answer(Path(name) / f"answer_{place}.raw", self.task, len(chosen), outcome.samples)
                    for place, chosen in enumerate(rows)
                ], None
            except Refused as error:
                return [], error.facts()

    def _question(self, place: int, rows: list[int]) -> Question:
        parameters = None if self.parameters is None else self.parameters[rows]
        told = {name: values[rows] for name, values in self.told.items()}
        return Question(self.task, self.train if place == 0 else None, self.context[rows], parameters, told)

    def _compare(self, name: str, one: NDArray[Any], other: NDArray[Any], what: str, fix: str) -> Finding:
        spread = np.asarray(self.task.std).reshape(-1, *(1,) * (len(self.task.shape) - 1))
        # the first steps only: rounding grows along chaotic forecasts and proves nothing there
        lead = one.ndim - len(self.task.shape) - 1
        early = (slice(None),) * lead + (slice(0, 2),)
        gap = float(np.max(np.abs(one[early] - other[early]) / np.where(spread > 0, spread, 1.0)))
        if gap <= _TOLERANCE:
            return self._finding(name, True, {})
        facts = {"what": f"{what} give different forecasts", "got": f"{gap:.3g} standard deviations apart", "fix": fix}
        return self._finding(name, False, facts)

    def _finding(self, name: str, passed: bool, facts: dict[str, str]) -> Finding:
        return Finding(self.task.id, name, passed, facts)

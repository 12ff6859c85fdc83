"""What became of a job, from what the warm parent saw: typed statuses and messages that say how to go on."""

from __future__ import annotations

import math
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dynarena.schema.record import Cost, Status

_STATUSES = ("failed", "refused", "out-of-memory")
_TAIL = 400


@dataclass(frozen=True)
class Limits:
    """What a job may take: wall-clock seconds, MiB of memory beyond the warm parent's, threads."""

    timeout_s: float = 600.0
    memory_mb: float = 8192.0
    threads: int = 1


@dataclass(frozen=True)
class TaskOutcome:
    """One task of a job: `ok` promises no more than that the child says it has answered."""

    status: Status
    message: dict[str, str]
    predict_s: float | None = None


@dataclass(frozen=True)
class Outcome:
    """A whole job: one outcome a task, the cost of all, and what the model declared when it was loaded."""

    tasks: tuple[TaskOutcome, ...]
    cost: Cost
    samples: int = 1
    isolation: str = "process"


def interpret(told: Mapping[str, Any], n_tasks: int, limits: Limits, device: str, log: str) -> Outcome:
    """The outcome of a job of `n_tasks` tasks.

    `told` is the warm parent's report: exit, timed_out, over_memory, peak_mb, seconds, events. Events were written by a
    process that the model controls, so each is read as a claim: numbers are bounded and texts cut.
    """
    events = [event for event in told["events"] if isinstance(event.get("event"), str)]
    loaded: dict[str, Any] = next((event for event in events if event["event"] == "loaded"), {})
    fitted = next((event for event in events if event["event"] == "fitted"), None)
    answered: dict[int, TaskOutcome] = {}
    last = fitted["at"] if fitted else 0.0
    broken = _ended(told, limits, fitted is not None, log)
    for event in events:
        index = event.get("task")
        if event["event"] == "error" and index is None:
            broken = _declined(event) if fitted is None else _claimed(event)
        if isinstance(index, int) and 0 <= index < n_tasks and index not in answered:
            spent, last = max(event["at"] - last, 0.0), event["at"]
            answered[index] = TaskOutcome("ok", {}, spent) if event["event"] == "predicted" else _claimed(event, spent)
    tasks = tuple(answered.get(index, broken) for index in range(n_tasks))
    cost = Cost(
        fit_s=round(fitted["at"], 4) if fitted else None,
        total_s=round(told["seconds"], 4),
        parameters=_count(fitted.get("parameters")) if fitted else None,
        memory_mb=round(told["peak_mb"], 1),
        device=device,
    )
    return Outcome(tasks, cost, samples=max(_count(loaded.get("samples")) or 1, 1))


def _ended(told: Mapping[str, Any], limits: Limits, fitted: bool, log: str) -> TaskOutcome:
    """The outcome of a task that was not answered, by the way the process ended."""
    stage = "predict" if fitted else "fit"
    if told["timed_out"]:
        return _failure(
            "timeout",
            f"no answer within the wall-clock limit, stopped in {stage}",
            expected=f"fit and predict within {limits.timeout_s:g} s",
            fix="train for fewer steps, or use a benchmark whose budget_s is larger",
            log=log,
        )
    killed_by_system = told["exit"] == -signal.SIGKILL
    if told["over_memory"] or killed_by_system:
        return _failure(
            "out-of-memory",
            f"the memory limit was exceeded in {stage}"
            if told["over_memory"]
            else f"the process was killed in {stage}",
            expected=f"at most {limits.memory_mb:.0f} MiB",
            got=f"{told['peak_mb']:.0f} MiB",
            fix="use a smaller model or batch, or raise the memory limit",
            log=log,
        )
    code = told["exit"]
    how = f"it was ended by {_signal_name(-code)}" if code < 0 else f"it exited with status {code}"
    what = f"the process ended in {stage} without an answer"
    fix = "return the forecast instead of leaving the process; `dynarena check` shows where it ends"
    return _failure("failed", what, got=how, fix=fix, log=log)


def _failure(status: Status, what: str, *, log: str, **facts: str) -> TaskOutcome:
    message = {"what": what, **facts}
    if log.strip():
        message["log"] = log.strip()[-_TAIL:]
    return TaskOutcome(status, message)


def _claimed(event: Mapping[str, Any], predict_s: float | None = None) -> TaskOutcome:
    """A failure that the child reported of itself."""
    facts = event.get("facts")
    given = facts.items() if isinstance(facts, dict) else ()
    message = {str(name)[:20]: str(text)[:1000] for name, text in list(given)[:6]}
    status = event.get("status")
    return TaskOutcome(status if status in _STATUSES else "failed", message or {"what": "the model failed"}, predict_s)


def _declined(event: Mapping[str, Any]) -> TaskOutcome:
    """A failure before anything was forecast, where a model may also say that the task is not for it."""
    claimed = _claimed(event)
    return replace(claimed, status="not-applicable") if event.get("status") == "not-applicable" else claimed


def _count(value: object) -> int | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value < 2**53:
        return int(value)
    return None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

"""The reference baseline's error on a task: the b that stands for skill zero."""

from __future__ import annotations

import tempfile
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from dynarena.data.tasks import TaskData
from dynarena.errors import DynarenaError
from dynarena.evaluation.cell import run_work
from dynarena.evaluation.loading import locate
from dynarena.evaluation.nursery import Nursery
from dynarena.evaluation.plan import plan
from dynarena.schema.lock import Lock, TaskLock


def reference_error(lock: Lock, task: TaskLock, nursery: Nursery | None = None) -> float:
    """The mean primary error of the lock's reference baseline, run as any submission is; in `nursery` where one waits.

    Raises DynarenaError where it does not answer.
    """
    alone = lock.model_copy(update={"tasks": [task]})
    with (
        tempfile.TemporaryDirectory(prefix="dynarena-") as scratch,
        nullcontext(nursery) if nursery else Nursery() as own,
    ):
        (work,) = plan(locate(lock.reference_baseline), alone, home=Path(scratch), seeds=[0])
        (record,) = run_work(work, TaskData, own)
    if record.status != "ok":
        raise DynarenaError(
            f"the reference baseline {lock.reference_baseline} did not answer",
            where=task.id,
            got=f"{record.status}: {record.message.get('what', '')}",
            fix="mend the baseline, or name another under [reference]",
        )
    return float(np.mean(record.error))

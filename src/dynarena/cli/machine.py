"""`doctor`, `plan`, `worker`: what this machine has, what a run will cost, how to lend a machine."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from typing import Annotated, Any

import typer

from dynarena.cli.data import Benchmark, Json, Quick
from dynarena.cli.output import print_json, print_table, say, size


def register(app: typer.Typer) -> None:
    """Hang the commands on the application."""
    app.command("doctor")(doctor)
    app.command("plan")(plan)
    app.command("worker")(worker)


def doctor(as_json: Json = False) -> None:
    """What this machine has, and whether it regenerates the frozen data."""
    facts = {**_machine(), **_libraries(), **_data()}
    if as_json:
        print_json(facts)
    else:
        print_table(("", "this machine"), facts.items())
    if any(str(value).startswith("different") for value in facts.values()):
        raise typer.Exit(3)


def _machine() -> dict[str, Any]:
    import psutil

    from dynarena.evaluation.machine import hardware
    from dynarena.suite import home

    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    return {
        **hardware(),
        "python": platform.python_version(),
        "memory free": size(psutil.virtual_memory().available),
        "home": f"{folder} ({size(shutil.disk_usage(folder).free)} free)",
    }


def _libraries() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in (
        "dynarena",
        "numpy",
        "scipy",
        "numba",
        "torch",
        "xarray",
        "netCDF4",
        "dask",
        "neuraloperator",
        "reservoirpy",
    ):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _data() -> dict[str, str]:
    """One trajectory of each frozen quick task, regenerated and compared."""
    from dynarena.data.benchmarks import load_lock
    from dynarena.data.splits import regenerate
    from dynarena.data.verify import verdicts
    from dynarena.errors import DynarenaError
    from dynarena.suite import items

    found = {}
    for item in items("benchmarks"):
        try:
            lock = load_lock(item.id, quick=True)
        except DynarenaError:
            continue
        for task in lock.tasks:
            split = task.splits["test"]
            one = split.model_copy(update={"trajectories": min(split.trajectories, 2)})
            if split.starts is not None:
                one = split
            found[task.id] = min(verdicts(regenerate(lock.id, task, one)["state"].values, split)[:2])
    return found


def plan(benchmark: Benchmark, quick: Quick = False, seeds: int = 1, workers: int = 1, as_json: Json = False) -> None:
    """Cells, data and time of a submission, predicted from the records of the core baselines."""
    from statistics import median

    from dynarena.data.benchmarks import load_lock
    from dynarena.data.build import parts
    from dynarena.evaluation.shelf import all_records

    lock = load_lock(benchmark, quick=quick)
    seconds: dict[str, list[float]] = {}
    for record in all_records(lock.id):
        if record.cost.total_s is not None:
            seconds.setdefault(record.model.name, []).append(record.cost.total_s)
    cells = len(lock.tasks) * seeds
    rows = [
        {"model": name, "cells": cells, "seconds": round(median(values) * cells / workers, 1)}
        for name, values in sorted(seconds.items())
    ]
    rows.append({"model": "any (the limit)", "cells": cells, "seconds": lock.budget_s * cells / workers})
    if as_json:
        print_json(rows)
        return
    total = size(sum(part.expected_bytes for part in parts(lock)))
    title = f"{lock.id}: {cells} cells, {total} of data, {workers} workers"
    print_table(("as costly as", "cells", "seconds"), (row.values() for row in rows), title=title)


def worker(
    scheduler: Annotated[str, typer.Argument(help="address of a dask scheduler, as tcp://host:8786")],
    processes: Annotated[int | None, typer.Option(help="worker processes (one a core)", min=1)] = None,
    gpus: Annotated[int | None, typer.Option(help="GPUs to offer (those that torch sees)", min=0)] = None,
) -> None:
    """Lend this machine to a scheduler: one thread a process, resources CPU and GPU declared, memory shared out."""
    import psutil

    count = processes or os.cpu_count() or 1
    offered = _gpus() if gpus is None else gpus
    memory = int(psutil.virtual_memory().total * 0.9 / count)
    resources = "CPU=1" + (f" GPU={offered / count if offered < count else 1:g}" if offered else "")
    command = [
        sys.executable, "-m", "distributed.cli.dask_worker", scheduler, "--nworkers", str(count), "--nthreads", "1",
        "--memory-limit", str(memory), "--resources", resources,
    ]  # fmt: skip
    say(f"{count} processes, {size(memory)} each, offering {resources}")
    os.execv(sys.executable, command)


def _gpus() -> int:
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0

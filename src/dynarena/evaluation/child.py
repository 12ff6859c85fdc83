"""What runs inside the child process: load the model, fit, predict, write raw answers.

Nothing here is trusted afterwards: the harness times, limits and checks from outside.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import random
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dynarena.errors import DynarenaError, NotApplicable, Refused
from dynarena.evaluation.answer import write_answer
from dynarena.evaluation.batch import Batch
from dynarena.evaluation.model import Model
from dynarena.evaluation.trajectories import StoredTrajectories, as_tensor
from dynarena.schema.task import Task

Report = Callable[..., None]
_NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory")


def run_job(folder: Path, report: Report) -> None:
    """Fit once, answer every task of the job; each step and each failure is reported as it happens."""
    job = json.loads((folder / "job.json").read_text())
    tasks = [Task.from_json(content) for content in job["tasks"]]
    torch.set_num_threads(job["threads"])
    try:
        _seed(tasks[0].seed)
        model = _build(folder, job)
        report("loaded", samples=int(model.answer_samples), dtype=str(model.dtype).removeprefix("torch."))
        _fit(folder, model, tasks)
        report("fitted", parameters=_count_parameters(model))
    except BaseException as error:  # SystemExit and KeyboardInterrupt of the model are its failures too
        report("error", **explain(error, "fit"))
        return
    for index, task in enumerate(tasks):
        try:
            _seed(task.seed)
            write_answer(folder / f"answer_{index}.raw", predict(model, read_batch(folder, index, model, task), task))
            report("predicted", task=index)
        except BaseException as error:
            report("error", task=index, **explain(error, "predict"))


def explain(error: BaseException, stage: str) -> dict[str, Any]:
    """An exception as the facts of a record: status, what, where, got, fix."""
    if isinstance(error, NotApplicable) and stage == "fit":
        return {"status": "not-applicable", "facts": error.facts()}
    if isinstance(error, DynarenaError):
        return {"status": "refused" if isinstance(error, Refused) else "failed", "facts": error.facts()}
    memory = isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY)
    facts = {"what": f"{type(error).__name__} in {stage}: {error}"[:500]}
    if isinstance(error, SystemExit):
        facts["what"] = f"the model called sys.exit({error.code!r}) in {stage}"[:500]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if __file__ != frame.filename]
    if frames:
        last = next((frame for frame in reversed(frames) if "site-packages" not in frame.filename), frames[-1])
        facts["where"] = f"{last.filename}, line {last.lineno}, in {last.name}"
        facts["got"] = (last.line or "")[:200]
    facts["fix"] = (
        "use a smaller model or batch, or raise the memory limit"
        if memory
        else "mend the model; `dynarena check` runs it in seconds"
    )
    traceback.print_exception(error)
    return {"status": "out-of-memory" if memory else "failed", "facts": facts}


def load_class(folder: Path, spec: Mapping[str, Any], path: list[str]) -> type[Model]:
    """The model's class, run for the first time here."""
    sys.path.extend(entry for entry in path if entry not in sys.path)
    if spec["folder"]:
        sys.path.insert(0, spec["folder"])
    if spec["file"]:
        cls = getattr(_load_file(Path(spec["file"])), spec["class"], None)
    elif spec["module"]:
        cls = getattr(importlib.import_module(spec["module"]), spec["class"], None)
    else:
        import cloudpickle

        cls = cloudpickle.loads((folder / "model.pickle").read_bytes())
    if not (isinstance(cls, type) and issubclass(cls, Model)):
        raise Refused(
            f"{spec['class']} is not a model",
            where=str(spec["file"] or spec["module"]),
            expected="a subclass of dynarena.Forecaster or dynarena.Model",
            got=repr(cls)[:200],
            fix="derive the class from Forecaster",
        )
    return cls


def read_batch(folder: Path, index: int, model: Model, task: Task, rows: slice | list[int] = slice(None)) -> Batch:
    """The inputs of a task in the model's precision, or those of some trajectories."""
    values = np.load(folder / f"context_{index}.npy", mmap_mode="r", allow_pickle=False)[rows]
    times = np.broadcast_to(np.arange(values.shape[1]) * task.dt, values.shape[:2])
    told = {
        name: as_tensor(np.load(stored, allow_pickle=False)[rows], model.dtype, task.device)
        for name in ("parameters", "coords", "query")
        if (stored := folder / f"{name}_{index}.npy").exists()
    }
    return Batch(
        values=as_tensor(values, model.dtype, task.device), times=as_tensor(times, model.dtype, task.device), **told
    )


def predict(model: Model, given: Batch, task: Task) -> Any:
    """The answer's "values" entry as an array; Refused where there is none."""
    with torch.no_grad():
        answer = model.predict(given, task)
    values = answer.get("values") if isinstance(answer, Mapping) else answer
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        return values.numpy() if values.dtype != torch.bfloat16 else values
    if isinstance(values, np.ndarray):
        return values
    raise Refused(
        "the answer is not a tensor",
        where=f"task {task.id}",
        expected='{"values": tensor} from predict, or a tensor from forecast',
        got=type(values).__name__,
        fix="return a float tensor [batch, horizon, *state]",
    )


def _build(folder: Path, job: dict[str, Any]) -> Model:
    cls = load_class(folder, job["model"], job["path"])
    return cls(**job["model"]["settings"])


def _fit(folder: Path, model: Model, tasks: list[Task]) -> None:
    train = {
        task.id: (task.training, StoredTrajectories(path, model.dtype, task.device))
        for index, task in enumerate(tasks)
        if (path := folder / f"train_{index}.npy").exists()
    }
    if train:
        model.fit_tasks(train)


def _load_file(path: Path) -> Any:
    name = f"dynarena_submission_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Refused("not a Python file", where=str(path), fix="name it <something>.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _seed(seed: int) -> None:
    torch.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)


def _count_parameters(model: Model) -> int | None:
    """Trained numbers: those of every torch module the model is or holds, else of the tensors it holds."""
    held = [model, *vars(model).values()]
    modules = {id(part): part for part in held if isinstance(part, torch.nn.Module)}
    tensors: list[torch.Tensor] = [tensor for module in modules.values() for tensor in module.parameters()]
    if not modules:
        tensors = [part for part in held if isinstance(part, torch.Tensor)]
    return sum(tensor.numel() for tensor in {id(tensor): tensor for tensor in tensors}.values())

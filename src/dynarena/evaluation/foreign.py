"""Reads a stranger's NetCDF file in a process of its own, since the libraries that parse it are not built for enemies.

Run as `python -m dynarena.evaluation.foreign`: a JSON request on stdin names the file (or folder), and for each
task its name, its shape and where its raw numbers go; a JSON answer on stdout says what was found.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from dynarena.evaluation.answer import write_answer, write_header
from dynarena.evaluation.covers import cover

_NAMES = ("forecast", "frames", "state")


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.stdin.read())
    cover(map(Path, request["hidden"]))
    bound = int(request["memory_mb"]) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(json.dumps({"found": read_tasks(Path(request["path"]), request["tasks"])}))


def read_tasks(path: Path, tasks: list[dict[str, Any]]) -> dict[str, int]:
    """Write each task's numbers as an answer; returns how many samples each task that was found has."""
    found: dict[str, int] = {}
    if path.is_dir():
        for task in tasks:
            file = path / f"{task['name']}.nc"
            if file.is_file():
                with netCDF4.Dataset(file) as stored:
                    found |= _read(stored, task)
        return found
    with netCDF4.Dataset(path) as stored:
        for task in tasks:
            group = _descend(stored, task["name"].split("/"))
            if group is None and len(tasks) == 1 and not stored.groups:
                group = stored
            if group is not None:
                found |= _read(group, task)
        return found


def _descend(group: Any, parts: list[str]) -> Any:
    for part in parts:
        if part not in group.groups:
            return None
        group = group.groups[part]
    return group


def _read(group: Any, task: dict[str, Any]) -> dict[str, int]:
    name = next((name for name in _NAMES if name in group.variables), None)
    if name is None:
        return {}
    variable = group.variables[name]
    variable.set_auto_mask(False)
    shape = tuple(variable.shape)
    wanted, out = tuple(task["shape"]), Path(task["out"])
    ensemble = len(shape) == len(wanted) + 1 and shape[1:] == wanted and 1 <= shape[0] <= task["most_samples"]
    if ensemble or shape == wanted:
        write_answer(out, _numbers(variable, task))
    else:  # too odd, or too large, to be read: its form alone is reported
        write_header(out, str(variable.dtype), shape)
    return {task["name"]: shape[0] if ensemble else 1}


def _numbers(variable: Any, task: dict[str, Any]) -> Any:
    values = np.asarray(variable[...])
    if task["frames"] and values.dtype == np.uint8:
        return values.astype(np.float32) / np.float32(255)
    if values.shape[0] == 1 and values.ndim > len(task["shape"]):
        return values[0]
    return values


if __name__ == "__main__":
    main()

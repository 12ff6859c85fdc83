"""A model's answer on disk, and the checks that come before any metric.

A file is 8 bytes of magic, the header's length (uint32), a JSON header {"dtype", "shape"} and the raw little-endian
numbers. Nothing in it is run, and nothing is read before the header has been found to fit the task.
"""

from __future__ import annotations

import json
import math
import os
import stat
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.errors import Refused
from dynarena.schema.task import Task

MAGIC = b"DYNARAW1"
_PREFIX = struct.Struct("<8sI")
_LONGEST_HEADER = 4096
_DTYPES = {"float32": "<f4", "float64": "<f8"}


class NonFinite(Refused):
    """A forecast holds NaN or infinity."""


def write_answer(path: Path, values: Any) -> None:
    """Write an array as an answer; of one whose type cannot be scored, the header alone."""
    dtype = str(values.dtype).removeprefix("torch.")
    write_header(path, dtype, tuple(values.shape))
    if dtype in _DTYPES:
        with path.open("ab") as stream:
            stream.write(np.ascontiguousarray(values, dtype=_DTYPES[dtype]).data)


def write_header(path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    """Write an answer's form without its numbers."""
    header = json.dumps({"dtype": dtype, "shape": [int(length) for length in shape]}).encode()
    path.write_bytes(_PREFIX.pack(MAGIC, len(header)) + header)


def expected_shape(task: Task, n_batch: int, samples: int = 1) -> tuple[int, ...]:
    """[(sample,) batch, horizon, *state]."""
    shape = (n_batch, task.horizon, *task.shape)
    return (samples, *shape) if samples > 1 else shape


def check_answer(path: Path, task: Task, n_batch: int, samples: int = 1) -> NDArray[np.floating[Any]]:
    """The numbers of an answer that can be scored, float32 or float64.

    Raises Refused where there is no answer, or its form, dtype, shape or length is wrong; NonFinite where it holds NaN
    or infinity.
    """
    expected = expected_shape(task, n_batch, samples)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _garbage(task, f"no answer file ({error.strerror})") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise _garbage(task, "something that is not a regular file")
    with os.fdopen(descriptor, "rb") as stream:
        dtype, shape, start = _read_header(stream, task)
        check_form(dtype, shape, task, n_batch, samples)
        wanted = math.prod(expected) * np.dtype(_DTYPES[dtype]).itemsize
        if status.st_size - start != wanted:
            raise _garbage(task, f"{status.st_size - start} bytes of numbers where the header promises {wanted}")
        values = np.frombuffer(stream.read(wanted), dtype=_DTYPES[dtype]).reshape(expected)
    check_finite(values, task)
    return values


def check_form(dtype: str, shape: tuple[int, ...], task: Task, n_batch: int, samples: int = 1) -> None:
    """Raise Refused unless an answer's dtype and shape are those the task asks for."""
    where, expected = f"task {task.id}", expected_shape(task, n_batch, samples)
    if dtype not in _DTYPES:
        fix = "return forecast.float()"
        raise Refused("wrong dtype", where=where, expected="float32 or float64", got=dtype, fix=fix)
    if shape == expected:
        return
    names = _axis_names(task, samples)
    told = {"where": where, "expected": f"{list(expected)} = {names}", "got": str(list(shape))}
    time = len(expected) - len(task.shape) - 1
    if len(shape) == len(expected) and shape[:time] + shape[time + 1 :] == expected[:time] + expected[time + 1 :]:
        few = "few" if shape[time] < expected[time] else "many"
        fix = f"return exactly task.horizon = {task.horizon} states after the context"
        raise Refused(f"too {few} steps: {shape[time]} of {expected[time]}", **told, fix=fix)
    if len(shape) == len(expected) + 1 and samples == 1:
        raise Refused("wrong shape", **told, fix=f"declare answer_samples = {shape[0]} on the class for an ensemble")
    raise Refused("wrong shape", **told, fix=f"return {names}")


def check_finite(values: NDArray[Any], task: Task) -> None:
    """Raise NonFinite with the first bad trajectory and lead time."""
    finite = np.isfinite(values)
    if finite.all():
        return
    first = np.unravel_index(int(np.argmin(finite)), values.shape)
    lead = values.ndim - len(task.shape) - 1
    where = f"task {task.id}, trajectory {first[lead - 1]}, step {first[lead] + 1} of {task.horizon}"
    share = 1 - float(finite.mean())
    raise NonFinite(
        "the forecast is not finite",
        where=where,
        expected="finite numbers",
        got=f"{values[first]} there; {share:.2%} of all numbers",
        fix="bound the forecast (clamp it to the range of the train split), or shorten the model's step",
    )


def _read_header(stream: Any, task: Task) -> tuple[str, tuple[int, ...], int]:
    prefix = stream.read(_PREFIX.size)
    if len(prefix) < _PREFIX.size or not prefix.startswith(MAGIC):
        raise _garbage(task, f"a file that begins with {prefix[:16]!r}")
    length = _PREFIX.unpack(prefix)[1]
    if length > _LONGEST_HEADER:
        raise _garbage(task, f"a header of {length} bytes")
    try:
        header = json.loads(stream.read(length))
        shape = tuple(int(size) for size in header["shape"])
        return str(header["dtype"]), shape, _PREFIX.size + length
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _garbage(task, "an unreadable header") from error


def _garbage(task: Task, got: str) -> Refused:
    fix = "return the forecast from predict or forecast and leave the harness's files alone"
    return Refused(
        "no readable answer", where=f"task {task.id}", expected="the file that the runner writes", got=got, fix=fix
    )


def _axis_names(task: Task, samples: int) -> str:
    names = ["batch", "horizon", *task.dims]
    return "[" + ", ".join(["sample", *names] if samples > 1 else names) + "]"

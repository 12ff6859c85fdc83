"""The warm parent: imports torch once, then forks a child for each job. It never holds truth and never runs a model.

Requests and answers are JSON lines on stdin and stdout: {"folder", "timeout_s", "memory_mb"} in, what happened out.
The child has a session of its own, its log as stdout and stderr, and one pipe on which it reports its steps. The warm
parent is the reaper of everything that a child leaves behind, so that no helper outlives its cell.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

from dynarena.errors import ResourceError
from dynarena.evaluation.covers import cover
from dynarena.evaluation.processes import descendants, kill_descendants, proportional_mb, resident_mb

POLL_S = 0.1
_LONGEST_REPORT = 1 << 16
_SUBREAPER = 36


def main() -> None:
    """Serve jobs until stdin closes; the folders named as arguments are hidden from them."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        cover(map(Path, sys.argv[1:]))
    except ResourceError as error:
        sys.exit(str(error))
    _warm_up()
    answers.write(b'{"ready": true}\n')
    buffer = b""
    while block := requests.read(1 << 16):
        buffer += block
        while b"\n" in buffer:
            line, buffer = buffer.split(b"\n", 1)
            outcome = serve(json.loads(line), requests.fileno(), [requests.fileno(), answers.fileno()])
            answers.write(json.dumps(outcome).encode() + b"\n")


def _warm_up() -> None:
    import numba  # noqa: F401  models that integrate equations need it, and it is slow to import
    import scipy.fft
    import scipy.linalg  # noqa: F401
    import torch

    import dynarena.evaluation.child
    import dynarena.evaluation.forecaster  # noqa: F401

    torch.set_num_threads(1)


def serve(request: dict[str, Any], lifeline: int, private: list[int]) -> dict[str, Any]:
    """Fork a child for one job and watch it to its end; also kill it when `lifeline` closes."""
    reader, writer = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _child(request, writer, private)
    os.close(writer)
    told: dict[str, Any] = {"timed_out": False, "over_memory": False, "peak_mb": 0.0, "events": []}
    try:
        _watch(pid, reader, lifeline, began, request, told)
    finally:
        os.close(reader)
        told["leftovers"] = kill_descendants(os.getpid(), but=pid)
    told["seconds"] = time.monotonic() - began
    return told


def _watch(pid: int, reader: int, lifeline: int, began: float, request: dict[str, Any], told: dict[str, Any]) -> None:
    handle = os.pidfd_open(pid)
    base = resident_mb([os.getpid()])
    received = b""
    open_reader = True
    try:
        while True:
            sources = [handle, lifeline, *([reader] if open_reader else [])]
            ready = select.select(sources, [], [], POLL_S)[0]
            if reader in ready:
                block = os.read(reader, 1 << 14)
                received, open_reader = _collect(received + block, told["events"], began), bool(block)
            if handle in ready:
                break
            told["over_memory"] = _over(base + request["memory_mb"], told)
            told["timed_out"] = time.monotonic() - began > request["timeout_s"]
            if told["timed_out"] or told["over_memory"] or lifeline in ready:
                break
        kill_group(pid)
        while open_reader and select.select([reader], [], [], 0)[0]:
            block = os.read(reader, 1 << 14)
            received, open_reader = _collect(received + block, told["events"], began), bool(block)
    finally:
        os.close(handle)
        kill_group(pid)
        _, status, usage = os.wait4(pid, 0)
        told["exit"] = os.waitstatus_to_exitcode(status)
        told["peak_mb"] = max(told["peak_mb"], usage.ru_maxrss / 1024)


def _over(limit_mb: float, told: dict[str, Any]) -> bool:
    """Whether what stands below this process holds more than the limit; the peak is noted on the way."""
    below = descendants(os.getpid())
    held = resident_mb(below)
    if held > limit_mb and len(below) > 1:  # forked helpers share pages, which resident sizes count again and again
        held = proportional_mb(below)
    told["peak_mb"] = max(told["peak_mb"], held)
    return held > limit_mb


def kill_group(pid: int) -> None:
    """Kill a child and its process group."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _collect(received: bytes, events: list[dict[str, Any]], began: float) -> bytes:
    """Turn whole lines into events, stamped with the time of arrival; what a model forges here is bounded."""
    *lines, rest = received.split(b"\n")
    for line in lines:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and len(events) < 1000:
            events.append({**event, "at": time.monotonic() - began})
    return rest[-_LONGEST_REPORT:]


def _child(request: dict[str, Any], writer: int, private: list[int]) -> None:
    status = 70
    try:
        os.setsid()
        for descriptor in private:
            os.close(descriptor)
        folder = Path(request["folder"])
        log = os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        _limit(request["memory_mb"], request["limit_data"])
        scratch = folder / "scratch"
        os.chdir(scratch)
        os.environ["TMPDIR"] = str(scratch)
        from dynarena.evaluation.child import run_job

        def report(event: str, **facts: object) -> None:
            os.write(writer, json.dumps({"event": event, **facts}, default=str).encode() + b"\n")

        run_job(folder, report)
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _limit(memory_mb: float, limit_data: bool) -> None:
    """Bound what the child may allocate (not with a GPU: its driver reserves huge ranges), and forbid core files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not limit_data:
        return
    held = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmData" in line)
    bound = held * 1024 + int(memory_mb * 1024 * 1024)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


if __name__ == "__main__":
    main()

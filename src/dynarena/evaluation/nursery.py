"""The harness's side of the warm parent: hand it a job's folder, get back what became of it."""

from __future__ import annotations

import dataclasses
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import dynarena
from dynarena.errors import ResourceError
from dynarena.evaluation.covers import no_covers
from dynarena.evaluation.isolation import covering_wrapper, isolation, wrapper
from dynarena.evaluation.outcome import Limits, Outcome, interpret
from dynarena.evaluation.processes import descendants

_GRACE_S = 20.0
_START_S = 120.0
_LOG_TAIL = 2000
_SECRETS = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "ACCESS_KEY", "PRIVATE_KEY")


class Nursery:
    """A warm process that runs one job at a time, each in a child of its own; started on first use.

    It is shared by the cells of a process: `run` may be called from any thread. Use it as a context manager, or close
    it.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._buffer = b""
        self._hidden: tuple[Path, ...] = ()

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(
        self, folder: Path, n_tasks: int, limits: Limits, *, device: str = "cpu", hidden: tuple[Path, ...] = ()
    ) -> Outcome:
        """Run the job laid out in `folder` within its limits, out of sight of the `hidden` folders.

        A model's failure of any kind is an outcome, never an exception. Raises ResourceError where the warm process
        cannot be started at all, or nothing can be hidden.
        """
        request = {
            "folder": str(folder),
            "timeout_s": limits.timeout_s,
            "memory_mb": limits.memory_mb,
            "limit_data": device == "cpu",
        }
        with self._lock:
            self._hide(hidden)
            began = time.monotonic()
            told = self._ask(request, limits.timeout_s + _GRACE_S)
        if told is None:
            told = {"exit": 1, "over_memory": False, "peak_mb": 0.0, "events": [], "seconds": time.monotonic() - began}
            told["timed_out"] = told["seconds"] >= limits.timeout_s
        outcome = interpret(told, n_tasks, limits, device, _tail(folder / "log.txt"))
        return dataclasses.replace(outcome, isolation=isolation())

    def start(self) -> None:
        """Start the warm process now, so that the first job need not wait for it."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """End the warm process and everything below it."""
        with self._lock:
            self._end()

    def _ask(self, request: dict[str, Any], patience_s: float) -> dict[str, Any] | None:
        """The warm process's report, or None where it died or fell silent (the model may have killed it)."""
        process = self._started()
        try:
            if process.stdin is None:
                return None
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            told = self._read_line(patience_s)
        except BrokenPipeError:
            told = None
        except BaseException:  # an interrupt must not leave the model running
            self._end()
            raise
        if told is None:
            self._end()
        return told

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        start = covering_wrapper() if self._hidden else wrapper()
        self._process = subprocess.Popen(
            [*start, sys.executable, "-P", "-m", "dynarena.evaluation.warm", *map(str, self._hidden)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            start_new_session=True,
        )
        if self._read_line(_START_S) is None:
            self._end()
            fix = "look at the lines above; `dynarena doctor` says what is missing"
            raise ResourceError("the process that runs models did not start", where="dynarena.evaluation.warm", fix=fix)
        return self._process

    def _hide(self, folders: tuple[Path, ...]) -> None:
        """A warm process with other covers is of no use: what it forks would see too much, or too little."""
        if folders and not wrapper():
            raise no_covers(folders[0], "no namespaces")
        if folders != self._hidden:
            self._end()
            self._hidden = folders

    def _read_line(self, patience_s: float) -> dict[str, Any] | None:
        if self._process is None or self._process.stdout is None:
            return None
        deadline = time.monotonic() + patience_s
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._buffer:
            if not select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))[0]:
                return None
            block = os.read(descriptor, 1 << 16)
            if not block:
                return None
            self._buffer += block
        line, self._buffer = self._buffer.split(b"\n", 1)
        content: dict[str, Any] = json.loads(line)
        return content

    def _end(self) -> None:
        process, self._process, self._buffer = self._process, None, b""
        if process is None:
            return
        below = descendants(process.pid)
        for pid in [process.pid, *below]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        process.wait()


def environment() -> dict[str, str]:
    """The variables a model sees: the user's without secrets, one thread for libraries, a fixed hash seed."""
    kept = {name: text for name, text in os.environ.items() if not any(word in name.upper() for word in _SECRETS)}
    source = str(Path(dynarena.__file__).resolve().parents[1])
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = os.pathsep.join(filter(None, [source, kept.get("PYTHONPATH", "")]))
    return {**kept, **threads, "PYTHONHASHSEED": "0", "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as stream:
            stream.seek(max(log.stat().st_size - _LOG_TAIL, 0))
            return stream.read().decode("utf-8", "replace")
    except OSError:
        return ""

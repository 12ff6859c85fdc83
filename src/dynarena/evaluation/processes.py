"""Who descends from a process, how much memory they hold, and how to end them all."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except (OSError, ValueError):
        return found
    return found


def descendants(pid: int) -> list[int]:
    """The children of a process, their children, and so on."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children(waiting.pop())
        found += below
        waiting += below
    return found


def resident_mb(pids: Iterable[int]) -> float:
    """The resident memory of some processes together, MiB; shared pages count in each."""
    total = 0.0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_MB
        except (OSError, IndexError, ValueError):
            continue
    return total


def proportional_mb(pids: Iterable[int]) -> float:
    """The memory of some processes together, MiB, each shared page divided among those that share it; slow to read."""
    total = 0.0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        except (OSError, IndexError, ValueError, StopIteration):
            continue
    return total


def kill_descendants(pid: int, *, but: int | None = None, patience_s: float = 5.0) -> int:
    """Kill everything below `pid` and reap what is ours, also processes that still fork; returns how many were seen.

    All are stopped before any is killed, so that none can replace another. `but` is not counted.
    """
    seen: set[int] = set()
    deadline = time.monotonic() + patience_s
    while (alive := descendants(pid)) and time.monotonic() < deadline:
        seen |= set(alive)
        for order in (signal.SIGSTOP, signal.SIGKILL):
            for target in alive:
                _send(target, order)
        _reap(alive)
    return len(seen - {but})


def _send(pid: int, order: signal.Signals) -> None:
    try:
        os.kill(pid, order)
    except (ProcessLookupError, PermissionError):
        return


def _reap(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.waitpid(pid, 0 if pid in children(os.getpid()) else os.WNOHANG)
        except ChildProcessError:
            continue

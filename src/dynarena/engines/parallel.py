"""Work shared among threads by rows: each row's numbers do not depend on how many there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def n_threads() -> int:
    """`$DYNARENA_THREADS`, else `$OMP_NUM_THREADS`, else the processors that this process may use."""
    for variable in ("DYNARENA_THREADS", "OMP_NUM_THREADS"):
        stated = os.environ.get(variable, "")
        if stated.isdigit() and int(stated) > 0:
            return int(stated)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share(work: Callable[[int, int], None], n_rows: int) -> None:
    """Call work(first, last) on blocks of rows that cover range(n_rows), one block a thread.

    Threads pay only where `work` releases the interpreter's lock, as compiled code does.
    """
    threads = min(n_threads(), n_rows)
    if threads <= 1:
        work(0, n_rows)
        return
    edges = [n_rows * k // threads for k in range(threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, first, last) for first, last in zip(edges[:-1], edges[1:], strict=True)]:
            done.result()

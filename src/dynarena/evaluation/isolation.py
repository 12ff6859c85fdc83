"""How far a model's process is kept from ours: by a process and mount namespace of its own where the system allows it.

Within a namespace a model sees no process but its own helpers and the warm parent, whom it cannot end; when that one
goes, the kernel ends all of them.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

_SPACES = ("--pid", "--fork", "--kill-child", "--mount-proc")
_WAYS = (_SPACES, ("--user", "--map-current-user", *_SPACES))


@cache
def wrapper() -> tuple[str, ...]:
    """The command before which a process starts in namespaces of its own; empty where the system does not allow it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    for way in _WAYS:
        try:
            told = subprocess.run([unshare, *way, "--", "true"], capture_output=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if told.returncode == 0:
            return (unshare, *way, "--")
    return ()


def covering_wrapper() -> tuple[str, ...]:
    """`wrapper`, for a process that mounts covers before it gives its privileges up."""
    way = wrapper()
    return (*way[:-1], "--keep-caps", "--") if "--user" in way else way


def isolation() -> str:
    """What records say: `namespace` or `process`."""
    return "namespace" if wrapper() else "process"

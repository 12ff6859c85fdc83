"""Folders put out of a model's sight: covered by an empty file system, and the right to lift it given up for good."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from dynarena.errors import ResourceError
from dynarena.suite import home

_HELD = ("seasons", "data", "predictions", "records")
_READ_ONLY, _NO_SETUID, _NO_DEVICES = 1, 2, 4
_CAPBSET_DROP, _NO_NEW_PRIVILEGES, _AMBIENT, _AMBIENT_CLEAR = 24, 38, 47, 4
_CAPABILITY_VERSION = 0x20080522


def held_folders(*homes: Path) -> tuple[Path, ...]:
    """What a model in a sealed season must not see: secrets, truths, the answers of others; made where absent."""
    found = tuple(sorted({folder.resolve() / name for folder in (*homes, home()) for name in _HELD}))
    for path in found:
        path.mkdir(parents=True, exist_ok=True, mode=0o700 if path.name == "seasons" else 0o755)
    return found


def cover(folders: Iterable[Path]) -> None:
    """Mount an empty folder over each, in this process's own mount namespace, then drop every privilege.

    Raises ResourceError where the system does not allow it.
    """
    covered = list(folders)
    if not covered:
        return
    if os.getpid() != 1:  # only in namespaces of our own; elsewhere the whole machine would see the covers
        raise no_covers(covered[0], "no namespaces")
    library = ctypes.CDLL(None, use_errno=True)
    flags = _READ_ONLY | _NO_SETUID | _NO_DEVICES
    for folder in covered:
        if library.mount(b"none", os.fsencode(folder), b"tmpfs", flags, b"size=4k,mode=0555") != 0:
            raise no_covers(folder, os.strerror(ctypes.get_errno()))
    _drop_privileges(library)


def no_covers(where: Path, why: str) -> ResourceError:
    """Why models of a sealed season cannot run here."""
    return ResourceError(
        "this machine cannot hide the season's secret from a model",
        where=str(where),
        expected="unshare (util-linux) and the right to make mount and process namespaces",
        got=why,
        fix="install util-linux, allow user namespaces or run it as root, or use another machine",
    )


def _drop_privileges(library: ctypes.CDLL) -> None:
    """Without capabilities, and with none to be had from any program, nothing can unmount what was mounted."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        library.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
    library.prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0)
    failed = library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    failed |= library.capset(header, (ctypes.c_uint32 * 6)())
    if failed:
        raise no_covers(Path("/proc/self"), os.strerror(ctypes.get_errno()))

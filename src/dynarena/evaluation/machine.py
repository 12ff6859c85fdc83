"""What a record says of the machine: software versions and hardware."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = ("dynarena", "torch", "numpy", "scipy", "numba", "xarray", "netCDF4")


@cache
def environment() -> dict[str, str]:
    """Versions of Python and of the packages that shape a result."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@cache
def hardware() -> dict[str, Any]:
    """Processor, cores this process may use, memory in MiB, GPUs by name."""
    return {"cpu": _processor(), "cores": cores(), "memory_mb": memory_mb(), "gpu": gpus()}


def cores() -> int:
    """The processor cores this process may use."""
    return len(os.sched_getaffinity(0))


@cache
def memory_mb() -> int:
    """Physical memory, or the control group's share of it, MiB."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        share = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        share = physical
    return min(physical, share) >> 20


@cache
def gpus() -> list[str]:
    """Names of the CUDA devices that the driver lists; empty without a driver."""
    try:
        told = subprocess.run(
            ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in told.stdout.splitlines() if line.strip()]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())

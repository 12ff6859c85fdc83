"""Runs that left the admissible states, told with place and time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume.compile import Setup
from dynarena.engines.finite_volume.law import AXES
from dynarena.engines.finite_volume.march import DONE, NOT_ADMISSIBLE
from dynarena.errors import DataError

Array = NDArray[np.float64]


def refuse_failures(report: Array, out: Array, setup: Setup, rows: Array, dt: float) -> None:
    """Raise DataError for the first trajectory that `march` reports."""
    failed = np.flatnonzero(report[:, 0] != DONE)
    if not failed.size:
        return
    row = int(failed[0])
    time = float(report[row, 1])
    where = f"{setup.spec.title}, trajectory {row} of {len(report)}, t = {time:.6g}"
    if report[row, 0] != NOT_ADMISSIBLE:
        raise DataError("the steps have become too short", where=where, got="more than 1e8 between two samples",
                        fix="take milder starts or parameters")  # fmt: skip
    what, place, value = _worst(out[row, min(int(time / dt + 1e-9) + 1, out.shape[1] - 1)], setup, rows[row])
    raise DataError(f"{what} is not positive" if np.isfinite(value) else f"{what} is not finite",
                    where=f"{where}, {place}", expected=f"a positive, finite {what}", got=f"{value:.6g}",
                    fix="lower the CFL number, or take milder starts or parameters")  # fmt: skip


def _worst(state: Array, setup: Setup, row: Array) -> tuple[str, str, float]:
    """The first quantity that is not admissible, where, and its value."""
    fields = setup.law.fields(len(setup.points))
    named = dict(zip(fields, state, strict=True))
    parameters = dict(zip(setup.law.parameters, row, strict=True))
    with np.errstate(all="ignore"):
        margins = setup.law.positive(named, parameters)
    for name, values in (margins or named).items():
        bad = ~np.isfinite(values) | ((values <= 0.0) if name in margins else False)
        if bad.any():
            at = np.unravel_index(int(np.argmax(bad)), bad.shape)
            grid = setup.coordinates()
            place = ", ".join(f"{axis} = {grid[axis][k]:.6g}" for axis, k in zip(AXES, at, strict=False))
            return name, place, float(values[at])
    name = fields[0]
    return name, "everywhere", float(np.min(named[name]))

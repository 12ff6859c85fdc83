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
    failing = out[row, min(int(time / dt + 1e-9) + 1, out.shape[1] - 1)]
    what, how, place, value = _worst(failing, setup, rows[row])
    raise DataError(f"{what} is {how}", where=f"{where}, {place}", got=f"{value:.6g}",
                    fix="lower the CFL number, or take milder starts or parameters")  # fmt: skip


def _worst(state: Array, setup: Setup, row: Array) -> tuple[str, str, str, float]:
    """The first quantity that is not admissible, in what way, where, and its value."""
    law, grid = setup.law, setup.coordinates()
    fields = dict(zip(law.fields(len(setup.points)), state, strict=True))
    with np.errstate(all="ignore"):
        margins = law.positive(fields, dict(zip(law.parameters, row, strict=True)))
    checks = [(name, "not finite", values, ~np.isfinite(values)) for name, values in fields.items()]
    checks += [(name, "not positive", values, ~(values > 0.0)) for name, values in margins.items()]
    checks += [(name, "negative", fields[name], fields[name] < 0.0) for name in law.nonnegative]
    name, how, values, bad = next((check for check in checks if check[3].any()), checks[0])
    at = np.unravel_index(int(np.argmax(bad)), bad.shape)
    place = ", ".join(f"{axis} = {grid[axis][k]:.6g}" for axis, k in zip(AXES, at, strict=False))
    return name, how, place, float(values[at])

"""theta'' = -omega0^2 sin theta below the top, by Jacobi's elliptic functions; what follows in the state stays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.closed_form_pendulum import swing
from dynarena.engines.motion.law import Law
from dynarena.errors import DataError

Array = NDArray[np.float64]


def solution(start: Array, parameters: Mapping[str, Array], times: Array) -> Array:
    """Angle and angular velocity. Raises DataError naming a start that goes over the top."""
    omega0 = parameters["omega0"]
    high = (start[:, 1] / (2.0 * omega0)) ** 2 >= np.cos(0.5 * start[:, 0]) ** 2
    if high.any() or (np.abs(start[:, 0]) >= np.pi).any():
        row = int(np.argmax(high | (np.abs(start[:, 0]) >= np.pi)))
        got = f"theta = {start[row, 0]:.6g}, omega = {start[row, 1]:.6g}"
        raise DataError("the pendulum goes over the top", where=f"trajectory {row}", got=got, fix="start lower")
    out = np.repeat(start[:, None], len(times), axis=1)
    out[..., :2] = swing(start[:, :2], omega0, times)
    return out


LAW = Law(("theta", "omega"), ("omega0",), solution)

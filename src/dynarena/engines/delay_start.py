"""Random smooth pasts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.elementary import array_functions
from dynarena.engines.streams import Streams
from dynarena.equations.parse import PI

Array = NDArray[np.float64]

MODES = 4
WAVES = 0.5  # the part of the box that the waves may take; the rest moves their mean


def smooth_histories(streams: Streams, box: Sequence[tuple[str, float, float]], times: Array) -> Array:
    """Histories [trajectory, time, component] within a box of (name, low, high), one a component.

    x(s) = low + (high - low) (u_0/2 + 1/4 + sum_m a_m cos(pi (m s + 2 u_m)) / 4) with uniform u and positive a_m that
    fall off as 1/m^2 on the average and add up to one; s are the `times`, 0 at the oldest and 1 at the present. A box
    of no width gives constant histories.
    """
    cos = array_functions()["cos"]
    columns = []
    for name, low, high in box:
        mean = streams.uniform(f"start:{name}")
        phases, sizes = streams.uniform(f"phase:{name}", (MODES,)), streams.uniform(f"wave:{name}", (MODES,))
        total = np.zeros((len(streams), len(times)))
        norm = np.zeros((len(streams), 1))
        for mode in range(1, MODES + 1):
            size = (sizes[:, mode - 1] / (mode * mode))[:, None]
            total += size * cos(float(PI) * (mode * times[None, :] + 2.0 * phases[:, mode - 1][:, None]))
            norm += size
        share = (1.0 - WAVES) * mean[:, None] + WAVES * (0.5 + 0.5 * total / norm)
        columns.append(low + (high - low) * share)
    return np.stack(columns, axis=-1)

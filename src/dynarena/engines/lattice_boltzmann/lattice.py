"""The lattice D2Q9: velocities, weights, opposites, mirror images."""

from __future__ import annotations

import numpy as np

CX = np.array([0, 1, -1, 0, 0, 1, -1, -1, 1], dtype=np.int64)
CY = np.array([0, 0, 0, 1, -1, 1, -1, 1, -1], dtype=np.int64)
WEIGHT = np.array([4 / 9, *[1 / 9] * 4, *[1 / 36] * 4])
OPPOSITE = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7], dtype=np.int64)
MIRROR = np.array([0, 1, 2, 4, 3, 8, 7, 6, 5], dtype=np.int64)  # the y component turned round

PERIODIC, WALL, SLIP, THROUGH = 0, 1, 2, 3
BOUNDARIES = {"periodic": PERIODIC, "wall": WALL, "slip": SLIP, "through": THROUGH}
"""What may stand at the ends of an axis: `through` is inflow at the first end of x and outflow at the last."""

"""Piecewise constant fields on a lattice of blocks, smoothed."""

from __future__ import annotations

from math import pi

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Reference
from dynarena.engines.spectral.phi import cosine_sine, exponential, multiply
from dynarena.engines.spectral.starts.request import Real, Request

Complex = NDArray[np.complex128]

OPTIONS = ("count", "width", "lowest", "highest")
_DEFAULTS = {"count": 10.0, "width": 0.02, "lowest": -1.0, "highest": 1.0}
_SMALLEST = 1e-16


def draw(request: Request) -> Real:
    """`count` blocks an axis with values uniform from `lowest` to `highest`, [trajectory, field, *points].

    The jumps are smoothed by a Gaussian of standard deviation width x length: the Fourier series of the blocks, exact,
    times that of the Gaussian. Modes that the grid does not carry and those of a Gaussian below 1e-16 are left out.
    """
    given, grid = request.numbers(_DEFAULTS), request.grid
    count, n_axes = int(given["count"]), len(grid.points)
    last = int(np.sqrt(-2.0 * np.log(_SMALLEST)) / (2.0 * pi * given["width"]))
    out = []
    for name in request.state:
        values = request.streams.between(f"start:{name}", given["lowest"], given["highest"], (count,) * n_axes)
        spectrum = scipy.fft.fftn(values, axes=range(1, n_axes + 1), workers=1) / count**n_axes
        for axis, n in enumerate(grid.points):
            spectrum = _along(spectrum, axis + 1, n, count, last, given["width"])
        half = np.ascontiguousarray(spectrum[..., : grid.points[-1] // 2 + 1])
        out.append(np.asarray(Reference().inverse(half, grid.points)))
    return np.stack(out, axis=1)


def _along(spectrum: Complex, axis: int, n: int, count: int, last: int, width: float) -> Complex:
    """The series along one axis: mode m of the blocks' values, of a block's shape and of the Gaussian."""
    modes = np.concatenate([np.arange((n + 1) // 2), np.arange(-(n // 2), 0)])
    angle = pi * modes / count
    cosine, sine = cosine_sine(angle)
    shape = np.where(modes == 0, 1.0, sine / np.where(modes == 0, 1.0, angle))
    gauss = exponential((-0.5 * (2.0 * pi * modes * width) ** 2).astype(np.complex128)).real
    factor = shape * gauss * ((np.abs(modes) <= last) & (2 * np.abs(modes) < n)) * (cosine - 1j * sine)
    taken = np.take(spectrum, modes % count, axis=axis)
    broad = [1] * taken.ndim
    broad[axis] = n
    return multiply(taken, factor.reshape(broad))

"""Laws of random initial fields.

Every law draws the same continuum function for every resolution: a finer grid samples it at more points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from math import pi

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.spectral.arrays import Reference
from dynarena.engines.spectral.grid import Grid
from dynarena.engines.spectral.phi import cosine_sine, exponential
from dynarena.engines.streams import Streams
from dynarena.errors import SchemaError

Real = NDArray[np.float64]
Options = Mapping[str, float]
Law = Callable[[Streams, Grid, list[str], Options], Real]


def fourier(streams: Streams, grid: Grid, state: list[str], options: Options) -> Real:
    """Gaussian fields of the modes with lowest <= |m| <= cutoff, [trajectory, field, *points].

    Mode m has variance proportional to |m|^(-2 slope); the expected root mean square is `amplitude` and the mean is
    exactly `offset` (1, 0, 1, 0 unless stated; `offset_u` states that of field u).
    """
    given = {"cutoff": 4.0, "lowest": 1.0, "slope": 0.0, "amplitude": 1.0, "offset": 0.0, **options}
    modes = _half_plane(len(grid.points), int(given["cutoff"]), given["lowest"])
    _resolved(int(given["cutoff"]), grid)
    weights = np.array([_radius(mode) ** -given["slope"] for mode in modes])
    weights *= given["amplitude"] / np.sqrt(np.sum(weights * weights))
    out = []
    for name in state:
        waves = _waves(modes, streams.normal(f"start:{name}", (2, len(modes))) * weights, grid)
        out.append(waves + given.get(f"offset_{name}", given["offset"]))
    return np.stack(out, axis=1)


def patches(streams: Streams, grid: Grid, state: list[str], options: Options) -> Real:
    """Smooth bumps on a homogeneous state, [trajectory, field, *points].

    Field u is base_u + peak_u * b(x), where b is the sum, saturated at 1, of `count` bumps
    exp(sum_axes (cos(2 pi (x - c) / length) - 1) / (2 pi width)^2) with uniform centres c: Gaussians of standard
    deviation width x length, made periodic.
    """
    given = {"count": 5.0, "width": 0.05, **options}
    count = int(given["count"])
    centres = streams.uniform("start:centres", (count, len(grid.points)))
    bumps = np.ones((len(streams), *grid.points))
    for index in range(count):
        bumps = bumps * (1.0 - _bump(centres[:, index], grid, given["width"]))
    bumps = 1.0 - bumps
    rows = [given.get(f"base_{name}", 0.0) + given.get(f"peak_{name}", 1.0) * bumps for name in state]
    return np.stack(rows, axis=1)


LAWS: dict[str, Law] = {"fourier": fourier, "patches": patches}
OPTIONS: dict[str, tuple[str, ...]] = {
    "fourier": ("cutoff", "lowest", "slope", "amplitude", "offset", "offset_"),
    "patches": ("count", "width", "base_", "peak_"),
}
"""The options of each law; one that ends in _ takes the name of a field."""


def _bump(centres: Real, grid: Grid, width: float) -> Real:
    """One periodic Gaussian a trajectory, height 1."""
    out = np.ones((len(centres), *grid.points))
    for axis, n in enumerate(grid.points):
        cosine, _ = cosine_sine(2.0 * pi * (np.arange(n) / n - centres[:, axis, None]))
        profile = exponential(((cosine - 1.0) / (2.0 * pi * width) ** 2).astype(np.complex128)).real
        shape = [len(centres)] + [1] * len(grid.points)
        shape[axis + 1] = n
        out = out * profile.reshape(shape)
    return out


def _half_plane(n_axes: int, cutoff: int, lowest: float) -> list[tuple[int, ...]]:
    """One of each pair of opposite modes, in an order that no grid changes."""
    box = product(range(-cutoff, cutoff + 1), repeat=n_axes)
    return [mode for mode in box if mode[::-1] > (0,) * n_axes and lowest <= _radius(mode) <= cutoff]


def _radius(mode: tuple[int, ...]) -> float:
    return float(np.sqrt(sum(m * m for m in mode)))


def _waves(modes: list[tuple[int, ...]], drawn: Real, grid: Grid) -> Real:
    """sum over modes of a cos(k x) + b sin(k x), [trajectory, *points]; drawn is [trajectory, (a, b), mode]."""
    spectrum = np.zeros((len(drawn), *grid.points), dtype=np.complex128)
    for index, mode in enumerate(modes):
        amplitude = 0.5 * (drawn[:, 0, index] - 1j * drawn[:, 1, index])
        for sign, value in ((1, amplitude), (-1, np.conj(amplitude))):
            place = tuple(sign * m % n for m, n in zip(mode, grid.points, strict=True))
            np.moveaxis(spectrum, 0, -1)[place] += value
    return np.asarray(Reference().inverse(spectrum[..., : grid.points[-1] // 2 + 1], grid.points))


def _resolved(cutoff: int, grid: Grid) -> None:
    if cutoff > min(grid.kept):
        raise SchemaError(
            "the start has modes that the grid does not carry",
            expected=f"a cutoff of at most {min(grid.kept)} on {min(grid.points)} points",
            got=f"cutoff = {cutoff}",
            fix=f"lower the cutoff or take at least {cutoff * (grid.degree + 1) + 1} points",
        )


def check_law(name: str | None, options: Mapping[str, object], state: list[str], where: str) -> None:
    """Raises SchemaError where the law or one of its options is unknown."""
    if name not in LAWS:
        known = ", ".join(sorted(LAWS))
        raise SchemaError(
            f"unknown law of starts {name!r}", where=where, expected=f"one of {known}", fix="state law in [start]"
        )
    allowed = [full for key in OPTIONS[name] for full in ([key + s for s in state] if key.endswith("_") else [key])]
    for key in options:
        if key not in allowed:
            raise SchemaError(
                f"the law {name!r} has no option {key!r}",
                where=where,
                expected="some of " + ", ".join(allowed),
                got=key,
                fix="correct or remove it",
            )

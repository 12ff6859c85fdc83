"""A field's own solver on a coarser grid: what it costs, and how states go there and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import ceil, inf, log2, prod

import numpy as np

from dynarena.engines.base import Array, Engine, Parameters
from dynarena.engines.finite_volume import FiniteVolume, FiniteVolumeSimulator
from dynarena.engines.finite_volume.prolong import prolong, restrict
from dynarena.engines.spectral import Spectral, SpectralSimulator
from dynarena.engines.spectral.integrate import substeps
from dynarena.errors import DataError, UnknownName
from dynarena.schema.system import SystemSpec

FEWEST = 8  # points an axis
_STAGES = {"spectral": 4, "finite_volume": 3}
_ELEMENTWISE = 12  # multiplications and additions a mode, field and stage of an exponential integrator
_FACE = 150  # of a reconstruction and a Riemann solver, a field, axis and stage
_ENGINES: dict[str, type[Engine]] = {"finite_volume": FiniteVolume, "spectral": Spectral}


class CoarseField(ABC):
    """The solver of a field with `factor` times fewer points along each axis.

    `run` takes and gives states on the field's own grid, [trajectory, field, x[, y[, z]]] and
    [trajectory, time, field, x[, y[, z]]]. A trajectory that the coarse grid loses stays as it last was.
    """

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The trajectories every `dt`, as the coarse grid sees them; the first point is `start`."""
        out = self._path(start, parameters, dt, n_points)
        out[:, 0] = start
        return _held(out)

    @abstractmethod
    def operations(self, start: Array, parameters: Parameters, dt: float) -> float:
        """Floating-point operations that one `dt` of one trajectory takes, the most of those given."""

    @abstractmethod
    def _path(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array: ...


def coarse_field(spec: SystemSpec, factor: int) -> CoarseField:
    """The coarse solver of a system. Raises UnknownName where its engine has none."""
    if spec.engine not in _ENGINES:
        raise UnknownName.among("engine with a grid to make coarser", spec.engine, _ENGINES, where=spec.title)
    return CoarseSpectral(spec, factor) if spec.engine == "spectral" else CoarseVolumes(spec, factor)


def factors(spec: SystemSpec) -> list[int]:
    """By how much every axis can be made coarser: 2, 4, … as long as the points divide evenly and `FEWEST` stay."""
    points = spec.domain.points if spec.domain else []
    found, factor = [], 2
    while points and all(n % (2 * factor) == 0 and n // factor >= FEWEST for n in points):
        found.append(factor)
        factor *= 2
    return found


class CoarseSpectral(CoarseField):
    """Fewer Fourier modes and steps as many times longer; between the grids modes are cut off and filled with zeros."""

    def __init__(self, spec: SystemSpec, factor: int) -> None:
        super().__init__(factor)
        points = spec.domain.points if spec.domain else [0]
        self.simulator: SpectralSimulator = Spectral().compile(spec, resolution=points[0] // factor)
        self.simulator.step *= factor
        self.fine = tuple(points)

    def operations(self, start: Array, parameters: Parameters, dt: float) -> float:
        """Of real transforms of n numbers 2.5 n log2 n, of the rest a dozen a mode, field and stage."""
        del start, parameters
        n = prod(self.simulator.box.points)
        stage = self.simulator.plan.n_transforms * 2.5 * n * log2(n) + _ELEMENTWISE * n * len(self.simulator.labels)
        return substeps(dt, self.simulator.longest_step) * _STAGES["spectral"] * stage

    def _path(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        coarse = _resampled(start, self.simulator.box.points)
        return _resampled(self.simulator.run(coarse, parameters, dt, n_points), self.fine)


class CoarseVolumes(CoarseField):
    """Averages of neighbouring cells, and back by the parabolas that the engine's own finer grids are made with."""

    def __init__(self, spec: SystemSpec, factor: int) -> None:
        super().__init__(factor)
        points = spec.domain.points if spec.domain else [0]
        self.simulator: FiniteVolumeSimulator = FiniteVolume().compile(spec, resolution=points[0] // factor)
        static = self.simulator.setup.law.static
        self._static = [place for place, name in enumerate(self.simulator.labels) if name in static]

    def operations(self, start: Array, parameters: Parameters, dt: float) -> float:
        """By the CFL step of the start: what waves grow faster later costs more than is told here."""
        rate = float(self.simulator.pace(self._coarse(start), parameters).max())
        if not rate < inf:
            return inf
        cells, fields = prod(self.simulator.setup.points), len(self.simulator.labels)
        faces = _FACE * cells * fields * len(self.simulator.setup.points)
        return max(1, ceil(dt * rate)) * _STAGES["finite_volume"] * float(faces)

    def _path(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        out = np.empty((len(start), n_points, *start.shape[1:]))
        for row, coarse in enumerate(self._coarse(start)):
            alone = {name: values[row : row + 1] for name, values in parameters.items()}
            try:
                out[row] = self._shown(self.simulator.run(coarse[np.newaxis], alone, dt, n_points)[0], alone)
            except DataError:  # its engine refuses the whole run, without saying how far it came
                out[row] = start[row]
            for field in self._static:  # what never moves was seen on the fine grid
                out[row, :, field] = start[row, field]
        return out

    def _shown(self, path: Array, parameters: Parameters) -> Array:
        """States [time, field, *coarse cells] on the field's own cells."""
        for _ in range(self.factor.bit_length() - 1):
            named = {name: np.broadcast_to(values, len(path)) for name, values in parameters.items()}
            path = prolong(path, self.simulator.setup.law, self.simulator.setup.ends, named)
        return path

    def _coarse(self, start: Array) -> Array:
        coarse = start
        for _ in range(self.factor.bit_length() - 1):
            coarse = restrict(coarse, coarse.ndim - 2)
        return coarse


def _resampled(fields: Array, points: tuple[int, ...]) -> Array:
    """Trigonometric interpolation of fields [..., *grid] to other points, modes that these cannot hold cut off."""
    from scipy.signal import resample

    for axis, n in zip(range(-len(points), 0), points, strict=True):
        fields = resample(fields, n, axis=axis)
    return np.ascontiguousarray(fields)


def _held(path: Array) -> Array:
    """States [trajectory, time, ...] that stay as they are from the last finite one on."""
    finite = np.all(np.isfinite(path), axis=tuple(range(2, path.ndim)))
    for row in np.flatnonzero(~finite.all(axis=1)):
        lost = int(np.argmin(finite[row]))
        path[row, lost:] = path[row, lost - 1]
    return path

"""Conservation laws by finite volumes: cell averages, Riemann solvers, WENO or MUSCL, and SSP-RK3."""

from dynarena.engines.finite_volume.engine import FiniteVolume as FiniteVolume
from dynarena.engines.finite_volume.engine import FiniteVolumeSimulator as FiniteVolumeSimulator

"""Incompressible flow past obstacles by the lattice Boltzmann method."""

from dynarena.engines.lattice_boltzmann.engine import LatticeBoltzmann as LatticeBoltzmann
from dynarena.engines.lattice_boltzmann.engine import LatticeFlow as LatticeFlow

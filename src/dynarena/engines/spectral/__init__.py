"""Fields on periodic boxes by Fourier pseudo-spectral methods with exponential time differencing."""

from dynarena.engines.spectral.engine import Spectral as Spectral
from dynarena.engines.spectral.engine import SpectralSimulator as SpectralSimulator

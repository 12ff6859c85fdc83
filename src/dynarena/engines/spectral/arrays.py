"""One interface to two array modules: numpy with scipy.fft, the bit-reproducible reference, and torch, the fast path.

Spectra are complex arrays [..., modes]; sums of them are written with + and -. Only products and transforms differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Array = Any  # numpy.ndarray or torch.Tensor


class Arrays(Protocol):
    """What the solver asks of an array module."""

    def real(self, values: NDArray[np.float64]) -> Array:
        """A real array of this module."""
        ...

    def spectrum(self, values: NDArray[np.complex128]) -> Array:
        """A complex array of this module."""
        ...

    def numpy(self, values: Array) -> NDArray[np.float64]:
        """A real array of this module as numpy's."""
        ...

    def multiplier(self, symbol: NDArray[np.complex128]) -> Array:
        """A symbol made ready for `product`."""
        ...

    def product(self, multiplier: Array, spectrum: Array, out: Array | None = None) -> Array:
        """multiplier x spectrum, in `out` where it is given (never the spectrum itself)."""
        ...

    def times(self, a: Array, b: Array, out: Array) -> Array:
        """a b of real arrays, in `out`."""
        ...

    def like(self, array: Array) -> Array:
        """A new array of the same kind and shape, its numbers unset."""
        ...

    def forward(self, values: Array, kept: tuple[int, ...]) -> Array:
        """The unscaled transform over the last len(kept) axes, the last one cut behind mode kept[-1]."""
        ...

    def inverse(self, spectrum: Array, points: tuple[int, ...]) -> Array:
        """The unscaled inverse over the last len(points) axes."""
        ...

    def stack(self, arrays: list[Array]) -> Array:
        """Arrays joined along a new first axis."""
        ...

    def mirror(self, column: Array) -> Array:
        """The conjugate of a full spectrum at the opposite modes: what a real field's transform equals."""
        ...


@dataclass(frozen=True)
class _Multiplier:
    """Real and imaginary part of a symbol; a part that vanishes everywhere is None.

    The real part holds each number twice, for real views; `negative` is minus the imaginary part.
    """

    real: NDArray[np.float64] | None
    imaginary: NDArray[np.float64] | None
    negative: NDArray[np.float64] | None


class Reference:
    """numpy and scipy.fft. Complex products use real views, so that their bits depend on no batch and no processor."""

    def real(self, values: NDArray[np.float64]) -> Array:
        return values

    def spectrum(self, values: NDArray[np.complex128]) -> Array:
        return values

    def numpy(self, values: Array) -> NDArray[np.float64]:
        return np.asarray(values)

    def multiplier(self, symbol: NDArray[np.complex128]) -> Array:
        imaginary = np.ascontiguousarray(symbol.imag) if symbol.imag.any() else None
        real = np.repeat(symbol.real, 2, axis=-1) if symbol.real.any() or imaginary is None else None
        return _Multiplier(real, imaginary, None if imaginary is None else -imaginary)

    def product(self, multiplier: Array, spectrum: Array, out: Array | None = None) -> Array:
        if multiplier.imaginary is None:
            view = None if out is None else out.view(np.float64)
            return np.multiply(spectrum.view(np.float64), multiplier.real, out=view).view(np.complex128)
        if out is None:
            out = np.empty(np.broadcast_shapes(multiplier.imaginary.shape, spectrum.shape), dtype=np.complex128)
        np.multiply(spectrum.imag, multiplier.negative, out=out.real)
        np.multiply(spectrum.real, multiplier.imaginary, out=out.imag)
        if multiplier.real is not None:
            out += (spectrum.view(np.float64) * multiplier.real).view(np.complex128)
        return out

    def times(self, a: Array, b: Array, out: Array) -> Array:
        return np.multiply(a, b, out=out)

    def like(self, array: Array) -> Array:
        return np.empty_like(array)

    def forward(self, values: Array, kept: tuple[int, ...]) -> Array:
        out = scipy.fft.rfft(values, axis=-1, workers=1)[..., : kept[-1] + 1]
        for axis in range(-len(kept), -1):
            out = scipy.fft.fft(out, axis=axis, workers=1)
        return out

    def inverse(self, spectrum: Array, points: tuple[int, ...]) -> Array:
        for axis in range(-len(points), -1):
            spectrum = scipy.fft.ifft(spectrum, axis=axis, norm="forward", workers=1)
        return scipy.fft.irfft(spectrum, n=points[-1], axis=-1, norm="forward", workers=1)

    def stack(self, arrays: list[Array]) -> Array:
        return np.stack(arrays)

    def mirror(self, column: Array) -> Array:
        axes = tuple(range(-(column.ndim - 2), 0))
        return np.conj(np.roll(np.flip(column, axes), 1, axes))


class Torch:
    """torch on the CPU or a GPU: equivalent to the reference, not identical."""

    def __init__(self, device: str) -> None:
        import torch

        self._torch = torch
        self._device = torch.device(device)

    def real(self, values: NDArray[np.float64]) -> Array:
        return self._torch.tensor(values, dtype=self._torch.float64, device=self._device)

    def spectrum(self, values: NDArray[np.complex128]) -> Array:
        return self._torch.tensor(values, dtype=self._torch.complex128, device=self._device)

    def numpy(self, values: Array) -> NDArray[np.float64]:
        out: NDArray[np.float64] = values.cpu().numpy()
        return out

    def multiplier(self, symbol: NDArray[np.complex128]) -> Array:
        kind = self._torch.complex128 if symbol.imag.any() else self._torch.float64
        part = symbol if symbol.imag.any() else symbol.real
        return self._torch.tensor(part, dtype=kind, device=self._device)

    def product(self, multiplier: Array, spectrum: Array, out: Array | None = None) -> Array:
        return self._torch.mul(multiplier, spectrum, out=out)

    def times(self, a: Array, b: Array, out: Array) -> Array:
        return self._torch.mul(a, b, out=out)

    def like(self, array: Array) -> Array:
        return self._torch.empty_like(array)

    def forward(self, values: Array, kept: tuple[int, ...]) -> Array:
        out = self._torch.fft.rfft(values, dim=-1)[..., : kept[-1] + 1]
        for axis in range(-len(kept), -1):
            out = self._torch.fft.fft(out, dim=axis)
        return out

    def inverse(self, spectrum: Array, points: tuple[int, ...]) -> Array:
        for axis in range(-len(points), -1):
            spectrum = self._torch.fft.ifft(spectrum, dim=axis, norm="forward")
        return self._torch.fft.irfft(spectrum, n=points[-1], dim=-1, norm="forward")

    def stack(self, arrays: list[Array]) -> Array:
        return self._torch.stack(arrays)

    def mirror(self, column: Array) -> Array:
        axes = tuple(range(-(column.ndim - 2), 0))
        return self._torch.conj(self._torch.roll(self._torch.flip(column, axes), (1,) * len(axes), axes)).resolve_conj()

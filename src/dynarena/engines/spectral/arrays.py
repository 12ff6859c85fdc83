"""One interface to two array modules: numpy with scipy.fft, the bit-reproducible reference, and torch, the fast path.

Spectra are complex arrays [..., modes]; sums of them are written with + and -. Only products and transforms differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any, Protocol

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from dynarena.engines.spectral import kernels

Array = Any  # numpy.ndarray or torch.Tensor
Terms = Sequence[tuple[Array, Array]]


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

    def product(self, multiplier: Array, spectrum: Array) -> Array:
        """multiplier x spectrum."""
        ...

    def combine(self, out: Array, base: Array | None, terms: Terms) -> Array:
        """base (which may be `out`) + sum of multiplier x spectrum in the order given, in `out`, no source itself."""
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
    """A symbol's parts as real views want them: the real one with each number twice, the imaginary one as -im, im."""

    shape: tuple[int, ...]
    kind: int
    real: NDArray[np.float64]
    turned: NDArray[np.float64]


_NOTHING = np.zeros(0)


class Reference:
    """numpy and scipy.fft. Complex products use real views, so that their bits depend on no batch and no processor."""

    def __init__(self) -> None:
        self._padded: dict[tuple[int, ...], NDArray[np.complex128]] = {}  # fresh memory costs more than the copy

    def real(self, values: NDArray[np.float64]) -> Array:
        return values

    def spectrum(self, values: NDArray[np.complex128]) -> Array:
        return values

    def numpy(self, values: Array) -> NDArray[np.float64]:
        return np.asarray(values)

    def multiplier(self, symbol: NDArray[np.complex128]) -> Array:
        turned = np.stack([-symbol.imag, symbol.imag], axis=-1) if symbol.imag.any() else None
        real = np.repeat(symbol.real, 2, axis=-1) if symbol.real.any() or turned is None else None
        kind = kernels.COMPLEX if real is not None else kernels.IMAGINARY
        return _Multiplier(
            symbol.shape,
            kernels.REAL if turned is None else kind,
            _NOTHING if real is None else real.reshape(-1),
            _NOTHING if turned is None else turned.reshape(-1),
        )

    def product(self, multiplier: Array, spectrum: Array) -> Array:
        out = np.empty(np.broadcast_shapes(multiplier.shape, spectrum.shape), dtype=np.complex128)
        return self.combine(out, None, [(multiplier, np.broadcast_to(spectrum, out.shape))])

    def combine(self, out: Array, base: Array | None, terms: Terms) -> Array:
        outer, inner, width = _rows(terms[0][0].shape, out.shape)
        flat = _flat(out)
        how = kernels.FRESH if base is None else kernels.INTO if base is out else kernels.ONTO
        kernels.add_products(
            flat,
            flat if base is None or base is out else _flat(base),
            how,
            tuple([_flat(source) for _, source in terms]),
            tuple([multiplier.real for multiplier, _ in terms]),
            tuple([multiplier.turned for multiplier, _ in terms]),
            tuple([multiplier.kind for multiplier, _ in terms]),
            outer,
            inner,
            2 * width,
        )
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
        if spectrum.shape not in self._padded:
            shape = (*spectrum.shape[:-1], points[-1] // 2 + 1)
            self._padded[spectrum.shape] = np.zeros(shape, dtype=np.complex128)
        padded = self._padded[spectrum.shape]
        padded[..., : spectrum.shape[-1]] = spectrum
        return scipy.fft.irfft(padded, n=points[-1], axis=-1, norm="forward", workers=1)

    def stack(self, arrays: list[Array]) -> Array:
        return np.stack(arrays)

    def mirror(self, column: Array) -> Array:
        axes = tuple(range(-(column.ndim - 2), 0))
        return np.conj(np.roll(np.flip(column, axes), 1, axes))


def _flat(spectrum: NDArray[np.complex128]) -> NDArray[np.float64]:
    """A spectrum's numbers, real and imaginary parts in turn."""
    whole = spectrum if spectrum.flags.c_contiguous else np.ascontiguousarray(spectrum)
    return whole.reshape(-1).view(np.float64)


@lru_cache(maxsize=256)
def _rows(multiplier: tuple[int, ...], spectrum: tuple[int, ...]) -> tuple[int, int, int]:
    """How a multiplier repeats: rows that have one each, rows that share it, modes a row."""
    padded = (1,) * (len(spectrum) - len(multiplier)) + multiplier
    shared = [axis for axis, (m, n) in enumerate(zip(padded, spectrum, strict=True)) if m != n]
    if not shared:
        return 1, 1, prod(spectrum)
    first, last = shared[0], shared[-1] + 1
    if any(padded[axis] != 1 for axis in range(first, last)):
        raise ValueError(f"multiplier {multiplier} does not repeat along neighbouring axes of {spectrum}")
    return prod(spectrum[:first]), prod(spectrum[first:last]), prod(spectrum[last:])


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

    def product(self, multiplier: Array, spectrum: Array) -> Array:
        return multiplier * spectrum

    def combine(self, out: Array, base: Array | None, terms: Terms) -> Array:
        begun = base is not None
        if begun and base is not out:
            out.copy_(base)
        for multiplier, spectrum in terms:
            if begun:
                out += multiplier * spectrum
            else:
                self._torch.mul(multiplier, spectrum, out=out)
                begun = True
        return out

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

"""One step of the explicit Runge-Kutta method of order 8 by Dormand and Prince.

Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I, section II.5, DOP853 (the twelve
stages of the propagating formula; the steps are fixed, so the error estimates are not needed).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.lanes import pack, unpack, wrap

Array = NDArray[np.float64]
Places = NDArray[np.int64]
RightHandSide = Callable[[Array, Array, Array], None]

STAGES = 12

_A1_0 = 0.05260015195876773
_A2_0 = 0.0197250569845379
_A2_1 = 0.0591751709536137
_A3_0 = 0.02958758547680685
_A3_2 = 0.08876275643042054
_A4_0 = 0.2413651341592667
_A4_2 = -0.8845494793282861
_A4_3 = 0.924834003261792
_A5_0 = 0.037037037037037035
_A5_3 = 0.17082860872947386
_A5_4 = 0.12546768756682242
_A6_0 = 0.037109375
_A6_3 = 0.17025221101954405
_A6_4 = 0.06021653898045596
_A6_5 = -0.017578125
_A7_0 = 0.03709200011850479
_A7_3 = 0.17038392571223998
_A7_4 = 0.10726203044637328
_A7_5 = -0.015319437748624402
_A7_6 = 0.008273789163814023
_A8_0 = 0.6241109587160757
_A8_3 = -3.3608926294469414
_A8_4 = -0.868219346841726
_A8_5 = 27.59209969944671
_A8_6 = 20.154067550477894
_A8_7 = -43.48988418106996
_A9_0 = 0.47766253643826434
_A9_3 = -2.4881146199716677
_A9_4 = -0.590290826836843
_A9_5 = 21.230051448181193
_A9_6 = 15.279233632882423
_A9_7 = -33.28821096898486
_A9_8 = -0.020331201708508627
_A10_0 = -0.9371424300859873
_A10_3 = 5.186372428844064
_A10_4 = 1.0914373489967295
_A10_5 = -8.149787010746927
_A10_6 = -18.52006565999696
_A10_7 = 22.739487099350505
_A10_8 = 2.4936055526796523
_A10_9 = -3.0467644718982196
_A11_0 = 2.273310147516538
_A11_3 = -10.53449546673725
_A11_4 = -2.0008720582248625
_A11_5 = -17.9589318631188
_A11_6 = 27.94888452941996
_A11_7 = -2.8589982771350235
_A11_8 = -8.87285693353063
_A11_9 = 12.360567175794303
_A11_10 = 0.6433927460157636
_B0 = 0.054293734116568765
_B5 = 4.450312892752409
_B6 = 1.8915178993145003
_B7 = -5.801203960010585
_B8 = 0.3111643669578199
_B9 = -0.1521609496625161
_B10 = 0.20136540080403034
_B11 = 0.04471061572777259


@njit(cache=True, error_model="numpy", nogil=True)
def dop853_step(f: RightHandSide, y: Array, p: Array, h: float, k: tuple[Array, ...], w: Array) -> None:
    """Replace y by the state a time h later under y' = f(y, p).

    `f(y, p, out)` writes the right-hand side; `k` are twelve arrays and `w` one array of y's length, for scratch.
    """
    size = y.shape[0]
    k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11 = k
    f(y, p, k0)
    for i in range(size):
        w[i] = y[i] + h * (_A1_0 * k0[i])
    f(w, p, k1)
    for i in range(size):
        w[i] = y[i] + h * (_A2_0 * k0[i] + _A2_1 * k1[i])
    f(w, p, k2)
    for i in range(size):
        w[i] = y[i] + h * (_A3_0 * k0[i] + _A3_2 * k2[i])
    f(w, p, k3)
    for i in range(size):
        w[i] = y[i] + h * (_A4_0 * k0[i] + _A4_2 * k2[i] + _A4_3 * k3[i])
    f(w, p, k4)
    for i in range(size):
        w[i] = y[i] + h * (_A5_0 * k0[i] + _A5_3 * k3[i] + _A5_4 * k4[i])
    f(w, p, k5)
    for i in range(size):
        w[i] = y[i] + h * (_A6_0 * k0[i] + _A6_3 * k3[i] + _A6_4 * k4[i] + _A6_5 * k5[i])
    f(w, p, k6)
    for i in range(size):
        w[i] = y[i] + h * (_A7_0 * k0[i] + _A7_3 * k3[i] + _A7_4 * k4[i] + _A7_5 * k5[i] + _A7_6 * k6[i])
    f(w, p, k7)
    for i in range(size):
        w[i] = y[i] + h * (
            _A8_0 * k0[i] + _A8_3 * k3[i] + _A8_4 * k4[i] + _A8_5 * k5[i] + _A8_6 * k6[i] + _A8_7 * k7[i]
        )
    f(w, p, k8)
    for i in range(size):
        w[i] = y[i] + h * (
            _A9_0 * k0[i]
            + _A9_3 * k3[i]
            + _A9_4 * k4[i]
            + _A9_5 * k5[i]
            + _A9_6 * k6[i]
            + _A9_7 * k7[i]
            + _A9_8 * k8[i]
        )
    f(w, p, k9)
    for i in range(size):
        w[i] = y[i] + h * (
            _A10_0 * k0[i]
            + _A10_3 * k3[i]
            + _A10_4 * k4[i]
            + _A10_5 * k5[i]
            + _A10_6 * k6[i]
            + _A10_7 * k7[i]
            + _A10_8 * k8[i]
            + _A10_9 * k9[i]
        )
    f(w, p, k10)
    for i in range(size):
        w[i] = y[i] + h * (
            _A11_0 * k0[i]
            + _A11_3 * k3[i]
            + _A11_4 * k4[i]
            + _A11_5 * k5[i]
            + _A11_6 * k6[i]
            + _A11_7 * k7[i]
            + _A11_8 * k8[i]
            + _A11_9 * k9[i]
            + _A11_10 * k10[i]
        )
    f(w, p, k11)
    for i in range(size):
        y[i] += h * (
            _B0 * k0[i]
            + _B5 * k5[i]
            + _B6 * k6[i]
            + _B7 * k7[i]
            + _B8 * k8[i]
            + _B9 * k9[i]
            + _B10 * k10[i]
            + _B11 * k11[i]
        )


@njit(cache=True, error_model="numpy", nogil=True)
def work_arrays(size: int) -> tuple[Array, ...]:
    """Twelve arrays for the stages of a Runge-Kutta step."""
    return (
        np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(size),
        np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(size),
    )  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def runge_kutta(
    f: RightHandSide, p: Array, lanes: int, h: float, substeps: int, turning: Places, out: Array, first: int, last: int
) -> None:
    """Fill out [trajectory, time, component] from its first points on, for blocks of lanes first to last."""
    size = out.shape[2] * lanes
    k, w, y, q = work_arrays(size), np.empty(size), np.empty(size), np.empty(p.shape[1] * lanes)
    for row in range(first * lanes, min(last * lanes, out.shape[0]), lanes):
        pack(p, row, lanes, q)
        pack(out[:, 0], row, lanes, y)
        for point in range(1, out.shape[1]):
            for _ in range(substeps):
                dop853_step(f, y, q, h, k, w)
                wrap(y, turning, lanes)
            unpack(y, row, lanes, out[:, point])

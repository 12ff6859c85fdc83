"""One step of the two-relaxation-time lattice Boltzmann method: collide, then pull from neighbours and walls.

Populations are deviations from rest: sum f = 3 p, sum c f = u. Obstacles reflect by linear interpolation along each cut
link, straight walls half-way.

Sources: Ginzburg, Verhaeghe, d'Humieres (2008), Commun. Comput. Phys. 3, 427 (two rates, magic number 3/16 puts walls
half-way); Bouzidi, Firdaouss, Lallemand (2001), Phys. Fluids 13, 3452 (interpolated reflection); He, Luo (1997),
J. Stat. Phys. 88, 927 (incompressible equilibrium).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynarena.engines.lattice_boltzmann.lattice import CX, CY, MIRROR, OPPOSITE, PERIODIC, SLIP, THROUGH, WEIGHT

Array = NDArray[np.float64]
MAGIC = 3.0 / 16.0
SOUND = 3.0**0.5  # three times the speed of sound, in cells a step: the density is three times the pressure
BEHIND = 4  # cells: there the corners of the inflow have taken from the stream what they take
SETTLING = 20  # steps, some relaxation times of the stresses at walls
BULK = 0.5  # of relaxation: sound as long as a hundred cells dies within some thousand steps

_jit = njit(cache=True, error_model="numpy", nogil=True)


@_jit
def equilibrium(i: int, density: float, u: float, v: float) -> float:
    """w (rho + 3 c.u + 9/2 (c.u)^2 - 3/2 u^2), rho the deviation of the density."""
    along = CX[i] * u + CY[i] * v
    return float(WEIGHT[i] * (density + 3.0 * along + 4.5 * along * along - 1.5 * (u * u + v * v)))


@_jit
def collide(f: Array, after: Array, even: float, force: float) -> None:
    """Relax the symmetric part of every cell at the rate `even`, the other at the rate that `MAGIC` fixes, at most 1.

    In thin fluids that rate would be so small that what a boundary disturbs never dies: then it is 1. The trace of the
    stress, which vanishes in incompressible flow, relaxes at the rate `BULK` or less: a large bulk viscosity, which
    damps sound. Cells inside obstacles are carried along and never read; the loop over a row has no branches, so that
    the processor takes several cells at once.
    """
    soft = min(BULK, even) - even
    thickness = 1.0 / even - 0.5
    odd = 1.0 / (0.5 + min(MAGIC, 0.5 * thickness) / thickness)
    push = (1.0 - 0.5 * odd) * force / 3.0
    for x in range(f.shape[1]):
        for y in range(f.shape[2]):
            f0, f1, f2, f3, f4 = f[0, x, y], f[1, x, y], f[2, x, y], f[3, x, y], f[4, x, y]
            f5, f6, f7, f8 = f[5, x, y], f[6, x, y], f[7, x, y], f[8, x, y]
            density = f0 + ((f1 + f2) + (f3 + f4)) + ((f5 + f6) + (f7 + f8))
            u = (f1 - f2) + ((f5 - f6) - (f7 - f8)) + 0.5 * force
            v = (f3 - f4) + ((f5 - f6) + (f7 - f8))
            base = density - 1.5 * (u * u + v * v)
            rise, fall = u + v, u - v
            apart1 = 0.5 * (f1 + f2) - (base + 4.5 * u * u) / 9.0
            apart3 = 0.5 * (f3 + f4) - (base + 4.5 * v * v) / 9.0
            apart5 = 0.5 * (f5 + f6) - (base + 4.5 * rise * rise) / 36.0
            apart7 = 0.5 * (f7 + f8) - (base + 4.5 * fall * fall) / 36.0
            trace = soft * ((apart1 + apart3) + 2.0 * (apart5 + apart7)) / 6.0
            plus1, plus3 = even * apart1 + trace, even * apart3 + trace
            plus5, plus7 = even * apart5 + trace, even * apart7 + trace
            minus1 = odd * (0.5 * (f1 - f2) - u / 3.0) - push
            minus3 = odd * (0.5 * (f3 - f4) - v / 3.0)
            minus5 = odd * (0.5 * (f5 - f6) - rise / 12.0) - 0.25 * push
            minus7 = odd * (0.5 * (f7 - f8) + fall / 12.0) + 0.25 * push
            after[0, x, y] = f0 - even * (f0 - 4.0 * base / 9.0) + 8.0 * trace
            after[1, x, y], after[2, x, y] = f1 - plus1 - minus1, f2 - plus1 + minus1
            after[3, x, y], after[4, x, y] = f3 - plus3 - minus3, f4 - plus3 + minus3
            after[5, x, y], after[6, x, y] = f5 - plus5 - minus5, f6 - plus5 + minus5
            after[7, x, y], after[8, x, y] = f7 - plus7 - minus7, f8 - plus7 + minus7


@_jit
def walled(level: Array) -> NDArray[np.int64]:
    """The fluid cells, [cell, (x, y)], of whose neighbours one is an obstacle or outside the box."""
    nx, ny = level.shape
    found = np.empty((nx * ny, 2), dtype=np.int64)
    count = 0
    for x in range(nx):
        for y in range(ny):
            inside = 0 < x < nx - 1 and 0 < y < ny - 1
            if level[x, y] >= 0.0 and not (inside and level[x - 1 : x + 2, y - 1 : y + 2].min() >= 0.0):
                found[count, 0], found[count, 1] = x, y
                count += 1
    return found[:count].copy()


@_jit
def pull(
    f: Array, after: Array, level: Array, places: NDArray[np.int64], kinds: NDArray[np.int64], inflow: Array,
    lid: Array, even: float, drag: Array,
) -> None:  # fmt: skip
    """Bring the collided populations to their new cells; `drag` receives the force on obstacles, in lattice units."""
    nx, ny = f.shape[1], f.shape[2]
    for i in range(9):
        for x in range(max(0, CX[i]), min(nx, nx + CX[i])):
            first, last = max(0, CY[i]), min(ny, ny + CY[i])
            f[i, x, first:last] = after[i, x - CX[i], first - CY[i] : last - CY[i]]
    drag[0] = drag[1] = 0.0
    for place in range(len(places)):
        x, y = places[place, 0], places[place, 1]
        for i in range(9):
            back = OPPOSITE[i]
            a, b = x - CX[i], y - CY[i]
            beside_x, beside_y = a < 0 or a >= nx, b < 0 or b >= ny
            if beside_x and kinds[0] == PERIODIC:
                a, beside_x = (a + nx) % nx, False
            if beside_y and kinds[1] == PERIODIC:
                b, beside_y = (b + ny) % ny, False
            if beside_x and kinds[0] == THROUGH:
                continue
            if beside_y and kinds[1] == SLIP and not beside_x:
                f[i, x, y] = after[MIRROR[i], a, y]
            elif beside_x or beside_y:
                speed = 0.5 * (lid[x] + lid[min(max(a, 0), nx - 1)]) if beside_y and b >= ny else 0.0
                f[i, x, y] = after[back, x, y] + 6.0 * WEIGHT[i] * CX[i] * speed
            elif level[a, b] < 0.0:
                f[i, x, y] = _reflected(after, level, kinds, x, y, i, back, a, b)
                drag[0] += CX[back] * (after[back, x, y] + f[i, x, y])
                drag[1] += CY[back] * (after[back, x, y] + f[i, x, y])
            else:
                f[i, x, y] = after[i, a, b]
    if kinds[0] == THROUGH:
        _through(f, level, inflow, even)


@_jit
def _reflected(
    after: Array, level: Array, kinds: NDArray[np.int64], x: int, y: int, i: int, back: int, a: int, b: int
) -> float:
    """What comes back from a wall at the share q of the link: interpolated between cells so that q enters linearly."""
    q = level[x, y] / (level[x, y] - level[a, b])
    p, r = x + CX[i], y + CY[i]
    if kinds[0] == PERIODIC:
        p = (p + after.shape[1]) % after.shape[1]
    if kinds[1] == PERIODIC:
        r = (r + after.shape[2]) % after.shape[2]
    if q >= 0.5 or p < 0 or p >= after.shape[1] or r < 0 or r >= after.shape[2] or level[p, r] < 0.0:
        q = max(q, 0.5)
        return float(after[back, x, y] / (2.0 * q) + (1.0 - 1.0 / (2.0 * q)) * after[i, x, y])
    return float(2.0 * q * after[back, x, y] + (1.0 - 2.0 * q) * after[back, p, r])


@_jit
def _through(f: Array, level: Array, inflow: Array, even: float) -> None:
    """The velocity of the inflow in the first cells, a pressure in the last; the rest as beside them.

    The pressure is p = c (u there - u behind the inflow), means over y: 0 but for plane sound, which so leaves without
    an echo.

    Populations are those of density, velocity and the velocity's slope across the stream: what else a neighbour holds
    would be fed back and grow in thin fluids.

    Source: Latt, Chopard, Malaspinas, Deville, Michler (2008), Phys. Rev. E 77, 056703.
    """
    ny = f.shape[2]
    u, v = np.empty(ny), np.empty(ny)
    behind, beside = 0.0, min(BEHIND, f.shape[1] - 1)
    for y in range(ny):
        if level[beside, y] >= 0.0:
            rise = (f[5, beside, y] - f[6, beside, y]) - (f[7, beside, y] - f[8, beside, y])
            behind += ((f[1, beside, y] - f[2, beside, y]) + rise) / ny
    for end in range(2):
        x, beside = (0, 1) if end == 0 else (f.shape[1] - 1, f.shape[1] - 2)
        for y in range(ny):
            u[y], v[y] = inflow[y], 0.0
            if end == 1:
                u[y] = (f[1, beside, y] - f[2, beside, y]) + (f[5, beside, y] - f[6, beside, y])
                u[y] -= f[7, beside, y] - f[8, beside, y]
                v[y] = (f[3, beside, y] - f[4, beside, y]) + (f[5, beside, y] - f[6, beside, y])
                v[y] += f[7, beside, y] - f[8, beside, y]
        for y in range(ny):
            if level[x, y] < 0.0 or level[beside, y] < 0.0:
                continue
            density = SOUND * (u.mean() - behind)
            if end == 0:
                density = 0.0
                for i in range(9):
                    density += f[i, beside, y]
            low, high = max(0, y - 1), min(ny - 1, y + 1)
            du, dv = (u[high] - u[low]) / (high - low), (v[high] - v[low]) / (high - low)
            for i in range(9):
                strain = CX[i] * CY[i] * du + (CY[i] * CY[i] - CX[i] * CX[i]) * dv
                f[i, x, y] = equilibrium(i, density, u[y], v[y]) - 3.0 * WEIGHT[i] * strain / even


@_jit
def fields(f: Array, level: Array, force: float, out: Array) -> None:
    """u, v and p (lattice units) into out[0], out[1], out[2]; 0 inside obstacles."""
    for x in range(f.shape[1]):
        for y in range(f.shape[2]):
            density, u, v = 0.0, 0.5 * force, 0.0
            if level[x, y] >= 0.0:
                for i in range(9):
                    density += f[i, x, y]
                    u += CX[i] * f[i, x, y]
                    v += CY[i] * f[i, x, y]
            else:
                u = 0.0
            out[0, x, y], out[1, x, y], out[2, x, y] = u, v, density / 3.0


@_jit
def populations(state: Array, slopes: Array, level: Array, even: float, force: float, f: Array) -> None:
    """Populations of fields [u, v, p] with slopes [du/dx, du/dy, dv/dx, dv/dy]: equilibrium and first order in both."""
    for x in range(f.shape[1]):
        for y in range(f.shape[2]):
            u, v, density = state[0, x, y], state[1, x, y], 3.0 * state[2, x, y]
            for i in range(9):
                strain = (
                    (CX[i] * CX[i] - 1.0 / 3.0) * slopes[0, x, y]
                    + CX[i] * CY[i] * (slopes[1, x, y] + slopes[2, x, y])
                    + (CY[i] * CY[i] - 1.0 / 3.0) * slopes[3, x, y]
                )
                f[i, x, y] = equilibrium(i, density, u, v) - 3.0 * WEIGHT[i] * (strain / even + 0.5 * CX[i] * force)
                if level[x, y] < 0.0:
                    f[i, x, y] = 0.0


@_jit
def settle(
    f: Array, after: Array, level: Array, kinds: NDArray[np.int64], inflow: Array, lid: Array, force: float,
    even: float, state: Array, drag: Array,
) -> None:  # fmt: skip
    """Give f, of fields `state`, the stresses that walls and obstacles ask for: steps that leave the fields alone.

    Source: Skordos (1993), Phys. Rev. E 48, 4823.
    """
    places = walled(level)
    for _ in range(SETTLING):
        collide(f, after, even, force)
        pull(f, after, level, places, kinds, inflow, lid, even, drag)
        for x in range(f.shape[1]):
            for y in range(f.shape[2]):
                density, u, v = 0.0, 0.5 * force, 0.0
                for i in range(9):
                    density += f[i, x, y]
                    u += CX[i] * f[i, x, y]
                    v += CY[i] * f[i, x, y]
                for i in range(9):
                    wanted = equilibrium(i, 3.0 * state[2, x, y], state[0, x, y], state[1, x, y])
                    f[i, x, y] += wanted - equilibrium(i, density, u, v)


@_jit
def march(
    f: Array, after: Array, level: Array, kinds: NDArray[np.int64], inflow: Array, lid: Array, force: float,
    even: float, n_steps: int, drag: Array,
) -> None:  # fmt: skip
    """n_steps steps of f in place; `drag` is that of the last."""
    places = walled(level)
    for _ in range(n_steps):
        collide(f, after, even, force)
        pull(f, after, level, places, kinds, inflow, lid, even, drag)

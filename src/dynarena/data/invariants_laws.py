"""The laws that invariants obey by the class of their system; a fact that breaks its law is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dynarena.errors import DataError

Array = NDArray[np.float64]
Type = Literal["flow", "map", "delay", "closed form"]

SURE = 3.0  # standard errors
FOLDS = 10.0  # a growth by e to this power is no power of time
VOLUME = 1e-6  # relative: what the integrator's own error may add


@dataclass(frozen=True)
class SystemClass:
    """What the laws of a system follow from.

    `zeros` counts the exponents that must vanish: of an autonomous flow off its fixed points the one along the flow,
    and one for each integral of motion; of a forced flow one for each phase, of which the first is the flow's own; of a
    map one for each integral of motion.
    """

    type: Type
    zeros: int
    hamiltonian: bool = False
    integrals: int = 0

    @classmethod
    def of(cls, type: Type, *, integrals: int = 0, phases: int = 0, hamiltonian: bool = False) -> SystemClass:
        """The class of a system with so many integrals of motion and forcing phases."""
        along = 0 if type == "map" else max(1, phases)
        return cls(type, along + integrals, hamiltonian, integrals)


@dataclass(frozen=True)
class Exponents:
    """Lyapunov exponents [trajectory, exponent] with standard errors [exponent]; duration, transient; divergence."""

    rows: Array
    errors: Array
    duration: float
    transient: float
    divergence: Array

    @property
    def mean(self) -> Array:
        """The exponents, from the largest."""
        return np.asarray(self.rows.mean(axis=0))

    @property
    def slack(self) -> float:
        """What powers of t leave of a vanishing exponent: ln(1 + T/t0)/T after a transient t0, counted over T.

        Tangent vectors along an integral of motion or between neighbouring orbits of one torus grow like t, so that
        their exponents approach zero from one side, which no spread over starts shows.
        """
        return math.log1p(self.duration / max(self.transient, self.duration / 100)) / self.duration

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Which exponents are clearly above zero: more than 3 standard errors, and no power of t."""
        return np.asarray((self.mean > SURE * self.errors + self.slack) & (self.mean * self.duration > FOLDS))

    @property
    def zero(self) -> NDArray[np.bool_]:
        """Which exponents cannot be told from zero."""
        return np.asarray(np.abs(self.mean) <= SURE * self.errors + self.slack)


def check_exponents(found: Exponents, kind: SystemClass, *, chaotic: bool, where: str) -> None:
    """All laws that the exponents of a class obey. Raises DataError that names the law and both numbers."""
    check_chaos(found, chaotic=chaotic, where=where)
    check_zeros(found, kind, chaotic=chaotic, where=where)
    if kind.type in ("flow", "map"):
        check_volume(found, where=where)
    if kind.hamiltonian:
        check_pairs(found, where=where)


def check_chaos(found: Exponents, *, chaotic: bool, where: str) -> None:
    """A system is chaotic where its leading exponent is clearly positive, and its file says which it is."""
    value, error = float(found.mean[0]), float(found.errors[0])
    got = f"leading exponent {value:.3g} +- {error:.2g} over a time of {found.duration:.4g}"
    if chaotic and not found.positive[0]:
        fix = "set chaotic = false; its timescale is then its period"
        raise DataError("the system is not chaotic", where=where, expected="an exponent above zero", got=got, fix=fix)
    if not chaotic and found.positive[0]:
        fix = "set chaotic = true"
        raise DataError("the system is chaotic", where=where, expected="no exponent above zero", got=got, fix=fix)


def check_zeros(found: Exponents, kind: SystemClass, *, chaotic: bool, where: str) -> None:
    """As many exponents as the class demands lie within 3 standard errors of zero.

    The slack of powers of t is granted where there are such powers: to integrals of motion and to systems that are not
    chaotic.
    """
    slack = found.slack if kind.integrals or not chaotic else 0.0
    off = np.sort(np.abs(found.mean) / (SURE * found.errors + slack + np.finfo(float).tiny))
    wanted = min(kind.zeros, len(off))
    if wanted and off[wanted - 1] > 1:
        raise DataError(
            "too few exponents vanish", where=where, expected=f"{wanted} within 3 standard errors of zero",
            got=f"{_listed(found)}, the {wanted}. nearest {SURE * off[wanted - 1]:.1f} standard errors away",
            fix="take a smaller step, more work, or correct [invariants]",
        )  # fmt: skip


def check_volume(found: Exponents, *, where: str) -> None:
    """The exponents of a flow add up to its mean divergence, those of a map to the mean of log |det J|."""
    sums, divergence = found.rows.sum(axis=1), found.divergence
    if np.isnan(divergence).all():
        return
    apart = sums - divergence
    error = float(np.std(apart, ddof=1) / math.sqrt(len(apart))) if len(apart) > 1 else 0.0
    allowed = SURE * error + VOLUME * float(np.abs(found.mean).sum()) + VOLUME * found.slack
    if not abs(float(apart.mean())) <= allowed:
        raise DataError(
            "the exponents do not add up to the mean divergence", where=where, expected=f"{divergence.mean():.8g}",
            got=f"{sums.mean():.8g}", fix="take a smaller step",
        )  # fmt: skip


def check_pairs(found: Exponents, *, where: str) -> None:
    """The exponents of a Hamiltonian system come in pairs of opposite sign."""
    sums = found.rows + found.rows[:, ::-1]
    error = np.std(sums, axis=0, ddof=1) / math.sqrt(len(sums))
    off = np.abs(sums.mean(axis=0)) - SURE * error
    if (off > VOLUME * np.abs(found.mean).max() + found.slack).any():
        raise DataError("the exponents of a Hamiltonian system do not pair", where=where, expected="pairs of opposite "
                        "sign", got=_listed(found), fix="take a smaller step, or correct the tags")  # fmt: skip


def check_dimension(name: str, value: float, dimension: int, *, where: str) -> None:
    """No dimension of a set exceeds that of the space it lies in."""
    if not 0 <= value <= dimension:
        raise DataError(f"the {name} is impossible", where=where, expected=f"between 0 and {dimension}",
                        got=f"{value:.6g}", fix="compute the exponents with more work")  # fmt: skip


def _listed(found: Exponents) -> str:
    return ", ".join(f"{v:.3g} +- {e:.1g}" for v, e in zip(found.mean[:8], found.errors[:8], strict=True))

"""The invariants of a system of points: exponents, dimensions, clocks and certificates, with errors and evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.data.certify import Sample, bit_horizon, certified_until, deviations, is_certified, step_convergence
from dynarena.data.clocks_rounding import fact, rounded, sem_of
from dynarena.data.clocks_spectrum import PRECISION, lyapunov_spectrum
from dynarena.data.clocks_spectrum import WORK as EXPONENT_WORK
from dynarena.data.dimension import kaplan_yorke_dimension
from dynarena.data.invariants_attractor import Attractor, dimension_of, period_of
from dynarena.data.invariants_effort import rows_for, seconds
from dynarena.data.invariants_laws import Exponents, SystemClass, Type, check_dimension, check_exponents
from dynarena.engines.base import Parameters, Simulator
from dynarena.engines.maps import Iteration
from dynarena.engines.points import PointSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.constants import constant
from dynarena.errors import DataError
from dynarena.schema.system import SystemSpec

Array = NDArray[np.float64]

SMALL = 8
FEW, MANY = 16, 64  # trajectories of large and of small systems
WORK = 1.0  # CPU seconds of each certificate
STATED = "as stated"  # no split of any file: parameters as stated, starts in the box
MORE = 4.0  # times the work, once, where a law fails
EXACT = {"abs", "sign", "min", "max", "where", "sqrt", "phase"}  # every machine rounds these alike


def invariants(spec: SystemSpec, simulator: Simulator, digest: str) -> dict[str, Any]:
    """All facts of a system of points at its stated parameters, ready for JSON; each obeys the laws of its class.

    Raises DataError where one does not, where the file says chaotic and it is not (or the other way round), and where
    trajectories end at a fixed point.
    """
    kind = class_of(spec, simulator)
    streams = Streams([trajectory_key("clocks", digest, index) for index in range(_count(simulator))])
    found = _exponents(spec, simulator, streams, kind)
    states, parameters = _on_the_attractor(simulator, streams, found)
    attractor = Attractor(simulator, states, parameters)
    _check_motion(attractor, where=spec.title)
    period = period_of(attractor)
    facts = _of_exponents(found.exponents, kind, spec) if found is not None else {}
    facts |= {"class": _described(kind), "portable": portable(spec)}
    facts["period"] = {"value": 1.0, "sem": 0.0, "law": "one iteration"} if kind.type == "map" else fact(period) | {
        "law": "largest variance an octave"
    }  # fmt: skip
    facts["timescale"] = _timescale(spec, facts, period)
    evidence = _evidence(found) | {"period": attractor.evidence}
    facts |= dimension_of(attractor, float(np.mean(period)), own_sets=bool(kind.integrals) or not spec.chaotic)
    facts |= _certificates(attractor, facts["timescale"]["value"], float(np.mean(period)))
    return facts | {"evidence": evidence}


def class_of(spec: SystemSpec, simulator: Simulator) -> SystemClass:
    """What the laws of a system follow from."""
    types: dict[str, Type] = {"map": "map", "delay": "delay", "closed_form": "closed form"}
    phases = len(simulator.system.phases) if isinstance(simulator, PointSimulator) else 0
    return SystemClass.of(types.get(spec.engine, "flow"), integrals=len(spec.invariants), phases=phases,
                          hamiltonian="hamiltonian" in spec.tags)  # fmt: skip


def portable(spec: SystemSpec) -> bool:
    """Whether the equations are arithmetic alone, which IEEE 754 rounds alike on every machine.

    False where they call exp, sin and the like, or where an engine's closed form does.
    """
    states = {spec.state.partition("[")[0]} if isinstance(spec.state, str) else set(spec.state)
    texts = [*spec.equations, *(value for value in spec.parameters.values() if isinstance(value, str))]
    called = {name for text in texts for name in re.findall(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(", text)}
    return bool(spec.equations) and called <= EXACT | states


@dataclass(frozen=True)
class _Found:
    """Exponents, the states where their computation ended, and those states' parameters."""

    exponents: Exponents
    states: Array
    parameters: Parameters


def _count(simulator: Simulator) -> int:
    return MANY if int(np.prod(simulator.full_shape)) <= SMALL else FEW


def _exponents(spec: SystemSpec, simulator: Simulator, streams: Streams, kind: SystemClass) -> _Found | None:
    """The exponents, computed once more with more work where a law fails; None for an engine that has none."""
    if not hasattr(simulator, "growth"):
        return None
    found = _found(simulator, streams, 1.0)
    try:
        check_exponents(found.exponents, kind, chaotic=spec.chaotic, where=spec.title)
    except DataError:
        found = _found(simulator, streams, MORE)
        check_exponents(found.exponents, kind, chaotic=spec.chaotic, where=spec.title)
    return found


def _found(simulator: Simulator, streams: Streams, times: float) -> _Found:
    spectrum = lyapunov_spectrum(
        simulator, streams, work=times * EXPONENT_WORK, precision=PRECISION / times, split=STATED
    )
    exponents = Exponents(
        spectrum.exponents, spectrum.errors, spectrum.duration, spectrum.transient, spectrum.divergence
    )
    return _Found(exponents, spectrum.states, spectrum.parameters)


def _on_the_attractor(simulator: Simulator, streams: Streams, found: _Found | None) -> tuple[Array, Parameters]:
    """Full states after the transient."""
    if found is not None and found.states.shape[1:] == simulator.full_shape:
        return found.states, found.parameters
    parameters = simulator.parameters(streams, STATED)
    start = simulator.start(streams, parameters, STATED)
    return (start if found is None else simulator.advance(start, parameters, found.exponents.transient)), parameters


def _check_motion(attractor: Attractor, *, where: str) -> None:
    series = attractor.glance()
    moves = np.ptp(series, axis=1).max(axis=1) > 1e-9 * (1 + np.abs(series).max(axis=(1, 2)))
    if not np.isfinite(series).all() or not moves.all():
        bad = int(np.argmin(moves))
        raise DataError("a trajectory ends at a fixed point", where=f"{where}, trajectory {bad}", expected="motion",
                        got=f"{series[bad, -1]}", fix="correct parameters, or narrow the box of starts")  # fmt: skip


def _of_exponents(found: Exponents, kind: SystemClass, spec: SystemSpec) -> dict[str, Any]:
    mean, positive = found.mean, found.positive
    settled = np.where(found.zero, 0.0, 1.0)
    value = kaplan_yorke_dimension(mean * settled)
    check_dimension("Kaplan-Yorke dimension", value, len(mean), where=spec.title)
    entropy = found.rows[:, positive].sum(axis=1)
    error = max([sem_of(entropy), *found.errors[positive].tolist()])
    facts: dict[str, Any] = {
        "lyapunov_spectrum": {"value": [rounded(v) for v in mean], "sem": [rounded(v) for v in found.errors]},
        "kaplan_yorke_dimension": {"value": rounded(value), "sem": rounded(_jackknife(found.rows, settled))},
        "entropy_rate": {"value": rounded(float(entropy.mean())), "sem": rounded(error),
                         "law": "sum of the positive exponents (Pesin); in general an upper bound"},
        "positive_exponents": {"value": int(positive.sum()), "law": "more than 3 standard errors above zero"},
    }  # fmt: skip
    if kind.type == "delay":
        del facts["kaplan_yorke_dimension"]
        if value < len(mean):
            facts["kaplan_yorke_dimension"] = {"value": rounded(value), "sem": rounded(_jackknife(found.rows, settled))}
    if not np.isnan(found.divergence).all():
        facts["mean_divergence"] = fact(found.divergence) | {
            "law": "mean log |det J| an iteration" if kind.type == "map" else "mean divergence along trajectories"
        }
    return facts


def _jackknife(rows: Array, settled: Array) -> float:
    """The standard error of the Kaplan-Yorke dimension of the mean exponents."""
    n = len(rows)
    without = [kaplan_yorke_dimension((rows.sum(axis=0) - row) / (n - 1) * settled) for row in rows]
    return float(np.sqrt((n - 1) / n * np.sum((np.array(without) - np.mean(without)) ** 2)))


def _timescale(spec: SystemSpec, facts: dict[str, Any], period: Array) -> dict[str, Any]:
    if spec.timescale is not None:
        value = constant(spec.timescale, spec.parameters, where=f"{spec.title}, timescale")
        return {"value": rounded(value), "sem": 0.0, "law": f"stated: {spec.timescale}"}
    if not spec.chaotic:
        return fact(period) | {"law": "dominant period"}
    leading, error = (facts["lyapunov_spectrum"][key][0] for key in ("value", "sem"))
    return {"value": rounded(1 / leading), "sem": rounded(error / leading**2), "law": "Lyapunov time"}


def _certificates(attractor: Attractor, timescale: float, period: float) -> dict[str, Any]:
    """T_bit, the second computation and the step's own error, from as many starts as the work allows."""
    simulator = attractor.simulator
    std = deviations(attractor.series(0.26 * period, 2048), simulator)
    sample = Sample(simulator, attractor.states, attractor.parameters, timescale, std)

    def rows(verify: bool) -> Sample:
        one = seconds(simulator, 40 * timescale, verify=verify)
        return sample.rows(rows_for(WORK, one, min(32, len(attractor.states))))

    until = certified_until(rows(True))
    facts = {"bit_horizon": bit_horizon(rows(False)), "certified_until": until, "certified": is_certified(until)}
    return facts if isinstance(simulator, Iteration) else facts | {"step_convergence": step_convergence(rows(False))}


def _described(kind: SystemClass) -> dict[str, Any]:
    return {"type": kind.type, "zeros": kind.zeros, "integrals": kind.integrals, "hamiltonian": kind.hamiltonian}


def _evidence(found: _Found | None) -> dict[str, Any]:
    if found is None:
        return {}
    exponents = found.exponents
    return {
        "n_trajectories": len(exponents.rows), "duration": rounded(exponents.duration),
        "transient": rounded(exponents.transient),
        "method": "QR of tangent vectors by the exact Jacobian along trajectories; errors over starts and batches",
    }  # fmt: skip

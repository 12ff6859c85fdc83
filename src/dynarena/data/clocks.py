"""The clocks of a system and the facts behind them, computed by us, with error bars and evidence."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.data.clocks_leading import leading_exponent
from dynarena.data.clocks_period import dominant_period
from dynarena.data.clocks_spectrum import Spectrum, lyapunov_spectrum
from dynarena.engines.base import Simulator
from dynarena.engines.points import PointSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.constants import constant
from dynarena.equations.digest import system_digest as system_digest
from dynarena.errors import DataError
from dynarena.schema.system import SystemSpec

DIGITS = 6
SMALL = 8
POINT_TRAJECTORIES, LARGE_TRAJECTORIES = 64, 16
PERIOD_TRAJECTORIES, PERIOD_POINTS = 32, 2**14
FIELD_TRAJECTORIES, FIELD_POINTS, FIELD_SITES = 8, 2**11, 16


def compute(spec: SystemSpec, simulator: Simulator, kind: str) -> dict[str, Any]:
    """The computed facts of a system, ready for JSON.

    Chaotic points: the Lyapunov spectrum, Kaplan-Yorke dimension, Lyapunov time and dominant period; chaotic fields:
    the first Lyapunov exponent, Lyapunov time and dominant period; others: the timescale as their file states it. Each
    fact is a value with the standard error over independent starts. Raises DataError where a system called chaotic is
    not.
    """
    facts: dict[str, Any] = {"digest": system_digest(spec), "kind": kind}
    if not spec.chaotic:
        return facts | _stated(spec)
    if isinstance(simulator, PointSimulator):
        count = POINT_TRAJECTORIES if simulator.system.dimension <= SMALL else LARGE_TRAJECTORIES
        return facts | _of_points(spec, simulator, _streams(facts["digest"], count))
    return facts | _of_fields(spec, simulator)


def write(path: Path, facts: dict[str, Any]) -> None:
    """Write facts as JSON with sorted keys, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_text(json.dumps(facts, sort_keys=True, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def kaplan_yorke_dimension(exponents: NDArray[np.float64]) -> float:
    """D = j + (l_1 + … + l_j)/|l_{j+1}| with the largest j whose sum is not negative; the dimension where none follows.

    Source: Kaplan and Yorke (1979), Lecture Notes in Mathematics 730, 204.
    """
    ordered = np.sort(exponents)[::-1]
    sums = np.cumsum(ordered)
    j = int(np.count_nonzero(np.cumprod(sums >= 0)))
    if j == 0 or j == len(ordered):
        return float(j)
    return float(j + sums[j - 1] / abs(ordered[j]))


def _of_points(spec: SystemSpec, simulator: PointSimulator, streams: Streams) -> dict[str, Any]:
    spectrum = lyapunov_spectrum(simulator, streams)
    facts = {
        "lyapunov_spectrum": _fact(spectrum.exponents),
        "timescale": _lyapunov_time(spec, spectrum.exponents[:, 0]),
    }
    dimensions = np.array([kaplan_yorke_dimension(row) for row in spectrum.exponents])
    facts["kaplan_yorke_dimension"] = _fact(dimensions)
    facts["evidence"] = {
        "n_trajectories": len(spectrum.exponents), "duration": spectrum.duration, "transient": spectrum.transient,
        "method": "QR of tangent vectors by the exact Jacobian along trajectories; errors over starts",
    }  # fmt: skip
    if spec.engine == "map":
        return facts | {"period": {"value": 1.0, "sem": 0.0, "law": "one iteration"}}
    return facts | {"period": _period_of_points(spec, simulator, spectrum)}


def _period_of_points(spec: SystemSpec, simulator: PointSimulator, spectrum: Spectrum) -> dict[str, Any]:
    step = constant(_number(spec.solver["step"]), spec.parameters)
    rows = slice(0, PERIOD_TRAJECTORIES)
    parameters = {name: values[rows] for name, values in spectrum.parameters.items()}
    series = simulator.run(spectrum.states[rows], parameters, step, PERIOD_POINTS)
    angles = [simulator.labels.index(name) for name in spec.angles]
    return _fact(dominant_period(series, step, angles)) | {"law": "largest variance an octave"}


def _of_fields(spec: SystemSpec, simulator: Simulator) -> dict[str, Any]:
    found = leading_exponent(simulator, _streams(system_digest(spec), FIELD_TRAJECTORIES))
    timescale = _lyapunov_time(spec, found.exponents)
    dt = timescale["value"] / 40
    series = simulator.run(found.states, found.parameters, dt, FIELD_POINTS)
    flat = series.reshape(*series.shape[:2], -1)
    sites = flat[:, :, :: max(1, flat.shape[2] // FIELD_SITES)]
    evidence = {
        "n_trajectories": len(found.exponents), "duration": found.duration, "transient": found.transient,
        "method": "growth of a small, rescaled difference between two trajectories; errors over starts",
    }  # fmt: skip
    period = _fact(dominant_period(sites, dt, [])) | {"law": "largest variance an octave"}
    spectrum = _fact(found.exponents[:, None])
    return {"lyapunov_spectrum": spectrum, "timescale": timescale, "period": period, "evidence": evidence}


def _lyapunov_time(spec: SystemSpec, leading: NDArray[np.float64]) -> dict[str, Any]:
    mean, error = float(np.mean(leading)), _sem(leading)
    if not mean > 3 * error:
        got = f"leading exponent {mean:.3g} +- {error:.2g}"
        fix = "set chaotic = false and state a timescale"
        raise DataError(
            "the system is not chaotic", where=spec.title, expected="an exponent above zero", got=got, fix=fix
        )
    return {"value": _rounded(1 / mean), "sem": _rounded(error / mean**2), "law": "Lyapunov time"}


def _stated(spec: SystemSpec) -> dict[str, Any]:
    if spec.timescale is None:
        fix = "state timescale = …, or chaotic = true"
        raise DataError("the system has no clock", where=spec.title, expected="a timescale", got="nothing", fix=fix)
    lengths = spec.domain.length if spec.domain else []
    known = {**spec.parameters, **{f"length_{axis}": length for axis, length in zip("xyz", lengths, strict=False)}}
    value = constant(spec.timescale, known, where=f"{spec.title}, timescale")
    return {"timescale": {"value": _rounded(value), "sem": 0.0, "law": f"stated: {spec.timescale}"}}


def _streams(digest: str, count: int) -> Streams:
    return Streams([trajectory_key("clocks", digest, index) for index in range(count)])


def _fact(samples: NDArray[np.float64]) -> dict[str, Any]:
    """Mean and standard error over the first axis."""
    mean, error = np.mean(samples, axis=0), np.std(samples, axis=0, ddof=1) / math.sqrt(len(samples))
    if mean.ndim == 0:
        return {"value": _rounded(float(mean)), "sem": _rounded(float(error))}
    return {"value": [_rounded(v) for v in mean.tolist()], "sem": [_rounded(v) for v in error.tolist()]}


def _sem(samples: NDArray[np.float64]) -> float:
    return float(np.std(samples, ddof=1) / math.sqrt(len(samples)))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _number(quantity: float | str | bool) -> float | str:
    return float(quantity) if isinstance(quantity, bool) else quantity

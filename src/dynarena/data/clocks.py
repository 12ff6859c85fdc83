"""The clocks of a system and the facts behind them, computed by us, with error bars and evidence."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena import engines
from dynarena.data.certify_fields import certificate_of_fields, field_seconds
from dynarena.data.clocks_leading import leading_exponent
from dynarena.data.clocks_period import dominant_period
from dynarena.data.clocks_rounding import fact, rounded, sem_of
from dynarena.data.floors import floors
from dynarena.data.invariants import invariants
from dynarena.engines.base import Simulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.constants import constant
from dynarena.equations.digest import system_digest as system_digest
from dynarena.errors import DataError
from dynarena.schema.system import SystemSpec

FIELD_TRAJECTORIES, FEWEST_TRAJECTORIES, FIELD_SITES = 8, 3, 16
SMALL_FIELD, LARGE_FIELD = 1024, 2**14  # numbers of fields of which many starts are cheap, and not even two
FIELD_POINTS, PER_TIMESCALE, FIELD_GAPS = (2**8, 2**11), 40, (30, 200)  # fewest and most
FIELD_WORK = 30.0  # CPU seconds of an exponent, and of a series for the period


def compute(spec: SystemSpec, simulator: Simulator, kind: str) -> dict[str, Any]:
    """The computed facts of a system, ready for JSON.

    Systems of points: all that `invariants` finds. Chaotic fields: the first Lyapunov exponent, Lyapunov time and
    dominant period; other fields and scenes: the timescale as their file states it. All fields: their certificate.
    Scenes whose objects are tracked: the floors of their tracker.
    Each fact is a value with the standard error over independent starts. Raises DataError where a fact breaks the law
    of its class, such as a system called chaotic that is not.
    """
    facts: dict[str, Any] = {"digest": system_digest(spec), "kind": kind}
    if simulator.dims == ("component",):
        return facts | invariants(spec, simulator, facts["digest"])
    facts |= _of_fields(spec, simulator) if spec.chaotic else _stated(spec)
    if kind == "video" and (floor := floors(simulator, facts["digest"])) is not None:
        facts["floor"] = floor
    if simulator.dims[0] == "field":
        streams = _streams(facts["digest"], 2 if math.prod(simulator.shape) <= LARGE_FIELD else 1)
        facts |= certificate_of_fields(simulator, streams, facts["timescale"]["value"])
    return facts


def write(path: Path, facts: dict[str, Any]) -> None:
    """Write facts as JSON with sorted keys, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_text(json.dumps(facts, sort_keys=True, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def _of_fields(spec: SystemSpec, simulator: Simulator) -> dict[str, Any]:
    """The clocks of a chaotic field; `[solver] exponent_points` names a coarser grid on which they are computed."""
    if "exponent_points" in spec.solver:
        simulator = engines.find(spec.engine).compile(spec, resolution=int(spec.solver["exponent_points"]))

    def affordable(gap: float, n: int, fewest: int, most: int) -> int:
        """How many stretches of `gap` the work allows of n trajectories."""
        return int(min(most, max(fewest, FIELD_WORK / field_seconds(simulator, gap, n))))

    count = FIELD_TRAJECTORIES if math.prod(simulator.shape) <= SMALL_FIELD else FEWEST_TRAJECTORIES
    streams = _streams(system_digest(spec), count)
    found = leading_exponent(simulator, streams, n_gaps=lambda gap: affordable(gap, 2 * count, *FIELD_GAPS))
    timescale = _lyapunov_time(spec, found.exponents)
    dt = timescale["value"] / PER_TIMESCALE
    n_points = affordable(dt, count, *FIELD_POINTS)
    series = simulator.run(found.states, found.parameters, dt, n_points)
    flat = series.reshape(*series.shape[:2], -1)
    sites = flat[:, :, :: max(1, flat.shape[2] // FIELD_SITES)]
    evidence = {
        "n_trajectories": len(found.exponents), "duration": found.duration, "transient": found.transient,
        "method": "growth of a small, rescaled difference between two trajectories; errors over starts",
        "points": list(simulator.shape[1:]),
    }  # fmt: skip
    period = fact(dominant_period(sites, dt, [])) | {"law": "largest variance an octave"}
    spectrum = fact(found.exponents[:, None])
    return {"lyapunov_spectrum": spectrum, "timescale": timescale, "period": period, "evidence": evidence}


def _lyapunov_time(spec: SystemSpec, leading: NDArray[np.float64]) -> dict[str, Any]:
    mean, error = float(np.mean(leading)), sem_of(leading)
    if not mean > 3 * error:
        got = f"leading exponent {mean:.3g} +- {error:.2g}"
        fix = "set chaotic = false and state a timescale"
        raise DataError(
            "the system is not chaotic", where=spec.title, expected="an exponent above zero", got=got, fix=fix
        )
    return {"value": rounded(1 / mean), "sem": rounded(error / mean**2), "law": "Lyapunov time"}


def _stated(spec: SystemSpec) -> dict[str, Any]:
    if spec.timescale is None:
        fix = "state timescale = …, or chaotic = true"
        raise DataError("the system has no clock", where=spec.title, expected="a timescale", got="nothing", fix=fix)
    lengths = spec.domain.length if spec.domain else []
    known = {**spec.parameters, **{f"length_{axis}": length for axis, length in zip("xyz", lengths, strict=False)}}
    value = constant(spec.timescale, known, where=f"{spec.title}, timescale")
    return {"timescale": {"value": rounded(value), "sem": 0.0, "law": f"stated: {spec.timescale}"}}


def _streams(digest: str, count: int) -> Streams:
    return Streams([trajectory_key("clocks", digest, index) for index in range(count)])

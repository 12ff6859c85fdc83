"""What a perfect clip loses on the way through pictures: the error floors of a scene's own tracker, by resolution."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Simulator
from dynarena.engines.film.sight_errors import sight_errors
from dynarena.engines.streams import Streams, trajectory_key

Array = NDArray[np.float64]

RESOLUTIONS = (32, 64, 128)
CLIPS, POINTS, DT = 6, 16, 0.1


def floors(simulator: Simulator, digest: str) -> dict[str, Any] | None:
    """Floors of places and velocities on true clips, in worlds of ten units; None where nothing is tracked.

    For each resolution: `place` mean and largest distance, `speed` mean and largest error of the step between two
    frames over dt, `drift` mean error of the velocity over a whole clip, `judged` the share of objects and frames that
    is judged, `missing` the share of those that is not found.
    """
    look = getattr(simulator, "look", None)
    if look is None or look.shade is not None or not look.tracked:
        return None
    streams = Streams([trajectory_key("floors", digest, index) for index in range(CLIPS)])
    parameters = simulator.parameters(streams, "test")
    states = simulator.run(simulator.start(streams, parameters, "test"), parameters, DT, POINTS)
    found = {}
    for resolution in RESOLUTIONS:
        errors = sight_errors(simulator.frames(states, parameters, resolution), states, look)
        seen = errors.judged & ~errors.missing
        offset = np.where(seen[..., None], errors.offset, np.nan) * (10.0 / look.world)
        place, speed = _lengths(offset), _lengths(np.diff(offset, axis=1)) / DT
        drift = np.abs(offset[:, -1] - offset[:, 0]) / ((POINTS - 1) * DT)
        found[str(resolution)] = {
            "place": [_mean(place), _most(place)],
            "speed": [_mean(speed), _most(speed)],
            "drift": _mean(drift),
            "judged": _rounded(float(errors.judged.mean())),
            "missing": _rounded(float((errors.missing & errors.judged).sum() / max(errors.judged.sum(), 1))),
        }
    return {"pixels": found, "unit": "ten to a world", "n_trajectories": CLIPS, "points": POINTS, "dt": DT}


def _lengths(vectors: Array) -> Array:
    return np.asarray(np.hypot(vectors[..., 0], vectors[..., 1]))


def _mean(values: Array) -> float | None:
    seen = values[np.isfinite(values)]
    return _rounded(float(seen.mean())) if seen.size else None


def _most(values: Array) -> float | None:
    seen = values[np.isfinite(values)]
    return _rounded(float(seen.max())) if seen.size else None


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")

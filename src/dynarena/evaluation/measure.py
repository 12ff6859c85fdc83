"""What a clip shows of a scene: tracked places, their derivatives, and how well they keep what the scene conserves."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.system import System
from dynarena.engines.film.look import Look, look_of
from dynarena.engines.film.sight import sight
from dynarena.errors import UsageError

Array = NDArray[np.float64]


def measure(frames: NDArray[Any], system: str | System, dt: float = 0.1) -> xr.Dataset:
    """Measured tracks of a clip [time, channel, y, x], or of several [clip, time, channel, y, x], of a scene.

    `x`, `y`, `radius` (of equal area), `angle`, `light` and `present` over clip, time and object; `vx`, `vy` are
    central differences (one-sided at the ends), `ax`, `ay` second differences. Nothing telescopes: each frame has its
    own. NaN where nothing is seen. Attributes say the share that is seen, the mean acceleration and how far speeds and
    places jump beyond it. Raises UsageError where the system is no scene with tracked objects.
    """
    chosen = System(system) if isinstance(system, str) else system
    look = _look(chosen)
    clips = frames[None] if frames.ndim == 4 else frames
    if not dt > 0:
        raise UsageError("frames without time between them", expected="dt > 0", got=str(dt))
    seen = sight(clips, look)
    axes = ("clip", "time", "object")
    shown = np.where(seen.present, 1.0, np.nan)
    values = {name: getattr(seen, name) * shown for name in ("x", "y", "radius", "angle", "light")}
    values |= {f"v{axis}": _slope(values[axis], dt) for axis in ("x", "y")}
    values |= {f"a{axis}": _bend(values[axis], dt) for axis in ("x", "y")}
    data = xr.Dataset({name: (axes, array) for name, array in values.items()})
    data["present"] = (axes, seen.present)
    data["whole"] = (axes, seen.whole & seen.present)
    data["strange"] = (axes[:2], seen.strange)
    data = data.assign_coords(
        time=np.arange(clips.shape[1]) * dt, object=[look.objects[place] for place in look.tracked]
    )
    data.attrs |= {"system": chosen.id, "dt": dt, "world": look.world, "seen": float(seen.present.mean())}
    return data


def summary(data: xr.Dataset) -> list[dict[str, object]]:
    """One row an object of a measured Dataset: how often it is seen, its mean speed and acceleration, its jolts.

    `jolt` is the root mean square of the third difference of places over dt: 0 of any constant acceleration, and of
    standing still, so it is read beside the speed. `growth` is the change of the radius from first to last frame.
    """
    rows: list[dict[str, object]] = []
    for name in data["object"].values:
        one = data.sel(object=name)
        third = np.stack([np.diff(one[axis].values, n=3, axis=-1) / data.attrs["dt"] for axis in ("x", "y")])
        radius = one["radius"].values
        rows.append({
            "object": str(name),
            "seen": float(one["present"].mean()),
            "whole": float(one["whole"].mean()),
            "speed": _mean(np.hypot(one["vx"].values, one["vy"].values)),
            "ax": _mean(one["ax"].values),
            "ay": _mean(one["ay"].values),
            "jolt": float(np.sqrt(_mean(np.square(third).sum(axis=0)))),
            "growth": _mean(radius[:, -1] - radius[:, 0]),
        })  # fmt: skip
    return rows


def _look(system: System) -> Look:
    if system.kind != "video":
        raise UsageError(f"{system.id} is no scene", expected="a system of video/", got=system.id)
    look = getattr(system.simulator, "look", None)
    facts = {"world": 10.0, **system.spec.scene, "state": list(system.simulator.labels)}
    return look if look is not None else look_of(facts)


def _slope(values: Array, dt: float) -> Array:
    return np.asarray(np.gradient(values, dt, axis=1)) if values.shape[1] > 1 else np.full_like(values, np.nan)


def _bend(values: Array, dt: float) -> Array:
    out = np.full_like(values, np.nan)
    if values.shape[1] > 2:
        out[:, 1:-1] = np.diff(values, n=2, axis=1) / dt**2
    return out


def _mean(values: Array) -> float:
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if seen.size else float("nan")

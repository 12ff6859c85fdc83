"""What a model sees of a state: some of its components, or a mixture of them."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dynarena.data.system import System
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import UsageError
from dynarena.schema.lock import ViewLock

Array = NDArray[np.float64]


def seen(view: ViewLock | None, states: Array) -> Array:
    """matrix @ state + offset at states [..., component], summed in order; the states themselves without a view."""
    if view is None:
        return states
    rows = []
    for weights, offset in zip(view.matrix, view.offset, strict=True):
        total = np.full(states.shape[:-1], offset)
        for component, weight in enumerate(weights):
            if weight:
                total = total + weight * states[..., component]
        rows.append(total)
    return np.stack(rows, axis=-1)


def seen_dataset(view: ViewLock | None, data: xr.Dataset, names: list[str]) -> xr.Dataset:
    """A Dataset whose `state` is what is seen, under these names."""
    if view is None:
        return data
    state = data["state"]
    rest = data.drop_vars(["state", "component"])
    values = seen(view, state.values)
    return rest.assign_coords(component=names).assign(state=(state.dims, values, state.attrs))


def first_components(system: System, count: int) -> ViewLock:
    """The first `count` components that are not angles. Raises UsageError where there are fewer."""
    labels = system.simulator.labels
    plain = [place for place, label in enumerate(labels) if label not in angles(system)]
    if len(plain) < count:
        raise UsageError(
            "too few components to observe", where=system.id, expected=f"{count} that are not angles",
            got=", ".join(labels), fix="leave the system out, or lower [protocol] observed",
        )  # fmt: skip
    rows = [[float(column == place) for column in range(len(labels))] for place in plain[:count]]
    return ViewLock(matrix=rows, offset=[0.0] * count)


def mixture(system: System, key: str, mean: Array, std: Array) -> ViewLock:
    """seen = c R P (state - mean) / std + b: permuted, rotated by a random orthogonal matrix, scaled, shifted.

    c and b come from the key alone, c between 1/8 and 8, as R does by the Gram-Schmidt process on normal vectors; the
    permutation P is that of a random rotation. Raises UsageError where a component is an angle, which no mixture keeps.
    """
    if angles(system):
        fix = "leave the system out of the blind benchmark"
        raise UsageError("an angle cannot be mixed", where=system.id, got=", ".join(sorted(angles(system))), fix=fix)
    d = len(mean)
    streams = Streams([trajectory_key("blind", key)])
    normals = streams.normal("rotation", (d, d))[0]
    rotation, _ = np.linalg.qr(normals)
    scale = 2.0 ** streams.between("scale", -3.0, 3.0, (d,))[0]
    matrix = (scale[:, None] * rotation) / std
    offset = scale * streams.between("offset", -2.0, 2.0, (d,))[0] - matrix @ mean
    return ViewLock(matrix=_rounded(matrix), offset=_rounded(offset[None])[0], blind=True)


def angles(system: System) -> set[str]:
    """The components that are angles: those that the file names, and the phases of a drive."""
    points = getattr(system.simulator, "system", None)
    return set(getattr(points, "angles", system.spec.angles))


def _rounded(rows: Array) -> list[list[float]]:
    return [[float(f"{value:.12g}") for value in row] for row in rows.tolist()]

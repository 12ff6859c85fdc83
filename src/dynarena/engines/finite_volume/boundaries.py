"""What stands at the ends of each axis, read from a file."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.finite_volume.law import AXES, Law
from dynarena.engines.finite_volume.lines import FIXED, OUTFLOW, PERIODIC, REFLECTING, VALUE
from dynarena.equations.constants import constant
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.system import Domain, SystemSpec

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

NAMES = {"periodic": PERIODIC, "reflecting": REFLECTING, "outflow": OUTFLOW, "fixed": FIXED, "value": VALUE}
"""Of one or, as in "reflecting/outflow", of both ends of an axis: mirrors; copies of the outermost cell; cells of a
stated state; a stated value on the outermost face."""

_ENDS = ("low", "high")


def read_ends(domain: Domain, *, where: str) -> Codes:
    """The codes [axis, end] of the three axes. Raises UnknownName or SchemaError."""
    out = np.zeros((3, 2), dtype=np.int64)
    for axis, text in enumerate(domain.boundary):
        names = text.split("/") if "/" in text else [text, text]
        for name in names:
            if name not in NAMES:
                raise UnknownName.among("boundary", name, NAMES, where=f"{where}, [domain] boundary, {AXES[axis]}")
        if len(names) != 2 or (len(set(names)) > 1 and "periodic" in names):
            raise SchemaError(
                "an axis has two ends", where=f"{where}, [domain] boundary, {AXES[axis]}",
                expected='one name, or two that are not periodic as in "reflecting/outflow"', got=text,
                fix="state what stands at both ends",
            )  # fmt: skip
        out[axis] = [NAMES[name] for name in names]
    return out


def given_keys(law: Law, ends: Codes, dims: int) -> list[str]:
    """The keys of [solver] that state what stands at fixed ends: quantity_axis_low or quantity_axis_high."""
    quantities = (law.quantities or law.fields)(dims)
    return [
        f"{name}_{AXES[axis]}_{_ENDS[end]}"
        for axis in range(dims)
        for end in range(2)
        if ends[axis, end] in (FIXED, VALUE)
        for name in quantities
    ]


def read_given(spec: SystemSpec, law: Law, ends: Codes, parameters: Mapping[str, float]) -> Array:
    """The fields at fixed ends, [axis, end, field] in the order of lines; velocities not stated are 0."""
    dims = len(spec.domain.points) if spec.domain else 0
    fields, quantities = law.fields(dims), (law.quantities or law.fields)(dims)
    out, order = np.zeros((3, 2, len(fields))), law.order(dims)
    for axis in range(dims):
        for end in range(2):
            if ends[axis, end] not in (FIXED, VALUE):
                continue
            values = {}
            for name in quantities:
                key = f"{name}_{AXES[axis]}_{_ENDS[end]}"
                if key not in spec.solver and not name.startswith("velocity_"):
                    raise SchemaError("a fixed end is not stated", where=f"{spec.title}, [solver]", got="nothing",
                                      expected=f"{key} = …", fix="state it")  # fmt: skip
                stated = spec.solver.get(key, 0.0)
                values[name] = constant(float(stated) if isinstance(stated, bool) else stated, spec.parameters)
            state = law.to_fields(values, parameters)
            out[axis, end] = [float(state[fields[place]]) for place in order[axis]]
    return out

"""Computed facts on disk: where they lie, whether they are up to date, and how a recomputation enters them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from dynarena.data.clocks import compute, write
from dynarena.data.system import System
from dynarena.errors import DataError
from dynarena.suite import Item

CLOCKS = ("lyapunov_spectrum", "timescale", "period", "kaplan_yorke_dimension")
SPENT = ("n_trajectories", "duration", "transient", "method")
SURE, ALIKE = 5.0, 0.01  # joint standard errors, and of the largest value


def stored(system: System) -> dict[str, Any]:
    """The facts that lie there for this very version of the system; empty where there are none."""
    path = system.computed_path
    if not path.is_file():
        return {}
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts if facts.get("digest") == system.digest else {}


def up_to_date(item: Item) -> bool:
    """Whether all facts of this very version of the system lie there."""
    system = System(item)
    facts = stored(system)
    return bool(facts) and {"chaos": "class", "pde": "certified"}.get(system.kind, "digest") in facts


def recompute(item: Item, *, replace: bool = False) -> None:
    """Compute a system's facts and write them.

    Clocks that lie there for this very version stay as they are where the new ones confirm them, since published locks
    hold them. Raises DataError where they do not, unless `replace`.
    """
    system = System(item)
    found = compute(system.spec, system.simulator, system.kind)
    before = {} if replace else stored(system)
    write(system.computed_path, confirmed(before, found, where=item.id))


def confirmed(before: dict[str, Any], found: dict[str, Any], *, where: str) -> dict[str, Any]:
    """New facts with the clocks of before, which they must confirm: within 5 joint standard errors and 1 %."""
    kept = {name: before[name] for name in CLOCKS if name in before and name in found}
    for name, fact in kept.items():
        old, new = (np.atleast_1d(np.asarray(one["value"], float)) for one in (fact, found[name]))
        error = np.hypot(*(np.atleast_1d(np.asarray(one["sem"], float)) for one in (fact, found[name])))
        if old.shape != new.shape or (np.abs(old - new) > SURE * error + ALIKE * np.abs(old).max()).any():
            raise DataError(
                f"the {name.replace('_', ' ')} that lies there is not confirmed",
                where=where,
                expected=f"{fact['value']}",
                got=f"{found[name]['value']}",
                fix="dynarena compute --replace, where no published lock holds it",
            )
    facts = {**found, **kept}
    if "lyapunov_spectrum" in kept and "evidence" in before:
        facts["evidence"] = found["evidence"] | {key: before["evidence"][key] for key in SPENT}
    return facts

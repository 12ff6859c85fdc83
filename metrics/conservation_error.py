"""Error of the conserved quantities: root mean square over leads of |I(f(t)) - I(u(t))| / scale.

I is each invariant that the system's file states, u the truth at the same lead; the mean over invariants is taken, and
means over space weigh by volume. scale is the file's, else the root mean square of I over the truth, absolute values
averaged over space. One value a trajectory. conservation_drift compares with the truth's first state, which what flows
through open walls or is driven from outside leaves by right; here it is followed. A frozen state of a closed system
errs in nothing, so this never ranks (`perfect` is None). An ensemble's value is the mean over its members.
"""

import numpy as np

from dynarena.evaluation import fields, laws, states

perfect, better, unit, scope, kind = None, "lower", "1", "trajectory", "physical"
source = "Takamoto et al. (2022), PDEBench, NeurIPS (cRMSE), of the invariants that a system states"
guard = "nrmse"
kinds = ["pde"]


def applies(task):
    """Whether the system states an invariant."""
    return bool(task.facts.get("invariants"))


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    exact, known = states.values(truth, task), laws.parameters(truth, task)
    members = [np.clip(member, -states.LARGEST, states.LARGEST) for member in states.members(forecast, task)]
    stated = task.facts["invariants"].values()
    return np.mean([_error(law, member, exact, known, task) for law in stated for member in members], axis=0)


def _error(law, found, exact, known, task):
    """[trajectory]"""
    conserved = _value(law["expression"], exact, known, task)
    size = _value(law.get("scale") or law["expression"], exact, known, task, of=np.abs)
    unit = np.sqrt((size**2).mean()) or 1.0
    apart = np.abs(_value(law["expression"], found, known, task) - conserved) / unit
    apart = np.where(np.isfinite(apart), np.minimum(apart, states.LARGEST), states.LARGEST)
    return np.sqrt((apart**2).mean(axis=tuple(range(1, apart.ndim))))


def _value(text, a, known, task, of=np.asarray):
    """An invariant, [trajectory, time, *space], axes of space that it averages over of length 1."""
    space, weights = tuple(range(1 - len(task.dims), 0)), fields.volumes(task)
    mean = {"mean": lambda field: (of(field) * weights).sum(axis=space, keepdims=True)}
    value = laws.value(text, a, known, task, mean)
    return np.broadcast_to(value, np.broadcast_shapes(value.shape, (*a.shape[:2], *[1] * len(space))))

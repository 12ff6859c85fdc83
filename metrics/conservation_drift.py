"""How far a forecast drifts from what the dynamics conserves: max over leads of |I(f(t)) - I(u₀)| / scale.

I is each invariant that the system's file states, u₀ the truth's first state; the mean over invariants is taken. scale
is the file's, else the size of the invariant on the truth: its root mean square over trajectories, with averages over
space taken of absolute values. One value a trajectory: the worst of the horizon. A frozen state conserves everything,
so this never ranks (`perfect` is None): it says whether a forecast that is good elsewhere is physical. The truth's own
drift is the floor. An ensemble's value is the mean over its members.
"""

import numpy as np

from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import REDUCTIONS
from dynarena.equations.parse import parse
from dynarena.errors import UsageError
from dynarena.evaluation import states

perfect, better, unit, scope, kind = None, "lower", "1", "trajectory", "physical"
source = "Greydanus et al. (2019), NeurIPS 32"
kinds = ["chaos", "pde"]


def applies(task):
    """Whether the system states an invariant."""
    return bool(task.facts.get("invariants"))


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    if not applies(task):
        raise UsageError("the system states no invariant", where=task.id, fix="leave conservation_drift out")
    exact, ensemble = states.values(truth, task), states.members(forecast, task)
    known = _parameters(truth, task, exact.shape[0])
    laws = task.facts["invariants"].values()
    return np.mean([_drift(law, exact, ensemble, known, task) for law in laws], axis=(0, 1))


def _drift(law, exact, ensemble, known, task):
    """The largest drift over the horizon, [sample, trajectory]."""
    start = exact[:, :1]
    conserved = _value(law["expression"], start, known, task)
    if law.get("scale"):
        size = _value(law["scale"], start, known, task)
    else:
        size = _value(law["expression"], start, known, task, of=np.abs)
    unit = np.sqrt((size**2).mean()) or 1.0
    drift = np.abs(_value(law["expression"], ensemble, known, task) - conserved) / unit
    drift = np.where(np.isfinite(drift), np.minimum(drift, states.LARGEST), states.LARGEST)
    return drift.max(axis=tuple(range(2, drift.ndim)))


def _value(text, a, known, task, of=np.asarray):
    """The expression on states [..., trajectory, time, *state], reductions over space kept as axes of length 1."""
    axis = -len(task.dims)
    space = tuple(range(axis + 1, 0))
    named = {channel.name: np.take(a, index, axis) for index, channel in enumerate(task.channels)}
    reductions = {
        "mean": lambda field: of(field).mean(axis=space, keepdims=True),
        "sum": lambda field: of(field).sum(axis=space, keepdims=True),
    }
    names = {**known, **named}
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value = evaluate(parse(text, names, functions=REDUCTIONS), names, functions=reductions)
    return np.broadcast_to(value, np.broadcast_shapes(np.shape(value), (*a.shape[:axis], *[1] * len(space))))


def _parameters(truth, task, trajectories):
    """Each parameter, [trajectory, 1, 1, ...]: the trajectory's own where the truth tells it, else as stated."""
    shape = (-1, *[1] * len(task.dims))
    return {
        name: np.broadcast_to(truth.coords.get(f"parameter_{name}", value), trajectories).reshape(shape)
        for name, value in task.facts.get("parameters", {}).items()
    }

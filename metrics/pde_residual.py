"""How far a forecast is from solving the system's equation, in units of the truth's rate of change.

ρ = max(|R[f]| - |R[u]|, 0) / |u_t|,   R[v] = (v⁺ - v⁻)/(2 dt) - (F(v⁻) + 4 F(v) + F(v⁺))/6

F is the right-hand side that the system's file states, its derivatives exact by waves, v⁻, v, v⁺ three leads in a row:
Simpson's rule in time, of order 4. |·| is the root mean square over inner leads, fields in train stds, and space; u_t
is (u⁺ - u⁻)/(2 dt). The truth's own residual, that of the rule at this dt, is the floor and is taken off. One value a
trajectory. A solution from another start solves the equation as well as the truth, and so does any state of rest, the
mean of train often among them: it never ranks (`perfect` is None), and says whether a forecast that has lost the truth
is still a flow of this equation. Rough errors weigh by the highest derivative; across a shock waves ring, the floor is
high, and little is seen. An ensemble's value is the mean over its members. Does not apply where the file states no
equation, a side is not periodic, or the horizon has under 3 points. Measured on the quick board of fields
(Kuramoto-Sivashinsky, Burgers): the truth in float32 3e-6 and 1e-5, another truth 1e-3 and 6e-6, a frozen state 1.0 and
1.8; the rule's own residual is 1e-2 of the rate of change and less.
"""

import numpy as np

from dynarena.errors import EquationError
from dynarena.evaluation import fields, laws, states, waves

perfect, better, unit, scope, kind = None, "lower", "1", "trajectory", "physical"
source = "Raissi, Perdikaris & Karniadakis (2019), J. Comput. Phys. 378, 686; Lele (1992), ibid. 103, 16"
guard = "nrmse"
kinds = ["pde"]


def applies(task):
    """Whether equations are stated, on a periodic box, in operators that waves know, and three leads are asked."""
    told = task.facts.get("equations") or []
    if len(told) != len(task.channels) or task.horizon < 3 or not waves.resolvable(task):
        return False
    known = {*waves.operators(task), *laws.POINTWISE}
    try:
        understood = all(laws.functions(text, task) <= known for text in told)
    except EquationError:  # a name that only the engine knows
        return False
    return understood and all(axis.periodic for axis in fields.axes(task))


def metric(forecast, truth, task):
    """One value a trajectory, [trajectory]."""
    exact, known = states.values(truth, task), laws.parameters(truth, task)
    floor = _residuals(exact, known, task)
    size = np.array([_size(_change(path[np.newaxis], task), task) for path in exact])
    size = np.maximum(size, fields.LEAST * size.max()) + np.finfo(float).tiny
    found = [_residuals(_bounded(member), known, task) for member in states.members(forecast, task)]
    return np.mean([np.minimum(np.maximum(one - floor, 0) / size, states.LARGEST) for one in found], axis=0)


def _residuals(v, known, task):
    """The size of R, [trajectory]: one after the other, which keeps the memory small."""
    alone = [slice(n, n + 1) for n in range(len(v))]
    own = [{name: values[n] for name, values in known.items()} for n in alone]
    return np.array([_size(_residual(v[n], values, task), task) for n, values in zip(alone, own, strict=True)])


def _residual(v, known, task):
    """R at the inner leads, [trajectory, time, field, *space]."""
    operators = waves.operators(task)
    parts = [laws.value(text, v, known, task, operators) for text in task.facts["equations"]]
    rate = np.stack([np.broadcast_to(part, (*v.shape[:2], *v.shape[3:])) for part in parts], axis=2)
    return _change(v, task) - (rate[:, :-2] + 4 * rate[:, 1:-1] + rate[:, 2:]) / 6


def _change(v, task):
    return (v[:, 2:] - v[:, :-2]) / (2 * task.dt)


def _size(rate, task):
    """Root mean square of one trajectory in train stds; LARGEST where it is no number."""
    with np.errstate(over="ignore", invalid="ignore"):
        square = fields.over_state(fields.about_zero(rate, task) ** 2, task).mean()
    return np.sqrt(square) if np.isfinite(square) else states.LARGEST


def _bounded(v):
    return np.clip(v, -states.LARGEST, states.LARGEST)

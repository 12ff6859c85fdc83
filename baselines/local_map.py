"""One law for a point and its neighbours, learned from many systems and bent to each context."""

from itertools import combinations_with_replacement

import torch
from torch import Tensor

from dynarena import FamilyForecaster, Task

NEAR = 1  # neighbours on either side that enter as products


class LocalMap(FamilyForecaster):
    """z[t+1] = z[t] + W f(z[t]),  f: a point's neighbourhood along each axis, products of the nearest, 1.

    W = argmin over the context of |dz - W f|² + p n |W - W0|²: least squares of each trajectory's own past, drawn
    towards W0, which is the least squares fit to all systems of the family together. z counts in train stds. The
    weight p is the one of `pulls` whose free runs err least on one held-out trajectory of each system. States stay
    within the range of the context, as wide again on either side.
    """

    name = "local_map"
    authors = "The dynarena developers"
    paper = "Parlitz & Merkwirth (2000), Phys. Rev. Lett. 84, 1890 (local states of fields)"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["pde"], "max_axes": 2}
    dtype = torch.float64
    cpu_budget_s = 30

    def __init__(self, reach: int = 4, pulls: tuple[float, ...] = (1e-6, 1e-4, 1e-2, 1.0)) -> None:
        self.reach = reach
        self.pulls = pulls

    def fit(self, family: list[tuple[Task, Tensor]]) -> None:
        """Fit W0 to every system that has as many fields and axes as the first, each weighing alike."""
        self.weights: dict[tuple[int, int], Tensor] = {}
        self.pull: dict[tuple[int, int], float] = {}
        for kind in {_kind(task) for task, _ in family}:
            alike = [(task, train) for task, train in family if _kind(task) == kind]
            moments = [self._moments(_standard(train[: max(1, len(train) - 1)], task), task) for task, train in alike]
            left, right = (torch.stack([part[k] / part[2] for part in moments]).mean(dim=0) for k in (0, 1))
            self.weights[kind] = _solve(left, right, 1e-8)
            errors = [sum(self._error(task, train[-1:], pull) for task, train in alike) for pull in self.pulls]
            self.pull[kind] = self.pulls[int(torch.tensor(errors).argmin())]

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Roll out, each trajectory by its own law: [batch, time, *state] -> [batch, horizon, *state]."""
        kind = _kind(self.task)
        first = torch.zeros(())
        start = self.weights.get(kind, first)
        rows = [self._run(one[None], horizon, self.task, start, self.pull.get(kind, 1e-4)) for one in context]
        return torch.cat(rows)

    def _error(self, task: Task, whole: Tensor, pull: float) -> float:
        given = min(task.context, whole.shape[1] - 1)
        ahead = min(task.horizon, whole.shape[1] - given)
        run = self._run(whole[:, :given], ahead, task, self.weights[_kind(task)], pull)
        apart = _standard(run, task) - _standard(whole[:, given : given + ahead], task)
        return float(apart.square().mean().clamp(max=4.0))

    def _run(self, context: Tensor, horizon: int, task: Task, start: Tensor, pull: float) -> Tensor:
        z = _standard(context, task)
        weights = start
        if z.shape[1] > 1:
            left, right, count = self._moments(z, task)
            weights = _solve(left / count, right / count, pull, start)
        over = (1, *range(3, z.dim()))
        low, high = z.amin(over, keepdim=True)[:, 0], z.amax(over, keepdim=True)[:, 0]
        state, path = z[:, -1], []
        for _ in range(horizon):
            increment = (self._features(state, task) @ weights).movedim(-1, 1)
            state = (state + increment).clamp(2 * low - high, 2 * high - low)
            path.append(state)
        mean, std = _scale(task)
        return torch.stack(path, dim=1) * std + mean

    def _moments(self, z: Tensor, task: Task) -> tuple[Tensor, Tensor, int]:
        """Sums of f f' and f dz' over z [trajectory, time, field, *space], and how many they are."""
        left, right, count = 0.0, 0.0, 0
        for states in z:
            f = self._features(states[:-1], task).flatten(0, -2)
            step = (states[1:] - states[:-1]).movedim(1, -1).flatten(0, -2)
            left, right, count = left + f.T @ f, right + f.T @ step, count + len(f)
        return left, right, count

    def _features(self, states: Tensor, task: Task) -> Tensor:
        """[batch, field, *space] -> [batch, *space, feature]."""
        plain, near = [states], [states]
        for axis in range(2, states.dim()):
            for shift in [s for s in range(-self.reach, self.reach + 1) if s]:
                moved = _moved(states, shift, axis, task.facts.get("boundary", ["periodic"] * 3)[axis - 2])
                plain.append(moved)
                if abs(shift) <= NEAR:
                    near.append(moved)
        around = torch.cat(near, dim=1).unbind(1)
        products = [a * b for a, b in combinations_with_replacement(around, 2)]
        all_of_them = [*torch.cat(plain, dim=1).unbind(1), *products, torch.ones_like(states[:, 0])]
        return torch.stack(all_of_them, dim=-1)


def _kind(task: Task) -> tuple[int, int]:
    """Fields and axes."""
    return len(task.channels), len(task.dims) - 1


def _moved(states: Tensor, shift: int, axis: int, ends: str) -> Tensor:
    """Each point's neighbour `shift` places on; beyond a wall the outermost point."""
    if ends == "periodic":
        return states.roll(-shift, dims=axis)
    count = states.shape[axis]
    return states.index_select(axis, (torch.arange(count, device=states.device) + shift).clamp(0, count - 1))


def _scale(task: Task) -> tuple[Tensor, Tensor]:
    shape = [len(task.mean), *[1] * (len(task.dims) - 1)]
    mean, std = (torch.tensor(values, dtype=torch.float64).reshape(shape) for values in (task.mean, task.std))
    return mean, std


def _standard(states: Tensor, task: Task) -> Tensor:
    mean, std = _scale(task)
    return (states.double() - mean) / std


def _solve(left: Tensor, right: Tensor, pull: float, towards: Tensor | None = None) -> Tensor:
    """argmin of the mean square of dz - f W, plus pull |W - towards|²."""
    eye = pull * torch.eye(len(left), dtype=left.dtype)
    return torch.linalg.solve(left + eye, right if towards is None else right + pull * towards)

"""One law for a point and its neighbours, learned from many systems and bent to each context."""

from itertools import combinations_with_replacement

import torch
from torch import Tensor

from dynarena import FamilyForecaster, Task

BENT = 3  # polynomials of lowest degree that enter as products


class LocalMap(FamilyForecaster):
    """z[t+1] = z[t] + W f(z[t]),  f: the polynomial through a point's neighbourhood along each axis, its products, 1.

    The polynomial is the one of `degree` that fits the 2 `reach` + 1 points along an axis best; f holds its numbers in
    orthogonal polynomials, and products of the lowest. W = argmin over the context of |dz - W f|² plus p n times the
    sum of <f_j²> |W_j - W0_j|²: least squares of each trajectory's own past, drawn towards W0, which is that of all
    systems of the family together. z counts in train stds. The weight p is the one of `pulls` with which the first half
    of a context continues best to its second half. States stay within the range of the last one seen, wider by a
    quarter and by what the range grew within the context. Its steps are explicit: where many neighbours count, as in
    fast diffusion, short waves grow until they meet those bounds.
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

    def __init__(
        self, reach: int = 3, degree: int = 4, pulls: tuple[float, ...] = (1e-8, 1e-6, 1e-4, 1e-2, 1.0, 100.0)
    ) -> None:
        self.reach = reach
        self.pulls = pulls
        offsets = torch.arange(-reach, reach + 1, dtype=torch.float64)
        self.polynomials = torch.linalg.qr(offsets[:, None] ** torch.arange(degree + 1)).Q.T

    def fit(self, family: list[tuple[Task, Tensor]]) -> None:
        """Fit W0 to every system that has as many fields and axes as the first, each weighing alike."""
        self.weights: dict[tuple[int, int], Tensor] = {}
        for kind in {_kind(task) for task, _ in family}:
            alike = [(task, train) for task, train in family if _kind(task) == kind]
            moments = [self._moments(_standard(train, task), task) for task, train in alike]
            left, right = (torch.stack([part[k] / part[2] for part in moments]).mean(dim=0) for k in (0, 1))
            self.weights[kind] = _solve(left, right, 1e-8)

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Roll out, each trajectory by its own law: [batch, time, *state] -> [batch, horizon, *state]."""
        mean, std = _scale(self.task)
        rows = [self._continued(one[None], horizon) for one in _standard(context, self.task)]
        return torch.cat(rows) * std + mean

    def _continued(self, z: Tensor, horizon: int) -> Tensor:
        """The free run after one standardised context, [1, time, *state], by the weight that serves its own halves."""
        half = z.shape[1] // 2
        pull = self.pulls[-1]
        if half >= 2:
            errors = [
                (self._run(z[:, :half], z.shape[1] - half, each) - z[:, half:]).square().mean() for each in self.pulls
            ]
            pull = self.pulls[int(torch.stack(errors).argmin())]
        return self._run(z, horizon, pull)

    def _run(self, z: Tensor, horizon: int, pull: float) -> Tensor:
        weights = self.weights.get(_kind(self.task), torch.zeros((), dtype=z.dtype))
        if z.shape[1] > 1:
            left, right, count = self._moments(z, self.task)
            weights = _solve(left / count, right / count, pull, weights)
        over = tuple(range(3, z.dim()))
        lows, highs = z.amin(over, keepdim=True), z.amax(over, keepdim=True)
        widths = highs - lows
        low, high = lows[:, -1], highs[:, -1]
        margin = widths[:, -1] / 4 + (widths[:, -1] - widths[:, 0]).clamp(min=0)
        state, path = z[:, -1], []
        for _ in range(horizon):
            increment = (self._features(state, self.task) @ weights).movedim(-1, 1)
            state = (state + increment).clamp(low - margin, high + margin)
            path.append(state)
        return torch.stack(path, dim=1)

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
        plain, low = [states], [states]
        for axis in range(2, states.dim()):
            ends = task.facts.get("boundary", ["periodic"] * 3)[axis - 2]
            moved = torch.stack([_moved(states, s, axis, ends) for s in range(-self.reach, self.reach + 1)])
            coefficients = torch.tensordot(self.polynomials, moved, dims=1)[1:]
            plain += coefficients.unbind(0)
            low += coefficients[: BENT - 1].unbind(0)
        around = torch.cat(low, dim=1).unbind(1)
        products = [a * b for a, b in combinations_with_replacement(around, 2)]
        return torch.stack([*torch.cat(plain, dim=1).unbind(1), *products, torch.ones_like(states[:, 0])], dim=-1)


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
    """argmin of the mean square of dz - f W, plus pull <f_j²> |W_j - towards_j|²; [feature, field]."""
    size = torch.diag(left).clamp(min=1e-12)
    root = size.sqrt()[:, None]
    scaled = left / (root * root.T) + pull * torch.eye(len(left), dtype=left.dtype)
    wanted = right / root if towards is None else right / root + pull * root * towards
    return torch.linalg.solve(scaled, wanted) / root

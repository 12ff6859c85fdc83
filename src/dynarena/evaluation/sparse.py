"""Sparse polynomial dynamics: dictionary, sequentially thresholded fits, and free runs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

from dynarena.evaluation.flows import flow, weak_derivative
from dynarena.evaluation.monomials import Monomials, monomial_count
from dynarena.evaluation.ridge import free_run_error
from dynarena.evaluation.windows import Windows

_NUDGE = 1e-6


@dataclass(frozen=True)
class Form:
    """A flow y' = Θ(y) W or a map y[t+1] = y[t] + Θ(y[t]) W, its degree, and what counts as nothing.

    `threshold` bounds the share of a term in its equation's root mean square. `half` is half the width, in steps, of
    the weak derivative's windows; 0 makes a map. `sweeps` counts the refinements of a flow by shooting.
    """

    degree: int
    threshold: float
    half: int = 0
    sweeps: int = 0


class SparseDynamics:
    """Fits the weights W [p, n] of a `Form`, with y[t] = (w[t], w[t-1], …, w[t-k+1]) and w = u / std.

    w counts from the origin and not from the mean, as a shift would turn few terms into many. Angles are cosine and
    sine. One unit of time is one step. Flows are integrated with `substeps` steps of order 8.
    """

    def __init__(
        self, learned: Windows, *, rows: int = 6000, shots: int = 500, refined: int = 120, substeps: int = 2
    ) -> None:
        standard, axes = learned.coordinates.standard, learned.coordinates.axes
        origin = torch.zeros(standard.size, dtype=torch.float64, device=learned.z.device)
        origin[: len(standard.plain)] = (standard.mean / standard.std)[standard.plain]
        self.learned, self.rows, self.shots, self.refined, self.substeps = learned, rows, shots, refined, substeps
        self.origin = origin if axes is None else origin @ axes
        self._libraries: dict[int, Monomials] = {}

    @property
    def size(self) -> int:
        """n, the length of y."""
        return self.learned.used * self.learned.coordinates.rank

    def degrees(self, highest: int, most: int) -> list[int]:
        """2 … `highest`, as far as there are at most `most` monomials; [1] where already squares are too many."""
        return [d for d in range(2, highest + 1) if monomial_count(self.size, d) <= most] or [1]

    def library(self, degree: int) -> Monomials:
        """Θ."""
        if degree not in self._libraries:
            self._libraries[degree] = Monomials(self.size, degree)
        return self._libraries[degree]

    def system(self, z: Tensor, degree: int, half: int) -> tuple[Tensor, Tensor]:
        """Features [row, p] of z [trajectory, time, rank], and what they sum to under W, [row, n]."""
        y = self._states(z)
        if half:
            features, targets = weak_derivative(y, self.library(degree)(y), half)
        else:
            features, targets = self.library(degree)(y[:, :-1]).flatten(0, 1), y.diff(dim=1).flatten(0, 1)
        chosen = torch.linspace(0, len(features) - 1, min(self.rows, len(features))).long()
        return features[chosen], targets[chosen]

    def fit(self, z: Tensor, form: Form) -> Tensor:
        """W from z [trajectory, time, rank]."""
        features, targets = self.system(z, form.degree, form.half)
        weights = thresholded(features, targets, form.threshold)
        if form.half and form.sweeps:
            return self.shoot(z, weights, rms(features)[:, None] / rms(targets), form)
        return weights

    def linearised(self, z: Tensor, weights: Tensor, share: Tensor, tried: Tensor, form: Form) -> tuple[Tensor, Tensor]:
        """One step of the flow about `weights`: features [row, P] that times the shares of the P `tried` terms give
        targets [row], the steps seen in units of their root mean square. `share` [p, n] turns weights into shares.
        """
        y = self._states(z)
        steps = y.shape[1] - 1
        place = torch.linspace(0, len(y) * steps - 1, min(self.shots, len(y) * steps)).long()
        here, there = y[place // steps, place % steps], y[place // steps, place % steps + 1]
        unit = rms(there - here)
        nudges = torch.diag((_NUDGE / share).flatten())[tried.flatten()].reshape(-1, *weights.shape)
        base = self._step(here, weights, form)
        moved = self._step(here.expand(len(nudges), -1, -1), weights + nudges, form)
        features = ((moved - base) / unit).flatten(1).T / _NUDGE
        return features, ((there - here - base) / unit).flatten() + features @ (weights * share)[tried]

    def shoot(self, z: Tensor, weights: Tensor, share: Tensor, form: Form) -> Tensor:
        """Gauss-Newton sweeps on the error of one step of the flow itself, thresholded: exact for coarse steps too.

        From the second sweep on, what was dropped is not tried again.
        """
        tried = torch.ones_like(weights, dtype=torch.bool)
        for sweep in range(form.sweeps):
            features, targets = self.linearised(z, weights, share, tried, form)
            if not features.isfinite().all() or not targets.isfinite().all():
                break
            found = torch.zeros_like(weights)
            found[tried] = thresholded(features, targets[:, None], form.threshold, scaled=True).flatten()
            found = found / share
            settled = ((found - weights) * share).abs().max() < 1e-9
            weights = found
            if sweep:
                tried = weights != 0
            if settled or not tried.any():
                break
        return weights

    def increment(self, recent: Tensor, weights: Tensor, form: Form) -> Tensor:
        """z[t+1] - z[t] after recent [(member,) batch, k, rank], under weights [(member,) p, n]; finite."""
        step = self._step(self._join(recent), weights, form)
        return torch.nan_to_num(step[..., : self.origin.numel()], nan=0.0)

    def run(self, recent: Tensor, horizon: int, weights: Tensor, form: Form) -> Tensor:
        """Free runs after recent [batch, time, rank] under weights [member, p, n]: [member, batch, horizon, rank]."""
        members = len(weights)

        def step(past: Tensor) -> Tensor:
            return self.increment(past.reshape(members, -1, *past.shape[1:]), weights, form).flatten(0, 1)

        path = self.learned.roll(recent.repeat(members, 1, 1), horizon, step)
        return path.reshape(members, *recent.shape[:1], *path.shape[1:])

    def errors(self, weights: Tensor, form: Form) -> list[float]:
        """The `free_run_error` of each weights [member, p, n] on held-out trajectories, all run together."""
        learned, paths = self.learned, list[Tensor]()

        def next_path(context: Tensor, ahead: int) -> Tensor:
            if not paths:
                paths.extend(self.run(context, ahead, weights, form))
            return paths.pop(0)

        return [free_run_error(next_path, learned.held_out, learned.used, learned.ahead) for _ in weights]

    def search(
        self, degrees: Sequence[int], thresholds: Sequence[float], halves: Sequence[int], sweeps: int
    ) -> dict[Form, float]:
        """The error on held-out trajectories of fits on the others; lowest first.

        After all weak forms and maps, flows are refined by shooting: of the lowest degree and of the best one, with the
        best width, as far as they have at most `refined` weights.
        """
        errors: dict[Form, float] = {}
        for degree, half in product(degrees, halves):
            errors |= self._compare([Form(degree, threshold, half) for threshold in thresholds])
        small = [f for f in errors if f.half and len(self.library(f.degree)) * self.size <= self.refined]
        if sweeps and small:
            nearest = min(small, key=errors.__getitem__)
            for degree in sorted({small[0].degree, nearest.degree}):
                errors |= self._compare([Form(degree, threshold, nearest.half, sweeps) for threshold in thresholds])
        return dict(sorted(errors.items(), key=lambda item: item[1]))

    def _compare(self, forms: list[Form]) -> dict[Form, float]:
        """Of forms that differ in their thresholds alone."""
        fits = torch.stack([self.fit(self.learned.fitting, form) for form in forms])
        return dict(zip(forms, self.errors(fits, forms[0]), strict=True))

    def _states(self, z: Tensor) -> Tensor:
        """y of z [trajectory, time, rank]: [trajectory, time - k + 1, n]."""
        return self._join(z.unfold(1, self.learned.used, 1).transpose(2, 3))

    def _join(self, recent: Tensor) -> Tensor:
        return (recent + self.origin).flip(-2).flatten(-2)

    def _step(self, y: Tensor, weights: Tensor, form: Form) -> Tensor:
        library = self.library(form.degree)
        if not form.half:
            return library(y) @ weights
        return flow(lambda state: library(state) @ weights, y, self.substeps) - y


def thresholded(features: Tensor, targets: Tensor, threshold: float, *, scaled: bool = False) -> Tensor:
    """W [p, n] with features W = targets, by pysindy's sequentially thresholded least squares.

    A term is dropped where its share, |W_ij| rms(features_i) / rms(targets_j), is below `threshold`; `scaled` features
    and targets have W in shares already.
    """
    from pysindy import STLSQ

    across = torch.ones(features.shape[1]).to(features) if scaled else rms(features)
    down = torch.ones(targets.shape[1]).to(targets) if scaled else rms(targets)
    rows = torch.cat([features / across, targets / down], dim=1)
    if len(rows) > rows.shape[1]:  # the triangle has the same least squares, in fewer rows
        rows = torch.linalg.qr(rows, mode="r").R
    left, right = rows[:, : len(across)].numpy(force=True), rows[:, len(across) :].numpy(force=True)
    optimizer = STLSQ(threshold=threshold, alpha=1e-10 * len(features), ridge_kw={"solver": "svd"})
    with warnings.catch_warnings():  # that an equation has lost all its terms is an answer
        warnings.filterwarnings("ignore", message="Sparsity parameter is too big")
        optimizer.fit(left, right)
    found = torch.from_numpy(optimizer.coef_.T.copy()).to(features)
    return found / across[:, None] * down


def rms(values: Tensor) -> Tensor:
    """Root mean square of each column of [row, n], at least 1e-12."""
    return values.square().mean(0).sqrt().clamp(min=1e-12)

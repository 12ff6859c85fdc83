"""The best linear dynamics of delayed states, advanced mode by mode."""

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.windows import Windows, blocks, fitted


class DMD(Forecaster):
    """h[T+n] = Re Φ Λⁿ Φ⁺ h[T],  h[t] = [z[t], z[t-1], …, z[t-k+1], 1]: Hankel dynamic mode decomposition.

    Φ and Λ are the modes and eigenvalues that pydmd finds of the least-squares map h[t] -> h[t+1] over at most `rows`
    pairs of train, on the leading singular vectors that hold the share `energy` of the snapshots. Growing modes are put
    on the unit circle (λ / |λ| where |λ| > 1), as no attractor grows, so that a long forecast stays finite. z are
    standardised components, or the leading principal components of a field or frame; the constant carries the mean.
    The forecast stays within the range of z in train, a quarter wider on either side.
    """

    name = "dmd"
    authors = "The dynarena developers"
    paper = "Schmid (2010), J. Fluid Mech. 656, 5; Arbabi & Mezic (2017), SIAM J. Appl. Dyn. Syst. 16, 2096"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    dtype = torch.float64
    cpu_budget_s = 30
    search = {"delays": [10, 20, 40, 60], "energy": [0.9999, 0.999999, 0.99999999]}

    windows: Windows | None = None

    def __init__(
        self, delays: int = 40, energy: float = 0.99999999, rows: int = 8000, components: int = 24, most: int = 400
    ) -> None:
        self.delays = delays
        self.energy = energy
        self.rows = rows
        self.components = components
        self.most = most

    def fit(self, train: Tensor, task) -> None:
        """Decompose train, [trajectory, time, *state]."""
        import warnings

        from pydmd import DMD as Decomposition

        learned = Windows(train, task, self.delays, most=self.components)
        learned.used = max(1, min(learned.used, self.most // learned.coordinates.rank))
        past, following = blocks(learned.z, learned.used, 1, self.rows)
        pairs = (self._hankel(past), self._hankel(torch.cat([past[:, 1:], following], dim=1)))
        singular = torch.linalg.eigvalsh(pairs[0].T @ pairs[0]).flip(0).clamp(min=0)
        share = singular.cumsum(0) / singular.sum()
        rank = min(int((share < self.energy).sum()) + 1, int((singular > singular[0] * 1e-14).sum()))
        found = Decomposition(svd_rank=rank, exact=False)
        with warnings.catch_warnings():  # the truncation above is the cure that its warning of ill condition asks for
            warnings.filterwarnings("ignore", message="Input data condition number")
            found.fit(pairs[0].T.numpy(force=True), pairs[1].T.numpy(force=True))
        self.modes = torch.from_numpy(found.modes.copy()).to(torch.complex128)
        self.eigenvalues = torch.from_numpy(found.eigs.copy()).to(torch.complex128)
        self.inverse = torch.linalg.pinv(self.modes)
        self.windows = learned

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Every mode to its power: [batch, time, *state] -> [batch, horizon, *state]."""
        learned = fitted(self.windows, self)
        rank = learned.coordinates.rank
        recent = learned.coordinates.encode(context[:, -learned.used :])
        amplitudes = self._hankel(recent).to(torch.complex128) @ self.inverse.T
        eigenvalues = self.eigenvalues / self.eigenvalues.abs().clamp(min=1)
        powers = eigenvalues ** torch.arange(1, horizon + 1)[:, None]
        z = torch.einsum("bm,hm,im->bhi", amplitudes, powers, self.modes[:rank]).real
        return learned.coordinates.decode(learned.coordinates.bound(z)).to(context.dtype)

    def _hankel(self, past: Tensor) -> Tensor:
        """[row, k, rank] -> [row, k rank + 1], the newest state first."""
        flat = past.flip(1).flatten(1)
        return torch.cat([flat, torch.ones_like(flat[:, :1])], dim=1)

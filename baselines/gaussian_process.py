"""A Gaussian process of the next increment, made sparse by inducing points."""

import torch
from torch import Tensor

from dynarena import Forecaster
from dynarena.evaluation.windows import Windows, fitted


class GaussianProcess(Forecaster):
    """z[t+1] = z[t] + g(x[t]),  x = [z[t], …, z[t-k+1]],  g ~ GP(0, exp(-Σ_j (x_j - x'_j)² / 2 l_j²)), its mean.

    Lengths l (one an input, or one for all where there are more than `separate`) and the noise maximise the marginal
    likelihood of `sample` increments, by scikit-learn. The mean is that of the deterministic training conditional:
    g(x) = k(x, Z) [s² K_ZZ + K_ZX K_XZ]⁻¹ K_ZX y, with `inducing` evenly spaced states Z and at most `rows` states X of
    train. z are standardised components, or leading principal components; each step is clamped to their range in train,
    a quarter wider on either side.
    """

    name = "gaussian_process"
    authors = "The dynarena developers"
    paper = "Rasmussen & Williams (2006), Gaussian Processes for Machine Learning; Quinonero-Candela & Rasmussen (2005)"
    license = "Apache-2.0"
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 60
    search = {"delays": [1, 2, 4], "inducing": [200, 400, 800], "sample": [150, 300]}

    windows: Windows | None = None

    def __init__(
        self, delays: int = 4, inducing: int = 800, sample: int = 300, rows: int = 10000, separate: int = 12
    ) -> None:
        self.delays = delays
        self.inducing = inducing
        self.sample = sample
        self.rows = rows
        self.separate = separate

    def fit(self, train: Tensor, task) -> None:
        """Fit on train, [trajectory, time, *state]."""
        rank = Windows(train, task, 1, most=40).coordinates.rank
        learned = Windows(train, task, max(self.delays, -(-6 // rank) if rank < 2 else 1), most=40)
        past, increments = learned.rows(learned.z, self.rows)
        self.size = increments.std(0).clamp(min=1e-12)
        targets = increments / self.size
        some, values = learned.rows(learned.z, self.sample)
        self.lengths, noise = self._likely(some.flatten(1), values / self.size)
        points, _ = learned.rows(learned.z, self.inducing)
        self.points = points.flatten(1) / self.lengths
        among, across = self._kernel(points), self._kernel(past)
        system = noise * among + across.T @ across
        values, vectors = torch.linalg.eigh(system)
        kept = values > values[-1] * 1e-14
        vectors = vectors[:, kept] / values[kept].sqrt()
        self.weights = vectors @ (vectors.T @ (across.T @ targets)) * self.size
        self.windows = learned

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Roll the mean out: [batch, time, *state] -> [batch, horizon, *state]."""
        learned = fitted(self.windows, self)
        return learned.forecast(context, horizon, lambda recent: self._kernel(recent) @ self.weights)

    def _likely(self, x: Tensor, y: Tensor) -> tuple[Tensor, float]:
        """The lengths [input] and the noise variance, in units of the signal's, that make y most likely."""
        import warnings

        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

        start = [2.0] * x.shape[1] if x.shape[1] <= self.separate else 4.0
        kernel = ConstantKernel(10.0, (1e-2, 1e5)) * RBF(start, (1e-1, 1e3)) + WhiteKernel(1e-4, (1e-10, 10.0))
        process = GaussianProcessRegressor(kernel, alpha=1e-10)
        with warnings.catch_warnings():  # a length at its bound says that an input does not matter
            warnings.simplefilter("ignore")
            process.fit(x.numpy(force=True), y.numpy(force=True))
        found = process.kernel_
        lengths = torch.as_tensor(found.k1.k2.length_scale).to(x).expand(x.shape[1])
        return lengths, float(found.k2.noise_level / found.k1.k1.constant_value)

    def _kernel(self, recent: Tensor) -> Tensor:
        x = recent.flatten(1) / self.lengths
        square = x.square().sum(1, keepdim=True) + self.points.square().sum(1) - 2 * x @ self.points.T
        return torch.exp(square.clamp(min=0) / -2)

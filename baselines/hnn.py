"""A Hamiltonian neural network."""

import torch
from torch import Tensor, nn

from dynarena.errors import NotApplicable
from dynarena.evaluation.learned import Learned


class HNN(Learned):
    """q' = ∂H/∂p,  p' = -∂H/∂q,  H a perceptron of (q, p); angles q enter it as cosine and sine.

    Only for flows that conserve a stated energy and whose components are positions and their canonical momenta, told by
    their names: p_r or px beside r or x, p1 beside q1 or theta1, p beside q. Elsewhere not applicable. One step is
    `substeps` steps of classical Runge-Kutta, and training is on roll-outs, so no derivative is measured.
    """

    name = "hnn"
    authors = "The dynarena developers"
    paper = "Greydanus, Dzamba & Yosinski (2019), NeurIPS 32, arXiv:1906.01563"
    license = "Apache-2.0"
    tier = "extended"
    knows = "family"
    accepts = {"kinds": ["chaos"]}
    dtype = torch.float64
    cpu_budget_s = 60
    search = {"lr": [2e-3, 5e-3, 1e-2], "width": [64, 128], "unroll": [4, 6, 8]}

    def __init__(
        self,
        width: int = 64,
        substeps: int = 1,
        steps: int = 900,
        batch: int = 64,
        lr: float = 5e-3,
        unroll: int = 6,
    ) -> None:
        super().__init__(steps=steps, batch=batch, lr=lr, unroll=unroll)
        self.width = width
        self.substeps = substeps

    def fit(self, train: Tensor, task) -> None:
        """Train on train, [trajectory, time, *state]; NotApplicable where the task tells no Hamiltonian."""
        names = [channel.name for channel in task.channels]
        conserves = "energy" in task.facts.get("invariants", {}) and task.facts.get("engine") != "map"
        self.pairs = canonical_pairs(names) if conserves else {}
        if not self.pairs:
            raise NotApplicable(
                "no Hamiltonian flow in canonical coordinates",
                where=self.name,
                expected="an invariant called energy, and each position beside its momentum, as x and px",
                got=", ".join(names),
            )
        super().fit(train, task)

    def network(self, shape: torch.Size) -> nn.Module:
        """The Hamiltonian and its flow."""
        where = self.standard.plain + self.standard.turning
        pairs = [(where.index(q), where.index(p)) for q, p in self.pairs.items()]
        return HamiltonianFlow(
            pairs, len(self.standard.plain), self.standard, self.step_size, self.width, self.substeps
        )

    def energy(self, states: Tensor) -> Tensor:
        """H of states [..., component], up to a factor and a constant."""
        with torch.no_grad():
            return self.module.energy(self.encode(states))


class HamiltonianFlow(nn.Module):
    """One step of the flow in the phase space x of standardised numbers and angles; outside, z has cosine and sine."""

    def __init__(self, pairs, plain: int, standard, unit: Tensor, width: int, substeps: int) -> None:
        super().__init__()
        self.plain, self.substeps = plain, substeps
        self.first, self.second = (list(side) for side in zip(*pairs, strict=True))
        sizes = torch.cat([standard.std[standard.plain], torch.ones(len(standard.turning)).to(unit)])
        area = 1 / (sizes[self.first] * sizes[self.second])  # dx/dt = ∂H/∂y / (size of x  size of y)
        self.register_buffer("area", area / area.log().mean().exp() * unit.mean())
        self.register_buffer("unit", unit)
        self.lift = nn.Linear(len(unit), width)
        self.mix = nn.Linear(width, width)
        self.readout = nn.Linear(width, 1, bias=False)

    def energy(self, z: Tensor) -> Tensor:
        """H, [..., size] -> [...]."""
        return self.readout(self.mix(self.lift(z).tanh()).tanh())[..., 0]

    def gradient(self, z: Tensor) -> Tensor:
        """∂H/∂z, written out: its own gradient is then an ordinary one."""
        first = self.lift(z).tanh()
        second = self.mix(first).tanh()
        back = ((1 - second.square()) * self.readout.weight[0]) @ self.mix.weight
        return ((1 - first.square()) * back) @ self.lift.weight

    def rate(self, x: Tensor) -> Tensor:
        """(∂H/∂p, -∂H/∂q), the angles' parts by the chain rule."""
        angle, n = x[..., self.plain :], self.plain
        slope = self.gradient(self._outward(x))
        cosine, sine = slope[..., n : n + angle.shape[-1]], slope[..., n + angle.shape[-1] :]
        slope = torch.cat([slope[..., :n], cosine * -angle.sin() + sine * angle.cos()], dim=-1)
        moved = torch.zeros_like(x)
        moved[..., self.first] = slope[..., self.second] * self.area
        moved[..., self.second] = -slope[..., self.first] * self.area
        return moved

    def forward(self, recent: Tensor, memory: None) -> tuple[Tensor, None]:
        """[batch, time, size] -> the increment in units of the step."""
        z, turning = recent[:, -1], recent.shape[2] - self.plain
        cosine, sine = z[:, self.plain :].split(turning // 2, dim=1)
        x, h = torch.cat([z[:, : self.plain], torch.atan2(sine, cosine)], dim=1), 1 / self.substeps
        for _ in range(self.substeps):
            a = self.rate(x)
            b = self.rate(x + h / 2 * a)
            c = self.rate(x + h / 2 * b)
            x = x + h / 6 * (a + 2 * b + 2 * c + self.rate(x + h * c))
        return (self._outward(x) - z) / self.unit, None

    def _outward(self, x: Tensor) -> Tensor:
        angle = x[..., self.plain :]
        return torch.cat([x[..., : self.plain], angle.cos(), angle.sin()], dim=-1)


def canonical_pairs(names: list[str]) -> dict[int, int]:
    """The place of each position's momentum, by their names; empty where any component is neither."""
    momenta = [place for place, name in enumerate(names) if name.startswith("p") and name.lower() != "phi"]
    positions = [place for place in range(len(names)) if place not in momenta]
    pairs = {}
    for p in momenta:
        rest = names[p][1:].lstrip("_")
        mates = [q for q in positions if names[q] == rest]
        mates = mates or [
            q for q in positions if rest.isdigit() and names[q].lstrip("abcdefghijklmnopqrstuvwxyz_") == rest
        ]
        mates = mates or [q for q in positions if not rest and len(positions) == 1]
        pairs |= dict.fromkeys(mates[:1], p)
    return pairs if len(pairs) == len(momenta) == len(positions) else {}

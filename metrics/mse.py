"""Mean squared error, in train variances.

e(t) = mean over the state of ((f - u) / std)²

[trajectory, time]. std is that of train, one a channel; the field's database takes whatever units its data have, so its
channels weigh by their sizes. Angles differ round the circle. An ensemble answers by its mean. Measured between two
truths of Lorenz 1963, 300 points at 30 a Lyapunov time: 1.97.
"""

from dynarena.evaluation import states

perfect, better, unit, scope, kind = 0, "lower", "std squared", "trajectory", "pointwise"
source = "Gilpin (2021), NeurIPS Datasets & Benchmarks; Gilpin (2023), Phys. Rev. Research 5, 043252"
kinds = ["chaos", "pde"]


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    return states.over_state(
        states.difference(states.point(forecast, task), states.values(truth, task), task) ** 2, task
    )

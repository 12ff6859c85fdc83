"""Root mean square error at the walls, in train stds.

e(t) = sqrt( mean over fields and over the faces of the box of ((f - u) / std)² )

[trajectory, time]. The faces are the first and the last points along each axis that is not periodic; each face counts
alike, its points by their share of it. Where every axis is periodic there is no boundary, and the metric does not
apply. A forecast that is right at the walls alone is perfect here, so it never ranks (`perfect` is None) and stands
beside nrmse. An ensemble answers by its mean.
"""

import numpy as np

from dynarena.evaluation import fields, states

perfect, better, unit, scope, kind = None, "lower", "std", "trajectory", "pointwise"
source = "Takamoto et al. (2022), PDEBench, NeurIPS Datasets & Benchmarks (bRMSE), on true boundaries alone"
guard = "nrmse"
kinds = ["pde"]


def applies(task):
    """Whether an axis ends at walls."""
    return task.kind == "pde" and any(not axis.periodic for axis in fields.axes(task))


def metric(forecast, truth, task):
    """One value a trajectory and lead, [trajectory, time]."""
    square = states.difference(states.point(forecast, task), states.values(truth, task), task) ** 2
    weights, faces = fields.volumes(task), []
    for place, axis in enumerate(fields.axes(task)):
        for end in () if axis.periodic else (0, -1):
            share = np.take(weights, end, axis=place)
            error = np.take(square, end, axis=3 + place).mean(axis=2) * (share / share.sum())
            faces.append(error.reshape(*error.shape[:2], -1).sum(axis=2))
    return np.sqrt(np.mean(faces, axis=0))

"""How much momentum the discs of a predicted clip exchange in a contact, against how much they truly do.

e = mean over pairs that truly meet of |J_seen - J_true| / |J_true|,  J = μ (w_after - w_before), μ = m1 m2 / (m1 + m2)
the reduced mass and w the pair's relative velocity; measured in clip and true states by the same fit.
"""

import numpy as np

from dynarena.engines.track_pairs import false_alarm, of_pairs, over_touching, pair_contacts

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "physical"
kinds = ["video"]
source = "Huygens (1669), Phil. Trans. 4, 925; Kang et al. (2025), arXiv:2411.02385, velocities after the collision"
applies = of_pairs


def metric(forecast, truth, task, *, worst=2.0):
    """Relative error of the impulse [trajectory], at most `worst`; that is what an unseen or false contact costs.

    Samples are averaged.
    """
    contact = pair_contacts(forecast, truth, task)
    mass = contact.masses.prod(axis=1) / contact.masses.sum(axis=1)
    seen, true = (mass[..., None] * (side.after - side.before) for side in (contact.seen, contact.true))
    size = np.hypot(true[..., 0], true[..., 1])
    error = np.hypot(*np.moveaxis(seen - true, -1, 0)) / np.where(size > 0.0, size, 1.0)
    error = np.where(contact.seen.found & contact.measured, np.minimum(error, worst), worst)
    return over_touching(error, contact, worst * false_alarm(contact))

"""How elastic the contacts of a predicted clip are, against how elastic they truly are.

e = mean over pairs that truly meet of |c_seen - c_true|,  c = -(w_after.n) / (w_before.n), w the relative velocity of
the pair and n the direction from disc to disc at contact; measured in clip and true states by the same fit.
"""

import numpy as np

from dynarena.engines.track_pairs import false_alarm, of_pairs, over_touching, pair_contacts

perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "physical"
kinds = ["video"]
source = "Newton (1687), Principia, scholium to the laws of motion: the ratio of the relative velocities"
applies = of_pairs


def metric(forecast, truth, task, *, worst=2.0):
    """Error of the coefficient of restitution [trajectory], at most `worst`; that is what an unseen or false contact
    costs.

    Samples are averaged.
    """
    contact = pair_contacts(forecast, truth, task)
    error = np.minimum(np.abs(_ratio(contact.seen) - _ratio(contact.true)), worst)
    error = np.where(contact.seen.found & contact.measured, error, worst)
    return over_touching(error, contact, worst * false_alarm(contact))


def _ratio(contact):
    closing = (contact.before * contact.place).sum(axis=-1)
    leaving = (contact.after * contact.place).sum(axis=-1)
    return np.where(closing < 0.0, -leaving / np.where(closing < 0.0, closing, 1.0), 0.0)

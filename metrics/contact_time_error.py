"""When the discs of a predicted clip meet, against when they truly do.

e = mean over pairs that truly meet of |t_seen - t_true|, in time units. The moment is where the lines of the pair's
relative path before and after meet, to a fraction of a frame, for clip and true states by the same formula.
"""

import numpy as np

from dynarena.engines.track_pairs import false_alarm, of_pairs, over_touching, pair_contacts

perfect, better, unit, scope, kind = 0, "lower", "time", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385, collision index; here to a fraction of a frame"
applies = of_pairs


def metric(forecast, truth, task):
    """Error of the time of contact [trajectory]; a meeting that is not seen, or seen where there is none, costs the
    horizon.

    Samples are averaged.
    """
    contact = pair_contacts(forecast, truth, task)
    whole = task.horizon * task.dt
    late = np.minimum(np.abs(contact.seen.time - contact.true.time), whole)
    late = np.where(contact.seen.found & contact.measured, late, whole)
    return over_touching(late, contact, whole * false_alarm(contact))

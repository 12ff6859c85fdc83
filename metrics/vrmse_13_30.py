"""Mean error over the leads 13 to 30 of a roll-out, in units of the truth's own deviation over space at each.

e = mean over leads t = 13 … 30 and over fields of sqrt( <(f - u)²> / <(u - <u>)²> ),  <·> the mean over space

0 for the truth, 1 for a forecast that knows the space averages and nothing else. It says nothing of the leads outside,
so it stands beside an error of the first step and never ranks.
"""

from dynarena.evaluation.lead_window import vrmse_over

perfect, better, unit, scope, kind = None, "lower", "1", "trajectory", "pointwise"
source = "Ohana et al. (2024), The Well, NeurIPS Datasets & Benchmarks (time-averaged VRMSE of windows 6:12 and 13:30)"
kinds = ["pde"]
guard = "nrmse"


def applies(task):
    """Whether the horizon reaches the window's end."""
    return task.horizon >= 30


def metric(forecast, truth, task, *, first=13, last=30):
    """One value a trajectory, [trajectory]; `first` and `last` name other leads."""
    return vrmse_over(forecast, truth, task, first, last)

"""Numbers of computed facts: six digits, means with standard errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = 6


def fact(samples: NDArray[np.float64]) -> dict[str, Any]:
    """Mean and standard error over the first axis."""
    mean, error = np.mean(samples, axis=0), np.std(samples, axis=0, ddof=1) / math.sqrt(len(samples))
    if mean.ndim == 0:
        return {"value": rounded(float(mean)), "sem": rounded(float(error))}
    return {"value": [rounded(v) for v in mean.tolist()], "sem": [rounded(v) for v in error.tolist()]}


def sem_of(samples: NDArray[np.float64]) -> float:
    """The standard error of the mean of independent samples."""
    return float(np.std(samples, ddof=1) / math.sqrt(len(samples)))


def rounded(value: float) -> float:
    """The value to six digits."""
    return float(f"{value:.{DIGITS}g}")

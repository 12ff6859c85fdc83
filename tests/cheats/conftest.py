"""Lets the attacks stand beside the builders of the metrics' tests."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "metrics")]

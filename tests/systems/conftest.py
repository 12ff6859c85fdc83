"""Lets what the tests of the catalogue share stand beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

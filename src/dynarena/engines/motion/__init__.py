"""Scenes whose objects move smoothly, by a closed form or by equations, and their pictures."""

from dynarena.engines.motion.engine import Motion as Motion
from dynarena.engines.motion.engine import MotionSimulator as MotionSimulator

"""The numbers that describe an object of a scene, in this order."""

from __future__ import annotations

COMPONENTS = ("x", "y", "vx", "vy", "radius", "mass", "angle", "spin", "width", "height", "light")
"""Centre, velocity, radius of a disc, mass, angle against the x axis, angular velocity, sides of a box (length and
thickness of a rod), opacity in [0, 1]. Lengths are in world units, y up, angles in radians, counter-clockwise."""

X, Y, VX, VY, RADIUS, MASS, ANGLE, SPIN, WIDTH, HEIGHT, LIGHT = range(len(COMPONENTS))

DEFAULTS = {"vx": 0.0, "vy": 0.0, "radius": 0.0, "angle": 0.0, "spin": 0.0, "width": 0.0, "height": 0.0, "light": 1.0}
"""What an object has that does not say otherwise."""

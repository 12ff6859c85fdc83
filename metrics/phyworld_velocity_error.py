"""PhyWorld's velocity error, as its code has it, for comparison only: it telescopes, and drops what it cannot see.

e = mean over balls of |mean_t (x_seen[t+1] - x_seen[t]) / dt - mean_t v_true|, x_seen = W_world (mean column of the
pixels of the ball's colour) / W. With two balls the mean is taken before and after the collision apart, the collision
being the first frame at which a true velocity changes by more than 0.1. The sum over t leaves (x_last - x_first) / T:
a path that jitters by a world a frame scores 0. Under the original renderer, whose pixel i lies at i / (W - 1), a
perfect clip reads v / W low; under ours it does not.
"""

import numpy as np

perfect, better, unit, scope, kind = None, "lower", "world length per time", "trajectory", "physical"
kinds = ["video"]
source = "Kang et al. (2025), arXiv:2411.02385 and its evaluation code; kept with its faults, so it ranks nothing"

CHANNEL = {"red": 0, "blue": 2}
SMALLEST = 0.15  # of the area of a unit square of the world, under which the original takes a ball for gone


def applies(task):
    """One red disc, or a red and a blue one: all that the original knows."""
    return task.kind == "video" and list(task.facts.get("colours", ())) in (["red"], ["red", "blue"])


def metric(forecast, truth, task):
    """The error [trajectory]; samples are averaged. Only frames in which the true ball is wholly in view count."""
    world = float(task.facts["world"])
    frames = forecast["frames"].transpose(..., "trajectory", "time", "channel", "y", "x").values
    state = truth["state"].transpose("trajectory", "time", "object", "component").values
    samples = frames if frames.ndim == 6 else frames[None]
    return np.mean([_clips(one, state, task, world) for one in samples], axis=0)


def _clips(frames, state, task, world):
    columns = np.stack([_column(frames, colour, world) for colour in task.facts["colours"]], axis=-1)
    place, radius, speed = state[..., 0], state[..., 4], state[..., 2]
    inside = (place >= radius) & (place <= world - radius)
    hit = (np.abs(np.diff(speed, axis=1)) > 0.1).any(axis=-1)
    leads = state.shape[1]
    meets = np.where(hit.any(axis=1) & (state.shape[2] > 1), hit.argmax(axis=1) + 1, leads)
    return np.array([_one(columns[n], speed[n], inside[n], meets[n], task.dt) for n in range(len(state))])


def _one(column, speed, inside, meets, dt):
    """Of one clip: every stretch before and after the collision in which a ball is in view, of every ball."""
    errors = []
    for ball in range(column.shape[1]):
        for stretch in (slice(0, meets), slice(meets, None)):
            kept = inside[stretch, ball]
            if kept.sum() > 1:
                seen = np.diff(column[stretch, ball][kept]).mean() / dt
                errors.append(abs(seen - speed[stretch, ball][kept].mean()))
    return float(np.mean(errors)) if errors else 0.0


def _column(frames, colour, world):
    """[trajectory, time]: the mean column of a colour over the width, in world units; the far edge where it is gone."""
    light = frames * (1.0 if frames.dtype == np.uint8 else 255.0)
    own = CHANNEL[colour]
    mask = (light[..., own, :, :] > 127) & np.all([light[..., c, :, :] < 127 for c in range(3) if c != own], axis=0)
    size = frames.shape[-1]
    area = mask.sum(axis=(-2, -1))
    mean = (mask.sum(axis=-2) * np.arange(size)).sum(axis=-1) / np.maximum(area, 1) / size * world
    mean = np.where(area * (world / size) ** 2 > SMALLEST, mean, world)
    return mean

"""Every system of a suite with what a page says of it: its file, its computed facts, a portrait or a strip."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dynarena import __version__
from dynarena.data.generate import trajectories
from dynarena.data.system import System
from dynarena.equations.modules import cache_folder
from dynarena.errors import DynarenaError
from dynarena.publishing.canvas import drawing, save
from dynarena.publishing.example import Example
from dynarena.publishing.pictures import about, draw_example
from dynarena.publishing.system_page import example_of
from dynarena.schema.system import SystemSpec
from dynarena.suite import Item

POINTS, PER_PERIOD, MAP_POINTS = 2500, 60, 4000
FRAMES, FRAME_STEP, PIXELS = 24, 0.1, 96


@dataclass(frozen=True)
class Entry:
    """One system: its id, its checked file, its digest, what was computed of it, and a picture with its caption."""

    system: str
    spec: SystemSpec
    digest: str
    computed: dict[str, Any]
    picture: Path | None = None
    caption: str = ""


def catalogue(items: Iterable[Item], *, on_entry: Callable[[str], None] = lambda name: None) -> list[Entry]:
    """An entry for each system whose file can be read; points have a phase portrait, scenes a strip of frames.

    Pictures are kept in the cache folder under the system's digest, so that only what changed is drawn again.
    """
    entries = []
    for item in items:
        try:
            entries.append(_entry(System(item)))
        except DynarenaError:  # a broken file has no page; `list` and `show` say what is wrong with it
            continue
        on_entry(item.id)
    return entries


def _entry(system: System) -> Entry:
    plain = Entry(system.id, system.spec, system.digest, system.computed)
    if system.kind == "pde" or (system.kind == "chaos" and "period" not in system.computed):
        return plain
    picture = cache_folder() / "portraits" / f"{system.digest}-{__version__}.png"
    draw = _strip if system.kind == "video" else _example
    example = None if picture.is_file() else draw(system)
    if example is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        part = picture.with_name(f".{picture.stem}.part.png")
        with drawing():
            save(draw_example(example), part)
        part.replace(picture)
    return Entry(system.id, system.spec, system.digest, system.computed, picture, _caption(system))


def _example(system: System) -> Example:
    """One trajectory on the attractor; angles within one turn, gaps where they pass it."""
    is_map = system.spec.engine == "map"
    data = trajectories(system, 1, MAP_POINTS if is_map else POINTS, per_period=None if is_map else PER_PERIOD)
    example = example_of(data)
    truth = example.truth.copy()
    for place, label in enumerate(system.simulator.labels):
        if label in getattr(system.simulator, "angles", system.spec.angles):
            turned = (truth[:, place] + np.pi) % (2 * np.pi) - np.pi
            passes = np.abs(np.diff(turned, prepend=turned[:1])) > np.pi
            truth[:, place] = turned if is_map else np.where(passes, np.nan, turned)
    return Example(kind="chaos", truth=truth, forecasts={}, times=example.times, channels=example.channels,
                   discrete=is_map, time_unit=example.time_unit)  # fmt: skip


def _strip(system: System) -> Example:
    """The frames of one clip."""
    return example_of(trajectories(system, 1, FRAMES, dt=FRAME_STEP, resolution=PIXELS))


def _caption(system: System) -> str:
    if system.kind == "video":
        return "Frames from left to right in time."
    labels = tuple(system.simulator.labels)
    return about(Example(kind="chaos", truth=np.zeros((2, len(labels))), forecasts={}, times=np.arange(2.0),
                         channels=labels))  # fmt: skip


def copy_picture(entry: Entry, folder: Path, name: str) -> dict[str, str] | None:
    """Put the entry's picture into a site's folder; None where it has none."""
    if entry.picture is None or not entry.picture.is_file():
        return None
    shutil.copyfile(entry.picture, folder / name)
    return {"path": name, "about": entry.caption}

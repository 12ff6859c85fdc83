"""Forecasts against truth: phase portraits, space-time plots, snapshots, film strips."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dynarena.publishing.canvas import COLOURS, SOFT, TRUTH, bare, figure
from dynarena.publishing.example import Example
from dynarena.publishing.text import label

Values = NDArray[np.floating[Any]]
MOST_MODELS = 6


def draw_example(example: Example) -> Figure:
    """The figure that suits the kind of truth; the first six forecasts are drawn."""
    if example.kind == "chaos":
        return _portraits(example)
    if example.kind == "video" or example.truth.ndim == 4:
        return _strips(example)
    return _space_time(example)


def about(example: Example) -> str:
    """What the figure shows, as a caption."""
    name, alone = example.channels[0], not example.forecasts
    below = "" if alone else ": the truth above, forecasts below"
    if example.kind == "chaos":
        x, y = _plane(example)
        inks = "" if alone else " Truth in ink, forecast in colour."
        return f"Above: {y} against {x}; below: {name} in time.{inks}"
    if example.kind == "video":
        return f"Frames from left to right in time{below}."
    if example.truth.ndim == 4:
        return f"Snapshots of {name} from left to right in time{below}."
    return f"{name} over time (right) and space (up).{'' if alone else ' Below each forecast its error.'}"


def _forecasts(example: Example) -> list[tuple[str, Values]]:
    return list(example.forecasts.items())[:MOST_MODELS]


def _plane(example: Example) -> tuple[str, str]:
    names = example.channels
    if len(names) == 1:
        return f"{names[0]}[t]", f"{names[0]}[t+1]"
    return names[0], names[2] if len(names) > 2 else names[1]


def _projected(path: Values) -> tuple[Values, Values]:
    """x-z of three and more components, x-y of two, x[t+1] against x[t] of one."""
    path = np.where(np.isfinite(path), path, np.nan)
    if path.shape[1] == 1:
        return path[:-1, 0], path[1:, 0]
    return path[:, 0], path[:, 2 if path.shape[1] > 2 else 1]


def _limits(values: Values, spare: float = 0.12) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = spare * (high - low) or 1.0
    return low - margin, high + margin


def _portraits(example: Example) -> Figure:
    panels = [("truth", example.truth), *_forecasts(example)]
    drawn = figure(1.0 + 1.75 * len(panels), 3.3)
    grid = drawn.subplots(2, len(panels), squeeze=False, sharey="row", height_ratios=[2.2, 1])
    for i, (name, path) in enumerate(panels):
        _portrait(grid[0, i], grid[1, i], example, path, COLOURS[(i - 1) % len(COLOURS)] if i else None)
        grid[0, i].set_title(label(name))
    x, y = _plane(example)
    grid[0, 0].set_ylabel(y)
    grid[1, 0].set_ylabel(example.channels[0])
    return drawn


def _portrait(plane: Axes, series: Axes, example: Example, path: Values, colour: str | None) -> None:
    x, y = _projected(example.truth)
    line = {"linestyle": "none", "marker": ".", "markersize": 3} if example.discrete else {"linewidth": 0.9}
    plane.plot(x, y, color=TRUTH, alpha=1.0 if colour is None else 0.3, **line)
    series.plot(example.times, example.truth[:, 0], color=TRUTH, linewidth=0.9, alpha=1.0 if colour is None else 0.35)
    if colour is not None:
        plane.plot(*_projected(path), color=colour, **line)
        series.plot(example.times, np.where(np.isfinite(path), path, np.nan)[:, 0], color=colour, linewidth=1.0)
    plane.set_xlim(*_limits(x))
    plane.set_ylim(*_limits(y))
    series.set_ylim(*_limits(example.truth[:, 0]))
    series.margins(x=0)
    series.locator_params(axis="x", nbins=4)
    series.set_xlabel(example.time_unit)
    plane.set_xlabel(_plane(example)[0])


def _scale(truth: Values) -> dict[str, Any]:
    """Colours of a field: diverging about zero where it changes sign, else sequential."""
    low, high = float(np.nanmin(truth)), float(np.nanmax(truth))
    if low < 0 < high and min(-low, high) > 0.2 * max(-low, high):
        return {"cmap": "RdBu_r", "vmin": -max(-low, high), "vmax": max(-low, high)}
    return {"cmap": "viridis", "vmin": low, "vmax": high if high > low else low + 1}


def _space_time(example: Example) -> Figure:
    truth = example.truth[:, 0].T
    panels = [("truth", truth), *((name, path[:, 0].T) for name, path in _forecasts(example))]
    if len(panels) == 1:
        return _alone(truth, example)
    scale, size = _scale(truth), float(np.nanmax(np.abs(truth))) or 1.0
    error = {"cmap": "PuOr_r", "vmin": -size, "vmax": size}
    drawn = figure(1.0 + 1.75 * len(panels), 3.2)
    grid = drawn.subplots(2, len(panels), squeeze=False, sharex=True, sharey=True)
    for i, (name, field) in enumerate(panels):
        top = _image(grid[0, i], field, example, scale)
        grid[0, i].set_title(label(name))
        if i:
            low = _image(grid[1, i], field - truth, example, error)
            grid[1, i].set_xlabel(example.time_unit)
    grid[0, 0].set_ylabel("x")
    grid[1, 0].set_visible(False)
    grid[0, 0].tick_params(labelbottom=True)
    drawn.colorbar(top, ax=grid[0, :], shrink=0.9, pad=0.01, aspect=14, label=label(example.channels[0]))
    drawn.colorbar(low, ax=grid[1, :], shrink=0.9, pad=0.01, aspect=14, label="error")
    return drawn


def _alone(truth: Values, example: Example) -> Figure:
    drawn = figure(4.6, 2.6)
    axes = drawn.subplots()
    shown = _image(axes, truth, example, _scale(truth))
    axes.set_xlabel(example.time_unit)
    axes.set_ylabel("x")
    drawn.colorbar(shown, ax=axes, pad=0.02, aspect=14, label=label(example.channels[0]))
    return drawn


def _image(axes: Axes, field: Values, example: Example, scale: dict[str, Any]) -> Any:
    space = next(iter(example.grid.values()), np.arange(field.shape[0]))
    extent = (float(example.times[0]), float(example.times[-1]), float(space[0]), float(space[-1]))
    values = np.ma.masked_invalid(field)
    return axes.imshow(values, aspect="auto", origin="lower", extent=extent, **scale)


def _strips(example: Example, n_frames: int = 8) -> Figure:
    """Rows: truth, then forecasts; columns: evenly spaced times."""
    rows = [("truth", example.truth), *_forecasts(example)]
    times = np.unique(np.linspace(0, len(example.times) - 1, n_frames).round().astype(int))
    drawn = figure(1.3 + 0.82 * len(times), 0.5 + 0.82 * len(rows))
    grid = drawn.subplots(len(rows), len(times), squeeze=False)
    scale = _scale(example.truth[:, 0]) if example.kind == "pde" else {}
    for axes_row, (name, path) in zip(grid, rows, strict=True):
        for axes, t in zip(axes_row, times, strict=True):
            bare(axes)
            for spine in axes.spines.values():  # a frame shows where the view ends, and so how far things moved
                spine.set(visible=True, color=SOFT, linewidth=0.5)
            axes.imshow(_frame(path[t], example.kind), **scale)
        axes_row[0].set_ylabel(label(name), rotation=0, ha="right", va="center")
    for axes, t in zip(grid[0], times, strict=True):
        axes.set_title(f"{example.times[t]:.3g}", loc="center", color=SOFT)
    drawn.supxlabel(f"time ({example.time_unit})", fontsize=8.5)
    return drawn


def _frame(state: Values, kind: str) -> Any:
    if kind == "pde":
        return np.ma.masked_invalid(np.rot90(state[0]))
    picture = np.clip(np.nan_to_num(np.moveaxis(state, 0, -1), nan=0.5), 0, 1)
    return picture if picture.shape[-1] == 3 else np.repeat(picture[..., :1], 3, axis=-1)

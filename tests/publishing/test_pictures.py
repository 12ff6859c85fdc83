from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dynarena.errors import UsageError
from dynarena.publishing.canvas import drawing, save
from dynarena.publishing.example import Example
from dynarena.publishing.pictures import MOST_MODELS, draw_example
from dynarena.publishing.system_page import example_of, plot_trajectory

TIMES = np.arange(12.0)


def draw(example):
    with drawing():
        return draw_example(example)


def texts(drawn):
    return [axes.get_title() or axes.get_title("left") for axes in drawn.axes]


def test_phase_portrait_shows_x_against_z_of_three_components_and_truth_behind_each_forecast():
    truth = np.random.default_rng(0).random((12, 3))
    drawn = draw(Example("chaos", truth, {"m": truth + 1}, TIMES, ("x", "y", "z")))
    first, second = drawn.axes[:2]
    assert np.array_equal(first.lines[0].get_xydata(), truth[:, [0, 2]])
    assert np.array_equal(second.lines[0].get_xydata(), truth[:, [0, 2]])
    assert np.array_equal(second.lines[1].get_xydata(), truth[:, [0, 2]] + 1)
    assert texts(drawn)[:2] == ["truth", "m"]


def test_a_map_of_one_component_is_drawn_as_points_of_next_against_now():
    path = np.random.default_rng(0).random((12, 1))
    line = draw(Example("chaos", path, {}, TIMES, ("x",), discrete=True)).axes[0].lines[0]
    assert np.array_equal(line.get_xydata(), np.column_stack([path[:-1, 0], path[1:, 0]]))
    assert line.get_linestyle() == "None" and line.get_marker() == "."


def test_space_time_plot_shows_truth_forecast_and_error():
    truth = np.random.default_rng(0).standard_normal((12, 1, 16))
    drawn = draw(Example("pde", truth, {"m": truth * 0.5}, TIMES, ("u",), {"x": np.linspace(0, 2, 16)}))
    images = [np.asarray(axes.images[0].get_array()) for axes in drawn.axes if axes.images]
    for image, expected in zip(images, (truth, truth * 0.5, -truth * 0.5), strict=True):
        assert np.allclose(image, expected[:, 0].T)
    assert drawn.axes[0].images[0].get_extent() == [0, 11, 0, 2]


def test_strip_shows_truth_above_forecasts_at_the_same_times():
    truth = np.random.default_rng(0).random((12, 3, 8, 8))
    drawn = draw(Example("video", truth, {"m": 1 - truth}, TIMES, ("r", "g", "b")))
    images = [np.asarray(axes.images[0].get_array()) for axes in drawn.axes if axes.images]
    assert len(images) == 16
    assert np.allclose(images[0], np.moveaxis(truth[0], 0, -1))
    assert np.allclose(images[7], np.moveaxis(truth[-1], 0, -1))
    assert np.allclose(images[15], 1 - images[7])


def test_snapshots_of_a_2d_field_put_the_first_axis_to_the_right_and_the_second_up():
    truth = np.zeros((12, 1, 4, 6))
    truth[:, 0, 3, 0] = 1.0
    image = np.asarray(draw(Example("pde", truth, {}, TIMES, ("w",))).axes[0].images[0].get_array())
    assert image.shape == (6, 4) and image[-1, -1] == 1.0


@pytest.mark.parametrize("shape", [(12, 3), (12, 1, 8), (12, 1, 8, 8)])
def test_forecasts_of_nan_infinity_and_hostile_names_are_drawn_without_complaint(tmp_path, shape):
    truth = np.random.default_rng(0).random(shape)
    forecasts = {"_$\\frac$<&>": np.full(shape, np.nan), "模型🚀": np.full(shape, np.inf), "big": truth * 1e30}
    example = Example("chaos" if len(shape) == 2 else "pde", truth, forecasts, TIMES, tuple("xyz"[: shape[1]]))
    with drawing():
        save(draw_example(example), tmp_path / "x.svg")
    assert "&lt;&amp;&gt;" in (tmp_path / "x.svg").read_text()


def test_only_the_first_forecasts_are_drawn():
    truth = np.random.default_rng(0).random((12, 3))
    drawn = draw(Example("chaos", truth, {f"m{i}": truth for i in range(9)}, TIMES, ("x", "y", "z")))
    assert len(drawn.axes) == 2 * (1 + MOST_MODELS)


def test_a_constant_truth_is_drawn():
    for shape in ((12, 2), (12, 1, 8), (12, 1, 8, 8)):
        kind = "chaos" if len(shape) == 2 else "pde"
        assert draw(Example(kind, np.ones(shape), {"m": np.ones(shape)}, TIMES, tuple("xy"[: shape[1]]))).axes


def test_example_that_does_not_fit_its_truth_is_refused():
    with pytest.raises(UsageError, match="times and channels"):
        Example("chaos", np.ones((12, 3)), {}, TIMES[:5], ("x", "y", "z"))
    with pytest.raises(UsageError, match="shape of the truth") as caught:
        Example("chaos", np.ones((12, 3)), {"m": np.ones((11, 3))}, TIMES, ("x", "y", "z"))
    assert "[12, 3]" in str(caught.value) and "[11, 3]" in str(caught.value)


def dataset(kind):
    rng = np.random.default_rng(0)
    time = ("time", TIMES * 0.1, {"units": "s"})
    if kind == "points":
        return xr.Dataset({"state": (("trajectory", "time", "component"), rng.random((2, 12, 3)))},
                          {"time": time, "component": list("abc")})  # fmt: skip
    if kind == "field":
        return xr.Dataset({"state": (("trajectory", "time", "field", "x"), rng.random((2, 12, 1, 8)))},
                          {"time": time, "field": ["u"], "x": np.arange(8.0)})  # fmt: skip
    frames = rng.integers(0, 256, (2, 12, 3, 8, 8), dtype=np.uint8)
    return xr.Dataset({"frames": (("trajectory", "time", "channel", "y", "x"), frames),
                       "state": (("trajectory", "time", "object", "component"), rng.random((2, 12, 1, 4)))},
                      {"time": time, "channel": list("rgb")})  # fmt: skip


@pytest.mark.parametrize("kind", ["points", "field", "video"])
def test_first_trajectory_of_a_dataset_becomes_a_picture(tmp_path, kind):
    data = dataset(kind)
    example = example_of(data)
    name = "frames" if kind == "video" else "state"
    assert np.allclose(example.truth, data[name][0] / (255 if kind == "video" else 1))
    assert example.time_unit == "time (s)" and len(example.channels) == data[name].shape[2]
    path = plot_trajectory(data, tmp_path / "x.png")
    assert path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 5000


def test_other_suffixes_and_datasets_are_refused(tmp_path):
    with pytest.raises(UsageError, match="unknown kind of picture"):
        plot_trajectory(dataset("points"), tmp_path / "x.jpeg")
    with pytest.raises(UsageError, match="no trajectory"):
        plot_trajectory(xr.Dataset({"other": ("a", [1.0])}), tmp_path / "x.png")
    with pytest.raises(UsageError, match="no picture"):
        plot_trajectory(dataset("points").rename(component="particle"), tmp_path / "x.png")

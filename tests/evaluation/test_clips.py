"""Clips from files: every format gives the same frames, and what is no clip is refused; measured tracks."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from dynarena.cli.main import main
from dynarena.data.files import write_netcdf
from dynarena.data.generate import trajectories
from dynarena.errors import DataError, UsageError
from dynarena.evaluation.clips import read_clip
from dynarena.evaluation.measure import measure, summary


@pytest.fixture(scope="module")
def clip():
    """A ball in free fall, 12 frames of 64 pixels."""
    return trajectories("video/free_fall", 1, 12, dt=0.1, resolution=64)


def frames_of(clip):
    return clip["frames"].values[0]


def test_arrays_datasets_animations_and_folders_give_the_same_frames(clip, tmp_path):
    frames, last = frames_of(clip), np.moveaxis(frames_of(clip), 1, -1)
    np.save(tmp_path / "first.npy", frames)
    np.save(tmp_path / "last.npy", last)
    np.save(tmp_path / "light.npy", frames / np.float32(255))
    np.savez(tmp_path / "many.npz", frames=frames)
    write_netcdf(clip, tmp_path / "clip.nc")
    pictures = [Image.fromarray(frame) for frame in last]
    pictures[0].save(tmp_path / "clip.gif", save_all=True, append_images=pictures[1:], duration=100)
    (tmp_path / "folder").mkdir()
    for k, picture in enumerate(pictures):
        picture.save(tmp_path / "folder" / f"{k:03d}.png")
    for name in ("first.npy", "last.npy", "light.npy", "many.npz", "folder"):
        assert read_clip(tmp_path / name) == pytest.approx(frames / 255, abs=1e-6), name
    assert read_clip(tmp_path / "clip.nc")[0] == pytest.approx(frames / 255, abs=1e-6)
    assert np.abs(read_clip(tmp_path / "clip.gif") - frames / 255).max() < 0.06, "a palette of 256 colours"


def test_a_movie_is_read_and_its_ball_is_where_it_was(clip, tmp_path):
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "clip.mp4"), mode="w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt, stream.bit_rate = "yuv420p", 4_000_000
        for frame in np.moveaxis(frames_of(clip), 1, -1):
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    read = read_clip(tmp_path / "clip.mp4")
    assert read.shape == frames_of(clip).shape
    seen = measure(read, "video/free_fall")
    assert np.abs(seen["y"].values[0, :, 0] - clip["state"].sel(component="y").values[0, :, 0]).max() < 0.1


def test_a_measured_fall_has_the_acceleration_of_its_gravity(clip):
    seen = measure(frames_of(clip), "video/free_fall")
    inside = clip["state"].sel(component="y").values[0, :, 0] > 1.2
    assert np.nanmean(seen["ay"].values[0, inside, 0][1:-1]) == pytest.approx(-2.5, abs=0.1)
    row = summary(seen)[0]
    assert row["seen"] == 1 and row["object"] == "ball" and abs(row["ax"]) < 0.1
    still = summary(measure(np.repeat(frames_of(clip)[:1], 12, axis=0), "video/free_fall"))[0]
    assert still["speed"] == pytest.approx(0) and still["jolt"] == pytest.approx(0)
    jittered = frames_of(clip).copy()
    jittered[::2] = np.roll(jittered[::2], 3, axis=-1)
    assert summary(measure(jittered, "video/free_fall"))[0]["jolt"] > 10 * row["jolt"]


def test_the_command_prints_what_is_seen(clip, tmp_path, capsys):
    np.save(tmp_path / "clip.npy", frames_of(clip))
    with pytest.raises(SystemExit) as left:
        main(["measure", str(tmp_path / "clip.npy"), "video/free_fall", "--json", "-o", str(tmp_path / "tracks.nc")])
    assert left.value.code == 0 and (tmp_path / "tracks.nc").is_file()
    assert json.loads(capsys.readouterr().out)[0]["ay"] == pytest.approx(-2.5, abs=0.3)


def test_what_is_no_clip_is_refused(tmp_path):
    np.save(tmp_path / "flat.npy", np.zeros((4, 3, 8)))
    np.save(tmp_path / "wide.npy", np.zeros((4, 3, 8, 9)))
    np.save(tmp_path / "loud.npy", np.full((4, 3, 8, 8), 200.0))
    np.save(tmp_path / "object.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "broken.gif").write_text("no picture")
    (tmp_path / "clip.txt").write_text("no clip")
    (tmp_path / "empty").mkdir()
    for name, match in [
        ("flat.npy", "no clip"), ("wide.npy", "not square"), ("loud.npy", "outside"), ("object.npy", "no array"),
        ("broken.gif", "no animation"), ("empty", "no pictures"),
    ]:  # fmt: skip
        with pytest.raises(DataError, match=match):
            read_clip(tmp_path / name)
    for name, match in [("clip.txt", "unknown kind"), ("nowhere.npy", "no such clip")]:
        with pytest.raises(UsageError, match=match):
            read_clip(tmp_path / name)
    with pytest.raises(UsageError, match="no scene"):
        measure(np.zeros((4, 3, 8, 8)), "chaos/lorenz63")
    with pytest.raises(UsageError, match="dt > 0"):
        measure(np.zeros((4, 3, 8, 8)), "video/free_fall", dt=0.0)

"""A generator's clip from a file as frames: .npy, .npz, .gif, .nc, a folder of pictures, or .mp4 and its like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.errors import DataError, UsageError

Frames = NDArray[np.floating[Any]]

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
MOVIES = (".mp4", ".mov", ".mkv", ".webm", ".avi")
SUFFIXES = (".npy", ".npz", ".gif", ".nc", *MOVIES)
MOST = 2**31  # numbers


def read_clip(path: Path) -> Frames:
    """Frames [time, channel, y, x] in [0, 1], of a file with several clips [clip, time, channel, y, x].

    Channels may stand last; bytes are divided by 255. Movies need the package `av` (the extra `video`). Raises
    UsageError for a kind of file that is not known, DataError where it does not hold square frames of three channels.
    """
    if not path.exists():
        raise UsageError("there is no such clip", where=str(path), expected=", ".join(SUFFIXES), fix="check the path")
    if path.is_dir():
        return _frames(_folder(path), path)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _frames(_array(path), path)
    if suffix == ".npz":
        return _frames(_archive(path), path)
    if suffix == ".nc":
        return _frames(_dataset(path), path)
    if suffix == ".gif":
        return _frames(_animation(path), path)
    if suffix in MOVIES:
        return _frames(_movie(path), path)
    raise UsageError("unknown kind of clip", where=str(path), expected=", ".join(SUFFIXES), got=suffix or "none")


def _frames(values: NDArray[Any], path: Path) -> Frames:
    if values.ndim not in (4, 5) or values.size > MOST or values.dtype.kind not in "uif":
        raise DataError("this is no clip", where=str(path), expected="[(clip,) time, channel, y, x]",
                        got=f"{values.dtype} {values.shape}", fix="write frames of three channels")  # fmt: skip
    if values.shape[-3] != 3 and values.shape[-1] in (3, 4):
        values = np.moveaxis(values[..., :3], -1, -3)
    if values.shape[-3] != 3 or values.shape[-1] != values.shape[-2]:
        raise DataError("the frames are not square with three channels", where=str(path),
                        expected="[(clip,) time, 3, n, n]", got=str(values.shape), fix="crop or pad them")  # fmt: skip
    light = values.astype(np.float32)
    if values.dtype.kind in "ui":
        return np.asarray(light / np.float32(255.0))
    finite = light[np.isfinite(light)]
    if finite.size and (finite.min() < -0.01 or finite.max() > 1.01):
        raise DataError("floats outside [0, 1]", where=str(path), expected="0 black to 1 white",
                        got=f"{finite.min():.4g} to {finite.max():.4g}", fix="divide by 255")  # fmt: skip
    return light


def _array(path: Path) -> NDArray[Any]:
    try:
        return np.asarray(np.load(path, allow_pickle=False))
    except (ValueError, OSError, EOFError) as error:
        raise DataError("this is no array", where=str(path), got=str(error), fix="write it with numpy.save") from error


def _archive(path: Path) -> NDArray[Any]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            name = "frames" if "frames" in archive.files else archive.files[0]
            return np.asarray(archive[name])
    except (ValueError, OSError, EOFError, IndexError) as error:
        raise DataError("this is no archive", where=str(path), got=str(error), fix="write frames=…") from error


def _dataset(path: Path) -> NDArray[Any]:
    import xarray as xr

    with xr.open_dataset(path) as data:
        if "frames" not in data:
            got = ", ".join(map(str, data.data_vars)) or "none"
            raise DataError("no frames in this file", where=str(path), expected="a variable 'frames'", got=got)
        frames = data["frames"]
        lead = [dim for dim in frames.dims if dim not in ("time", "channel", "y", "x")]
        return np.asarray(frames.transpose(*lead, "time", "channel", "y", "x").values)


def _animation(path: Path) -> NDArray[Any]:
    from PIL import Image, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(picture)])
    except (UnidentifiedImageError, OSError) as error:
        raise DataError("this is no animation", where=str(path), got=str(error), fix="write a GIF") from error


def _folder(path: Path) -> NDArray[Any]:
    from PIL import Image

    files = sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES)
    if not files:
        raise DataError("no pictures in this folder", where=str(path), expected=", ".join(PICTURES), got="none")
    return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])


def _movie(path: Path) -> NDArray[Any]:
    try:
        import av
    except ImportError as error:
        fix = "pip install 'dynarena[video]', or write the frames as .npy, .gif or .nc"
        raise UsageError("movies need the package av", where=str(path), fix=fix) from error
    try:
        with av.open(str(path)) as container:
            return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        raise DataError("this is no movie", where=str(path), got=str(error), fix="write it again as H.264") from error

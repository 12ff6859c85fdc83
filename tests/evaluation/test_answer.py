"""Answers: what is not the file that the runner writes is refused before a metric sees it."""

from __future__ import annotations

import json
import os
import struct

import numpy as np
import pytest

from dynarena.errors import Refused
from dynarena.evaluation.answer import MAGIC, NonFinite, check_answer, check_finite, expected_shape, write_answer
from dynarena.schema.task import Channel, Task

TASK = Task(
    id="toy@1.0/pde/wave",
    ask="forecast",
    answer="values",
    dims=("field", "x"),
    shape=(2, 4),
    channels=(Channel("u"), Channel("v")),
    dt=0.1,
    context=3,
    horizon=5,
    mean=(0.0, 0.0),
    std=(1.0, 1.0),
)
GOOD = np.random.default_rng(0).normal(size=(3, 5, 2, 4))


def raw(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return MAGIC + struct.pack("<I", len(text)) + text + body


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_good_answer_comes_back_bit_for_bit(tmp_path, dtype):
    values = GOOD.astype(dtype)
    write_answer(tmp_path / "a", values)
    back = check_answer(tmp_path / "a", TASK, 3)
    assert back.dtype == dtype and np.array_equal(back, values)


def test_axes_in_any_memory_order_are_written_as_they_read(tmp_path):
    values = np.asfortranarray(GOOD)[:, ::-1]
    write_answer(tmp_path / "a", values)
    assert np.array_equal(check_answer(tmp_path / "a", TASK, 3), values)


def test_an_ensemble_has_a_leading_axis_only_when_declared(tmp_path):
    write_answer(tmp_path / "a", np.stack([GOOD] * 4))
    assert check_answer(tmp_path / "a", TASK, 3, samples=4).shape == expected_shape(TASK, 3, 4) == (4, 3, 5, 2, 4)
    with pytest.raises(Refused) as caught:
        check_answer(tmp_path / "a", TASK, 3)
    assert "answer_samples = 4" in caught.value.fix
    write_answer(tmp_path / "b", GOOD)
    with pytest.raises(Refused, match="wrong shape"):
        check_answer(tmp_path / "b", TASK, 3, samples=4)


FORM = {"dtype": "float64", "shape": [3, 5, 2, 4]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"DYNA",
        b"x" * 4000,
        np.lib.format.magic(1, 0) + b"\x00" * 100,
        MAGIC + struct.pack("<I", 2**31) + b"{}",
        raw(b"{"),
        raw(b"[" * 4000),
        raw([1]),
        raw({"dtype": "float64"}),
        raw({"dtype": "float64", "shape": ["x"]}),
        raw(FORM),
        raw(json.dumps(FORM).encode().ljust(5000), GOOD.tobytes()),
        raw(FORM, GOOD.tobytes()[:-1]),
        raw(FORM, GOOD.tobytes() + b"x"),
    ],
    ids=range(14),
)
def test_garbage_is_refused(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(Refused) as caught:
        check_answer(tmp_path / "a", TASK, 3)
    assert caught.value.what == "no readable answer" and caught.value.got and caught.value.fix


@pytest.mark.parametrize("dtype", ["int64", "float16", "complex64", "object", "bool", "bfloat16", "<f8", "../x"])
def test_other_types_of_number_are_refused(tmp_path, dtype):
    (tmp_path / "a").write_bytes(raw({**FORM, "dtype": dtype}, GOOD.tobytes()))
    with pytest.raises(Refused, match="wrong dtype") as caught:
        check_answer(tmp_path / "a", TASK, 3)
    assert caught.value.got == dtype


@pytest.mark.parametrize(
    "shape",
    [[], [480], [3, 5, 8], [3, 5, 4, 2], [1, 5, 2, 4], [3, 5, 1, 4], [10**9] * 4, [-3, -5, 2, 4], [2**80, 5, 2, 4]],
)
def test_other_shapes_are_refused_before_anything_is_read(tmp_path, shape):
    (tmp_path / "a").write_bytes(raw({**FORM, "shape": shape}, GOOD.tobytes()))
    with pytest.raises(Refused, match="wrong shape") as caught:
        check_answer(tmp_path / "a", TASK, 3)
    assert caught.value.expected == "[3, 5, 2, 4] = [batch, horizon, field, x]" and caught.value.got == str(shape)


def test_links_pipes_folders_and_nothing_are_no_answers(tmp_path):
    write_answer(tmp_path / "real", GOOD)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder", "nothing"):
        with pytest.raises(Refused, match="no readable answer"):
            check_answer(tmp_path / name, TASK, 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_first_number_that_is_not_finite_is_named(tmp_path, bad):
    values = GOOD.copy()
    values[1, 3, 0, 2] = values[2, 0, 0, 0] = bad
    write_answer(tmp_path / "a", values)
    with pytest.raises(NonFinite) as caught:
        check_answer(tmp_path / "a", TASK, 3)
    assert caught.value.where == f"task {TASK.id}, trajectory 1, step 4 of 5"
    ensemble = np.stack([GOOD, values])
    with pytest.raises(NonFinite, match="not finite") as caught:
        check_finite(ensemble, TASK)
    assert "trajectory 1, step 4" in caught.value.where


def test_the_last_steps_cannot_be_left_out(tmp_path):
    write_answer(tmp_path / "a", GOOD[:, :4])
    with pytest.raises(Refused, match="too few steps: 4 of 5"):
        check_answer(tmp_path / "a", TASK, 3)

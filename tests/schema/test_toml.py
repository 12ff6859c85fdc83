from __future__ import annotations

from pathlib import Path

import pytest

from dynarena.errors import SchemaError
from dynarena.schema.benchmark import BenchmarkSpec
from dynarena.schema.system import SystemSpec
from dynarena.schema.toml import read_toml
from dynarena.schema.variants import read_system

GOOD = """schema = 1
title = "t"
about = "a"
source = "s"
engine = "ode"
state = ["x"]
equations = ["-x"]

[parameters]
rho = 28

[start]
box = { x = [0, 1] }
burn_in = 1
"""


def explain(tmp_path: Path, text: str) -> SchemaError:
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(SchemaError) as caught:
        read_toml(path, SystemSpec)
    return caught.value


def test_a_right_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(GOOD)
    spec = read_toml(path, SystemSpec)
    assert spec.parameters == {"rho": 28}
    assert spec.start.box["x"] == (0, 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "advice"),
    [
        ("burn_in = 1", "burnin = 1", 14, "start.burnin", "'burn_in'"),
        ("title =", "titel =", 2, "titel", "'title'"),
        ("burn_in = 1", "burn_in = -1", 14, "start.burn_in", ""),
        ("box = { x = [0, 1] }", "box = { x = [0] }", 13, "start.box.x", ""),
        ("rho = 28", "rho = [1]", 10, "parameters.rho", ""),
        ('engine = "ode"\n', "", 1, "engine", "add engine"),
    ],
)
def test_a_wrong_key_or_value_names_file_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str, advice: str
) -> None:
    error = explain(tmp_path, GOOD.replace(old, new))
    assert f"s.toml, line {line}, key '{key}" in (error.where or "")
    assert advice in (error.fix or "")


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    error = explain(tmp_path, GOOD.replace('title = "t"', 'title = "t'))
    assert "line 2" in (error.where or "")
    assert "broken TOML" in error.what


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SchemaError, match="not UTF-8"):
        read_toml(path, SystemSpec)


def test_every_file_of_the_suite_is_right(root: Path) -> None:
    files = sorted((root / "systems").glob("[!_]*/*.toml"))
    assert files
    for path in files:
        read_system(path)
    for path in (root / "benchmarks").glob("*.toml"):
        read_toml(path, BenchmarkSpec)

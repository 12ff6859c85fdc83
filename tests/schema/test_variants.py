"""A variant says only what differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynarena.equations.digest import system_digest
from dynarena.errors import SchemaError, UnknownName
from dynarena.schema.variants import read_system

BASE = """schema = 1
title = "Linear"
about = "Decay."
source = "(1)"
engine = "ode"
state = ["x"]
equations = ["-k*x"]
[parameters]
k = 1
c = 2
[solver]
step = 0.1
[start]
box = { x = [1, 2] }
burn_in = 3
[known.fixed_point]
value = [0]
source = "exact"
"""
OWN = 'title = "Fast"\nabout = "Faster decay."\nsource = "(2)"\nvariant_of = "base"\nschema = 1\n'


def written(folder: Path, text: str) -> Path:
    (folder / "base.toml").write_text(BASE)
    path = folder / "fast.toml"
    path.write_text(text)
    return path


def test_a_variant_inherits_all_but_its_own_words_and_known_facts(tmp_path: Path) -> None:
    path = written(tmp_path, OWN + "[parameters]\nk = 5\n[start]\nburn_in = 9\n")
    spec, base = read_system(path), read_system(tmp_path / "base.toml")
    assert (spec.title, spec.source, spec.variant_of) == ("Fast", "(2)", "base")
    assert spec.parameters == {"k": 5, "c": 2} and spec.equations == base.equations
    assert spec.start.box == base.start.box and spec.start.burn_in == 9
    assert not spec.known


def test_a_variant_has_the_digest_of_the_same_system_written_out(tmp_path: Path) -> None:
    path = written(tmp_path, OWN + "[parameters]\nk = 5\n")
    whole = tmp_path / "whole.toml"
    whole.write_text(BASE.replace("k = 1", "k = 5"))
    assert system_digest(read_system(path)) == system_digest(read_system(whole))


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (OWN.replace('"base"', '"bse"'), UnknownName, "base"),
        (OWN.replace('"base"', '"../schema/base"'), UnknownName, "variant_of"),
        (OWN.replace('"base"', '"fast"'), UnknownName, "variant_of"),
        (OWN.replace('source = "(2)"\n', ""), SchemaError, "source"),
        (OWN + "[parametres]\nk = 2\n", SchemaError, "line 6"),
    ],
)
def test_a_wrong_variant_is_refused_by_name(tmp_path: Path, text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        read_system(written(tmp_path, text))
    assert said in str(caught.value)


def test_a_variant_of_a_variant_is_refused(tmp_path: Path) -> None:
    written(tmp_path, OWN)
    chained = tmp_path / "chained.toml"
    chained.write_text(OWN.replace('"base"', '"fast"'))
    with pytest.raises(SchemaError, match="variant of a variant"):
        read_system(chained)

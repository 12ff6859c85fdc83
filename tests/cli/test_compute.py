"""`compute`: what is written, skipped and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynarena.cli.main import main
from dynarena.data import invariants

FILE = """schema = 1
title = "Circle"
about = "An oscillator that attracts."
source = "Test (2000)"
engine = "ode"
state = ["x", "v"]
equations = ["v", "(1 - x**2 - v**2)*v - x"]
chaotic = {chaotic}
[solver]
step = 0.1
[start]
box = {{ x = [1, 2], v = [-1, 1] }}
"""


def test_a_refused_system_stops_no_other_and_what_is_up_to_date_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(invariants, "EXPONENT_WORK", 0.1)
    folder = tmp_path / "mine" / "systems" / "chaos"
    folder.mkdir(parents=True)
    (folder / "a_wrong.toml").write_text(FILE.format(chaotic="true"))
    (folder / "b_right.toml").write_text(FILE.format(chaotic="false"))
    words = ["--suite", str(tmp_path / "mine"), "compute", "mine:chaos/a_wrong", "mine:chaos/b_right"]

    def compute(*more: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main([*words, *more])
        return int(left.value.code or 0), capsys.readouterr().err

    status, said = compute()
    assert status == 3 and "refused mine:chaos/a_wrong: the system is not chaotic" in said
    written = tmp_path / "mine" / "systems" / "_computed" / "chaos"
    facts = json.loads((written / "b_right.json").read_text())
    assert facts["period"]["value"] == pytest.approx(6.2832, rel=0.01) and facts["certified"]
    assert not (written / "a_wrong.json").exists()
    before = (written / "b_right.json").stat().st_mtime_ns
    status, said = compute("--missing")
    assert status == 3 and "1 up to date" in said and (written / "b_right.json").stat().st_mtime_ns == before

"""The wheel, installed elsewhere and used from a folder with confusing names."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MODEL = '''
import torch
from dynarena import Forecaster


class Last(Forecaster):
    """The last state, for ever."""

    def forecast(self, context, horizon):
        return context[:, -1:].repeat_interleave(horizon, dim=1)
'''


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_carries_the_suite_and_nothing_at_the_top(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"dynarena"}
    for wanted in (
        "systems/chaos/lorenz63.toml",
        "systems/_computed/chaos/lorenz63.json",
        "benchmarks/locks/chaos-forecast@1.0.quick.json",
        "baselines/persistence.py",
        "metrics/nrmse.py",
    ):
        assert f"dynarena/suites/canonical/{wanted}" in names
    assert "dynarena/publishing/templates/index.html" in names
    assert "dynarena/py.typed" in names


def test_a_model_is_submitted_from_a_folder_with_its_own_metrics_and_systems(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    entry = next((tmp_path / "installed").glob("*.dist-info"))
    assert (entry / "entry_points.txt").exists()
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("metrics", "systems", "baselines"):
        (folder / f"{name}.py").write_text("raise RuntimeError('a bare import took the wrong module')\n")
    (folder / "model.py").write_text(MODEL)
    # Extracted before the editable install on the path, so that the wheel's own suite is the one in use.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "DYNARENA_HOME": str(tmp_path / "home")}
    where = subprocess.run(
        [sys.executable, "-c", "from dynarena.suite import canonical; print(canonical().path)"],
        cwd=folder, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.strip() == str(tmp_path / "installed/dynarena/suites/canonical")
    done = subprocess.run(
        [sys.executable, "-m", "dynarena.cli.main", "submit", "model.py", "-b", "video-physics", "--quick", "--json"],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"status": "ok"') == 3

"""The reference pages name every key, field and constant that there is."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest

from dynarena import Batch, Model, Task
from dynarena.data.certificate import TOLERANCES
from dynarena.data.fingerprint import EQUIVALENT, PROJECTIONS
from dynarena.data.verify import STANDARD_ERRORS
from dynarena.equations.functions import ARITY
from dynarena.evaluation.declarations import Declarations
from dynarena.evaluation.freeze import LEAST_POINTS_A_PERIOD
from dynarena.evaluation.loading import locate
from dynarena.ranking.bootstrap import DRAWS
from dynarena.ranking.ratio import BEST, WORST
from dynarena.schema.benchmark import BenchmarkSpec, Protocol
from dynarena.schema.record import Record, Status
from dynarena.schema.system import Known, SystemSpec


def quoted(path: Path) -> set[str]:
    """Every word that stands in backquotes, split where one pair holds several."""
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    return {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"[\w-]+", code)}


def test_every_field_of_batch_and_task_every_fact_of_a_model_and_every_status_is_explained(root: Path) -> None:
    named = quoted(root / "docs/models.md")
    facts = {name for name in Model.__annotations__ if not name.startswith("_")}
    fields = {field.name for kind in (Batch, Task) for field in dataclasses.fields(kind)}
    assert facts and facts | fields | set(get_args(Status)) <= named


def test_every_key_of_a_system_and_of_a_benchmark_is_explained(root: Path) -> None:
    named = quoted(root / "docs/systems.md")
    keys = {name.rstrip("_") for kind in (SystemSpec, BenchmarkSpec, Known) for name in kind.model_fields}
    protocol = set(Protocol.model_fields) - {"points_per_timescale"}
    assert keys | protocol | set(ARITY) - {"phase"} <= named


def test_every_declaration_of_a_metric_is_explained(root: Path) -> None:
    assert {field.name for field in dataclasses.fields(Declarations)} <= quoted(root / "CONTRIBUTING.md")


def test_every_constant_in_the_method_is_the_one_that_is_used(root: Path) -> None:
    text = (root / "docs/method.md").read_text()
    assert f"(b − f), {BEST:g}, {WORST:g})" in text and f"worst skill is −{WORST - 1:g}" in text
    assert f"{DRAWS} resamples" in text and f"never fewer than {LEAST_POINTS_A_PERIOD} points" in text
    assert f"tol is {TOLERANCES[0]:g}, {TOLERANCES[1]:g} and {TOLERANCES[2]:g}" in text
    assert f"{PROJECTIONS} signed projections" in text and f"agree to {EQUIVALENT:g}" in text
    assert f"within {STANDARD_ERRORS:g} standard errors" in text
    for level in get_args(Record.model_fields["verification"].annotation):
        assert f"`{level}`" in text


@pytest.mark.parametrize("place", [0, 1])
def test_the_models_of_the_reference_are_models_and_answer(root: Path, tmp_path: Path, place: int) -> None:
    import torch

    code = re.findall(r"```python\n(.*?)```", (root / "docs/models.md").read_text(), re.DOTALL)[place]
    (tmp_path / "model.py").write_text(code)
    space: dict[str, type] = {}
    exec(compile(code, "docs/models.md", "exec"), space)
    model = space[locate(str(tmp_path / "model.py")).cls]()
    task = Task("b/chaos/s", "forecast", "values", ("component",), (2,), (), 0.1, 3, 4, (0.0, 0.0), (1.0, 1.0))
    context = torch.randn(5, 3, 2)
    answer = model.predict(Batch(context), task)["values"]
    assert answer.shape == (5, 4, 2) and (answer == context[:, -1:]).all()


def test_the_metric_of_the_guide_is_the_largest_error_in_standard_deviations(root: Path) -> None:
    import numpy as np
    import xarray as xr

    guide = (root / "CONTRIBUTING.md").read_text()
    code = next(block for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "def metric" in block)
    space: dict[str, object] = {}
    exec(compile(code, "CONTRIBUTING.md", "exec"), space)
    truth = np.zeros((2, 3, 2))
    forecast = truth.copy()
    forecast[1, 2, 0], forecast[1, 0, 1] = 3.0, -4.0
    task = Task("b/chaos/s", "forecast", "values", ("component",), (2,), (), 0.1, 3, 3, (0.0, 0.0), (1.0, 8.0))
    sets = [xr.Dataset({"state": (("trajectory", "time", "component"), v)}) for v in (forecast, truth)]
    assert space["metric"](*sets, task).values.tolist() == [0.0, 3.0]  # type: ignore[operator]


def test_the_files_of_the_guide_are_valid(root: Path, tmp_path: Path) -> None:
    from dynarena.schema.toml import read_toml

    guide = (root / "CONTRIBUTING.md").read_text()
    system, benchmark = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    for name, content, kind in (("s", system, SystemSpec), ("b", benchmark, BenchmarkSpec)):
        (tmp_path / f"{name}.toml").write_text(content)
        assert read_toml(tmp_path / f"{name}.toml", kind).title

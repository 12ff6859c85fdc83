import ast
from pathlib import Path
from typing import Any

import pytest

FILES = sorted((Path(__file__).parents[2] / "baselines").glob("*.py"))
STANDARD = ("collections", "functools", "hashlib", "itertools", "json", "math", "pathlib", "typing")
BASES = {"Forecaster", "Model", "Learned", "Blockwise", "TeacherForced"}
BASES |= {"Operator", "Reconstructor", "FamilyForecaster"}


def read(path: Path) -> tuple[ast.ClassDef, dict[str, Any]]:
    """The model class of a file and its literal facts; nothing is imported."""
    classes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    (model,) = [node for node in classes if {ast.unparse(base) for base in node.bases} & BASES]
    facts = {}
    for node in model.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            facts[name] = ast.unparse(node.value) if name == "dtype" else ast.literal_eval(node.value)
    return model, facts


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_baseline_states_its_facts_as_literals(path: Path) -> None:
    model, facts = read(path)
    assert facts["name"] and facts["authors"] and facts["license"] == "Apache-2.0"
    assert facts["knows"] in ("nothing", "family", "equations")
    assert facts["cpu_budget_s"] > 0
    assert facts.get("dtype", "torch.float32") in ("torch.float32", "torch.float64")
    assert set(facts.get("accepts", {"kinds": []})["kinds"]) <= {"chaos", "pde", "video"}
    assert ast.get_docstring(model)


def test_the_core_baselines_together_stay_within_six_minutes() -> None:
    budgets = {path.stem: read(path)[1]["cpu_budget_s"] for path in FILES if read(path)[1]["tier"] == "core"}
    assert len(budgets) >= 12
    assert sum(budgets.values()) <= 360, budgets


def test_only_the_oracle_and_classical_solvers_know_the_equations() -> None:
    known = [path.stem for path in FILES if read(path)[1]["knows"] == "equations"]
    assert known == ["coarse_solver", "oracle", "pod_galerkin", "scene_oracle"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_baseline_imports_another_item_or_a_heavy_library_at_its_top(path: Path) -> None:
    allowed = {*STANDARD, "numpy", "torch", "dynarena", "__future__"}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0 and (node.module or "").split(".")[0] in allowed
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed

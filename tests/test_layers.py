"""The machine's parts import one way, and light ones stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LAYERS = ("suite", "schema", "equations", "engines", "data", "evaluation", "ranking", "publishing", "cli")
SAME_LEVEL = {("suite", "schema"), ("schema", "suite")}
PACKAGE = Path(__file__).resolve().parents[1] / "src" / "dynarena"


def imported_layers(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("dynarena.")}
    return found & set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_no_layer_imports_upwards(layer: str) -> None:
    rank = LAYERS.index(layer)
    for path in (PACKAGE / layer).rglob("*.py"):
        for other in imported_layers(path):
            upwards = LAYERS.index(other) > rank and (layer, other) not in SAME_LEVEL
            assert not upwards, f"{path.relative_to(PACKAGE)} imports {other}"


@pytest.mark.parametrize("folder", ["metrics", "baselines"])
def test_items_never_import_each_other(folder: str, root: Path) -> None:
    names = {path.stem for path in (root / folder).glob("*.py")}
    for path in (root / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                assert module.split(".")[0] not in {"dynarena_suite", "metrics", "baselines", *names} - {"torch"}, path


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print('\\n'.join(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.split())


def test_importing_dynarena_is_light() -> None:
    assert not loaded_by("import dynarena") & {"torch", "xarray", "numba", "pandas", "sympy", "matplotlib", "numpy"}


def test_listing_imports_neither_torch_nor_numba() -> None:
    code = "from dynarena.cli.main import main\ntry: main(['list'])\nexcept SystemExit: pass"
    loaded = loaded_by(f"exec({code!r})")
    assert not loaded & {"torch", "numba", "xarray", "pandas", "sympy", "matplotlib", "distributed"}


def test_ranking_never_imports_torch() -> None:
    modules = [path.stem for path in (PACKAGE / "ranking").glob("*.py") if path.stem != "__init__"]
    assert "torch" not in loaded_by(f"import {', '.join('dynarena.ranking.' + name for name in modules)}")


def test_the_public_names_are_those_that_exist() -> None:
    import dynarena

    for name in dynarena.__all__:
        assert getattr(dynarena, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'forecaster'"):
        _ = dynarena.forecaster

"""Loading an item's Python by path, never by a bare `import metrics`."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

from dynarena.errors import SchemaError, TrustError
from dynarena.suite.folders import Suite
from dynarena.suite.home import home
from dynarena.suite.items import Item


def load_module(item: Item) -> ModuleType:
    """The item's module, `dynarena_suite.<folder>.<name>`, loaded once.

    Raises TrustError for a private suite that the user has not trusted, SchemaError where the file cannot be loaded.
    """
    if not item.suite.canonical:
        require_trust(item.suite)
    prefix = "dynarena_suite" if item.suite.canonical else f"dynarena_suite.{item.suite.name}"
    name = f"{prefix}.{item.folder}.{item.name}"
    source = item.path / "model.py" if item.path.is_dir() else item.path
    loaded = sys.modules.get(name)
    if loaded is not None and loaded.__file__ == str(source):
        return loaded
    spec = importlib.util.spec_from_file_location(name, source)
    if spec is None or spec.loader is None:
        raise SchemaError("this file is not a Python module", where=str(source), fix="name it <item>.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise SchemaError(
            f"loading failed: {type(error).__name__}: {error}", where=str(source), fix="mend the file, or use --debug"
        ) from error
    return module


def require_trust(suite: Suite) -> None:
    """Raise TrustError unless the user has trusted the suite's Python."""
    if str(suite.path) not in _trusted():
        raise TrustError(
            f"the suite {suite.name!r} holds Python that you have not trusted",
            where=str(suite.path),
            fix="read it, then give --trust once",
        )


def trust(suite: Suite) -> None:
    """Remember that the user trusts the suite's Python."""
    path = _trust_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sorted({*_trusted(), str(suite.path)}), indent=1))


def _trust_file() -> Path:
    return home() / "trusted.json"


def _trusted() -> set[str]:
    try:
        return set(json.loads(_trust_file().read_text()))
    except (OSError, ValueError):
        return set()

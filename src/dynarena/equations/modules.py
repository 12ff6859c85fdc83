"""Generated Python modules on disk, so that compiled code is kept between processes.

A module's name is the digest of its text: one text is written once, and a changed text never meets old machine code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
from pathlib import Path
from types import ModuleType

import platformdirs

from dynarena.errors import ResourceError

PACKAGE = "dynarena_generated"
_LOCK = threading.RLock()


def cache_folder() -> Path:
    """Where regenerable files live: `$DYNARENA_CACHE`, else the platform's user cache folder."""
    chosen = os.environ.get("DYNARENA_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("dynarena"))


def load(text: str, stem: str = "module") -> ModuleType:
    """The module with this text, written under the cache folder if it is not there, and imported once a process.

    Safe with concurrent processes: a file appears whole or not at all. Raises ResourceError where nothing can
    be written.
    """
    name = f"{stem}_{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    qualified = f"{PACKAGE}.{name}"
    with _LOCK:
        return sys.modules.get(qualified) or _from_disk(qualified, name, text)


def _from_disk(qualified: str, name: str, text: str) -> ModuleType:
    path = cache_folder() / "code" / f"{name}.py"
    try:
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            _write(path, text)
    except OSError as error:
        what, fix = "generated code cannot be written", "set DYNARENA_CACHE to a folder with space and write permission"
        raise ResourceError(what, where=str(path), got=str(error), fix=fix) from error
    return _import(qualified, path)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _import(qualified: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(qualified, path)
    if spec is None or spec.loader is None:
        raise ResourceError("generated code cannot be read", where=str(path), fix="remove the file and try again")
    module = importlib.util.module_from_spec(spec)
    sys.modules[qualified] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[qualified]
        raise
    return module

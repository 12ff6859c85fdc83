"""From what a user writes for MODEL to the source that a child process will load."""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from dynarena.errors import UnknownName, UsageError
from dynarena.evaluation.facts import BASES, FACTS, ClassFacts, check_fact, choose, read_classes
from dynarena.evaluation.settings import check_settings
from dynarena.schema.record import Card

_SKIPPED = {"__pycache__", "node_modules", "build", "dist"}
_MODULE_CARD = ("name", "authors", "paper", "license", "trained_on", "tier", "knows")


@dataclass(frozen=True)
class ModelSource:
    """Where a model's class stands, and what it says of itself. Holds no code of the model but `pickle`.

    `file` is run in the child under the class `cls`; `folder` joins the child's import path. `module` is imported by
    name instead where the model was given as `package.module:Class`. `pickle` carries a notebook's class.
    """

    card: Card
    cls: str
    file: str | None = None
    folder: str | None = None
    module: str | None = None
    pickle: bytes | None = None
    ask: str = "forecast"
    accepts: Mapping[str, Any] = field(default_factory=dict)
    needs_gpu: bool = False
    cpu_budget_s: float | None = None
    search: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.file or self.module or 'notebook'}:{self.cls}"


def locate(reference: str | type, settings: Mapping[str, Any] | None = None) -> ModelSource:
    """The source of a model given as `file.py[:Class]`, `folder[:Class]`, `package.module:Class`, a baseline's name or
    a class object.

    Its digest is the sha256 of the source's bytes (the file; every file of a folder or package), the class and the
    settings. Raises UnknownName where nothing is found or a setting is unknown, UsageError where no class or several
    fit, SchemaError where the file is broken.
    """
    given = dict(settings or {})
    if isinstance(reference, type):
        return _from_class(reference, given)
    text, cls = _split(reference)
    path = Path(text).expanduser()
    for name, chosen in ((reference, None), (text, cls)):
        if _names_baseline(name):
            return _from_baseline(name, chosen, given)
    if path.is_dir():
        return _from_folder(path.resolve(), cls, given)
    if path.suffix == ".py" or path.is_file():
        return _from_file(path, cls, given)
    if cls is not None and all(part.isidentifier() for part in text.split(".")):
        return _from_module(text, cls, given)
    return _from_baseline(text, cls, given)


def _split(reference: str) -> tuple[str, str | None]:
    text, colon, cls = reference.rpartition(":")
    if colon and cls.isidentifier() and not Path(reference).exists():
        return text, cls
    return reference, None


def _names_baseline(name: str) -> bool:
    """Whether a baseline is called so. Raises UsageError where a folder with a model has the same name."""
    from dynarena.suite import items

    found = [item for item in items("baselines") if name in (item.id, item.name, f"{item.suite.name}:{item.name}")]
    folder = Path(name)
    if found and (folder / "model.py").is_file() and folder.resolve() not in [item.path.resolve() for item in found]:
        fix = f"write ./{name} for the folder, {found[0].suite.name}:{found[0].name} for the baseline"
        raise UsageError(f"{name!r} names a baseline and a folder", where=str(folder.resolve()), fix=fix)
    return bool(found)


def _from_file(path: Path, cls: str | None, settings: dict[str, Any]) -> ModelSource:
    if not path.is_file():
        raise _no_file(path)
    path = path.resolve()
    found = choose(read_classes(path), cls, path)
    card = _card(found, _digest([path], path.parent, found.name, settings), settings, str(path))
    return _source(found, card, file=str(path), folder=str(path.parent))


def _from_folder(path: Path, cls: str | None, settings: dict[str, Any]) -> ModelSource:
    file = path / "model.py"
    if not file.is_file():
        raise UsageError(
            "the folder has no model.py", where=str(path), fix="name the file that holds the model model.py"
        )
    found = choose(read_classes(file), cls, file)
    card = _card(found, _digest(_files(path), path, found.name, settings), settings, str(file))
    return _source(found, card, file=str(file), folder=str(path))


def _from_module(module: str, cls: str, settings: dict[str, Any]) -> ModelSource:
    file = _find_module(module)
    found = choose(read_classes(file), cls, file)
    files = sorted(file.parent.glob("*.py")) if "." in module else [file]
    card = _card(found, _digest(files, file.parent, found.name, settings), settings, module)
    return _source(found, card, module=module)


def _from_baseline(name: str, cls: str | None, settings: dict[str, Any]) -> ModelSource:
    from dynarena.suite import find
    from dynarena.suite.modules import require_trust

    try:
        item = find("baselines", name)
    except UnknownName as error:
        raise UnknownName(
            f"no model {name!r}", expected="file.py:Class, package.module:Class or a baseline", fix=error.fix
        ) from None
    if not item.suite.canonical:
        require_trust(item.suite)
    if item.path.is_dir():
        return _from_folder(item.path, cls, settings)
    found = choose(read_classes(item.path), cls, item.path)
    card = _card(found, _digest([item.path], item.path.parent, found.name, settings), settings, item.id)
    return _source(found, card, file=str(item.path))


def _from_class(cls: type, settings: dict[str, Any]) -> ModelSource:
    from dynarena.evaluation.model import Model

    if not issubclass(cls, Model):
        got = ", ".join(base.__name__ for base in cls.__mro__[1:])
        raise UsageError(
            f"{cls.__name__} is not a model", expected="a subclass of Forecaster or Model", got=got, fix="derive it"
        )
    import cloudpickle

    try:
        pickled = cloudpickle.dumps(cls)
    except Exception as error:
        fix = "put the model into a file and give file.py:Class"
        raise UsageError(f"{cls.__name__} cannot be sent to another process: {error}", fix=fix) from error
    try:
        source = inspect.getsource(cls).encode()
    except (OSError, TypeError):
        source = pickled
    facts = {name: getattr(cls, name) for name in FACTS if hasattr(cls, name)}
    for name, value in facts.items():
        check_fact(name, value, f"class {cls.__name__}")
    bases = [base.__name__ for base in cls.__mro__ if base.__module__.startswith("dynarena.")]
    ask = next(BASES[name] for name in bases if name in BASES)
    found = ClassFacts(cls.__name__, 0, True, facts, _signature(cls), ask=ask)
    digest = hashlib.sha256(source + _settings_text(cls.__name__, settings)).hexdigest()
    return _source(found, _card(found, digest, settings, cls.__name__), pickle=pickled)


def _signature(cls: type) -> list[str] | None:
    kinds = list(inspect.signature(cls).parameters.values())
    return None if any(kind.kind is kind.VAR_KEYWORD for kind in kinds) else [kind.name for kind in kinds]


def _card(found: ClassFacts, digest: str, settings: dict[str, Any], where: str) -> Card:
    check_settings(settings, found.settings, where)
    facts = {name: found.facts[name] for name in _MODULE_CARD if name in found.facts}
    facts["name"] = facts.get("name") or found.name
    facts["trained_on"] = [str(entry) for entry in facts.get("trained_on", ())]
    return Card.checked(where, **facts, digest=digest, settings=settings)


def _source(found: ClassFacts, card: Card, **place: Any) -> ModelSource:
    facts = found.facts
    return ModelSource(
        card=card,
        cls=found.name,
        ask=found.ask,
        accepts=dict(facts.get("accepts", {})),
        needs_gpu=bool(facts.get("needs_gpu", False)),
        cpu_budget_s=facts.get("cpu_budget_s"),
        search=dict(facts.get("search", {})),
        **place,
    )


def _digest(files: list[Path], root: Path, cls: str, settings: dict[str, Any]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.relative_to(root).as_posix()}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                total.update(block)
    total.update(_settings_text(cls, settings))
    return total.hexdigest()


def _settings_text(cls: str, settings: dict[str, Any]) -> bytes:
    return json.dumps([cls, settings], sort_keys=True, default=str).encode()


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") or part in _SKIPPED for part in path.relative_to(folder).parts)
    )


def _find_module(module: str) -> Path:
    """The file of a dotted module, found without running any package on the way."""
    places: list[str] | None = [str(Path.cwd()), *sys.path]
    origin: str | None = None
    for depth, part in enumerate(parts := module.split("."), start=1):
        spec = PathFinder.find_spec(part, places)
        if spec is None:
            fix = "install the package, or give the path of the file"
            raise UsageError(
                f"no module {'.'.join(parts[:depth])!r}", got=module, expected="package.module:Class", fix=fix
            )
        places = list(spec.submodule_search_locations) if spec.submodule_search_locations is not None else []
        origin = spec.origin
    if origin is None or not origin.endswith(".py"):
        raise UsageError(
            f"{module!r} is not a Python file", got=str(origin), fix="name the module that holds the class"
        )
    return Path(origin)


def _no_file(path: Path) -> UnknownName:
    folder = path.parent if path.parent.is_dir() else Path()
    near = [file.name for file in folder.glob("*.py")]
    return UnknownName.among("file", path.name, near, where=str(folder.resolve()))

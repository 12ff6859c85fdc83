"""Sealed seasons on disk: the secret that the organiser keeps, and the commitment that everyone reads.

The secret stands in `$DYNARENA_HOME/seasons/NAME.json`, for its owner's eyes, the commitment in
`benchmarks/seasons/NAME.json` of the benchmark's suite.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from dynarena.data.files import write_atomically
from dynarena.errors import DataError, ResourceError, SchemaError, UnknownName, UsageError
from dynarena.schema.lock import Lock
from dynarena.schema.season import KeptSecret, Season
from dynarena.suite import find, home, suites

_NAME = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")  # no underscores: the folders of tasks have them
_LONGEST = 40
_Model = TypeVar("_Model", bound=BaseModel)


def check_name(name: str) -> None:
    """Raise UsageError where a season cannot be called so."""
    if name == "open" or len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise UsageError(
            "this cannot name a sealed season",
            expected=f"letters and digits, joined by dots or dashes, at most {_LONGEST}, and not 'open'",
            got=repr(name[:80]),
            fix="take a name such as 2026-spring",
        )


def commitment(secret: bytes) -> str:
    """sha256 of the secret's bytes."""
    return hashlib.sha256(secret).hexdigest()


def private_path(name: str) -> Path:
    """Where the organiser's machine keeps the secret."""
    return home() / "seasons" / f"{name}.json"


def keep_secret(name: str, lock: Lock, secret: bytes) -> Path:
    """Write the secret where only its owner can read it. Raises UsageError where the name is taken."""
    require_unused(name)
    path = private_path(name)
    text = KeptSecret(name=name, benchmark=lock.id, lock_digest=lock.digest, secret=secret.hex()).to_text()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_private(path, text)
    except FileExistsError:
        raise _taken(name, path) from None
    except OSError as error:
        raise ResourceError(
            f"could not keep the secret: {error.strerror or error}", where=str(path), fix="set DYNARENA_HOME elsewhere"
        ) from error
    return path


def require_unused(name: str) -> None:
    """Raise UsageError where a season of this name exists here or in a suite."""
    check_name(name)
    for path in (private_path(name), *_public_files(name)):
        if path.exists():
            raise _taken(name, path)


def kept_secret(name: str) -> KeptSecret | None:
    """The organiser's file; None on other machines."""
    check_name(name)
    path = private_path(name)
    return _read(path, KeptSecret) if path.is_file() else None


def season_names() -> list[str]:
    """Every season that was sealed, in all suites."""
    return sorted(path.stem for path in _public_files("*"))


def find_season(name: str) -> Season:
    """The published commitment. Raises UnknownName, or UsageError where it is not sealed yet."""
    check_name(name)
    files = _public_files(name)
    if len(files) > 1:
        where = " and ".join(map(str, files))
        raise UsageError(f"two seasons are named {name!r}", where=where, fix="rename one of the files")
    if files:
        season = _read(files[0], Season)
        if season.name != name:
            raise SchemaError("this is another season's file", where=str(files[0]), got=season.name, fix="restore it")
        return season
    if private_path(name).is_file():
        raise UsageError(f"the season {name} is not sealed yet", fix=f"dynarena season seal {name}")
    raise UnknownName.among("season", name, season_names())


def require_own(name: str, benchmark: str) -> Season:
    """The commitment of a benchmark's season. Raises UsageError where it is another benchmark's."""
    season = find_season(name)
    if season.benchmark != benchmark:
        raise UsageError(
            f"the season {name} is another benchmark's",
            expected=season.benchmark,
            got=benchmark,
            fix=f"name the benchmark as {season.benchmark}",
        )
    return season


def seal(name: str, lock: Lock, scorer_digest: str) -> Path:
    """Publish the commitment into the benchmark's suite, for the organiser to commit.

    Raises UsageError where there is no such secret here, it is sealed already, or the lock has changed since.
    """
    kept = require_kept(name)
    if _public_files(name):
        raise UsageError(f"the season {name} is sealed already", where=str(_public_files(name)[0]))
    if (kept.benchmark, kept.lock_digest) != (lock.id, lock.digest):
        raise UsageError(
            "the lock is not the one that the secret was drawn for",
            where=lock.id,
            expected=kept.lock_digest,
            got=lock.digest,
            fix="draw another season for this lock: dynarena season new",
        )
    season = Season(
        name=name,
        benchmark=lock.id,
        commitment=commitment(bytes.fromhex(kept.secret)),
        lock_digest=lock.digest,
        scorer_digest=scorer_digest,
        sealed=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return _publish(find("benchmarks", lock.name).suite.path / "benchmarks" / "seasons" / f"{name}.json", season)


def reveal(name: str) -> Path:
    """Add the secret to the public file. Raises DataError where it is not the one that was committed to."""
    season, kept = find_season(name), require_kept(name)
    _checked(bytes.fromhex(kept.secret), season)
    return _publish(_public_files(name)[0], season.model_copy(update={"secret": kept.secret}))


def secret_of(name: str, benchmark: str) -> bytes:
    """The secret of a benchmark's season.

    Raises UsageError where it is another benchmark's or this machine does not hold the secret, DataError where the
    secret is not the one that was committed to.
    """
    season = require_own(name, benchmark)
    return _checked(stated_secret(season), season)


def stated_secret(season: Season) -> bytes:
    """What is said to be the secret: once revealed the public one, before that the organiser's, unchecked.

    Raises UsageError where this machine does not hold it.
    """
    if season.secret is not None:
        return bytes.fromhex(season.secret)
    kept = kept_secret(season.name)
    if kept is None:
        raise UsageError(
            f"the season {season.name} is sealed, and this machine does not hold its secret",
            expected=str(private_path(season.name)),
            got="no such file",
            fix="send the model or its file of predictions to the organiser, or wait until the season is revealed",
        )
    return bytes.fromhex(kept.secret)


def _checked(secret: bytes, season: Season) -> bytes:
    if commitment(secret) != season.commitment:
        raise DataError(
            "the secret is not the one that was committed to",
            where=f"season {season.name}",
            expected=f"sha256 {season.commitment}",
            got=f"sha256 {commitment(secret)}",
            fix="restore the organiser's file; without the committed secret the season is void",
        )
    return secret


def require_kept(name: str) -> KeptSecret:
    """The organiser's file. Raises UsageError on other machines."""
    kept = kept_secret(name)
    if kept is None:
        raise UsageError(
            f"this machine holds no secret of a season {name}",
            expected=str(private_path(name)),
            got="no such file",
            fix=f"run this where the season was drawn, or draw it: dynarena season new {name} --benchmark B",
        )
    return kept


def _taken(name: str, path: Path) -> UsageError:
    return UsageError(f"there is a season {name} already", where=str(path), fix="take another name")


def _public_files(name: str) -> list[Path]:
    folders = (suite.path / "benchmarks" / "seasons" for suite in suites())
    return [path for folder in folders for path in sorted(folder.glob(f"{name}.json"))]


def _publish(path: Path, season: Season) -> Path:
    def write(part: Path) -> None:
        part.write_text(season.to_text(), encoding="utf-8")

    write_atomically(path, write)
    return path


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, mode 600, never over another file."""
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(part, path)
    finally:
        Path(part).unlink()


def _read(path: Path, kind: type[_Model]) -> _Model:
    try:
        return kind.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        first = error.errors(include_input=False)[0] if isinstance(error, ValidationError) else {"loc": (), "msg": ""}
        key = ".".join(str(part) for part in first["loc"])
        raise SchemaError(
            "this is not a season's file", where=f"{path}, key {key!r}", expected=str(first["msg"]), fix="restore it"
        ) from None  # the input may be the secret

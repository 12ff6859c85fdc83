"""What the documents say is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from dynarena.cli.main import _load_commands, app


def commands() -> set[str]:
    _load_commands()
    found = set()
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        subcommands = getattr(command, "commands", None)
        found |= {f"{name} {sub}" for sub in subcommands} if subcommands else {name}
    return found


def test_every_command_is_documented(root: Path) -> None:
    text = (root / "docs" / "commands.md").read_text()
    for command in commands():
        assert f"`dynarena {command}" in text, f"docs/commands.md does not name {command}"


def test_every_documented_command_exists(root: Path) -> None:
    known = {command.split()[0] for command in commands()}
    for path in (root / "README.md", root / "CONTRIBUTING.md", root / "docs" / "commands.md"):
        for name in re.findall(r"(?:^|`|\bin/)dynarena ([a-z]+)", path.read_text(), flags=re.M):
            assert name in known, f"{path.name} names dynarena {name}"


def test_local_links_of_the_documents_lead_somewhere(root: Path) -> None:
    for path in (root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").glob("*.md")):
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"

"""Where a user's data, predictions and records live."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """`$DYNARENA_HOME`, else the platform's user data folder."""
    stated = os.environ.get("DYNARENA_HOME")
    if stated:
        return Path(stated).expanduser()
    from platformdirs import user_data_path

    return Path(user_data_path("dynarena", appauthor=False))

"""The file that `dynarena new FILE.py` writes: a whole model in ten lines."""

from __future__ import annotations

from pathlib import Path

from dynarena.errors import UsageError

TEMPLATE = '''"""A model for dynarena.

Check it:   dynarena check {file}
Submit it:  dynarena submit {file} --benchmark chaos-forecast --quick
"""

import torch

from dynarena import Forecaster


class {name}(Forecaster):
    """u[t+1] = u[t] A, fitted by least squares."""

    authors = ""
    license = ""
    knows = "nothing"  # or "family", "equations": what the model knows of the system beforehand

    def fit(self, train, task):  # train: [trajectory, time, *state]
        flat = train.flatten(2)
        self.A = torch.linalg.lstsq(flat[:, :-1].flatten(0, 1), flat[:, 1:].flatten(0, 1)).solution

    def forecast(self, context, horizon):  # context: [batch, time, *state]; self.task is set
        path = [context[:, -1].flatten(1)]
        for _ in range(horizon):
            path.append(path[-1] @ self.A)
        return torch.stack(path[1:], dim=1).unflatten(2, context.shape[2:])  # [batch, horizon, *state]
'''


def template(path: Path) -> str:
    """The text of a new model's file; its class is named after the file."""
    words = "".join(letter if letter.isalnum() else " " for letter in path.stem).split()
    name = "".join(word[:1].upper() + word[1:] for word in words)
    if not name or not name.isidentifier() or name in ("Forecaster", "Model"):
        name = "MyModel"
    return TEMPLATE.replace("{file}", path.name).replace("{name}", name)


def write_template(path: Path) -> Path:
    """Write a new model's file. Raises UsageError where one stands there already, or the name is no Python file."""
    path = Path(path)
    if path.suffix != ".py":
        raise UsageError(
            "not a Python file", where=str(path), expected="a name that ends in .py", fix=f"write {path}.py"
        )
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(template(path))
    except FileExistsError:
        raise UsageError("the file exists", where=str(path), fix="choose another name; nothing was changed") from None
    except OSError as error:
        raise UsageError(
            f"the file cannot be written: {error.strerror}", where=str(path), fix="choose another folder"
        ) from error
    return path

"""Starts by expressions: quantities as functions of position, of drawn numbers and of random functions.

`[start.box]` draws numbers; each `[start.objects.NAME]` is a random function of a `kind`, of the coordinates or of the
expressions that its keys x, y, z state (`axes` says of how many), with draws of its own or those of the object that it
is `like`; `options` are expressions, evaluated in the order written, which must come to state every quantity of the
law. Cells hold averages of the fields that these make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Parameters
from dynarena.engines.elementary import array_functions
from dynarena.engines.finite_volume.averages import averages
from dynarena.engines.finite_volume.law import AXES, Law
from dynarena.engines.finite_volume.random_function import Drawn, checked_options, find_kind
from dynarena.engines.streams import Streams
from dynarena.equations.constants import constant
from dynarena.equations.evaluate import evaluate
from dynarena.equations.parse import parse
from dynarena.equations.tree import Expr, names_in
from dynarena.errors import SchemaError
from dynarena.schema.system import Quantity, SystemSpec

Array = NDArray[np.float64]


class StartLaw:
    """The law of starts of a file. Raises SchemaError or EquationError where it does not say every quantity."""

    def __init__(self, spec: SystemSpec, law: Law, lengths: tuple[float, ...]) -> None:
        self.spec, self.law, self.lengths = spec, law, lengths
        self.quantities = (law.quantities or law.fields)(len(lengths))
        if spec.start.law is not None:
            raise SchemaError("starts are stated by expressions", where=f"{spec.title}, [start]", expected="options",
                              got=f"law = {spec.start.law!r}", fix="remove law")  # fmt: skip
        for split in (None, *spec.splits):
            self._trees(split)

    def draw(self, streams: Streams, parameters: Parameters, split: str, counts: tuple[int, ...]) -> Array:
        """Averages over so many cells an axis, [trajectory, field, *cells]."""
        box = self.spec.start.box | (self.spec.splits[split].box if split in self.spec.splits else {})
        numbers = {
            name: np.full(len(streams), low) if low == high else streams.between(f"start:{name}", low, high)
            for name, (low, high) in box.items()
        }
        functions = {name: self._function(name, streams) for name in self.spec.start.objects}
        trees = self._trees(split if split in self.spec.splits else None)
        out = np.empty((len(streams), len(self.law.fields(len(counts))), *counts))
        for row in range(len(streams)):
            here = {name: float(values[row]) for name, values in parameters.items()}
            known = here | {name: float(values[row]) for name, values in numbers.items()}

            def fields(where: Sequence[Array], row: int = row, known: Mapping[str, Any] = known) -> list[Array]:
                return self._fields(trees, functions, row, known, where)

            out[row] = averages(fields, self.lengths, counts)
        return out

    def _fields(
        self, trees: Mapping[str, Expr | None], functions: Mapping[str, tuple[Drawn, list[Expr]]], row: int,
        drawn: Mapping[str, Any], where: Sequence[Array],
    ) -> list[Array]:  # fmt: skip
        """The fields of a trajectory at places, arrays of which broadcast."""
        known: dict[str, Any] = {**drawn, **dict(zip(AXES, where, strict=False))}
        for name, tree in trees.items():
            known[name] = (
                functions[name][0](row, [evaluate(part, known, array_functions()) for part in functions[name][1]])
                if tree is None
                else evaluate(tree, known, array_functions())
            )
        state = self.law.to_fields({name: np.asarray(known[name], float) for name in self.quantities}, known)
        return [np.asarray(state[name], float) for name in self.law.fields(len(where))]

    def _trees(self, split: str | None) -> dict[str, Expr | None]:
        """What is evaluated in turn, None for a random function: an object before the first option that needs it."""
        start, options = self.spec.start, dict(self.spec.start.options)
        if split is not None:
            options |= self.spec.splits[split].options
        names = [*AXES[: len(self.lengths)], *self.spec.parameters, *start.box]
        trees: dict[str, Expr | None] = {}
        where = f"{self.spec.title}, [start]"
        for name, value in options.items():
            text = str(value) if isinstance(value, str) else repr(float(value))
            trees[name] = self._parsed(text, [*names, *trees], trees, f"{where} {name}")
        missing = [name for name in self.quantities if name not in trees]
        if missing:
            raise SchemaError("a start does not state every quantity", where=f"{where} options", fix="state it",
                              expected=", ".join(self.quantities), got="no " + ", ".join(missing))  # fmt: skip
        return trees

    def _parsed(self, text: str, names: list[str], trees: dict[str, Expr | None], where: str) -> Expr:
        """A tree; random functions that it names are put before it, after those that their arguments name."""
        tree = parse(text, [*names, *self.spec.start.objects], where=where)
        for name in self.spec.start.objects:
            if name not in trees and name in names_in(tree):
                for part in self._arguments(name):
                    self._parsed(part, names, trees, f"{where}, {name}")
                trees[name] = None
        return tree

    def _arguments(self, name: str) -> list[str]:
        stated = self.spec.start.objects[name]
        axes = int(constant(stated.get("axes", float(len(self.lengths)))))
        return [str(stated.get(axis, axis)) for axis in AXES[:axes]]

    def _function(self, name: str, streams: Streams) -> tuple[Drawn, list[Expr]]:
        where = f"{self.spec.title}, [start.objects.{name}]"
        stated: Mapping[str, Quantity] = self.spec.start.objects[name]
        if "kind" not in stated:
            raise SchemaError("a random function has no kind", where=where, expected='kind = "waves" or another',
                              got="none", fix="state it")  # fmt: skip
        kind = find_kind(str(stated["kind"]), where=where)
        given = {
            key: constant(value, self.spec.parameters, where=where)
            for key, value in stated.items()
            if key not in ("kind", "axes", "like", *AXES)
        }
        arguments = self._arguments(name)
        options = checked_options(kind, given, where=where)
        drawn = kind.draw(streams, str(stated.get("like", name)), options, self.lengths[: len(arguments)])
        known = [*AXES, *self.spec.parameters, *self.spec.start.box, *self.spec.start.objects, *self.spec.start.options]
        return drawn, [parse(text, known, where=where) for text in arguments]

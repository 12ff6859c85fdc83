"""The tasks that a draft asks for: systems times noise, amounts of train, test splits, shifts and sensors."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from dynarena.data.benchmarks import resolve_systems
from dynarena.data.generate import IN_DISTRIBUTION
from dynarena.data.system import System
from dynarena.errors import UnknownName
from dynarena.schema.benchmark import BenchmarkSpec, Shift
from dynarena.suite import find


@dataclass(frozen=True)
class Axes:
    """One task of a draft.

    `train` is its length in timescales and `trajectories` its number where the draft asks for several; `shift` names
    what differs between train and test, of which `trained_on` is the system where it is another.
    """

    system: str
    split: str = "test"
    noise: float = 0.0
    train: float | None = None
    trajectories: int | None = None
    shift: str | None = None
    trained_on: str | None = None
    sensors: float | None = None
    held_out: bool = False

    @property
    def name(self) -> str:
        """`kind/system?key=value&…`: what of a task's id follows the benchmark."""
        query = [f"shift={self.shift}"] if self.shift is not None else []
        query += [f"split={self.split}"] if self.split != "test" and self.shift is None else []
        query += [f"noise={self.noise:g}"] if self.noise else []
        query += [f"train={self.train:g}"] if self.train is not None else []
        query += [f"trajectories={self.trajectories}"] if self.trajectories is not None else []
        query += [f"sensors={self.sensors:g}"] if self.sensors is not None else []
        return self.system + ("?" + "&".join(query) if query else "")


def tasks_asked(spec: BenchmarkSpec, *, where: str) -> list[Axes]:
    """Every task of a draft, systems first; a split or a shift that a system does not have is no task of it.

    Raises UnknownName where a system that a shift or `held_out` names is none.
    """
    protocol = spec.protocol
    lengths: list[float | None] = [*protocol.train_lengths] or [None]
    counts: list[int | None] = [*protocol.train_counts] or [None]
    shares: list[float | None] = [*protocol.sensors] or [None]
    systems = resolve_systems(spec, where=where)
    for pattern in protocol.held_out:
        if not fnmatch.filter(systems, pattern):
            raise UnknownName.among("system", pattern, systems, where=f"{where}, key 'protocol.held_out'")
    return [
        Axes(tested, split, noise, train, count, shift, system if tested != system else None, share, held_out)
        for system in systems
        for held_out in [any(fnmatch.fnmatch(system, pattern) for pattern in protocol.held_out)]
        for tested, split, shift in _tests(spec, system, where)
        for noise, train, count, share in product(protocol.noise, lengths, counts, shares)
    ]


def _tests(spec: BenchmarkSpec, system: str, where: str) -> Iterator[tuple[str, str, str | None]]:
    """(system tested, split, shift) of one system of a draft."""
    protocol = spec.protocol
    if not protocol.shifts:
        yield from ((system, split, None) for split in protocol.test.split if _has(system, split))
    for name, shift in protocol.shifts.items():
        tested = _tested(shift, system, f"{where}, key 'protocol.shifts.{name}.systems'")
        if tested is not None and _has(tested, shift.split):
            yield tested, shift.split, name


def _tested(shift: Shift, system: str, where: str) -> str | None:
    if not shift.systems:
        return system
    if system not in shift.systems:
        return None
    try:
        return find("systems", shift.systems[system]).id
    except UnknownName as error:
        error.where = where
        raise


def _has(system: str, split: str) -> bool:
    return split in IN_DISTRIBUTION or split in System(system).spec.splits

"""The tasks that a draft asks for: systems times levels of noise, train lengths and test splits."""

from __future__ import annotations

from dataclasses import dataclass

from dynarena.data.benchmarks import resolve_systems
from dynarena.data.generate import IN_DISTRIBUTION
from dynarena.data.system import System
from dynarena.schema.benchmark import BenchmarkSpec


@dataclass(frozen=True)
class Axes:
    """One task of a draft; `train` is its length in timescales where the draft asks for several."""

    system: str
    split: str = "test"
    noise: float = 0.0
    train: float | None = None

    @property
    def name(self) -> str:
        """`kind/system?key=value&…`: what of a task's id follows the benchmark."""
        query = [f"split={self.split}"] if self.split != "test" else []
        query += [f"noise={self.noise:g}"] if self.noise else []
        query += [f"train={self.train:g}"] if self.train is not None else []
        return self.system + ("?" + "&".join(query) if query else "")


def tasks_asked(spec: BenchmarkSpec, *, where: str) -> list[Axes]:
    """Every task of a draft, systems first; a split that a system does not have is no task of it."""
    protocol = spec.protocol
    lengths: list[float | None] = [*protocol.train_lengths] or [None]
    return [
        Axes(system, split, noise, train)
        for system in resolve_systems(spec, where=where)
        for split in protocol.test.split
        if split in IN_DISTRIBUTION or split in System(system).spec.splits
        for noise in protocol.noise
        for train in lengths
    ]

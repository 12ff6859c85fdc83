"""The spectral fields of the catalogue, compiled, for their tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dynarena.engines.base import Array
from dynarena.engines.spectral import Spectral, SpectralSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec
from dynarena.schema.variants import read_system

FOLDER = Path(__file__).resolve().parents[2] / "systems" / "pde"
COMPUTED = FOLDER.parent / "_computed" / "pde"


@cache
def spec_of(name: str) -> SystemSpec:
    return read_system(FOLDER / f"{name}.toml")


NAMES = [path.stem for path in sorted(FOLDER.glob("*.toml")) if spec_of(path.stem).engine == "spectral"]


class Case:
    """A system of the catalogue with starts and parameters of any split."""

    def __init__(self, name: str, resolution: int | None = None) -> None:
        self.spec = spec_of(name)
        self.sim: SpectralSimulator = Spectral().compile(self.spec, resolution=resolution)

    def parameters(self, count: int, split: str = "test", **fixed: float) -> dict[str, Array]:
        drawn = self.sim.parameters(self._streams(count), split)
        return drawn | {name: drawn[name] * 0 + value for name, value in fixed.items()}

    def start(self, count: int, split: str = "test") -> Array:
        return self.sim.start(self._streams(count), self.parameters(count, split), split)

    @staticmethod
    def _streams(count: int) -> Streams:
        return Streams([trajectory_key("catalogue", index) for index in range(count)])

"""A system of the catalogue: its file, its computed facts and its simulator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena import engines
from dynarena.engines.base import Simulator
from dynarena.equations.constants import constant
from dynarena.equations.digest import system_digest
from dynarena.errors import DataError, UsageError
from dynarena.schema.system import SystemSpec
from dynarena.schema.variants import read_system
from dynarena.suite import Item, find


class System:
    """One system, by id or by short name where that is unique.

    `parameters` are numbers, `computed` the facts of `systems/_computed/`, `rhs` and `jacobian` the exact right-hand
    side and its derivative for systems given by pointwise equations.
    """

    def __init__(self, name: str | Item, *, resolution: int | None = None) -> None:
        self.item = find("systems", name) if isinstance(name, str) else name
        self.resolution = resolution

    @classmethod
    def frozen(
        cls, item_id: str, spec: SystemSpec, *, resolution: int | None = None, clocks: Mapping[str, float] | None = None
    ) -> System:
        """The system as a lock keeps it, whatever its files say by now; `clocks` are the lock's."""
        frozen = cls.__new__(cls)
        frozen.resolution = resolution
        frozen.__dict__["spec"] = spec
        frozen.__dict__["id"] = item_id
        frozen.__dict__["computed"] = {name: {"value": value} for name, value in (clocks or {}).items()}
        return frozen

    @cached_property
    def id(self) -> str:
        """`kind/name`."""
        return self.item.id

    @property
    def kind(self) -> str:
        """chaos, pde or video."""
        return self.id.rpartition(":")[2].partition("/")[0]

    @cached_property
    def spec(self) -> SystemSpec:
        """The checked file. Raises SchemaError naming file, line and key."""
        return read_system(self.item.path)

    @cached_property
    def simulator(self) -> Simulator:
        """The compiled system. Raises SchemaError naming the file and the part of it that is wrong."""
        with self._named():
            return engines.find(self.spec.engine).compile(self.spec, resolution=self.resolution)

    @cached_property
    def digest(self) -> str:
        """sha256 of what rules the dynamics: equations, parameters, starts, splits, solver."""
        with self._named():
            return system_digest(self.spec)

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The stated parameters as numbers."""
        with self._named():
            return {name: constant(value, self.spec.parameters) for name, value in self.spec.parameters.items()}

    @property
    def computed_path(self) -> Path:
        """Where the computed facts lie."""
        return self.item.suite.path / "systems" / "_computed" / self.kind / f"{self.item.name}.json"

    @cached_property
    def computed(self) -> dict[str, Any]:
        """Facts that we computed, with error bars and evidence; empty where there are none yet.

        Raises DataError where they were computed from another version of the system.
        """
        path = self.computed_path
        if not path.is_file():
            return {}
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if facts["digest"] != self.digest:
            raise DataError(
                f"the computed facts of {self.id} belong to another version of the system",
                where=str(path),
                expected=self.digest,
                got=facts["digest"],
                fix=f"dynarena compute {self.id}",
            )
        return facts

    @property
    def timescale(self) -> float:
        """The clock of horizons: the Lyapunov time where the system is chaotic, else as its file states."""
        if self.spec.timescale is not None:
            return constant(self.spec.timescale, self._constants())
        if "timescale" not in self.computed:
            raise UsageError(
                f"{self.id} has no timescale", fix=f"state timescale in its file, or run dynarena compute {self.id}"
            )
        return float(self.computed["timescale"]["value"])

    @property
    def period(self) -> float | None:
        """The clock of sampling: the dominant period, None where there is none."""
        period = self.computed.get("period")
        return None if period is None else float(period["value"])

    def rhs(self, state: NDArray[np.float64], **parameters: float) -> NDArray[np.float64]:
        """The time derivative (of a map: the next state) at states [..., component]."""
        return np.asarray(self._pointwise("rhs")(state, self.parameters | parameters))

    def jacobian(self, state: NDArray[np.float64], **parameters: float) -> NDArray[np.float64]:
        """The exact derivative of `rhs` by the state, [..., component, component]."""
        return np.asarray(self._pointwise("jacobian")(state, self.parameters | parameters))

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Name the system's file in errors about what stands in it."""
        try:
            yield
        except UsageError as error:
            file = str(self.item.path) if "item" in self.__dict__ else f"the lock of {self.id}"
            if error.where is None:
                error.where = file
            elif file not in error.where:
                error.where = f"{file}, {error.where}"
            raise

    def _pointwise(self, name: str) -> Any:
        function = getattr(self.simulator, name, None)
        if function is None:
            raise UsageError(f"{self.id} has no pointwise {name}", got=f"engine {self.spec.engine!r}")
        return function

    def _constants(self) -> dict[str, float | str]:
        lengths = self.spec.domain.length if self.spec.domain else []
        return {
            **self.spec.parameters,
            **{f"length_{axis}": value for axis, value in zip("xyz", lengths, strict=False)},
        }

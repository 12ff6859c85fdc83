"""What an engine is: it compiles a system's file into a simulator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.streams import Streams
from dynarena.schema.system import SystemSpec

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]


class Simulator(ABC):
    """One system, ready to run.

    A state has the axes `dims` with lengths `shape`: `labels` name the first, `grid` holds coordinates of the others.
    What `start` and `advance` return and `run` begins with are full states, of shape `full_shape`: the state itself or,
    of a law with a memory, the past that rules the future. Every method treats trajectories as independent: its numbers
    are the same alone and in any batch, bit for bit, for any number of threads, and a longer run begins with a shorter.
    """

    spec: SystemSpec
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    labels: tuple[str, ...]
    grid: dict[str, Array]
    rough: ClassVar[bool] = False
    """Whether solutions have shocks or corners, where single numbers of two computations differ at once: there a
    certificate may compare means over space."""

    @property
    def full_shape(self) -> tuple[int, ...]:
        """The shape of one full state."""
        return self.shape

    @abstractmethod
    def parameters(self, streams: Streams, split: str) -> dict[str, Array]:
        """Every parameter of each trajectory, [trajectory] each: as stated, or drawn by the split's law."""

    @abstractmethod
    def start(self, streams: Streams, parameters: Parameters, split: str) -> Array:
        """Initial conditions before burn-in, [trajectory, *full_shape]."""

    @abstractmethod
    def advance(self, state: Array, parameters: Parameters, duration: float) -> Array:
        """The states `duration` later (the burn-in), [trajectory, *full_shape]."""

    @abstractmethod
    def run(self, start: Array, parameters: Parameters, dt: float, n_points: int, *, refine: int = 1) -> Array:
        """The trajectories sampled every `dt`, [trajectory, time, *shape]; the first point is the start.

        `refine` divides the step of a numerical method and leaves closed forms as they are.
        """

    def after(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The full states at the last of the points of `run`, [trajectory, *full_shape]: where a run can go on."""
        return self.run(start, parameters, dt, n_points)[:, -1]

    @abstractmethod
    def verify(self, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
        """The same trajectories by a second, independent computation: what certificates compare with."""

    def hidden(self, streams: Streams, parameters: Parameters, split: str) -> dict[str, Array]:
        """What else is drawn for each trajectory and shows in no field of its start, [trajectory] each: nothing here.

        Of a static problem: what stands on its walls, say, without which its inputs do not determine its solution.
        """
        del streams, parameters, split
        return {}

    def refuse(self, states: Array, parameters: Parameters, dt: float) -> None:  # noqa: B027
        """Raise DataError or SchemaError where finite trajectories as `run` gives them cannot be trusted: none here."""

    def frames(self, states: Array, parameters: Parameters, resolution: int) -> NDArray[np.uint8]:
        """Pictures of states [trajectory, time, object, component]: [trajectory, time, channel, y, x]. Scenes only."""
        raise TypeError(f"{type(self).__name__} draws no frames: {self.spec.title} is not a scene")


class Engine(ABC):
    """A way of computing trajectories, named in a system's file. Third parties add theirs by entry point.

    `continues` says whether a simulator's `run` can begin at a state as it is shown. It cannot where the shown state is
    not the full one: a formula is ruled by what was drawn, a law with a memory by the past.
    """

    name: ClassVar[str]
    continues: ClassVar[bool] = True

    @abstractmethod
    def compile(self, spec: SystemSpec, *, resolution: int | None = None) -> Simulator:
        """A simulator of the system. Raises SchemaError or EquationError where the file does not fit the engine.

        `resolution` overrides the number of points an axis of a field.
        """

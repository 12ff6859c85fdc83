"""The closed forms of the catalogue keep the masses, speeds and energies that their files state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dynarena.engines.base import Array
from dynarena.engines.field_closed_form import FieldClosedForm, FieldSolution
from dynarena.engines.field_erf import double_erf
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.equations.evaluate import evaluate
from dynarena.equations.functions import SPECIAL
from dynarena.equations.parse import parse
from dynarena.schema.variants import read_system

FOLDER = Path(__file__).resolve().parents[2] / "systems" / "pde"
NAMES = [
    path.stem for path in sorted(FOLDER.glob("*.toml")) if read_system(path).engine == "field_closed_form"
]  # fmt: skip
COUNT = 3


class Case:
    """A system at a finer grid, with a few trajectories of its test split."""

    def __init__(self, name: str, refine: int = 2) -> None:
        self.spec = read_system(FOLDER / f"{name}.toml")
        points = self.spec.domain.points[0]
        self.sim: FieldSolution = FieldClosedForm().compile(self.spec, resolution=refine * points)
        streams = Streams([trajectory_key("facts", index) for index in range(COUNT)])
        self.parameters = self.sim.parameters(streams, "test")
        self.start = self.sim.start(streams, self.parameters, "test")

    def at(self, time: float) -> Array:
        """The fields [trajectory, field, *points] at one time."""
        return self.sim.run(self.sim.advance(self.start, self.parameters, time), self.parameters, 1.0, 1)[:, 0]

    def value(self, text: str | float, time: float = 0.0, **more: Array) -> Array:
        """An expression of parameters, what was drawn, t and parts of the formula that depend on neither."""
        values: dict[str, Any] = dict(self.parameters) | more
        values |= {name: self.start[:, 1 + k] for k, name in enumerate(self.sim.formula.drawn.names)} | {"t": time}
        if "t0" in values:
            values["t"] = time + values["t0"]
        if "g" in self.sim.formula.steps:
            values["g"] = evaluate(self.sim.formula.steps["g"], values)
        found = evaluate(parse(str(text), values, functions=SPECIAL), values, {"erf": double_erf})
        return np.broadcast_to(found, (COUNT,))

    def known(self, fact: str, time: float = 0.0) -> tuple[Array, float]:
        entry = self.spec.known[fact]
        return self.value(entry.value, time), entry.tolerance

    def integral(self, density: Array) -> Array:
        """Over the box, [trajectory]."""
        volume = float(np.prod(self.sim.box.lengths))
        return density.reshape(COUNT, -1).mean(axis=1) * volume

    def slope(self, field: Array) -> Array:
        return np.gradient(field, self.sim.box.spacing[0], axis=-1, edge_order=2)


def whole(case: Case, time: float, fact: str, density: Callable[[Array], Array]) -> None:
    value, tolerance = case.known(fact, time)
    assert np.abs(case.integral(density(case.at(time))) - value).max() < tolerance


@pytest.mark.parametrize("name", [name for name in NAMES if "mass" in read_system(FOLDER / f"{name}.toml").known])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_the_mass_is_the_stated_one(name: str, share: float) -> None:
    case = Case(name, 4)
    clock = {"barenblatt_2d": 0.5, "rotating_gaussian": 1.0}.get(name, float(case.value(case.spec.timescale)[0]))
    whole(case, share * clock, "mass", lambda fields: fields[:, 0])


@pytest.mark.parametrize(("name", "fact"), [("schrodinger_packet", "probability"), ("nls_soliton", "power")])
def test_the_square_of_a_wave_function_keeps_its_integral(name: str, fact: str) -> None:
    for time in (0.0, 2.0):
        whole(Case(name, 1), time, fact, lambda fields: (fields**2).sum(axis=1))


POTENTIAL = {
    "sine_gordon_breather": lambda u: 1 - np.cos(u), "sine_gordon_kink_antikink": lambda u: 1 - np.cos(u),
    "sine_gordon_two_kinks": lambda u: 1 - np.cos(u), "phi4_kink": lambda u: (u**2 - 1) ** 2 / 4,
}  # fmt: skip


@pytest.mark.parametrize("name", POTENTIAL)
def test_the_energy_of_a_kink_is_its_rest_energy_times_the_lorentz_factor(name: str) -> None:
    case = Case(name, 16)
    for time in (0.0, 7.0, 12.0):
        whole(
            case, time, "energy", lambda f: f[:, 1] ** 2 / 2 + case.slope(f[:, 0]) ** 2 / 2 + POTENTIAL[name](f[:, 0])
        )


@pytest.mark.parametrize(("name", "fact"), [("advection_sines", "return"), ("wave_dalembert", "return"),
                                            ("klein_gordon_manufactured", "period")])  # fmt: skip
def test_the_start_comes_back(name: str, fact: str) -> None:
    case = Case(name, 1)
    length = case.sim.box.lengths[0]
    period = (
        np.pi if fact == "period" else length / float(case.parameters["beta" if "beta" in case.parameters else "c"][0])
    )
    assert np.abs(case.at(period) - case.at(0.0)).max() < case.spec.known[fact].tolerance
    assert np.abs(case.at(period / 3) - case.at(0.0)).max() > 0.1


@pytest.mark.parametrize("name", ["fisher_front", "nagumo_front", "burgers_shock_merger"])
def test_a_front_moves_at_its_speed(name: str) -> None:
    case = Case(name, 64)
    x, (early, late) = case.sim.grid["x"], (2.2, 2.8) if name == "burgers_shock_merger" else (4.0, 6.0)
    value, tolerance = case.known("speed")
    level = case.value("c1/2") if name == "burgers_shock_merger" else np.full(COUNT, 0.5)

    def place(time: float) -> Array:
        rows = case.at(time)[:, 0] - level[:, None]
        cells = [int(np.flatnonzero(row[:-1] * row[1:] <= 0)[0]) for row in rows]
        steps = [row[k] / (row[k] - row[k + 1]) for row, k in zip(rows, cells, strict=True)]
        return x[cells] + np.array(steps) * (x[1] - x[0])

    moved = np.abs(place(late) - place(early)) / (late - early)
    assert np.abs(moved - np.abs(value)).max() < tolerance


def test_the_two_shocks_have_merged_by_then() -> None:
    """The middle plateau at c2 is wide at first and gone later."""
    case = Case("burgers_shock_merger")
    near = [np.abs(case.at(time)[:, 0] - case.value("c2")[:, None]) < 0.02 for time in (0.1, 2.5)]
    assert (near[0].sum(axis=1) >= 10).all() and (near[1].sum(axis=1) <= 2).all()


@pytest.mark.parametrize("name", ["burgers_cole_hopf", "gpme_heat"])
def test_the_mean_stays_zero(name: str) -> None:
    case = Case(name)
    fact = "mean" if name == "burgers_cole_hopf" else "mass"
    for time in (0.0, 0.4):
        assert np.abs(case.at(time).mean(axis=-1)).max() < case.spec.known[fact].tolerance


@pytest.mark.parametrize("name", ["taylor_green", "abc_flow_decay"])
def test_flows_have_no_divergence(name: str) -> None:
    case = Case(name, 1)
    n_axes = len(case.sim.box.points)
    modes = np.fft.fftn(case.at(1.3)[:, :n_axes], axes=tuple(range(2, 2 + n_axes)))
    total = 0
    for axis, n in enumerate(case.sim.box.points):
        total = total + np.moveaxis(
            np.moveaxis(modes[:, axis], 1 + axis, -1) * 1j * np.fft.fftfreq(n, 1 / n), -1, 1 + axis
        )
    assert np.abs(np.fft.ifftn(total, axes=tuple(range(1, 1 + n_axes)))).max() < case.spec.known["divergence"].tolerance


def test_taylor_green_vortices_lose_their_energy_at_the_stated_rate() -> None:
    case = Case("taylor_green", 1)
    energy = [((fields[:, :2] - fields[:, :2].mean(axis=(2, 3), keepdims=True)) ** 2).mean(axis=(1, 2, 3))
              for fields in (case.at(0.0), case.at(2.0))]  # fmt: skip
    value, tolerance = case.known("energy_decay")
    assert np.abs(np.log(energy[1] / energy[0]) / 2.0 - value).max() < tolerance


def test_barenblatt_caps_keep_their_mass_and_spread_by_a_power_law() -> None:
    case = Case("barenblatt_1d", 32)
    x, times = case.sim.grid["x"], (0.0, 3.0)
    fields = [case.at(time)[:, 0] for time in times]
    mass = [case.integral(field) for field in fields]
    assert np.abs(mass[1] / mass[0] - 1).max() < case.spec.known["mass_growth"].tolerance
    feet = [np.array([np.ptp(x[row > 0]) for row in field]) for field in fields]
    ages = [time + case.value("t0", -0.0) for time in times]
    value, tolerance = case.known("spreading")
    assert np.abs(np.log(feet[1] / feet[0]) / np.log(ages[1] / ages[0]) - value).max() < tolerance


def test_a_logistic_reaction_multiplies_the_odds() -> None:
    case = Case("logistic_reaction", 1)
    odds = [np.log(u / (1 - u)) for u in (case.at(0.0), case.at(0.4))]
    value, tolerance = case.known("odds")
    assert np.abs((odds[1] - odds[0]) / 0.4 - value[:, None, None]).max() < tolerance


def test_heat_and_convection_decay_at_their_rates() -> None:
    case = Case("heat_sines", 1)
    x, y = (np.sin(np.pi * case.sim.grid[axis]) for axis in "xy")
    parts = [(field[:, 0] * x[:, None] * y).sum(axis=(1, 2)) for field in (case.at(0.0), case.at(3.0))]
    value, tolerance = case.known("decay")
    assert np.abs(np.log(parts[1] / parts[0]) / 3.0 - value).max() < tolerance
    for speed in (10, 30, 50, 70):
        case = Case(f"convection_ladder_{speed}", 1)
        first = [np.fft.rfft(field[:, 0], axis=-1)[:, 1] for field in (case.at(0.0), case.at(0.37))]
        expected = np.exp(-0.37 * 0.01 - 1j * speed * 0.37)
        assert np.abs(first[1] / first[0] - expected).max() < case.spec.known["decay"].tolerance


def test_waves_in_a_box_keep_their_energy() -> None:
    case = Case("wave_box", 1)
    k = np.pi * np.arange(64)
    square = k[:, None] ** 2 + k**2
    weight = np.where(k == 0, 1.0, 0.5)[:, None] * np.where(k == 0, 1.0, 0.5)
    from scipy.fft import dctn

    found = []
    for time in (0.0, 0.7, 2.1):
        u, v = (dctn(case.at(time)[:, k], axes=(1, 2)) for k in (0, 1))
        found.append(((v**2 + square * u**2) * weight).sum(axis=(1, 2)))
    assert np.abs(np.array(found) / found[0] - 1).max() < case.spec.known["energy_change"].tolerance


def test_a_rogue_wave_rises_to_three_times_its_background_once() -> None:
    case = Case("nls_rogue_wave", 32)
    t0 = case.start[:, 1 + case.sim.formula.drawn.names.index("t0")]
    value, _ = case.known("peak")
    path = case.sim.run(case.start, case.parameters, float(t0[0]), 3)[0]
    height = np.hypot(path[:, 0], path[:, 1]).max(axis=-1) / case.value("n")[0]
    assert abs(height[1] - value[0]) < 1e-3 and height[0] < 1.5 and height[2] < 1.5


def test_mixing_makes_no_new_extrema() -> None:
    case = Case("flow_mixing", 1)
    assert max(np.abs(case.at(time)).max() for time in (0.0, 2.0, 9.0)) < 1 + case.spec.known["extrema"].tolerance


def test_the_flux_at_the_melting_front_carries_the_jump() -> None:
    """The mass, which is stated, grows by the flux at x = 0; the front balance is algebra of p and z."""
    case = Case("gpme_stefan")
    z, p = case.value("z"), case.value("p")
    flux = case.value("(1 - p)/erf(z)*exp(-z**2)/sqrt(pi)")
    value, tolerance = case.known("front_balance")
    assert np.abs(flux - p * z - value).max() < tolerance
    ends = [float(FieldClosedForm().compile(case.spec).start(
        Streams([trajectory_key("p", 0)]), {"z": np.array([edge])}, "test")[0, 2])
        for edge in case.spec.splits["train"].parameters["z"]]  # fmt: skip
    assert np.allclose(ends, [0.7, 0.55], atol=1e-3)

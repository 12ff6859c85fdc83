"""The static problems of the catalogue: maxima, series, resonances, formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.fft import dstn, idstn

from dynarena.engines.base import Array
from dynarena.engines.elliptic_fields import Elliptic, StaticProblem
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.variants import read_system

FOLDER = Path(__file__).resolve().parents[2] / "systems" / "pde"
NAMES = [path.stem for path in sorted(FOLDER.glob("*.toml")) if read_system(path).engine == "elliptic"]


def made(name: str, count: int = 1, split: str = "test") -> tuple[StaticProblem, dict[str, Array], Array]:
    sim = Elliptic().compile(read_system(FOLDER / f"{name}.toml"))
    streams = Streams([trajectory_key("static", index) for index in range(count)])
    parameters = sim.parameters(streams, split)
    return sim, parameters, sim.start(streams, parameters, split)


SLOW = ("poisson_egg_box", "poisson_crossed")  # their waves need fine grids


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long) if n in SLOW else n for n in NAMES])
@pytest.mark.parametrize("split", ["test", "ood_parameters", "ood_start"])
def test_a_second_computation_agrees_in_every_split(name: str, split: str) -> None:
    """Of formulas it is a numerical solution that knows the equation only."""
    sim, parameters, start = made(name, 1, split)
    if len(sim.shape) == 3 and name not in SLOW:
        sim = Elliptic().compile(sim.spec, resolution=32)
    one, other = (go(start, parameters, 1.0, 2)[0, 1] for go in (sim.run, sim.verify))
    assert np.array_equal(one[:-1], other[:-1])
    assert np.linalg.norm(one[-1] - other[-1]) < 0.02 * np.linalg.norm(one[-1])
    assert np.std(one[-1]) > 0


@pytest.mark.parametrize("name", ["darcy_piecewise", "darcy_smooth"])
def test_pressure_is_positive_inside(name: str) -> None:
    sim, parameters, start = made(name, 2)
    u = sim.run(start, parameters, 1.0, 2)[:, 1, 1]
    assert u.min() > sim.spec.known["minimum"].value


def test_the_pressure_of_mixed_rock_lies_between_those_of_its_kinds() -> None:
    """A larger permeability everywhere makes a smaller pressure energy: mean(u) is monotone in a."""
    sim, parameters, start = made("darcy_piecewise", 2)
    states = sim.run(start, parameters, 1.0, 2)[:, 1]
    assert set(np.unique(states[:, 0])) == {3.0, 12.0}
    fact = sim.spec.known["bounds"]
    even = Elliptic().compile(sim.spec.model_copy(update={"solver": {"a": "1 + 0*high*low", "finer": 3}}))
    alone = even.run(start[:1], {name: row[:1] for name, row in parameters.items()}, 1.0, 2)[0, 1, 1]
    assert abs(alone.max() - fact.value) < fact.tolerance
    for u in states[:, 1]:
        assert alone.mean() / 12 < u.mean() < alone.mean() / 3


def test_loads_on_a_membrane_follow_the_sine_series() -> None:
    sim, parameters, start = made("poisson_gaussians")
    fine = Elliptic().compile(sim.spec, resolution=192)
    f, _ = fine.run(start, parameters, 1.0, 1)[0, 0]
    modes = (np.pi * np.arange(1, 193)) ** 2
    series = idstn(dstn(f, type=2) / (modes[:, None] + modes), type=2)
    u = sim.run(start, parameters, 1.0, 2)[0, 1, 1]
    fact = sim.spec.known["series"]
    assert np.abs(u - series[1::3, 1::3]).max() / u.max() < fact.tolerance


def test_an_even_medium_rings_at_its_resonances() -> None:
    """The smallest singular value of the matrix vanishes where k^2 is an eigenvalue of the square."""
    from scipy.sparse.linalg import eigsh

    from dynarena.engines.elliptic_fields.solve import harmonic, operator
    from dynarena.engines.field_box import Box

    sim = made("helmholtz_gaussians")[0]
    box = Box(sim.box.lengths, (192, 192), sim.box.boundary)
    matrix, _ = operator(
        box, [np.ones(box.points)] * 2, [(np.zeros((1, 192)),) * 2, (np.zeros((192, 1)),) * 2], harmonic
    )
    found = np.sqrt(np.sort(eigsh(-matrix, k=4, sigma=0.0, return_eigenvectors=False)))
    fact = sim.spec.known["resonances"]
    assert np.abs(found[[0, 1, 3]] - np.array(fact.value)).max() < fact.tolerance
    assert abs(found[1] - found[2]) < 1e-9


@pytest.mark.parametrize("name", [name for name in NAMES if "residual" in read_system(FOLDER / f"{name}.toml").known])
def test_a_formula_solves_its_equation(name: str) -> None:
    from dynarena.engines.field_closed_form.check import trial_points
    from dynarena.engines.field_closed_form.residual import residual
    from dynarena.engines.field_closed_form.sampling import extended_functions

    sim = made(name)[0]
    formula = sim.problem.exact
    found = residual(formula, sim.box.axes, trial_points(sim, formula), extended_functions())
    assert found.size >= 128 and found.max() < sim.spec.known["residual"].tolerance

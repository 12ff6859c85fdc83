"""Static problems: order two, symmetry, maxima, series, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spectral_builders import streams

from dynarena.engines.elliptic_fields import Elliptic, StaticProblem
from dynarena.engines.elliptic_fields.laws import Cosines, make_law
from dynarena.engines.elliptic_fields.solve import arithmetic, harmonic, operator
from dynarena.engines.field_box import Box
from dynarena.errors import DataError, EquationError, SchemaError, UnknownName
from dynarena.schema.system import SystemSpec

DARCY: dict[str, Any] = {
    "schema": 1, "title": "test", "about": "", "source": "", "engine": "elliptic", "state": ["a", "u"],
    "equations": ["0", "dx(a*dx(u)) + dy(a*dy(u)) + f"], "timescale": 1, "parameters": {"f": 1},
    "domain": {"length": [1, 1], "points": [16, 16], "boundary": ["fixed", "fixed"]},
    "solver": {"a": "exp(g)"}, "start": {"law": "cosines", "options": {"cutoff": 4}},
    "splits": {"wide": {"parameters": {"f": [2, 3]}}},
}  # fmt: skip


def problem(**changes: Any) -> StaticProblem:
    return Elliptic().compile(SystemSpec.model_validate(DARCY | changes))


def solved(sim: StaticProblem, count: int = 1, split: str = "test", **how: int) -> Any:
    parameters = sim.parameters(streams(count), split)
    return sim.run(sim.start(streams(count), parameters, split), parameters, 1.0, 2, **how)


MANUFACTURED = {
    "variable a": (["0", "dx(a*dx(u)) + dy(a*dy(u)) + f"], "2 + sin(3*x)*cos(2*y)", "exp(x)*sin(2*y + 1)", "fixed"),
    "Helmholtz": (["0", "lap(u) + 7*u + f"], "1 + 0*x", "cos(2*x + y)", "fixed"),
    "a cubic reaction": (["0", "0.5*lap(u) - u**3 + f"], "1 + 0*x", "sin(3*x)*cos(y)", "fixed"),
    "insulated walls": (["0", "lap(u) - 2*u + f"], "1 + 0*x", "cos(pi*x)*cos(2*pi*y)", "reflecting"),
    "a ring": (["0", "lap(u) - 2*u + f"], "1 + 0*x", "sin(2*pi*x)*cos(2*pi*y)", "periodic"),
}  # fmt: skip


@pytest.mark.parametrize("case", MANUFACTURED)
@pytest.mark.parametrize("verify", [False, True])
def test_halving_the_cells_divides_the_error_by_four(case: str, verify: bool) -> None:
    """The source f that makes a formula the solution comes from sympy; the numerical solution converges to it."""
    import sympy

    equations, a, u, boundary = MANUFACTURED[case]
    x, y = sympy.symbols("x y", real=True)
    fields = {"u": sympy.sympify(u, locals={"x": x, "y": y}), "a": sympy.sympify(a, locals={"x": x, "y": y})}
    known = {"dx": lambda e: sympy.diff(e, x), "dy": lambda e: sympy.diff(e, y), "x": x, "y": y, **fields}
    flux = equations[1].replace("lap(u)", "(dx(dx(u)) + dy(dy(u)))").replace("+ f", "")
    whole = sympy.sympify(flux, locals=known)
    source = str(-whole)
    spec = {"equations": ["0", equations[1].replace("f", f"({source})")], "parameters": {}, "start": {}, "splits": {}}
    errors = []
    for n in (12, 24, 48):
        sim = problem(**spec, solver={"a": a, "edge": u},
                      domain={"length": [1, 1], "points": [n, n], "boundary": [boundary] * 2})  # fmt: skip
        grid = np.meshgrid(*sim.grid.values(), indexing="ij")
        truth = np.broadcast_to(sympy.lambdify((x, y), fields["u"])(*grid), (n, n))
        start = sim.start(streams(1), {}, "test")
        found = (sim.verify if verify else sim.run)(start, {}, 1.0, 2)[0, 1, 1]
        errors.append(np.abs(found - truth).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(orders - 2) < 0.35), (errors, orders)


def test_the_matrix_is_symmetric_and_negative_definite() -> None:
    box = Box((1.0, 2.0), (6, 9), ("fixed", "reflecting"))
    a = np.exp(np.random.default_rng(0).normal(size=(6, 9)))
    for mean in (harmonic, arithmetic):
        matrix, _ = operator(box, [a, 2 * a], [(np.zeros((1, 9)),) * 2, (np.zeros((6, 1)),) * 2], mean)
        dense = matrix.toarray()
        assert np.array_equal(dense, dense.T)
        assert np.linalg.eigvalsh(dense).max() < 0


def test_a_flux_across_a_jump_is_exact() -> None:
    """u'' a = 0 with a jump at a face: the flux is 1 / (1/2/a1 + 1/2/a2), u piecewise linear."""
    line = {"length": [1], "points": [10], "boundary": ["fixed"]}
    steps = {"a": "where(x < 0.5, 1, 4)", "edge": "x"}
    sim = problem(equations=["0", "dx(a*dx(u))"], solver=steps, start={}, splits={}, parameters={}, domain=line)
    flux = 1 / (0.5 / 1 + 0.5 / 4)
    x = sim.grid["x"]
    truth = np.where(x < 0.5, flux * x, 1 - flux / 4 * (1 - x))
    assert np.allclose(solved(sim)[0, 1, 1], truth, rtol=0, atol=1e-14)


def test_the_largest_pressure_of_uniform_ground_is_that_of_the_series() -> None:
    """-lap(u) = 1 on the unit square: u(1/2, 1/2) = 0.0736713532814…, 16/pi^4 sum of odd modes."""
    odd = np.arange(1, 400, 2)
    m, n = np.meshgrid(odd, odd)
    series = 16 / np.pi**4 * np.sum(np.sin(m * np.pi / 2) * np.sin(n * np.pi / 2) / (m * n * (m**2 + n**2)))
    sim = problem(solver={"a": "1", "finer": 5}, start={}, domain={"length": [1, 1], "points": [17, 17],
                  "boundary": ["fixed", "fixed"]})  # fmt: skip
    assert solved(sim)[0, 1, 1].max() == pytest.approx(series, rel=2e-4)


def test_trajectories_have_the_same_bits_alone_on_threads_and_as_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    sim = problem()
    monkeypatch.setenv("DYNARENA_THREADS", "1")
    parameters = sim.parameters(streams(5), "wide")
    start = sim.start(streams(5), parameters, "wide")
    whole = sim.run(start, parameters, 1.0, 3)
    few = {name: values[3:4] for name, values in parameters.items()}
    assert np.array_equal(sim.run(start[3:4], few, 1.0, 2), whole[3:4, :2])
    monkeypatch.setenv("DYNARENA_THREADS", "3")
    assert np.array_equal(sim.run(start, parameters, 1.0, 3), whole)
    assert np.array_equal(sim.run(sim.after(start, parameters, 1.0, 2), parameters, 1.0, 1)[:, 0], whole[:, 1])
    assert (whole[:, 0, 1] == 0).all() and np.array_equal(whole[:, 1], whole[:, 2])
    assert len({row.tobytes() for row in whole[:, 1, 1]}) == 5


def test_the_random_function_is_the_same_on_every_grid_and_has_its_law() -> None:
    law = make_law("cosines", (1.0, 2.0), {"cutoff": 5})
    assert isinstance(law, Cosines)
    drawn = law.draw(streams(400))
    coarse = np.stack([law.at(row, Box((1.0, 2.0), (8, 8), ("fixed",) * 2).coordinates()) for row in drawn])
    fine = np.stack([law.at(row, Box((1.0, 2.0), (24, 24), ("fixed",) * 2).coordinates()) for row in drawn[:3]])
    assert np.allclose(fine[:, 1::3, 1::3], coarse[:3], rtol=0, atol=1e-13)
    assert (coarse**2).mean() == pytest.approx(1.0, abs=0.1) and abs(coarse.mean()) < 1e-13
    first, second = (drawn.reshape(-1, 6, 6)[:, m, 0].var() for m in (1, 2))
    assert first / second == pytest.approx(((4 * np.pi**2 + 9) / (np.pi**2 + 9)) ** 2, rel=0.35)
    bumps = make_law("gaussians", (1.0, 1.0), {"bumps": 1, "low": 2, "high": 2})
    row = bumps.draw(streams(1))[0]
    peak = bumps.at(row, {"x": row[2:3], "y": row[3:4]})
    assert peak[0, 0] == pytest.approx(2.0) and row[0] == pytest.approx(2.0)


WRONG = {
    "another derivative": ({"equations": ["0", "dx(u)"]}, EquationError, "no diffusion"),
    "a product rule": ({"equations": ["0", "a*lap(u) + x*lap(u)"]}, EquationError, "no diffusion"),
    "one axis": ({"equations": ["0", "dx(dx(u))"]}, EquationError, "an axis has no diffusion"),
    "a third axis": ({"equations": ["0", "lap(u) + dz(dz(u))"]}, EquationError, "lacks this axis"),
    "a moving input": ({"equations": ["u", "lap(u)"]}, EquationError, "an input changes"),
    "a lost input": ({"solver": {}}, SchemaError, "an input has no law"),
    "a foreign key": ({"solver": {"a": "1", "fine": 3}}, UnknownName, "finer"),
    "an even refinement": ({"solver": {"a": "1", "finer": 2}}, SchemaError, "got:      2"),
    "a foreign law": ({"start": {"law": "cosine"}}, UnknownName, "cosines"),
    "a wrong formula": ({"solver": {"a": "1 + 0*x", "u": "x**2"}, "start": {}}, EquationError, "does not solve"),
    "no box": ({"domain": None}, SchemaError, "not a box"),
    "one equation": ({"equations": ["lap(u)"]}, SchemaError, "1 equations for 2 fields"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_does_not_fit_is_refused(case: str) -> None:
    changes, kind, words = WRONG[case]
    with pytest.raises(kind) as caught:
        problem(**changes)
    assert words in str(caught.value)


def test_problems_without_a_single_solution_are_refused() -> None:
    free = {"length": [1, 1], "points": [8, 8], "boundary": ["reflecting", "reflecting"]}
    with pytest.raises(DataError, match="no single solution|finds no solution"):
        solved(problem(equations=["0", "lap(u) + 1 + 0*a"], domain=free))
    with pytest.raises(DataError, match="finds no solution"):
        solved(problem(equations=["0", "lap(u) + 100*exp(u)"]))  # Bratu's problem beyond its fold
    with pytest.raises(SchemaError, match="wrong shape"):
        problem().run(np.zeros((2, 3)), {"f": np.ones(2)}, 1.0, 2)

"""Closed forms, orders of convergence and conservation laws of the spectral engine."""

import numpy as np
import pytest
from spectral_builders import simulator, streams

from dynarena.engines.base import Array
from dynarena.engines.spectral import SpectralSimulator

X = np.arange(64) * (2 * np.pi / 64)
KDV = ["-u*dx(u) - dx(dx(dx(u)))"]
KS = ["-u*dx(u) - lap(u) - bilap(u)"]


def final(sim: SpectralSimulator, start: Array, time: float, steps: int) -> Array:
    """The state after `steps` equal steps."""
    return sim.run(start, {}, time, 2, refine=steps)[:, 1]


def errors(sim: SpectralSimulator, start: Array, time: float, steps: list[int], truth: Array) -> list[float]:
    return [float(np.max(np.abs(final(sim, start, time, n) - truth))) for n in steps]


@pytest.mark.parametrize(
    ("equation", "symbol"),
    [
        ("-3*dx(u)", lambda k: -3j * k),
        ("0.2*lap(u) - dx(u)/2", lambda k: -0.2 * k**2 - 0.5j * k),
        ("-dx(dx(dx(u)))", lambda k: 1j * k**3),
        ("-lap(u) - bilap(u)", lambda k: k**2 - k**4),
        ("u/4 + invlap(u)", lambda k: 0.25 - (1 / k**2 if k else 0)),
    ],
)
def test_linear_systems_are_solved_exactly_in_one_step(equation: str, symbol: object) -> None:
    sim = simulator([equation], solver={"step": 10})
    modes = {0: 0.7, 1: 1.0 + 0.2j, 3: -0.4 + 0.9j}
    start = sum((c * np.exp(1j * k * X)).real for k, c in modes.items())
    truth = sum((c * np.exp(1j * k * X + 1.3 * symbol(k))).real for k, c in modes.items())  # type: ignore[operator]
    assert np.allclose(sim.run(start[None, None], {}, 1.3, 2)[0, 1, 0], truth, rtol=1e-12, atol=1e-12)


def test_mixed_derivatives_follow_plane_waves() -> None:
    box = {"length": ["2*pi", "4*pi", 1], "points": [8, 12, 10]}
    sim = simulator(["dx(dy(dz(u))) + 0.1*lap(u)"], domain=box, solver={"step": 1})
    x, y, z = np.meshgrid(*sim.grid.values(), indexing="ij")
    k = (2.0, 1.5, -2 * 2 * np.pi)
    wave = k[0] * x + k[1] * y + k[2] * z
    rate = (1j**3) * np.prod(k) - 0.1 * sum(value * value for value in k)
    truth = np.exp(1j * wave + 0.02 * rate).real
    assert np.allclose(sim.run(np.cos(wave)[None, None], {}, 0.02, 2)[0, 1, 0], truth, rtol=0, atol=1e-12)


def test_linear_coupling_of_fields_turns_a_wave() -> None:
    sim = simulator(["v", "lap(u)"], state=["u", "v"])
    start = np.stack([np.sin(2 * X), np.zeros(64)])[None]
    assert np.allclose(final(sim, start, 0.5, 40)[0, 0], np.sin(2 * X) * np.cos(1.0), rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("equations", "time", "steps"),
    [(["-u*dx(u) + 0.1*lap(u)"], 1.0, [20, 40, 80]), (KS, 0.5, [40, 80, 160]), (KDV, 0.5, [200, 400, 800]),
     (["u - u**3 + 0.1*lap(u) + sin(x)"], 1.0, [10, 20, 40]), (["sin(u)*cos(x) + 0.1*lap(u)"], 1.0, [4, 8, 16])],
)  # fmt: skip
def test_halving_the_step_divides_the_error_by_sixteen(equations: list[str], time: float, steps: list[int]) -> None:
    sim = simulator(equations, solver={"step": 100})
    start = (np.sin(X) + 0.5 * np.cos(2 * X + 1))[None, None]
    truth = final(sim, start, time, steps[-1] * 4)
    found = errors(sim, start, time, steps, truth)
    orders = np.log2(np.array(found[:-1]) / found[1:])
    assert np.all(found[-1] > 1e-13)
    assert np.all(np.abs(orders - 4) < 0.35), (found, orders)


def test_the_second_scheme_has_order_four_and_the_same_limit() -> None:
    from dynarena.engines.spectral.arrays import Reference
    from dynarena.engines.spectral.integrate import trajectories
    from dynarena.engines.spectral.schemes import Krogstad

    sim = simulator(KDV, solver={"step": 100})
    start = (np.sin(X) + 0.5 * np.cos(2 * X + 1))[None, None]
    truth = final(sim, start, 0.5, 1600)
    found = []
    for steps in (200, 400):
        path = trajectories(sim.plan, sim.box, Krogstad, Reference(), start, {}, (0.5, steps), 2, numbers_a_chunk=10**6)
        found.append(float(np.max(np.abs(path[:, 1] - truth))))
    assert abs(np.log2(found[0] / found[1]) - 4) < 0.35


def test_a_soliton_of_korteweg_and_de_vries_keeps_its_shape() -> None:
    """u = 12 a^2 sech^2(a (x - 4 a^2 t)) solves u_t + u u_x + u_xxx = 0."""
    sim = simulator(KDV, domain={"length": [40], "points": [256]}, solver={"step": 0.002})
    x = sim.grid["x"]
    a = 0.7
    profile = lambda t: 12 * a**2 / np.cosh(a * (np.mod(x - 4 * a**2 * t, 40) - 20)) ** 2  # noqa: E731
    assert np.max(np.abs(final(sim, profile(0)[None, None], 5.0, 1)[0, 0] - profile(5.0))) < 5e-6


def test_two_solitons_pass_through_each_other() -> None:
    """The faster one leaves ahead by ln(((b+a)/(b-a))^2) / b, the slower one behind, as Hirota's solution says."""
    sim = simulator(KDV, domain={"length": [64], "points": [256]}, solver={"step": 0.005})
    x = sim.grid["x"] - 26
    a, b = 0.5, 1.0

    def exact(t: float) -> Array:
        """12 (ln F)_xx with F = 1 + e^p + e^q + A e^(p+q); derivatives of F by hand."""
        p, q = a * x - a**3 * t, b * (x + 12) - b**3 * t
        weight = ((b - a) / (b + a)) ** 2
        parts = [(np.exp(p), a), (np.exp(q), b), (weight * np.exp(p + q), a + b)]
        f = 1 + sum(e for e, _ in parts)
        first, second = sum(e * k for e, k in parts), sum(e * k**2 for e, k in parts)
        return np.asarray(12 * (second * f - first**2) / f**2)

    assert np.max(np.abs(final(sim, exact(0)[None, None], 16.0, 1)[0, 0] - exact(16.0))) < 1e-3


@pytest.mark.parametrize("equations", [["-u*dx(u) + 0.05*lap(u)"], KS, KDV, ["-lap(lap(u) + u - u**3)/20"]])
def test_the_mean_of_a_conservation_law_stays(equations: list[str]) -> None:
    sim = simulator(equations, solver={"step": 0.005})
    start = sim.start(streams(2), {}, "test") * 0.5 + 0.3
    path = sim.run(start, {}, 0.1, 6)
    assert np.max(np.abs(path.mean(axis=-1) - start.mean(axis=-1)[:, None])) < 1e-14


@pytest.mark.parametrize("n", [32, 33 * 2, 48])
def test_products_have_no_aliases_so_that_truncated_inviscid_burgers_keeps_its_energy(n: int) -> None:
    sim = simulator(["-u*dx(u)"], domain={"length": ["2*pi"], "points": [n]}, solver={"step": 0.002})
    path = sim.run(sim.start(streams(1), {}, "test") * 0.5, {}, 2.0, 2)
    energy = (path**2).mean(axis=-1)
    assert np.max(np.abs(path[0, 1] - path[0, 0])) > 0.5
    assert abs(energy[0, 1, 0] / energy[0, 0, 0] - 1) < 1e-8


def test_a_cube_is_dealiased_by_its_own_rule() -> None:
    """Galerkin truncation of u_t = -d_x(u^3) keeps the energy only where u^3 has no alias on a kept mode."""
    sim = simulator(["-dx(u**3)"], solver={"step": 0.001})
    assert sim.box.kept == (15,)
    path = sim.run(sim.start(streams(1), {}, "test") * 0.5, {}, 1.0, 2)
    energy = (path**2).mean(axis=-1)
    assert abs(energy[0, 1, 0] / energy[0, 0, 0] - 1) < 1e-8


@pytest.mark.parametrize(
    ("equations", "state", "transforms"),
    [
        (KS, ["u"], 2),
        (["-0.5*grad2(u) - lap(u)"], ["u"], 2),
        (["u**2*dx(u) + u - u**3"], ["u"], 2),
        (["lap(u) - u*v**2 + 0.1*(1 - u)", "lap(v) + u*v**2 - 0.2*v"], ["u", "v"], 3),
        (["lap(u) + 3*v", "dx(u)"], ["u", "v"], 0),
    ],
)
def test_an_evaluation_takes_the_fewest_transforms(equations: list[str], state: list[str], transforms: int) -> None:
    assert simulator(equations, state=state).plan.n_transforms == transforms


def test_vorticity_takes_four_transforms_and_agrees_with_its_flux_form() -> None:
    square = {"length": ["2*pi", "2*pi"], "points": [32, 32]}
    forms = [
        "dy(invlap(u))*dx(u) - dx(invlap(u))*dy(u) + lap(u)/50",
        "-(dx(invlap(u))*dy(u) - dy(invlap(u))*dx(u)) + lap(u)/50",
        "dx(u*dy(invlap(u))) - dy(u*dx(invlap(u))) + lap(u)/50",
    ]
    sims = [simulator([form], domain=square) for form in forms]
    assert [sim.plan.n_transforms for sim in sims] == [4, 4, 5]
    start = sims[0].start(streams(2), {}, "test")
    paths = [sim.run(start, {}, 0.2, 3) for sim in sims]
    assert np.allclose(paths[0], paths[2], rtol=0, atol=1e-13)
    assert np.allclose(paths[1], paths[2], rtol=0, atol=1e-13)
    assert np.max(np.abs(paths[0][:, 2] - start)) > 0.01


def test_inviscid_vorticity_keeps_energy_and_enstrophy() -> None:
    square = {"length": ["2*pi", "2*pi"], "points": [32, 32]}
    sim = simulator(["dy(invlap(u))*dx(u) - dx(invlap(u))*dy(u)"], domain=square, solver={"step": 0.01})
    path = sim.run(sim.start(streams(1), {}, "test"), {}, 2.0, 2)
    modes = np.abs(np.fft.fft2(path[0, :, 0])) ** 2
    k = np.fft.fftfreq(32, 1 / 32)
    square_k = k[:, None] ** 2 + k**2
    energy = (modes / np.where(square_k > 0, square_k, np.inf)).sum(axis=(1, 2))
    assert np.allclose(energy[1], energy[0], rtol=1e-8)
    assert np.allclose(modes[1].sum(), modes[0].sum(), rtol=1e-8)


def test_a_growing_linear_part_meets_no_growing_remainder_in_two_dimensions() -> None:
    """Round-off that no real field can hold would overflow after 700 growth times."""
    square = {"length": ["2*pi", "2*pi"], "points": [16, 16]}
    sim = simulator(
        ["u - u**3 + lap(u)/2"], domain=square, solver={"step": 0.5}, start={"law": "fourier", "options": {"cutoff": 3}}
    )
    end = sim.advance(sim.start(streams(2), {}, "test"), {}, 2000.0)
    assert np.isfinite(end).all()
    assert np.max(np.abs(end)) <= 1 + 1e-9


def test_torch_agrees_with_the_reference() -> None:
    square = {"length": ["2*pi", "2*pi"], "points": [24, 24]}
    cases = [simulator(KDV), simulator(["a*sin(u) + u*v", "dx(u) + cos(x) - v + 0.1*lap(v)"], state=["u", "v"],
             parameters={"a": 0.5}, splits={"wide": {"parameters": {"a": [0, 1]}}}),
             simulator(["dy(invlap(u))*dx(u) - dx(invlap(u))*dy(u) - 4*cos(y)"], domain=square)]  # fmt: skip
    for sim in cases:
        parameters = sim.parameters(streams(3), "wide" if sim.spec.splits else "test")
        start = sim.start(streams(3), parameters, "test")
        difference = sim.run(start, parameters, 0.1, 4) - sim.run_fast(start, parameters, 0.1, 4)
        assert np.max(np.abs(difference)) < 1e-12


def test_each_trajectory_has_its_own_parameters() -> None:
    sim = simulator(["-nu*u + half*lap(u)"], parameters={"nu": 1, "half": "nu/2"},
                    splits={"wide": {"parameters": {"nu": [0.5, 2]}}})  # fmt: skip
    parameters = sim.parameters(streams(5), "wide")
    assert len(set(parameters["nu"])) == 5
    assert np.array_equal(parameters["half"], parameters["nu"] / 2)
    start = np.repeat(np.cos(X)[None, None], 5, axis=0)
    truth = np.exp(-1.5 * parameters["nu"])[:, None] * np.cos(X)
    assert np.allclose(sim.run(start, parameters, 1.0, 2)[:, 1, 0], truth, rtol=0, atol=1e-13)


def test_verify_is_another_computation_of_the_same_solution() -> None:
    sim = simulator(KS, domain={"length": [22], "points": [64]}, solver={"step": 0.1})
    start = sim.advance(sim.start(streams(2), {}, "test"), {}, 50.0)
    path, again = sim.run(start, {}, 1.0, 3), sim.verify(start, {}, 1.0, 3)
    assert np.array_equal(again[:, 0], start)
    assert 0 < np.max(np.abs(path - again)) < 1e-4


def test_what_overflows_is_returned_without_a_warning() -> None:
    sim = simulator(["u**2"], solver={"step": 0.1})
    assert not np.isfinite(sim.run(np.full((1, 1, 64), 5.0), {}, 5.0, 2)[0, 1]).any()

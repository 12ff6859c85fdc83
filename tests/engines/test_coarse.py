"""Coarse grids of a field's own solver: they converge, conserve, cost less, and lose nothing that they cannot hold."""

from __future__ import annotations

import numpy as np
import pytest

from dynarena.data.system import System
from dynarena.engines.coarse import FEWEST, coarse_field, factors
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.errors import UnknownName


def begun(name, n=3, points=None):
    """The spec, starts, parameters and simulator of a system, on fewer points where asked."""
    system = System(f"pde/{name}", resolution=points)
    streams = Streams([trajectory_key(name, index) for index in range(n)])
    parameters = system.simulator.parameters(streams, "test")
    start = system.simulator.start(streams, parameters, "test")
    spec = system.spec
    shape = {"points": list(start.shape[2:])}
    return spec.model_copy(update={"domain": spec.domain.model_copy(update=shape)}), start, parameters, system.simulator


def test_grids_are_halved_while_they_stay_even_and_keep_eight_points():
    spec, *_ = begun("burgers_1d")
    assert factors(spec) == [2, 4, 8, 16, 32]
    for points, expected in (([48], [2, 4]), ([20], [2]), ([64, 32], [2, 4]), ([18], []), ([12], [])):
        domain = spec.domain.model_copy(update={"points": points, "length": [1.0] * len(points)})
        found = factors(spec.model_copy(update={"domain": domain}))
        assert found == expected
        assert all(n // factor >= FEWEST and (n // factor) % 2 == 0 for factor in found for n in points)


@pytest.mark.parametrize(("name", "dt"), [("burgers_1d", 0.02), ("ape_burgers_1d", 0.5)])
def test_a_spectral_field_converges_to_its_own_grid_faster_than_fourth_order(name, dt):
    spec, start, parameters, simulator = begun(name)
    truth = simulator.run(start, parameters, dt, 5)
    errors = [np.abs(coarse_field(spec, factor).run(start, parameters, dt, 5) - truth).max() for factor in (8, 4, 2)]
    assert errors[0] > 16 * errors[1] > 16 * 16 * errors[2]
    assert errors[2] < 1e-3 * np.abs(truth).max()


@pytest.mark.parametrize("name", ["euler_sod", "cns_1d"])
def test_cell_averages_come_nearer_with_every_finer_grid_and_keep_their_mass(name):
    spec, start, parameters, simulator = begun(name, 2)
    dt = 0.02
    truth = simulator.run(start, parameters, dt, 4)
    errors = []
    for factor in (8, 4, 2):
        path = coarse_field(spec, factor).run(start, parameters, dt, 4)
        errors.append(np.abs(path - truth).mean())
        assert np.array_equal(path[:, 0], start)
        np.testing.assert_allclose(path[:, :, 0].mean(-1), truth[:, :, 0].mean(-1), rtol=1e-6)
    assert errors[0] > 1.3 * errors[1] > 1.3 * 1.3 * errors[2]
    assert errors[2] < 0.05 * np.abs(truth).mean()


@pytest.mark.parametrize("name", ["burgers_1d", "euler_sod"])
def test_a_coarser_grid_costs_less_and_a_trajectory_s_numbers_are_its_own(name):
    spec, start, parameters, _ = begun(name)
    grids = [coarse_field(spec, factor) for factor in (2, 4, 8)]
    costs = [grid.operations(start, parameters, 0.05) for grid in grids]
    assert costs[0] > 2 * costs[1] > 4 * costs[2] > 0
    whole = grids[1].run(start, parameters, 0.05, 3)
    alone = grids[1].run(start[1:2], {key: values[1:2] for key, values in parameters.items()}, 0.05, 3)
    np.testing.assert_allclose(alone[0], whole[1], rtol=0, atol=1e-12)


def test_the_mean_of_a_periodic_field_is_the_same_on_every_grid():
    spec, start, parameters, _ = begun("burgers_1d")
    path = coarse_field(spec, 4).run(start + 0.3, parameters, 0.05, 4)
    np.testing.assert_allclose(
        path.mean(-1), 0.3 + np.broadcast_to(start.mean(-1)[:, None], path.shape[:3]), atol=1e-12
    )


def test_what_the_coarse_grid_loses_stays_as_it_last_was():
    spec, start, parameters, _ = begun("burgers_1d")
    wild = start.copy()
    wild[1] *= 1e6
    path = coarse_field(spec, 8).run(wild, parameters, 0.05, 6)
    assert np.isfinite(path).all()
    assert np.array_equal(path[1, -1], path[1, -2])
    assert not np.array_equal(path[0, -1], path[0, -2])


def test_an_engine_without_a_grid_to_make_coarser_is_named():
    spec = System("pde/burgers_cole_hopf").spec
    with pytest.raises(UnknownName, match="field_closed_form"):
        coarse_field(spec, 2)

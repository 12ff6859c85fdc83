"""The certificate of a field: its parts say what half a step and twice the points change."""

import numpy as np
import pytest

from dynarena.data.certify_fields import certificate_of_fields
from dynarena.data.clocks import compute
from dynarena.engines.finite_volume import FiniteVolume, FiniteVolumeSimulator
from dynarena.engines.spectral import Spectral, SpectralSimulator
from dynarena.engines.streams import Streams, trajectory_key
from dynarena.schema.system import SystemSpec

STREAMS = Streams([trajectory_key("certify", index) for index in range(2)])


def burgers(step: float = 0.02, points: int = 96, nu: float = 0.25) -> SystemSpec:
    return SystemSpec.model_validate(
        {
            "schema": 1, "title": "Burgers", "about": "", "source": "", "engine": "spectral", "state": ["u"],
            "equations": ["-u*dx(u) + nu*lap(u)"], "parameters": {"nu": nu}, "timescale": 1,
            "domain": {"length": ["2*pi"], "points": [points]}, "solver": {"step": step},
            "start": {"law": "fourier", "options": {"cutoff": 2}},
        }
    )  # fmt: skip


def certified(spec: SystemSpec) -> dict:
    return certificate_of_fields(Spectral().compile(spec), STREAMS, 1.0)


def test_a_coarse_step_shows_in_the_half_step_and_a_coarse_grid_in_the_resolution() -> None:
    fine, stepping, coarse = certified(burgers()), certified(burgers(step=0.1)), certified(burgers(points=24))
    assert fine["certified"] and fine["reference_error"]["value"] < 1e-5
    assert stepping["half_step"]["value"] > 100 * fine["half_step"]["value"]
    assert coarse["resolution"]["value"] > 100 * fine["resolution"]["value"]
    for facts in (fine, stepping, coarse):
        parts = facts["half_step"]["value"] + facts["resolution"]["value"]
        assert facts["reference_error"]["value"] <= 1.1 * parts


def test_what_parts_within_five_timescales_is_not_certified() -> None:
    class Late(SpectralSimulator):
        def verify(self, start, parameters, dt, n_points):  # type: ignore[no-untyped-def]
            path = super().verify(start, parameters, dt, n_points)
            path[:, np.arange(n_points) * dt > self.until] *= 1.5
            return path

    sim = Spectral().compile(burgers())
    late = Late(sim.spec, sim.plan, sim.box, sim.step)
    for until, fine in ((4.0, False), (6.0, True)):
        late.until = until
        facts = certificate_of_fields(late, STREAMS, 1.0)
        assert facts["certified"] is fine
        assert facts["certified_until"]["value"] == pytest.approx(until + 0.125)


def test_the_facts_of_a_field_hold_its_certificate() -> None:
    facts = compute(burgers(), Spectral().compile(burgers()), "pde")
    assert facts["timescale"]["value"] == 1 and facts["certified"] is True


class Wrong(FiniteVolumeSimulator):
    """Its second computation is off by half of what it finds."""

    def verify(self, start, parameters, dt, n_points):  # type: ignore[no-untyped-def]
        return 1.5 * super().verify(start, parameters, dt, n_points)


def shock(points: int, kind: type[FiniteVolumeSimulator] = FiniteVolumeSimulator) -> dict:
    """A step that moves at speed 0.85 in a Burgers flow without viscosity."""
    spec = SystemSpec.model_validate(
        {
            "schema": 1, "title": "shock", "about": "", "source": "", "engine": "finite_volume", "state": ["u"],
            "equations": ["-dx(u**2/2)"], "timescale": 1, "solver": {"law": "burgers", "reconstruction": "weno5"},
            "domain": {"length": [16], "points": [points], "boundary": ["outflow"]},
            "start": {"box": {"at": [2.0, 2.5]}, "options": {"u": "where(x < at, 1.7, 0)"}},
        }
    )  # fmt: skip
    return certificate_of_fields(kind(FiniteVolume().compile(spec).setup), STREAMS, 1.0)


def test_a_shock_is_certified_by_the_mean_over_space_which_shrinks_with_the_cells() -> None:
    """Of first order, as the shock is a few cells wide; the root mean square of order one half."""
    fine, coarse = shock(256), shock(64)
    for facts in (fine, coarse):
        assert facts["certified"] and facts["certified_until"]["over"] == "mean"
    assert coarse["mean_error"]["value"] / fine["mean_error"]["value"] == pytest.approx(4, rel=0.1)
    assert coarse["reference_error"]["value"] / fine["reference_error"]["value"] == pytest.approx(2, rel=0.1)
    assert fine["mean_error"]["value"] < 0.002
    wrong = shock(64, Wrong)
    assert not wrong["certified"] and wrong["mean_error"]["value"] > 0.1


def test_what_agrees_number_by_number_is_not_compared_by_means() -> None:
    smooth = certified(burgers())
    assert "mean_error" not in smooth and "over" not in smooth["certified_until"]

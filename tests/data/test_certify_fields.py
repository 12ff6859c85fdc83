"""The certificate of a field: its parts say what half a step and twice the points change."""

import numpy as np
import pytest

from dynarena.data.certify_fields import certificate_of_fields
from dynarena.data.clocks import compute
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

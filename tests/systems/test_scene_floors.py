"""The floors of trackers that are stored beside the scenes: there, of this version, small, and what is measured."""

from __future__ import annotations

import json

import numpy as np
import pytest
from test_scenes_of_motion import FOLDER, NAMES, TRACKED, simulator_of, spec_of

from dynarena.data.floors import RESOLUTIONS, floors
from dynarena.equations.digest import system_digest

COMPUTED = FOLDER.parent / "_computed" / "video"


def stored(name):
    return json.loads((COMPUTED / f"{name}.json").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_every_scene_has_its_facts_and_what_is_tracked_its_floors(name):
    facts = stored(name)
    assert facts["digest"] == system_digest(spec_of(name)) and facts["kind"] == "video"
    assert ("floor" in facts) == (name in TRACKED)


@pytest.mark.parametrize("name", TRACKED)
def test_floors_are_small_and_shrink_with_the_pixels(name):
    floor = stored(name)["floor"]["pixels"]
    full = floor["128"]
    discs = all(simulator_of(name).look.shapes[place] == "disc" for place in simulator_of(name).look.tracked)
    slack = 1 if discs else 2
    assert full["judged"] > 0.2 and full["missing"] == 0
    assert full["place"][0] < slack * 5e-4 and full["speed"][0] < slack * 5e-3
    assert full["drift"] is None or full["drift"] < slack * 2e-4
    assert full["place"][0] < floor["64"]["place"][0] < floor["32"]["place"][0] < 0.05


def test_a_stored_floor_is_what_is_measured_again():
    name = "free_fall"
    assert floors(simulator_of(name), system_digest(spec_of(name))) == stored(name)["floor"]


def test_floors_are_lengths_of_every_resolution_and_fields_have_none():
    found = floors(simulator_of("circular_motion"), "another key")["pixels"]
    assert set(found) == {str(resolution) for resolution in RESOLUTIONS}
    assert 0 < found["128"]["place"][0] <= found["128"]["place"][1]
    assert np.isfinite(found["32"]["speed"]).all()
    assert floors(simulator_of("drum"), "key") is None

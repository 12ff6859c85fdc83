"""Systems beyond the boards: a page each with a portrait or a strip of frames, and a table of all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dynarena.publishing.catalogue import catalogue
from dynarena.publishing.site import publish
from dynarena.publishing.systems import row
from dynarena.suite import find

SYSTEMS = [
    "chaos/rossler",
    "chaos/double_pendulum",
    "chaos/henon",
    "chaos/mackey_glass",
    "video/kepler",
    "pde/burgers_1d",
]


@pytest.fixture(scope="module")
def entries(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNARENA_CACHE", str(tmp_path_factory.mktemp("cache")))
        told: list[str] = []
        found = catalogue([find("systems", name) for name in SYSTEMS], on_entry=told.append)
        assert told == SYSTEMS
        yield found


@pytest.fixture(scope="module")
def site(entries, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("all") / "site"
    publish([], out, catalogue=entries)
    return out


def test_every_system_of_the_catalogue_has_a_page_though_no_board_asks_it(site):
    for name in SYSTEMS:
        content = (site / "systems" / f"{name.replace('/', '-')}.html").read_text()
        assert name in content and "Boards</h2>" not in content and "Regenerate" in content


def test_points_have_a_portrait_and_scenes_a_strip_drawn_once(entries, site):
    assert [entry.picture is not None for entry in entries] == [True, True, True, True, True, False]
    for entry in entries[:5]:
        assert entry.picture is not None
        picture = site / "systems" / f"{entry.system.replace('/', '-')}.png"
        assert picture.read_bytes()[:4] == b"\x89PNG" and picture.stat().st_size > 5000
        assert f'src="{picture.name}"' in picture.with_suffix(".html").read_text()


def test_the_table_holds_exponents_with_errors_and_certified_horizons(entries, site):
    table = (site / "systems" / "index.html").read_text()
    words = " ".join(re.sub("<[^>]*>", " ", table).split())
    rossler = next(entry for entry in entries if entry.system == "chaos/rossler")
    shown = row(rossler.spec, rossler.computed)
    assert shown["exponent"].startswith("0.07") and "±" in shown["exponent"]
    assert f"chaos/rossler ode, chaotic 3 {shown['exponent']}" in words
    assert words.index("chaos/double_pendulum") < words.index("chaos/henon") < words.index("pde/burgers_1d")
    assert 'href="systems/index.html"' in (site / "index.html").read_text()


def test_an_uncertified_system_is_marked(entries):
    henon = next(entry for entry in entries if entry.system == "chaos/henon")
    assert row(henon.spec, henon.computed)["uncertified"] == ""
    assert row(henon.spec, henon.computed | {"certified": False})["uncertified"] == "uncertified"


def test_a_system_that_changed_since_its_board_was_frozen_keeps_the_board_s_page(mock, entries, tmp_path):
    described = mock.make_described()
    publish([described], tmp_path / "site", catalogue=entries)
    page = (tmp_path / "site" / "systems" / "chaos-lorenz63.html").read_text()
    assert "Boards</h2>" in page

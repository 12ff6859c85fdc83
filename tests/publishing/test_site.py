from __future__ import annotations

import csv
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from dynarena.errors import UsageError
from dynarena.publishing import site
from dynarena.publishing.page import Axis
from dynarena.publishing.site import MARKER, publish
from dynarena.ranking import build_board
from dynarena.schema.lock import Lock
from dynarena.schema.record import Record

VOID = {"meta", "link", "img", "br", "line", "path", "circle", "rect"}


class Page(HTMLParser):
    """Tags, attributes and balance of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def made(mock, tmp_path_factory):
    boards = [mock.make_board(name) for name in mock.BOARDS]
    out = tmp_path_factory.mktemp("www") / "site"
    publish(boards, out, title="The arena", base_url="https://example.org/arena", examples=mock.make_examples())
    return out


@pytest.fixture(scope="module")
def attacked(hostile, tmp_path_factory):
    out = tmp_path_factory.mktemp("attacked") / "site"
    publish([hostile], out, title="<svg onload=alert(3)>")
    return out


def pages(folder):
    return sorted(folder.rglob("*.html"))


def test_every_link_is_relative_and_leads_to_a_file_and_nothing_external_is_loaded(made):
    for path in pages(made):
        page = Page(path)
        assert not page.open
        loaded = [a["src"] for a in page.all("img")] + [a["href"] for a in page.all("link") if a["rel"] != "canonical"]
        links = [a["href"] for a in page.all("a")]
        for link in loaded + links:
            target = unquote(link.split("#")[0])
            if not link.startswith("data:") and target:
                assert not re.match(r"[a-z]+:|/", link), link
                assert (path.parent / target).is_file(), link
        anchors = {a.get("id") for _, a in page.tags}
        assert all(link.split("#")[1] in anchors for link in links if link.startswith("#"))
        assert not any("src" in a for a in page.all("script"))
    assert "url(" not in (made / "style.css").read_text() and "@import" not in (made / "style.css").read_text()


def test_tables_are_accessible(made):
    for path in pages(made):
        page = Page(path)
        tables = len(page.all("table"))
        assert tables and len(page.all("caption")) == tables
        assert all(a.get("scope") in ("col", "row", "rowgroup") for a in page.all("th"))
        assert all(a.get("alt") for a in page.all("img"))
        assert ("html", {"lang": "en"}) in page.tags
        assert all(a.get("aria-label") or a.get("aria-hidden") for a in page.all("svg"))


def test_page_tells_place_score_interval_seeds_failures_digests_and_how_to_cite(made, mock, board):
    page = Page(made / "chaos-forecast-1.0.quick/index.html")
    words = " ".join(" ".join(page.words).split())
    row = board.table.set_index("model").loc["gru"]
    assert row.place in words and f"{row.skill:.3f}" in words and f"{row.low:.2f} … {row.high:.2f}" in words
    for expected in ("1 seed: the interval holds no seed variation", "✕ 17 %", "partial", "Knows the equations", "best",
                     board.lock.digest, board.scorer_digest, "@misc{dynarena_chaos_forecast_1_0_quick",
                     "https://example.org/arena/chaos-forecast-1.0.quick/index.html", "geometric mean"):  # fmt: skip
        assert expected in words + str(page.tags), expected


def test_downloads_are_the_table_the_records_and_the_lock(made, board):
    folder = made / "chaos-forecast-1.0.quick"
    assert [row["model"] for row in csv.DictReader((folder / "leaderboard.csv").read_text().splitlines())] == list(
        board.table.model
    )
    assert json.loads((folder / "leaderboard.json").read_text())["rows"][0]["skill"] == board.table.skill[0]
    records = [Record.from_line(line) for line in (folder / "records.jsonl").read_text().splitlines()]
    assert records == board.records
    assert Lock.model_validate_json((folder / "lock.json").read_text()).digest == board.lock.digest
    assert len(list(csv.DictReader((folder / "systems.csv").read_text().splitlines()))) == len(board.systems)


def test_the_key_of_lines_names_only_models_that_have_a_line(made):
    content = (made / "chaos-forecast-1.0.quick/index.html").read_text()
    key = re.search(r'<ul class="key".*?</ul>', content, re.DOTALL).group()
    assert "echo_state" in key and "unet" not in key


def test_figures_follow_the_readers_dark_setting_and_keep_text_as_text(made):
    figures = sorted(made.rglob("*.svg"))
    assert len(figures) == 3 + 14 + 6 + 5  # cost, lead times, survival on the board of valid times, examples
    for path in figures:
        content = path.read_text()
        assert "prefers-color-scheme: dark" in content and "<text" in content and "<!DOCTYPE svg" in content
        assert "mathdefault" not in content
        assert path.stat().st_size < 250_000


def test_index_has_a_card_for_each_board_and_a_sitemap_lists_the_pages(made):
    index = Page(made / "index.html")
    assert sum(a.get("class") == "card" for a in index.all("section")) == 3
    assert (made / "sitemap.xml").read_text().count("<loc>https://example.org/arena/") == 4


def test_hostile_names_run_nothing_and_stay_text(attacked):
    for path in pages(attacked):
        page = Page(path)
        assert not page.open
        assert len(page.all("script")) == (path.parent != attacked)
        assert not any(key.startswith("on") for _, attrs in page.tags for key in attrs)
        assert all(a["src"].startswith("figures/") for a in page.all("img"))
        assert not {"i", "u"} & {tag for tag, _ in page.tags}
        assert path.parent == attacked or "<script>alert(1)</script>" in " ".join(page.words)
        assert "\u202e" not in path.read_text()


def test_hostile_names_stay_text_in_figures(attacked):
    import xml.etree.ElementTree as ElementTree

    for path in attacked.rglob("*.svg"):
        tags = {element.tag.rsplit("}")[-1] for element in ElementTree.parse(path).iter()}
        assert not tags & {"script", "img", "foreignObject"}


def test_same_boards_give_the_same_bytes(mock, tmp_path):
    lock = mock.make_lock("video-physics")
    records = mock.make_records(lock, ["gru", "oracle"])
    for name, given in (("a", records), ("b", records[::-1])):
        publish([build_board(given, lock)], tmp_path / name)
    one, other = (sorted(p for p in (tmp_path / name).rglob("*") if p.is_file()) for name in "ab")
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in other]


def test_publishing_again_replaces_the_site_and_leaves_nothing_behind(mock, tmp_path):
    lock = mock.make_lock("pde-forecast")
    empty = build_board([], lock)
    index = publish([empty], tmp_path / "site")
    (tmp_path / "site/stale.txt").write_text("old")
    assert publish([empty], tmp_path / "site") == index
    assert sorted(p.name for p in tmp_path.iterdir()) == ["site"]
    assert not (tmp_path / "site/stale.txt").exists() and (tmp_path / "site" / MARKER).is_file()


def test_a_folder_that_is_not_ours_is_refused_and_untouched(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="something else") as caught:
        publish([], tmp_path)
    assert "--out" in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(UsageError, match="something else"):
        publish([], tmp_path / "thesis.tex")


def test_a_failure_halfway_keeps_the_old_site_whole(mock, tmp_path, monkeypatch):
    publish([], tmp_path / "site", title="old")
    monkeypatch.setattr(site, "write_exports", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        publish([build_board([], mock.make_lock("pde-forecast"))], tmp_path / "site")
    assert "old" in (tmp_path / "site/index.html").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_failed_swap_puts_the_old_site_back(tmp_path, monkeypatch):
    publish([], tmp_path / "site", title="old")
    real = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, to: _refuse() if (self / MARKER).is_file() and to.name == "site"
                        and self.parent == tmp_path and self.name.startswith(".") else real(self, to))  # fmt: skip
    with pytest.raises(OSError, match="refused"):
        publish([], tmp_path / "site", title="new")
    assert "old" in (tmp_path / "site/index.html").read_text()
    assert os.listdir(tmp_path) == ["site"]  # noqa: PTH208


def _refuse():
    raise OSError("refused")


def test_one_benchmark_twice_and_a_strange_address_are_refused(board, tmp_path):
    with pytest.raises(UsageError, match="two boards"):
        publish([board, board], tmp_path / "x")
    with pytest.raises(UsageError, match="no web address"):
        publish([board], tmp_path / "x", base_url="javascript:alert(1)")
    assert not (tmp_path / "x").exists()


def test_bars_place_skill_on_a_common_scale_and_cut_what_is_beyond():
    scale = Axis(-1.0)
    assert scale.at(0.0) == pytest.approx((scale.at(-1.0) + scale.at(1.0)) / 2)
    assert scale.at(-3.0) == scale.at(-1.0) and scale.at(None) is None
    assert [name for _, name in scale.ticks] == ["−1", "−0.5", "0", "0.5", "1"]


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_reaches_a_contrast_of_4_5_in_light_and_dark(made):
    themes = re.findall(r":root \{([^}]*)\}", (made / "style.css").read_text())[:2]
    for theme in themes:
        colours = dict(re.findall(r"--(\w+): (#\w{6})", theme))
        for text in ("ink", "soft", "accent", "warn", "bad"):
            for ground in ("paper", "panel", "band"):
                light, dark = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)

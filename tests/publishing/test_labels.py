from __future__ import annotations

from itertools import combinations

import pytest

from dynarena.publishing.canvas import drawing, figure
from dynarena.publishing.labels import annotate

CROWD = [(0.5, 0.5), (0.51, 0.5), (0.5, 0.52), (0.52, 0.49), (0.98, 0.5), (0.02, 0.99), (0.5, 0.01)]


@pytest.fixture(scope="module")
def crowded():
    with drawing():
        drawn = figure(8.4, 3.8)
        axes = drawn.subplots()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        annotate(axes, CROWD, [f"model_number_{i}" for i in range(len(CROWD))])
        drawn.draw_without_rendering()
        yield axes


def test_labels_of_crowded_points_do_not_overlap(crowded):
    boxes = [text.get_window_extent() for text in crowded.texts]
    assert len(boxes) == len(CROWD)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_labels_stay_within_the_axes_and_off_the_points(crowded):
    frame = crowded.get_window_extent()
    for text in crowded.texts:
        box = text.get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        assert not any(box.contains(*crowded.transData.transform(place)) for place in CROWD)


def test_a_lone_label_stands_right_beside_its_point():
    with drawing():
        axes = figure(4, 3).subplots()
        annotate(axes, [(0.5, 0.5)], ["m"])
    assert axes.texts[0].xyann == (7.0, 0.0)

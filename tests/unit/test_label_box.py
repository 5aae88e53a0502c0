from __future__ import annotations

import pytest
import shapely

from app.label_box import LEAST_MARGIN_M, box_around, refuse_outside
from geodata.errors import LabelsError
from geodata.grid import BoundingBox
from geodata.grid_choice import area_km2
from geodata.labels import Label, LabelSet


def labels(*geometries):
    made = [shapely.Point(g) if isinstance(g, tuple) else g for g in geometries]
    return LabelSet(tuple(Label(i, f"class {i % 2}", geometry) for i, geometry in enumerate(made)))


def test_a_few_labels_get_half_a_kilometre_around_them():
    box, note = box_around(labels((3.0, 50.0), (3.001, 50.0)))
    assert box.north - 50.0 == pytest.approx(LEAST_MARGIN_M / 111_320, abs=1e-6)
    side_m = 111_320 * 0.6428 * 0.001 + 2 * LEAST_MARGIN_M
    assert area_km2(box) == pytest.approx(side_m * 2 * LEAST_MARGIN_M / 1e6, rel=0.01)
    assert "500 m around" in note
    assert f"{box.west:.5f}" in note


def test_far_apart_labels_get_a_tenth_of_their_extent():
    box, note = box_around(labels((3.0, 50.0), (3.2, 50.5)))
    assert box.north == pytest.approx(50.55, abs=1e-6)
    assert "5,566 m around" in note


def test_polygons_are_inside_with_all_of_their_area():
    box, _ = box_around(labels((3.0, 50.0), shapely.box(3.1, 50.1, 3.3, 50.2)))
    assert box.east > 3.3
    assert box.north > 50.2


def test_labels_on_both_sides_of_the_antimeridian_get_the_short_way_round():
    box, _ = box_around(labels((179.9, -16.5), (-179.8, -16.6)))
    assert box.crosses_antimeridian
    assert box.width < 0.5
    refuse_outside(labels((179.9, -16.5), (-179.8, -16.6)), box)


def test_a_margin_may_cross_the_antimeridian_too():
    box, _ = box_around(labels((179.999, -16.5), (179.998, -16.5)))
    assert box.crosses_antimeridian
    assert box.width < 0.02


def test_labels_all_over_the_world_get_all_of_it():
    box, _ = box_around(labels((-170.0, -80.0), (0.0, 0.0), (170.0, 89.99)))
    assert (box.west, box.east, box.north) == (-180.0, 180.0, 90.0)


def test_labels_outside_of_the_box_are_named():
    inside = BoundingBox(3.0, 50.0, 3.1, 50.1)
    refuse_outside(labels((3.05, 50.05), shapely.box(3.09, 50.09, 3.2, 50.2)), inside)
    with pytest.raises(LabelsError, match="1 of 2 labels cannot be used") as refusal:
        refuse_outside(labels((3.05, 50.05), (3.2, 50.05)), inside)
    assert [fault.where for fault in refusal.value.faults] == ["labels[1]"]


def test_swapped_labels_are_told_so():
    with pytest.raises(LabelsError, match="if longitude and latitude were swapped"):
        refuse_outside(labels((50.05, 3.05), (50.06, 3.06)), BoundingBox(3.0, 50.0, 3.1, 50.1))

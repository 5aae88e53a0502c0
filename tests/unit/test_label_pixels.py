from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from rasterio.features import geometry_mask

from geodata import label_pixels
from geodata.errors import LabelsError
from geodata.grid import BoundingBox, region_on_grid
from geodata.label_pixels import locate_labels, nodata_faults
from geodata.labels import Label, LabelSet
from geodata.legend import Legend

IMAGE = GeoBox((100, 120), Affine(10, 0, 424929.62, 0, -10, 5811877.87), "EPSG:32630")
LEGEND = Legend.from_names(["forest", "water", "grass"])
REGION = region_on_grid(None, IMAGE)


def at(col, row):
    """Longitude and latitude of a place in the image's pixel coordinates."""
    return Transformer.from_crs(32630, 4326, always_xy=True).transform(*(IMAGE.affine @ (col, row)))


def point(col, row):
    return shapely.Point(at(col + 0.5, row + 0.5))


def polygon(*corners):
    return shapely.Polygon([at(*corner) for corner in corners])


def labels_of(*pairs):
    return LabelSet(tuple(Label(i, name, geometry) for i, (name, geometry) in enumerate(pairs)))


def located(pixels):
    return {
        (row, col): LEGEND.classes[index].name
        for row, col, index in zip(pixels.rows, pixels.cols, pixels.class_index, strict=True)
    }


def faults_of(labels, region=REGION, legend=LEGEND):
    with pytest.raises(LabelsError) as refusal:
        locate_labels(labels, legend, region)
    return refusal.value.detail, {fault.where: fault.reason for fault in refusal.value.faults}


def test_a_point_labels_the_pixel_that_it_falls_into():
    labels = labels_of(("forest", shapely.Point(at(7.01, 3.99))), ("water", shapely.Point(at(119.99, 99.99))))
    assert located(locate_labels(labels, LEGEND, REGION)) == {(3, 7): "forest", (99, 119): "water"}


def test_rows_and_columns_count_from_the_regions_corner():
    west, north = at(40, 20)
    east, south = at(80, 60)
    region = region_on_grid(BoundingBox(west, south, east, north), IMAGE)
    labels = labels_of(("forest", point(50, 30)), ("water", point(60, 40)))
    pixels = locate_labels(labels, LEGEND, region)
    assert (pixels.rows + region.row_off).tolist() == [30, 40]
    assert (pixels.cols + region.col_off).tolist() == [50, 60]


def test_a_polygon_labels_the_pixels_whose_centres_it_contains():
    rng = np.random.default_rng(0)
    for _ in range(20):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
        radii = rng.uniform(2, 30, 9)
        ring = np.column_stack((60 + radii * np.cos(angles), 50 + radii * np.sin(angles)))
        shape = polygon(*ring)
        if not shape.is_valid:
            continue
        pixels = locate_labels(labels_of(("forest", shape), ("water", point(0, 0))), LEGEND, REGION)
        drawn = np.zeros(REGION.shape, dtype=bool)
        forest = pixels.class_index == LEGEND.index_of("forest")
        drawn[pixels.rows[forest], pixels.cols[forest]] = True
        projected = shapely.Polygon([IMAGE.affine @ corner for corner in ring])
        expected = geometry_mask([projected], IMAGE.shape, IMAGE.affine, invert=True)
        np.testing.assert_array_equal(drawn, expected)


def test_the_hole_of_a_polygon_and_what_lies_outside_the_region_is_not_labelled():
    outer = polygon((-5, -5), (10, -5), (10, 10), (-5, 10))
    hole = polygon((2, 2), (4, 2), (4, 4), (2, 4))
    pixels = locate_labels(
        labels_of(("forest", outer.difference(hole)), ("water", point(50, 50))), LEGEND, REGION
    )
    assert len(pixels) == 100 - 4 + 1


def test_large_polygons_are_worked_through_in_batches(monkeypatch):
    shape = polygon((3, 3), (90, 10), (60, 95), (5, 60))
    labels = labels_of(
        ("forest", shape), ("water", point(0, 0)), ("forest", shapely.box(*shape.bounds).intersection(shape))
    )
    whole = locate_labels(labels, LEGEND, REGION)
    monkeypatch.setattr(label_pixels, "_BATCH", 150)
    np.testing.assert_array_equal(locate_labels(labels, LEGEND, REGION).rows, whole.rows)


def test_the_order_of_labels_does_not_matter():
    pairs = [
        ("forest", point(5, 9)),
        ("water", point(7, 2)),
        ("grass", polygon((20, 20), (25, 20), (25, 25), (20, 24))),
    ]
    one, other = (locate_labels(labels_of(*order), LEGEND, REGION) for order in (pairs, pairs[::-1]))
    for name in ("rows", "cols", "class_index"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert sorted(zip(one.rows, one.cols, strict=True)) == list(zip(one.rows, one.cols, strict=True))


def test_a_pixel_that_is_labelled_twice_with_one_class_counts_once():
    labels = labels_of(
        ("forest", shapely.Point(at(5.2, 5.2))),
        ("water", point(1, 1)),
        ("forest", shapely.Point(at(5.8, 5.8))),
    )
    pixels = locate_labels(labels, LEGEND, REGION)
    assert len(pixels) == 2
    assert pixels.label_index.tolist() == [1, 0]


def test_a_pixel_that_is_labelled_twice_with_different_classes_is_refused():
    labels = labels_of(
        ("forest", shapely.Point(at(5.2, 5.2))),
        ("water", point(1, 1)),
        ("water", shapely.Point(at(5.8, 5.8))),
        ("grass", polygon((0, 0), (3, 0), (3, 3), (0, 3))),
    )
    detail, faults = faults_of(labels)
    assert detail == "2 of 4 labels cannot be used"
    assert "says 'water' where labels[0] says 'forest'" in faults["labels[2]"]
    assert "says 'grass' where labels[1] says 'water'" in faults["labels[3]"]


def test_all_faults_of_all_kinds_are_named_in_the_order_of_the_labels():
    labels = labels_of(
        ("forest", point(-1, 5)),
        ("fog", point(5, 5)),
        ("water", polygon((3.6, 3.6), (3.9, 3.6), (3.9, 3.9))),
        ("water", point(120, 99)),
        ("forest", point(10, 10)),
    )
    detail, faults = faults_of(labels)
    assert detail == "4 of 5 labels cannot be used"
    assert list(faults) == [f"labels[{i}]" for i in range(4)]
    assert "outside the region, which is [-4." in faults["labels[0]"]
    assert "'fog' is not in the legend, which has forest, grass, water" in faults["labels[1]"]
    assert "contains no pixel's centre" in faults["labels[2]"]
    assert "swapped" not in faults["labels[0]"]


def test_labels_with_longitude_and_latitude_swapped_are_told_so():
    swapped = [
        (name, shapely.Point(p.y, p.x)) for name, p in (("forest", point(3, 3)), ("water", point(5, 5)))
    ]
    detail, faults = faults_of(labels_of(*swapped))
    assert "all would if longitude and latitude were swapped" in detail
    assert all("swapped it would lie inside" in reason for reason in faults.values())
    assert len(faults) == 2


def test_only_the_labels_that_are_swapped_are_told_so():
    inside = point(3, 3)
    detail, faults = faults_of(
        labels_of(("forest", shapely.Point(inside.y, inside.x)), ("water", point(5, 5)))
    )
    assert detail == "1 of 2 labels cannot be used"
    assert "swapped it would lie inside" in faults["labels[0]"]


def test_labels_of_one_class_only_are_refused():
    detail, _ = faults_of(labels_of(("forest", point(3, 3)), ("forest", point(5, 5))))
    assert "all labels are of one class, 'forest'; a map needs at least two" in detail


def test_classes_can_be_given_by_value():
    pixels = locate_labels(labels_of(("10", point(3, 3)), ("80", point(5, 5))), LEGEND, REGION)
    assert located(pixels) == {(3, 3): "forest", (5, 5): "water"}


def test_polygons_beyond_reason_are_refused(monkeypatch):
    monkeypatch.setattr(label_pixels, "MAX_LABELLED_PIXELS", 50)
    detail, _ = faults_of(
        labels_of(("forest", polygon((0, 0), (8, 0), (8, 8), (0, 8))), ("water", point(50, 50)))
    )
    assert "more than 50 pixels" in detail


def test_labels_on_nodata_are_named_and_polygons_only_when_nothing_is_left():
    labels = labels_of(
        ("forest", point(3, 3)),
        ("water", polygon((10, 10), (12, 10), (12, 12), (10, 12))),
        ("grass", polygon((20, 20), (22, 20), (22, 22), (20, 22))),
    )
    pixels = locate_labels(labels, LEGEND, REGION)
    valid = (pixels.rows != 3) & (pixels.rows < 20) & (pixels.rows != 10)
    faults = nodata_faults(pixels, valid)
    assert [fault.where for fault in faults] == ["labels[0]", "labels[2]"]
    assert all("nodata" in fault.reason for fault in faults)
    assert located(pixels.select(valid)) == {(11, 10): "water", (11, 11): "water"}
    assert nodata_faults(pixels, np.ones(len(pixels), dtype=bool)) == ()


def test_labels_far_beyond_what_the_crs_can_express_are_outside():
    _, faults = faults_of(labels_of(("forest", shapely.Point(176, 0)), ("water", point(5, 5))))
    assert "outside the region" in faults["labels[0]"]

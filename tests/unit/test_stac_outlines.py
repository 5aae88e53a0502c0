from __future__ import annotations

import pytest
from stac_items import square

from geodata.imagery.stac.outlines import centre_longitude, outline_of_item

BOUNDS = (178.0, -17.0, -178.0, -16.0)


def area(geometry):
    return outline_of_item({"geometry": geometry}).area


def polygon(*ring):
    return {"type": "Polygon", "coordinates": [[list(point) for point in ring]]}


@pytest.mark.parametrize(
    "geometry",
    [
        pytest.param(polygon((178, -17), (-178, -17), (-178, -16), (178, -16), (178, -17)), id="wrapped"),
        pytest.param(polygon((178, -17), (182, -17), (182, -16), (178, -16), (178, -17)), id="beyond 180"),
        pytest.param(
            polygon((-182, -17), (-178, -17), (-178, -16), (-182, -16), (-182, -17)), id="beyond -180"
        ),
        pytest.param(
            {
                "type": "MultiPolygon",
                "coordinates": [
                    [[[178, -17], [180, -17], [180, -16], [178, -16], [178, -17]]],
                    [[[-180, -17], [-178, -17], [-178, -16], [-180, -16], [-180, -17]]],
                ],
            },
            id="in two parts, as RFC 7946 has it",
        ),
    ],
)
def test_every_way_to_write_an_outline_over_the_antimeridian_means_the_same_two_parts(geometry):
    outline = outline_of_item({"geometry": geometry})
    assert sorted(part.bounds for part in outline.geoms) == [(-180, -17, -178, -16), (178, -17, 180, -16)]
    assert centre_longitude(outline, near=179.0) == pytest.approx(180.0)
    assert centre_longitude(outline, near=-179.0) == pytest.approx(-180.0)


def test_without_a_geometry_the_bbox_does_also_in_three_dimensions():
    for bbox in ([178, -17, -178, -16], [178, -17, 0, -178, -16, 100]):
        assert outline_of_item({"geometry": None, "bbox": bbox}).area == pytest.approx(4.0)


def test_a_polygon_that_crosses_itself_is_made_valid():
    bow_tie = polygon((0, 0), (2, 2), (2, 0), (0, 2), (0, 0))
    assert area(bow_tie) == pytest.approx(2.0)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"bbox": [1, 2]},
        {"geometry": {"type": "Point", "coordinates": [1, 2]}},
        {"geometry": {"type": "Blob"}},
    ],
)
def test_an_item_without_an_area_is_refused(broken):
    with pytest.raises((ValueError, AttributeError)):
        outline_of_item(broken)


def test_an_ordinary_outline_is_left_alone():
    assert outline_of_item({"geometry": square(3, 50)}).bounds == (3, 50, 4, 51)

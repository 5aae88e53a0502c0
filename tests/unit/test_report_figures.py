"""Scale, north, places and confidence in a report, against geodesics, transformations and plain counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from finished_maps import DATELINE, DEGREES, FLANDERS
from odc.geo.geobox import GeoBox
from pyproj import Geod, Transformer

from app.report.confidence import confidence_figures
from app.report.ground import Ground


@pytest.mark.parametrize("geobox", [FLANDERS, DEGREES, DATELINE], ids=["metres", "degrees", "dateline"])
def test_the_scale_bar_is_as_long_as_it_says(geobox):
    ground = Ground.of(geobox)
    height, width = geobox.shape
    to_lonlat = Transformer.from_crs(str(geobox.crs), 4326, always_xy=True)
    cols = (0.5 - ground.bar_share / 2) * width, (0.5 + ground.bar_share / 2) * width
    ends = [to_lonlat.transform(*(geobox.affine @ (col, height / 2))) for col in cols]
    _, _, metres = Geod(ellps="WGS84").inv(*ends[0], *ends[1])
    assert metres == pytest.approx(ground.bar_m, rel=2e-3)
    assert 0.1 < ground.bar_share <= 0.4
    assert float(f"{ground.bar_m:e}".split("e")[0]) in (1, 2, 5)


@pytest.mark.parametrize("turn", [0, 30, -75, 180])
def test_north_is_where_the_grid_has_it(turn):
    # In the middle of its zone, where the grid's north is north.
    affine = Affine.translation(500_000, 5_650_000) @ Affine.rotation(turn) @ Affine.scale(10, -10)
    ground = Ground.of(GeoBox((200, 200), affine @ Affine.translation(-100, -100), "EPSG:32631"))
    assert math.cos(math.radians(ground.north_degrees - turn)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("geobox", [FLANDERS, DEGREES, DATELINE], ids=["metres", "degrees", "dateline"])
def test_labels_are_drawn_where_they_are(geobox):
    ground = Ground.of(geobox)
    height, width = (int(n) for n in geobox.shape)
    rows, cols = np.array([0.5, height - 0.5]), np.array([0.5, width / 3])
    to_lonlat = Transformer.from_crs(str(geobox.crs), 4326, always_xy=True)
    places = np.array(
        [shapely.Point(to_lonlat.transform(*(geobox.affine @ at))) for at in zip(cols, rows, strict=True)]
    )
    placed = ground.placed(places, 1000.0)
    np.testing.assert_allclose([p.x for p in placed], cols / width * 1000, atol=0.01)
    np.testing.assert_allclose([p.y for p in placed], rows / height * 1000 / ground.aspect, atol=0.01)


def test_confidence_is_counted_over_all_pixels(tmp_path):
    rng = np.random.default_rng(3)
    shape = (300, 700)
    classes = rng.choice(np.array([0, 3, 10, 254], dtype=np.uint8), shape)
    percent = rng.integers(0, 101, shape).astype(np.uint8)
    percent[classes == 0] = 255
    for name, values in (("classes", classes), ("percent", percent)):
        profile = {
            "driver": "GTiff",
            "height": 300,
            "width": 700,
            "count": 1,
            "dtype": "uint8",
            "tiled": True,
        }
        with rasterio.open(
            tmp_path / name, "w", **profile, blockxsize=256, blockysize=256, transform=FLANDERS.affine
        ) as file:
            file.write(values, 1)
    found = confidence_figures(tmp_path / "classes", tmp_path / "percent")
    known = percent[classes != 0]
    assert found.mean == pytest.approx(known.mean() / 100)
    assert found.by_class == pytest.approx(
        {value: percent[classes == value].mean() / 100 for value in (3, 10, 254)}
    )
    assert found.unsure == pytest.approx((known < 50).mean())
    counts, _ = np.histogram(known, bins=np.arange(0, 101, 10))
    np.testing.assert_allclose(found.histogram, counts / known.size)

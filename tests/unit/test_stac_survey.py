from __future__ import annotations

import dataclasses
import os
from datetime import date

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox
from scenes import BANDS, scene, view
from shapely.geometry import MultiPolygon, box

from geodata.errors import ImageryFailedError
from geodata.grid import BoundingBox
from geodata.imagery.radiometry import Radiometry
from geodata.imagery.stac.catalogue import PRESETS
from geodata.imagery.stac.found import LeftOut
from geodata.imagery.stac.period import Period
from geodata.imagery.stac.query import SceneQuery
from geodata.imagery.stac.survey import Failed, Survey, _most_common_bands, band_assets, refuse_too_many
from geodata.imagery.stac.survey_records import SurveyRecords
from geodata.imagery.stac.views import in_crs
from geodata.sensors import SENSORS

KEY = "a" * 64
COARSE = GeoBox((10, 10), Affine(100, 0, 500_000, 0, -100, 5_600_000), "EPSG:32631")
BBOX = BoundingBox(3.0, 50.0, 3.02, 50.01)
CATALOGUE = PRESETS["earth-search-sentinel-2-l2a"]
RADIOMETRY = Radiometry(1e-4, -0.1, 0.0, 65535.0, "as told", ("careful",), 1.0)


def surveyed(*views, failed=()):
    left_out = (
        LeftOut("x", None, None, "flawed", "no time"),
        LeftOut("y", "h", scene().time, "cloudy", "why"),
    )
    return Survey(COARSE, views, BANDS, left_out, failed)


def test_a_survey_comes_back_from_disk_as_it_was(tmp_path):
    rng = np.random.default_rng(0)
    odd = scene(
        "b", outline=MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)]), mask=None, platform=None,
        cloud_cover=None, boa_offset_applied=None, processing_baseline=None, href=None,
    )  # fmt: skip
    original = surveyed(
        view("a", clear=rng.random((10, 10)) < 0.5, lattice=(1.0, 2.0, 20.0)),
        dataclasses.replace(view("b"), scene=odd),
        failed=(Failed(scene("c"), "gone", "B04: not there"),),
    )
    records = SurveyRecords(tmp_path / "surveys")
    assert records.get(KEY) is None
    records.put(KEY, original, {"a": RADIOMETRY})
    found, radiometry = records.get(KEY)
    assert radiometry == {"a": RADIOMETRY}
    assert found.coarse == original.coarse
    assert (found.bands, found.left_out, found.failed) == (original.bands, original.left_out, original.failed)
    for one, other in zip(found.views, original.views, strict=True):
        assert (one.scene, one.lattice) == (other.scene, other.lattice)
        np.testing.assert_array_equal(one.clear, other.clear)


def test_a_survey_that_is_old_damaged_or_of_a_dead_server_is_made_again(tmp_path, caplog):
    records = SurveyRecords(tmp_path, max_age_s=3600)
    records.put(KEY, surveyed(view()), {})
    (path,) = tmp_path.glob("*.json")
    assert records.get(KEY) is not None
    os.utime(path, (path.stat().st_mtime - 4000,) * 2)
    assert records.get(KEY) is None
    for text in ('{"survey": {}}', "half", '{"survey": 1}'):
        path.write_text(text)
        assert records.get(KEY) is None
        assert "made again" in caplog.text
    path.unlink()
    records.put(KEY, surveyed(view(), failed=(Failed(scene("c"), "unreachable", "503"),)), {})
    assert records.get(KEY) is None
    (tmp_path / "file").write_text("")
    SurveyRecords(tmp_path / "file").put(KEY, surveyed(view()), {})
    assert "cannot be kept" in caplog.text


def test_the_key_is_that_of_what_a_survey_depends_on():
    asked = SceneQuery(CATALOGUE, BBOX, Period(date(2025, 6, 1), date(2025, 8, 31)), "month")
    same = [
        dataclasses.replace(asked, steps="season"),
        dataclasses.replace(asked, catalogue=dataclasses.replace(CATALOGUE, name="other", timeout_s=5.0)),
    ]
    other = [
        dataclasses.replace(asked, bbox=BoundingBox(3.0, 50.0, 3.02, 50.02)),
        dataclasses.replace(asked, period=Period(date(2025, 6, 1), date(2025, 8, 30))),
        dataclasses.replace(asked, resolution_m=20.0),
        dataclasses.replace(asked, catalogue=dataclasses.replace(CATALOGUE, url="http://127.0.0.1")),
        dataclasses.replace(asked, catalogue=dataclasses.replace(CATALOGUE, max_cloud_cover=10.0)),
    ]
    assert {one.key for one in same} == {asked.key}
    assert len({one.key for one in other} | {asked.key}) == 6


def test_scenes_that_fail_or_are_useless_are_not_looked_at_any_more():
    rest = surveyed(view("a"), view("b"), view("c")).without(
        [Failed(scene("b"), "gone", "why")], [LeftOut("c", None, None, "flawed", "why")]
    )
    assert [one.scene.id for one in rest.views] == ["a"]
    assert [one.scene.id for one in rest.failed] == ["b"]
    assert [one.id for one in rest.left_out] == ["x", "y", "c"]


def test_too_many_failures_are_an_error_that_names_each():
    catalogue = dataclasses.replace(CATALOGUE, max_failed_share=0.25)
    gone = [Failed(scene(name), "gone", "B04: not there") for name in "ab"]
    refuse_too_many(gone, 8, catalogue)
    with pytest.raises(ImageryFailedError, match=r"2 of 7 scenes .* 25% may fail; choose") as failure:
        refuse_too_many(gone, 7, catalogue)
    assert [(fault.where, fault.reason) for fault in failure.value.faults] == [
        ("a", "B04: not there"),
        ("b", "B04: not there"),
    ]
    dead = [Failed(scene(name), "unreachable", "no answer") for name in "ab"]
    with pytest.raises(ImageryFailedError, match=r"does not answer. Repeat"):
        refuse_too_many(dead, 2, catalogue)


def test_pixels_lie_as_those_of_most_scenes_do_where_these_fit():
    landsat = [view(name, lattice=(300_015.0, 5_700_015.0, 30.0)) for name in "ab"]
    other = view("c", lattice=(300_000.0, 5_700_000.0, 30.0))
    grid = surveyed(*landsat, other).grid(BBOX, 30.0)
    assert (grid.affine.c % 30, grid.affine.f % 30) == (15, 15)
    # 20 m pixels say nothing about 30 m ones.
    grid = surveyed(view("a", lattice=(300_015.0, 5_700_015.0, 20.0))).grid(BBOX, 30.0)
    assert (grid.affine.c % 30, grid.affine.f % 30) == (0, 0)
    assert str(grid.crs) == "EPSG:32631"


def test_bands_are_those_that_most_scenes_have_by_their_common_names():
    landsat_8 = [b for b in SENSORS["landsat-8"].bands if b.common_name in {"red", "nir08", "swir16"}]
    landsat_7 = [b for b in SENSORS["landsat-7"].bands if b.common_name in {"red", "nir08", "swir16"}]
    old, new = scene("a", bands=landsat_7), scene("b", bands=landsat_8)
    assert [asset.band.name for asset in band_assets(old, landsat_8)] == ["B3", "B4", "B5"]
    fewer = scene("c", bands=landsat_8[:2])
    assert _most_common_bands([fewer, old, new]) == tuple(landsat_7)
    assert _most_common_bands([fewer]) == tuple(landsat_8[:2])
    assert len(band_assets(fewer, landsat_8)) == 2


def test_an_outline_over_the_antimeridian_is_in_one_piece_on_the_map():
    outline = MultiPolygon([box(179.5, -17, 180, -16), box(-180, -17, -179.5, -16)])
    there = in_crs(outline, "EPSG:32760")
    assert there.buffer(1).geom_type == "Polygon"
    assert there.area == pytest.approx(106_500 * 110_600, rel=0.01)
    assert in_crs(box(-100, -10, 100, 10), "+proj=ortho +lat_0=50 +lon_0=10") is None

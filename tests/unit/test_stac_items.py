from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from stac_items import earth_search_item, item, landsat_item, planetary_computer_item, square

from geodata.imagery.stac.catalogue import PRESETS, Catalogue
from geodata.imagery.stac.items import UnusableItemError, scene_of, tile_of

S2 = PRESETS["earth-search-sentinel-2-l2a"]
HOST = "earth-search.aws.element84.com"
LANDSAT = PRESETS["planetary-computer-landsat-c2-l2"]


def scene(described, catalogue=S2, href="https://stac.example/a/b.json", near=0.0):
    return scene_of(described, href, catalogue, near=near)


def test_what_two_catalogues_say_of_one_acquisition_is_the_same_scene():
    one, other = scene(earth_search_item()), scene(planetary_computer_item())
    for name in ("time", "solar_day", "sensor", "platform", "cloud_cover", "processing_baseline", "crs"):
        assert getattr(one, name) == getattr(other, name)
    assert [asset.band for asset in one.bands] == [asset.band for asset in other.bands]
    assert one.outline.equals(other.outline)
    assert one.mask.kind == other.mask.kind == "scl"
    assert one.platform == "sentinel-2a"
    assert one.crs == "EPSG:32631"
    assert (one.boa_offset_applied, other.boa_offset_applied) == (True, None)
    assert one.time == datetime(2022, 6, 1, 10, 36, 31, tzinfo=UTC)
    assert tile_of(earth_search_item()["properties"]) == tile_of(planetary_computer_item()["properties"])


@pytest.mark.parametrize(
    ("platform", "sensor"),
    [("LANDSAT_8", "landsat-8"), ("Landsat-9", "landsat-9"), ("landsat-4", "landsat-5")],
)
def test_satellites_are_known_however_they_are_spelled(platform, sensor):
    assert scene(landsat_item(platform=platform), LANDSAT).sensor == sensor
    assert tile_of(landsat_item()["properties"]) == "193/026"


@pytest.mark.parametrize(
    ("more", "baseline"),
    [
        ({"s2__processing_baseline": "05.09"}, "05.09"),
        ({"processing__version": "05.11"}, "05.11"),
        ({"s2__product_uri": "S2A_MSIL2A_20230701T103631_N0509_R008_T31UFU_20230701T200058.SAFE"}, "05.09"),
        ({}, None),
    ],
)
def test_the_processing_baseline_is_found_wherever_it_stands(more, baseline):
    described = earth_search_item(**{"s2__processing_baseline": None, **more})
    assert scene(described).processing_baseline == baseline


def test_the_older_name_of_the_offset_flag_is_known_and_nonsense_is_not_believed():
    old = earth_search_item(earthsearch__boa_offset_applied=None, sentinel__boa_offset_applied=True)
    assert scene(old).boa_offset_applied is True
    assert scene(earth_search_item(earthsearch__boa_offset_applied="yes")).boa_offset_applied is None
    assert scene(earth_search_item(earthsearch__boa_offset_applied=False)).boa_offset_applied is False


def test_cloud_cover_that_is_not_known_is_none():
    assert scene(earth_search_item(eo__cloud_cover=None)).cloud_cover is None
    assert scene(landsat_item(eo__cloud_cover=-1), LANDSAT).cloud_cover is None


@pytest.mark.parametrize(
    ("west", "time", "day"),
    [
        (-0.5, "2022-06-01T10:30:00Z", date(2022, 6, 1)),
        (150.0, "2022-05-31T23:50:00Z", date(2022, 6, 1)),  # 9:50 in the morning there
        (150.0, "2022-06-01T00:30:00Z", date(2022, 6, 1)),  # the same overpass
        (-158.0, "2022-06-01T21:00:00Z", date(2022, 6, 1)),
        (-158.0, "2022-06-02T00:30:00Z", date(2022, 6, 1)),
    ],
)
def test_the_day_is_that_of_the_sun_over_the_scene(west, time, day):
    assert scene(earth_search_item(geometry=square(west), time=time), near=west).solar_day == day


def test_one_overpass_over_the_antimeridian_is_one_day():
    east = earth_search_item(geometry=square(178.0), time="2022-06-01T22:30:00Z")
    west = earth_search_item(geometry=square(-179.0), time="2022-06-01T22:30:15Z")
    across = earth_search_item(geometry=square(179.5), time="2022-06-01T22:30:10Z")
    for near in (179.9, -179.9):
        assert len({scene(one, near=near).solar_day for one in (east, west, across)}) == 1
    assert len(scene(across).outline.geoms) == 2


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"time": None}, "damaged .*datetime is missing"),
        ({"time": "yesterday"}, "damaged"),
        (
            {"platform": "spot-5", "constellation": "spot"},
            "nothing is known of its satellite .platform: spot-5",
        ),
        ({"platform": None, "constellation": None}, "nothing is known of its satellite"),
    ],
)
def test_an_item_that_is_no_scene_says_why(broken, reason):
    with pytest.raises(UnusableItemError, match=reason):
        scene(earth_search_item(**broken))


def test_an_item_without_assets_geometry_or_mask_says_why():
    with pytest.raises(UnusableItemError, match="no asset is a cloud mask"):
        scene(item("empty", {}, constellation="sentinel-2"))
    nowhere = earth_search_item()
    nowhere["geometry"] = None
    with pytest.raises(UnusableItemError, match="neither a geometry nor a bbox"):
        scene(nowhere)
    assert scene({**nowhere, "bbox": [3, 50, 4, 51]}).outline.bounds == (3, 50, 4, 51)
    maskless = earth_search_item()
    del maskless["assets"]["scl"], maskless["assets"]["scl-jp2"]
    with pytest.raises(UnusableItemError, match="no asset is a cloud mask"):
        scene(maskless)
    assert scene(maskless, replace(S2, needs_mask=False)).mask is None
    without_red = earth_search_item()
    del without_red["assets"]["red"], without_red["assets"]["red-jp2"]
    with pytest.raises(UnusableItemError, match="no asset shows band B04"):
        scene(without_red)


def test_relative_hrefs_start_at_the_item():
    described = earth_search_item()
    for key, asset in described["assets"].items():
        asset["href"] = f"../cogs/{key}.tif"
    assert scene(described).bands[0].href == "https://stac.example/cogs/blue.tif"


@pytest.mark.parametrize("href", ["file:///etc/passwd.tif", "ftp://a.example/b.tif", "vrt://a.tif"])
def test_what_comes_over_the_network_cannot_point_at_files_of_this_machine(href):
    described = earth_search_item()
    for asset in described["assets"].values():
        asset["href"] = href
    with pytest.raises(UnusableItemError, match=r"http, https and s3 are read|no asset is a cloud mask"):
        scene(described)
    for asset in described["assets"].values():
        asset["href"] = "/etc/passwd.tif"
    assert {a.href for a in scene(described).bands} == {"https://stac.example/etc/passwd.tif"}
    assert {a.href for a in scene(described, href=None).bands} == {f"https://{HOST}/etc/passwd.tif"}


def test_a_static_catalogue_on_the_network_cannot_point_at_files_of_this_machine_either():
    described = earth_search_item()
    described["assets"]["red"]["href"] = described["assets"]["red-jp2"]["href"] = "file:///etc/passwd.tif"
    remote_file = replace(S2, kind="static", url="https://stac.example/collection.json")
    with pytest.raises(UnusableItemError, match=r"no asset shows band B04 .*http, https and s3 are read"):
        scene(described, remote_file)


def test_a_catalogue_on_this_machine_points_at_its_files(tmp_path):
    catalogue = Catalogue(
        name="local",
        url=str(tmp_path / "collection.json"),
        collections=(),
        kind="static",
        offset_rule="metadata",
    )
    described = earth_search_item()
    for key, asset in described["assets"].items():
        asset["href"] = f"./{key}.tif" if key != "red" else f"file://{tmp_path}/a%20b.tif"
    read = scene(described, catalogue, href=str(tmp_path / "a" / "a.json"))
    hrefs = {asset.band.name: asset.href for asset in read.bands}
    assert Path(hrefs["B02"]) == tmp_path / "a" / "blue.tif"
    assert Path(hrefs["B04"]) == tmp_path / "a b.tif"

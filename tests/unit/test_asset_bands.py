from __future__ import annotations

import copy

import pytest
from stac_items import (
    copernicus_assets,
    earth_search_assets,
    landsat_assets,
    planetary_computer_assets,
)

from geodata.errors import BandsError
from geodata.imagery.stac.asset_bands import band_assets, mask_asset, usual_bands

TEN = ["B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B11", "B12"]


def same(href):
    return href


def files(assets, sensor="sentinel-2", bands=()):
    found = band_assets(assets, sensor, usual_bands(sensor, bands), same)
    return {asset.band.name: asset.href.rpartition("/")[2] for asset in found}


def test_earth_search_planetary_computer_and_copernicus_name_the_same_bands_differently():
    es = ["blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "nir08", "swir16", "swir22"]
    assert files(earth_search_assets()) == dict(zip(TEN, [f"{key}.tif" for key in es], strict=True))
    assert files(planetary_computer_assets()) == {name: f"{name}.tif" for name in TEN}
    finest = dict.fromkeys(TEN, 20) | dict.fromkeys(("B02", "B03", "B04", "B08"), 10)
    assert files(copernicus_assets()) == {name: f"{name}_{finest[name]}m.jp2" for name in TEN}


def test_bands_come_in_order_of_wavelength_with_what_is_said_of_them():
    found = band_assets(earth_search_assets(), "sentinel-2", usual_bands("sentinel-2"), same)
    assert [asset.band.name for asset in found] == TEN
    wavelengths = [asset.band.wavelength_nm for asset in found]
    assert wavelengths == sorted(wavelengths)
    assert {asset.resolution_m for asset in found} == {10.0, 20.0}
    assert {(asset.scale, asset.offset, asset.nodata) for asset in found} == {(1e-4, -0.1, 0.0)}
    [b02, *_] = band_assets(copernicus_assets(), "sentinel-2", usual_bands("sentinel-2"), same)
    assert (b02.scale, b02.offset, b02.resolution_m) == (1e-4, -0.1, 10.0)
    [blue, *_] = band_assets(planetary_computer_assets(), "sentinel-2", usual_bands("sentinel-2"), same)
    assert (blue.scale, blue.offset, blue.nodata) == (None, None, None)


def test_landsat_of_all_generations_gives_the_same_six_colours():
    colours = ["blue", "green", "red", "nir08", "swir16", "swir22"]
    for sensor, thematic_mapper in (
        ("landsat-9", False),
        ("landsat-8", False),
        ("landsat-7", True),
        ("landsat-5", True),
    ):
        assets = landsat_assets(thematic_mapper=thematic_mapper)
        found = band_assets(assets, sensor, usual_bands(sensor), same)
        assert [asset.band.common_name for asset in found] == colours
        expected = [f"SR_{assets[colour]['eo:bands'][0]['name']}.TIF" for colour in colours]
        assert [asset.href.rpartition("/")[2] for asset in found] == expected


@pytest.mark.parametrize("kept", ["common_name", "center_wavelength", "name", "description", None])
def test_keys_that_tell_nothing_do_not_matter_and_alone_they_still_do(kept):
    assets = {}
    for number, (key, asset) in enumerate(copy.deepcopy(planetary_computer_assets()).items()):
        [band, *others] = asset.get("eo:bands", [{}])
        if not others:
            band["description"] = band.get("name")
            if kept == "common_name":
                band["common_name"] = {
                    "B05": "rededge071",
                    "B06": "rededge075",
                    "B07": "rededge078",
                    "B8A": "nir08",
                }.get(band.get("name"), band.get("common_name"))
            asset["eo:bands"] = [{kept: band[kept]}] if kept in band else []
        assets[key if kept is None else f"asset {number}"] = asset
    if kept == "description":
        del assets["asset 0"]  # of B01, described by nothing but its key now
    assert files(assets) == {name: f"{name}.tif" for name in TEN}


def test_wavelengths_in_nanometres_are_understood_and_decide_between_equal_names():
    assets = planetary_computer_assets()
    for asset in assets.values():
        for band in asset.get("eo:bands", []):
            if "center_wavelength" in band:
                band["center_wavelength"] *= 1000
                band["name"] = "band"
    renamed = {f"a{number}": asset for number, asset in enumerate(assets.values())}
    assert files(renamed) == {name: f"{name}.tif" for name in TEN}


def test_a_picture_of_three_bands_or_a_layer_of_something_else_is_no_band():
    assets = planetary_computer_assets()
    del assets["B04"]
    assets["AOT"]["eo:bands"] = [{"name": "B04", "common_name": "red"}]
    assets["red"] = {"href": "https://a.example/red.jpg", "type": "image/jpeg", "roles": ["data"]}
    assets["B4"] = {"href": "https://a.example/B04.tif", "roles": ["thumbnail"]}
    with pytest.raises(BandsError, match=r"no asset shows band B04$"):
        files(assets)


def test_a_geotiff_is_taken_before_a_jpeg_2000_and_https_before_s3():
    assets = earth_search_assets()
    assets["a"] = {**assets["red"], "href": "s3://cogs.example/a/other.tif"}
    assert files(assets)["B04"] == "red.tif"
    del assets["red"], assets["a"]
    assert files(assets)["B04"] == "red.jp2"


def test_which_bands_are_read_can_be_set():
    assert list(files(earth_search_assets(), bands=("B8A", "B01", "red"))) == ["B01", "B04", "B8A"]
    with pytest.raises(BandsError, match=r"bands: Sentinel-2 MSI has no B99; it has B01, B02"):
        usual_bands("sentinel-2", ("B99",))
    with pytest.raises(BandsError, match="scenes of planetscope are not read from catalogues"):
        usual_bands("planetscope")


def test_an_href_that_is_refused_names_the_reason():
    def refuse(_):
        raise BandsError("an href begins with '/'")

    with pytest.raises(BandsError, match=r"no asset shows band B02, .*B12 \(an href begins with '/'\)"):
        band_assets(earth_search_assets(), "sentinel-2", usual_bands("sentinel-2"), refuse)
    assert mask_asset(earth_search_assets(), "sentinel-2", refuse) is None


@pytest.mark.parametrize(
    ("assets", "sensor", "kind", "name"),
    [
        (earth_search_assets(), "sentinel-2", "scl", "scl.tif"),
        (planetary_computer_assets(), "sentinel-2", "scl", "SCL.tif"),
        (copernicus_assets(), "sentinel-2", "scl", "SCL_20m.jp2"),
        (landsat_assets(), "landsat-9", "qa_pixel", "QA_PIXEL.TIF"),
    ],
)
def test_masks_are_found(assets, sensor, kind, name):
    found = mask_asset(assets, sensor, same)
    assert (found.kind, found.href.rpartition("/")[2]) == (kind, name)


def test_a_scene_without_a_mask_has_none():
    assert mask_asset({}, "sentinel-2", same) is None
    assert mask_asset(landsat_assets(), "sentinel-2", same) is None

"""Simulated STAC catalogues: what they publish is true, and hidden where it is said to be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pystac
import pytest
import rasterio
from rasterio.warp import Resampling, reproject
from rio_cogeo import cog_validate
from shapely.geometry import Point, shape

from geodata.simulation import catalogue_scenes
from geodata.simulation.catalogue import SimulatedCatalogue, write_catalogue
from geodata.simulation.catalogue_options import CatalogueOptions

JUNE = (date(2025, 6, 3), date(2025, 6, 13))
PLAIN = CatalogueOptions(size_km=1.0, orbits=1, dates=JUNE).without_weather
CASES = {
    "Earth Search, shifted back": replace(PLAIN, publisher="earth-search"),
    "Earth Search, never shifted": replace(PLAIN, publisher="earth-search", baselines=("03.01",)),
    "Collection 1, shifted": replace(PLAIN, publisher="earth-search-c1"),
    "Planetary Computer, shifted": replace(PLAIN, publisher="planetary-computer"),
    "Planetary Computer, both baselines": replace(
        PLAIN, publisher="planetary-computer", baselines=("03.01", "05.11")
    ),
    "Landsat": replace(PLAIN, publisher="landsat"),
}


def item_of(scene):
    return json.loads(scene.path.read_text())


def band_assets(item):
    """Asset key of each band of reflectance, in the order of `SimulatedCatalogue.bands`."""
    return [
        key
        for key, asset in item["assets"].items()
        if "proj:shape" in asset and key not in {"scl", "SCL", "qa_pixel"}
    ]


def stored(scene, key):
    with rasterio.open(scene.path.parent / item_of(scene)["assets"][key]["href"]) as file:
        return file.read(1), file.transform, file.crs


def decode(item, numbers):
    """Reflectance by the rules of each publisher, written anew: an oracle."""
    values = numbers.astype(np.float64)
    properties = item["properties"]
    if item["collection"] == "landsat-c2-l2":
        return np.where(numbers == 0, np.nan, values * 2.75e-5 - 0.2)
    kept = (
        properties["s2:processing_baseline"] >= "04.00" and "earthsearch:boa_offset_applied" not in properties
    )
    return np.where(numbers == 0, np.nan, (values - (1000 if kept else 0)) * 1e-4)


def reflectance(scene, key):
    numbers, transform, crs = stored(scene, key)
    return decode(item_of(scene), numbers), transform, crs


def geobox_of(catalogue, numbers, transform, crs):
    return type(catalogue.geobox)(numbers.shape, transform, str(crs))


@pytest.mark.parametrize("case", CASES)
def test_every_radiometry_decodes_to_the_truth(simulated_catalogue, case):
    catalogue = simulated_catalogue(CASES[case])
    assert len(catalogue.scenes) == 2
    for scene in catalogue.scenes:
        keys = band_assets(item_of(scene))
        assert len(keys) == len(catalogue.bands)
        for i, key in enumerate(keys):
            values, transform, crs = reflectance(scene, key)
            truth = catalogue.truth(geobox_of(catalogue, values, transform, crs), scene.day)[i]
            np.testing.assert_allclose(values, truth, atol=5.1e-5)


def test_publishers_that_keep_the_offset_differ_by_it_and_by_nothing_else(simulated_catalogue):
    options = CatalogueOptions(size_km=1.0, dates=JUNE)
    ours = simulated_catalogue(options)
    theirs = simulated_catalogue(replace(options, publisher="planetary-computer"))
    for one, other in zip(ours.scenes, theirs.scenes, strict=True):
        assert one.day == other.day
        for key, name in (("blue", "B02"), ("nir08", "B8A"), ("scl", "SCL")):
            applied, kept = stored(one, key)[0], stored(other, name)[0]
            shift = 0 if key == "scl" else 1000
            np.testing.assert_array_equal(np.where(applied, applied.astype(int) + shift, 0), kept)


def test_clear_pixels_differ_from_the_truth_by_the_noise(simulated_catalogue):
    catalogue = simulated_catalogue(size_km=1.0, dates=JUNE, noise=0.003, orbits=1)
    errors = []
    for scene in catalogue.scenes:
        values, transform, crs = reflectance(scene, "red")
        geobox = geobox_of(catalogue, values, transform, crs)
        clear = catalogue.clouds(scene.id, geobox) == 0
        errors.append((values - catalogue.truth(geobox, scene.day)[2])[clear])
    errors = np.concatenate(errors)
    assert errors.size > 2000
    assert errors.std() == pytest.approx(catalogue.noise, rel=0.05)
    assert abs(errors.mean()) < 3e-4


def dilated(mask, cells):
    """A disk around each pixel, brute force."""
    out = np.zeros_like(mask)
    rows, cols = mask.shape
    for down in range(-cells, cells + 1):
        for across in range(-cells, cells + 1):
            if down**2 + across**2 <= cells**2:
                target = np.s_[max(0, down) : rows + min(0, down), max(0, across) : cols + min(0, across)]
                source = np.s_[max(0, -down) : rows + min(0, -down), max(0, -across) : cols + min(0, -across)]
                out[target] |= mask[source]
    return out


def test_masks_find_the_clouds_but_for_their_thin_edges(simulated_catalogue):
    catalogue = simulated_catalogue(dates=(*JUNE, date(2025, 6, 23)), cloud_shares=(0.4,), veil_shares=(0.2,))
    for scene in catalogue.scenes:
        scl, transform, crs = stored(scene, "scl")
        codes = catalogue.clouds(scene.id, geobox_of(catalogue, scl, transform, crs))
        np.testing.assert_array_equal(scl == 0, codes == 255)
        hidden = np.isin(codes, (1, 2, 3))
        masked = np.isin(scl, (3, 8, 9, 10))
        assert not (masked & ~hidden).any()
        found = (masked & hidden).sum() / hidden.sum()
        assert 0.6 < found < 0.97  # the rest is for dilation
        # All but edges of clouds that lie outside the scene.
        assert (hidden & ~dilated(masked, 3)).sum() < 0.002 * hidden.sum()
        share = 100 * np.isin(codes, (1, 3)).sum() / (codes != 255).sum()
        assert item_of(scene)["properties"]["eo:cloud_cover"] == pytest.approx(share, abs=0.01)


def test_landsats_mask_comes_dilated(simulated_catalogue):
    catalogue = simulated_catalogue(publisher="landsat", dates=JUNE, cloud_shares=(0.4,), orbits=1)
    values = set()
    for scene in catalogue.scenes:
        quality, transform, crs = stored(scene, "qa_pixel")
        codes = catalogue.clouds(scene.id, geobox_of(catalogue, quality, transform, crs))
        fill, dilated_cloud, cirrus, cloud, shadow = ((quality >> bit) & 1 == 1 for bit in range(5))
        np.testing.assert_array_equal(fill, codes == 255)
        np.testing.assert_array_equal(dilated_cloud | cirrus | cloud | shadow, np.isin(codes, (1, 2, 3)))
        assert (dilated_cloud & ~cloud).any()
        values |= set(np.unique(quality).tolist())
    assert {21824, 21952} <= values  # clear land and clear water, as in the handbook


def test_clouds_are_bright_shadows_dark_and_days_differ(simulated_catalogue):
    catalogue = simulated_catalogue(dates=JUNE, cloud_shares=(0.4,), orbits=1)
    codes = []
    for scene in catalogue.scenes:
        values, transform, crs = reflectance(scene, "red")
        geobox = geobox_of(catalogue, values, transform, crs)
        codes.append(catalogue.clouds(scene.id, geobox))
        change = values - catalogue.truth(geobox, scene.day)[2]
        assert change[codes[-1] == 1].mean() > 0.3
        assert change[codes[-1] == 2].mean() < -0.005
    assert not np.array_equal(*codes)


def test_a_plain_composite_over_land_that_is_held_errs_by_less_than_the_noise(simulated_catalogue):
    catalogue = simulated_catalogue(hold="period", cloud_shares=(0.1, 0.5, 0.3))
    layers = []
    for scene in catalogue.scenes:
        values, transform, crs = reflectance(scene, "nir")
        geobox = geobox_of(catalogue, values, transform, crs)
        layers.append(np.where(catalogue.clouds(scene.id, geobox) == 0, values, np.nan))
    clear = np.isfinite(layers).any(axis=0)
    assert clear.mean() > 0.95
    composite = np.nanmedian(np.array(layers)[:, clear], axis=0)
    truth = catalogue.truth(geobox, date(2025, 7, 1))[6][clear]
    assert np.sqrt(np.mean((composite - truth) ** 2)) < catalogue.noise


@pytest.mark.parametrize(
    ("hold", "alike"),
    [("day", ()), ("month", ("in the month",)), ("season", ("in the month", "in the season"))],
)
def test_land_is_held_as_long_as_asked(hold, alike, tmp_path):
    catalogue = SimulatedCatalogue(tmp_path, CatalogueOptions(size_km=0.5, hold=hold))
    days = {"in the month": date(2025, 6, 28), "in the season": date(2025, 8, 20), "later": date(2025, 9, 20)}
    first = catalogue.truth(catalogue.geobox, date(2025, 6, 2))
    same = {name for name, day in days.items() if (catalogue.truth(catalogue.geobox, day) == first).all()}
    assert same == set(alike)


def test_two_orbits_see_a_part_each_and_all_together(simulated_catalogue):
    catalogue = simulated_catalogue(dates=JUNE, cloud_shares=(0.2,))
    seen = []
    for scene in catalogue.scenes:
        numbers, transform, _ = stored(scene, "red")
        seen.append(numbers > 0)
        for key in ("swir16", "scl"):  # all bands end together
            coarse = stored(scene, key)[0] > 0
            np.testing.assert_array_equal(coarse.repeat(2, axis=0).repeat(2, axis=1), seen[-1])
        outline = shape(item_of(scene)["geometry"])
        there = rasterio.warp.transform
        rows, cols = (np.array([20, 20, 180, 180]), np.array([10, 190, 10, 190]))
        x, y = transform @ (cols + 0.5, rows + 0.5)
        lon, lat = there("EPSG:32629", "EPSG:4326", x, y)
        inside = [outline.contains(Point(*place)) for place in zip(lon, lat, strict=True)]
        np.testing.assert_array_equal(inside, seen[-1][rows, cols])
        assert item_of(scene)["properties"]["s2:nodata_pixel_percentage"] == pytest.approx(30, abs=3)
    assert (seen[0] | seen[1]).all()
    assert 0.3 < (seen[0] & seen[1]).mean() < 0.5


def test_over_the_border_of_two_zones_both_scenes_show_the_same_land(simulated_catalogue):
    options = replace(PLAIN, layout="two zones", size_km=2.0, dates=JUNE[:1])
    catalogue = simulated_catalogue(options)
    west, east = catalogue.scenes
    assert (west.epsg, east.epsg) == (32628, 32629)
    left, left_transform, left_crs = reflectance(west, "nir")
    right, right_transform, right_crs = reflectance(east, "nir")
    # Both hold the truth of their own pixels, and nearest neighbours agree but for their distance.
    for values, transform, crs in ((left, left_transform, left_crs), (right, right_transform, right_crs)):
        truth = catalogue.truth(geobox_of(catalogue, values, transform, crs), JUNE[0])[6]
        np.testing.assert_allclose(values, truth, atol=5.1e-5)
    moved = np.full(left.shape, np.nan)
    reproject(
        right, moved, src_transform=right_transform, src_crs=right_crs, dst_transform=left_transform,
        dst_crs=left_crs, src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.nearest,
    )  # fmt: skip
    both = np.isfinite(moved)
    assert 0.1 < both.mean() < 0.6
    assert np.median(np.abs(moved - left)[both]) < 0.02
    assert np.corrcoef(moved[both], left[both])[0, 1] > 0.8
    box = catalogue.bbox
    for lon, lat in ((box[0], box[1]), (box[2], box[1]), (box[0], box[3]), (box[2], box[3])):
        assert any(
            shape(item_of(scene)["geometry"]).buffer(1e-9).contains(Point(lon, lat)) for scene in (west, east)
        )


def test_over_the_antimeridian_documents_are_as_geojson_has_it(simulated_catalogue):
    options = replace(PLAIN, layout="two zones", centre=(179.0, 50.0), size_km=2.0, dates=JUNE[:1])
    catalogue = simulated_catalogue(options)
    assert [scene.epsg for scene in catalogue.scenes] == [32660, 32601]
    west, _, east, _ = catalogue.bbox
    assert 179.9 < west < 180
    assert -180 < east < -179.9
    for scene in catalogue.scenes:
        item = item_of(scene)
        assert item["bbox"][0] > item["bbox"][2]
        assert item["geometry"]["type"] == "MultiPolygon"
        outline = shape(item["geometry"])
        assert outline.is_valid
        assert outline.bounds[0] == -180
        assert outline.bounds[2] == 180
        # At half past ten by the sun it is the evening before in Greenwich.
        assert item["properties"]["datetime"].startswith("2025-06-02T22:30")
        assert scene.day == JUNE[0]


def test_tiles_of_one_zone_overlap_and_agree_there(simulated_catalogue):
    catalogue = simulated_catalogue(replace(PLAIN, layout="two tiles", size_km=2.0, dates=JUNE[:1]))
    north, south = (stored(scene, "red") for scene in catalogue.scenes)
    shift = round((north[1].f - south[1].f) / 10)
    assert 0 < shift < len(north[0])
    np.testing.assert_array_equal(north[0][shift:], south[0][: len(north[0]) - shift])


def test_baselines_take_turns_and_old_versions_stay(simulated_catalogue):
    catalogue = simulated_catalogue(
        size_km=0.5, publisher="planetary-computer", orbits=1, baselines=("03.01", "05.11"), reprocessed=True,
        start=date(2025, 6, 1), end=date(2025, 6, 16),
    )  # fmt: skip
    items = [item_of(scene) for scene in catalogue.scenes]
    told = [item["properties"]["s2:processing_baseline"] for item in items]
    assert told == ["03.01", "02.14", "05.11", "03.01", "05.11"]
    assert items[0]["properties"]["datetime"] == items[1]["properties"]["datetime"]
    assert items[0]["properties"]["s2:mgrs_tile"] == items[1]["properties"]["s2:mgrs_tile"]
    assert len({item["id"] for item in items}) == 5


def test_earth_search_may_deny_that_it_shifted(simulated_catalogue):
    told, denied = (
        simulated_catalogue(replace(PLAIN, size_km=0.5, contradicted=contradicted))
        for contradicted in (False, True)
    )
    flags = [item_of(c.scenes[0])["properties"]["earthsearch:boa_offset_applied"] for c in (told, denied)]
    assert flags == [True, False]
    assert item_of(denied.scenes[0])["assets"]["red"]["raster:bands"][0]["offset"] == -0.1
    np.testing.assert_array_equal(stored(told.scenes[0], "red")[0], stored(denied.scenes[0], "red")[0])


def test_bands_can_be_described_as_stac_1_1_has_it(simulated_catalogue):
    catalogue = simulated_catalogue(
        replace(PLAIN, size_km=0.5, publisher="earth-search-c1", bands_of_stac_1_1=True, all_bands=True)
    )
    item = item_of(catalogue.scenes[0])
    assert item["stac_version"] == "1.1.0"
    band = item["assets"]["rededge2"]["bands"][0]
    assert band["eo:common_name"] == "rededge"
    assert band["eo:center_wavelength"] == pytest.approx(0.7405, abs=0.001)
    assert (band["raster:scale"], band["raster:offset"], band["nodata"]) == (0.0001, -0.1, 0)
    assert item["assets"]["coastal"]["proj:transform"][0] == 60
    assert len(catalogue.bands) == 12


def test_it_is_a_static_catalogue_of_cogs(simulated_catalogue):
    catalogue = simulated_catalogue()
    collection = pystac.Collection.from_file(str(catalogue.collection))
    items = {item.id: item for item in collection.get_items()}
    assert set(items) == {scene.id for scene in catalogue.scenes}
    assert collection.id == catalogue.collection_id
    assert len(items) == 19
    item = next(iter(items.values()))
    assert item.get_collection().id == collection.id
    for name in (*band_assets(item.to_dict()), "scl"):
        path = item.assets[name].get_absolute_href()
        assert cog_validate(path, quiet=True)[:2] == (True, []), name
    with rasterio.open(catalogue.folder / "truth" / "classes.tif") as file:
        np.testing.assert_array_equal(file.read(1), catalogue.classes(catalogue.geobox))


def test_labels_are_of_the_class_that_lies_there(simulated_catalogue):
    catalogue = simulated_catalogue()
    names = {entry.value: entry.name for entry in catalogue.legend}
    with rasterio.open(catalogue.folder / "truth" / "classes.tif") as file:
        classes, seen = file.read(1), set()
        for name in ("labels", "labels_pool", "labels_test"):
            for feature in json.loads((catalogue.folder / "truth" / f"{name}.geojson").read_text())[
                "features"
            ]:
                lon, lat = feature["geometry"]["coordinates"]
                (x,), (y,) = rasterio.warp.transform("EPSG:4326", file.crs, [lon], [lat])
                place = file.index(x, y)
                assert names[classes[place]] == feature["properties"]["class"]
                assert place not in seen
                seen.add(place)
    assert len(seen) > 300


def test_the_same_options_write_the_same_files_in_tiles_of_any_size(
    simulated_catalogue, tmp_path, monkeypatch
):
    options = CatalogueOptions(size_km=1.0, dates=JUNE, noise=0.0)
    first = simulated_catalogue(options)
    again = write_catalogue(options, tmp_path / "again", workers=1)
    monkeypatch.setattr(catalogue_scenes, "TILE", 48)
    tiled = write_catalogue(options, tmp_path / "tiled")
    files = sorted(p.relative_to(first.folder) for p in first.folder.rglob("*.*") if p.is_file())
    assert len(files) > 25
    for file in files:
        assert (again.folder / file).read_bytes() == (first.folder / file).read_bytes()
        if file.suffix == ".tif":
            with rasterio.open(tiled.folder / file) as one, rasterio.open(first.folder / file) as other:
                np.testing.assert_array_equal(one.read(), other.read())


def test_a_catalogue_is_opened_again_with_its_truth(simulated_catalogue):
    catalogue = simulated_catalogue()
    again = SimulatedCatalogue.open(catalogue.folder)
    assert again.options == catalogue.options
    assert again.scenes == catalogue.scenes
    assert again.noise == 0.004
    day = catalogue.scenes[3].day
    np.testing.assert_array_equal(again.truth(again.geobox, day), catalogue.truth(catalogue.geobox, day))


def test_a_folder_with_files_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(ValueError, match="not empty"):
        write_catalogue(PLAIN, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"publisher": "kodak"}, "publisher is one of"),
        ({"layout": "three"}, "layout is one of"),
        ({"centre": (0.0, 89.0)}, "within UTM"),
        ({"size_km": 0.1}, "0.5 to 300 km"),
        ({"orbits": 3}, "one or two orbits"),
        ({"end": date(2020, 1, 1)}, "no overpass"),
        ({"noise": 1.0}, "noise is 1"),
        ({"baselines": ()}, "need one entry"),
        ({"publisher": "earth-search-c1", "baselines": ("04.00",)}, "no processing baseline"),
        ({"publisher": "landsat", "reprocessed": True}, "only scenes of Sentinel-2"),
    ],
)
def test_what_cannot_be_simulated_is_refused(wrong, reason):
    with pytest.raises(ValueError, match=reason):
        CatalogueOptions(**wrong)

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import rasterio
import requests
from odc.geo.geobox import GeoBox

from geodata.errors import NoScenesError
from geodata.grid import BoundingBox
from geodata.imagery.clouds import MaskSettings, clear_mask
from geodata.imagery.radiometry import PROBE_BANDS, Probe, decide
from geodata.imagery.stac.catalogue import PRESETS
from geodata.imagery.stac.search import Period, find_scenes, search
from geodata.imagery.stac.signing import signer
from geodata.simulation.catalogue_options import CatalogueOptions

FLANDERS = BoundingBox(3.0193042, 50.8130854, 3.028392, 50.8188427)
TWO_YEARS = Period(date(2017, 1, 1), date(2018, 12, 31))
SUMMER = Period(date(2025, 6, 1), date(2025, 8, 31))
DAYS = (date(2025, 6, 10), date(2025, 6, 20), date(2025, 7, 5))
PRESET_OF = {
    "earth-search": "earth-search-sentinel-2-l2a",
    "earth-search-c1": "earth-search-sentinel-2-c1-l2a",
    "planetary-computer": "planetary-computer-sentinel-2-l2a",
    "landsat": "planetary-computer-landsat-c2-l2",
}


def static(folder, preset="earth-search-sentinel-2-l2a", **more):
    return replace(PRESETS[preset], kind="static", url=str(folder / "collection.json"), **more)


def simulated(made, **more):
    return static(made.folder, PRESET_OF[made.options.publisher], **more)


def probe_of(scene):
    """What an overview would show."""
    hrefs = {asset.band.common_name: asset.href for asset in scene.bands}
    layers = []
    for href in (*(hrefs[name] for name in PROBE_BANDS), scene.mask.href):
        with rasterio.open(href) as file:
            layers.append(file.read(1, out_shape=(48, 48)))
    return Probe(np.stack(layers[:-1]), PROBE_BANDS, layers[-1])


def radiometry_of(scene, catalogue):
    return decide(scene, catalogue.offset_rule, lambda: probe_of(scene))


def reflectance(scene, catalogue, band="B02"):
    [href] = (asset.href for asset in scene.bands if asset.band.name == band)
    with rasterio.open(href) as file:
        grid = GeoBox((file.height, file.width), file.transform, str(file.crs))
        return radiometry_of(scene, catalogue).apply(file.read(1)), grid


@pytest.mark.real_data
def test_every_date_of_a_real_catalogue_is_found_and_understood(flanders):
    catalogue = static(flanders, collections=(), max_cloud_cover=100)
    scenes = find_scenes(catalogue, FLANDERS, TWO_YEARS)
    written = [json.loads(path.read_text()) for path in sorted(flanders.glob("S2_*/*.json"))]
    assert [scene.id for scene in scenes] == [item["id"] for item in written]
    assert len(scenes) == 40
    for scene, item in zip(scenes, written, strict=True):
        assert scene.cloud_cover == item["properties"]["eo:cloud_cover"]
        assert scene.time.isoformat() == item["properties"]["datetime"].replace("Z", "+00:00")
        assert scene.solar_day == scene.time.date()
        hrefs = {asset.band.name: asset.href for asset in scene.bands}
        said = {
            item["assets"][key]["eo:bands"][0].get("description"): key
            for key in item["assets"]
            if key != "scl"
        }
        assert {name: href.split("/")[-1] for name, href in hrefs.items()} == {
            name: f"{key}.tif" for name, key in said.items()
        }
        assert all(asset.nodata == 0 for asset in scene.bands)


@pytest.mark.real_data
def test_real_numbers_become_reflectance_and_agree_with_their_metadata(flanders):
    catalogue = static(flanders, collections=(), max_cloud_cover=100)
    for scene in find_scenes(catalogue, FLANDERS, TWO_YEARS):
        radiometry = radiometry_of(scene, catalogue)
        assert radiometry.warnings == ()
        with rasterio.open(scene.bands[0].href) as file:
            stored = file.read(1)
        expected = np.where(stored == 0, np.nan, stored * 1e-4)
        np.testing.assert_allclose(radiometry.apply(stored), expected, atol=1e-6)


@pytest.mark.real_data
@pytest.mark.parametrize("added", [0, 1000])
def test_on_real_ground_the_numbers_tell_whether_the_offset_is_in_them(flanders, added):
    """As if the same scenes had come with a flag that cannot be relied on."""
    catalogue = static(flanders, collections=(), max_cloud_cover=30)
    offsets = []
    for scene in find_scenes(catalogue, FLANDERS, TWO_YEARS):
        seen = probe_of(scene)
        shifted = replace(seen, stored=np.where(seen.stored > 0, seen.stored + np.uint16(added), 0))
        unsure = replace(scene, boa_offset_applied=False)
        offsets.append(decide(unsure, "earth-search", lambda shifted=shifted: shifted).offset)
    assert len(offsets) == 27
    assert set(offsets) == {-0.1 if added else 0.0}


@pytest.mark.real_data
def test_the_mask_of_real_scenes_agrees_with_the_cloud_cover_they_state(flanders):
    catalogue = static(flanders, collections=(), max_cloud_cover=100)
    only_clouds = MaskSettings(scl_excluded=(8, 9, 10), dilation_m=0)
    for scene in find_scenes(catalogue, FLANDERS, TWO_YEARS):
        with rasterio.open(scene.mask.href) as file:
            scl = file.read(1)
        clear = clear_mask(scl, "scl", only_clouds, resolution_m=20)
        cloudy = ((~clear) & (scl > 0)).mean() * 100
        assert cloudy == pytest.approx(scene.cloud_cover, abs=0.5)
        assert (clear_mask(scl, "scl", MaskSettings(), resolution_m=20) <= clear).all()


@pytest.mark.real_data
def test_through_an_api_that_ignores_filters_the_same_real_scenes_are_found(flanders, serve_stac):
    with_api = serve_stac(flanders)
    collections = ("flanders-b424a-sentinel-2-l2a",)
    spring = Period(date(2018, 3, 1), date(2018, 5, 31))
    from_files = static(flanders, collections=collections, max_cloud_cover=50)
    from_api = replace(from_files, kind="api", url=with_api.url)
    one, other = search(from_files, FLANDERS, spring), search(from_api, FLANDERS, spring)
    assert [scene.id for scene in one.scenes] == [scene.id for scene in other.scenes]
    assert [(out.id, out.cause) for out in one.left_out] == [(out.id, out.cause) for out in other.left_out]
    assert len(one.scenes) == 4
    assert len(one.left_out) == 2
    for a, b in zip(one.scenes, other.scenes, strict=True):
        root = with_api.files.url
        assert [asset.href for asset in b.bands] == [
            f"{root}/{asset.href.removeprefix(f'{flanders}/')}" for asset in a.bands
        ]
        assert (a.time, a.solar_day, a.crs) == (b.time, b.solar_day, b.crs)
        assert a.outline.equals_exact(b.outline, 1e-6)
    with pytest.raises(NoScenesError, match=r"nearest usable scene is of 2018-11-27 \(35 days before\)"):
        find_scenes(from_api, FLANDERS, Period(date(2019, 1, 1), date(2019, 3, 1)))


@pytest.fixture
def four_publishers(simulated_catalogue):
    """The same land without clouds and noise, as it is published in every way, in the two ways of being old too."""
    plain = CatalogueOptions(size_km=1.0, orbits=1, dates=DAYS).without_weather
    return [
        simulated_catalogue(replace(plain, publisher="earth-search")),
        simulated_catalogue(replace(plain, publisher="earth-search", contradicted=True)),
        simulated_catalogue(replace(plain, publisher="earth-search", baselines=("03.01",))),
        simulated_catalogue(replace(plain, publisher="earth-search-c1")),
        simulated_catalogue(replace(plain, publisher="planetary-computer")),
        simulated_catalogue(replace(plain, publisher="planetary-computer", baselines=("03.01", "04.00"))),
        simulated_catalogue(replace(plain, publisher="landsat")),
    ]


def test_in_all_cases_of_radiometry_the_reflectance_is_that_of_the_land(four_publishers):
    for made in four_publishers:
        catalogue = simulated(made)
        scenes = find_scenes(catalogue, BoundingBox(*made.bbox), SUMMER)
        assert [scene.solar_day for scene in scenes] == list(DAYS)
        names = [band.name for band in made.bands]
        for scene in scenes:
            assert [asset.band.name for asset in scene.bands] == names
            finest = min(asset.resolution_m for asset in scene.bands)
            for asset in scene.bands:
                if asset.resolution_m > finest:
                    continue
                read, grid = reflectance(scene, catalogue, asset.band.name)
                truth = made.truth(grid, scene.solar_day)[names.index(asset.band.name)]
                valid = np.isfinite(read)
                assert valid.mean() > 0.5
                np.testing.assert_allclose(read[valid], truth[valid], atol=1e-4)


def test_earth_search_and_planetary_computer_give_the_same_numbers(four_publishers):
    earth_search, contradicted, _, collection_1, planetary_computer, *_ = four_publishers
    box = BoundingBox(*earth_search.bbox)
    expected = None
    for made in (earth_search, contradicted, collection_1, planetary_computer):
        catalogue = simulated(made)
        read = [
            reflectance(scene, catalogue, asset.band.name)[0]
            for scene in find_scenes(catalogue, box, SUMMER)
            for asset in scene.bands
        ]
        expected = expected or read
        for one, other in zip(read, expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_flag_that_denies_the_truth_is_seen_through(four_publishers):
    _, contradicted, *_ = four_publishers
    catalogue = simulated(contradicted)
    for scene in find_scenes(catalogue, BoundingBox(*contradicted.bbox), SUMMER):
        assert scene.boa_offset_applied is False
        radiometry = radiometry_of(scene, catalogue)
        assert radiometry.offset == 0.0
        assert "earthsearch:boa_offset_applied is false, and not to be relied on" in radiometry.sentence


@pytest.mark.parametrize("publisher", ["earth-search", "landsat"])
def test_what_lies_under_cloud_and_shadow_is_masked(simulated_catalogue, publisher):
    made = simulated_catalogue(
        publisher=publisher, size_km=4.0, orbits=1, dates=DAYS, cloud_shares=(0.3, 0.5), veil_shares=(0.1,)
    )
    catalogue = simulated(made, max_cloud_cover=100)
    excluded = clouded = clear_kept = clear_all = 0
    for scene in find_scenes(catalogue, BoundingBox(*made.bbox), SUMMER):
        with rasterio.open(scene.mask.href) as file:
            grid = GeoBox((file.height, file.width), file.transform, str(file.crs))
            clear = clear_mask(file.read(1), scene.mask.kind, catalogue.mask, resolution_m=file.res[0])
        truth = made.clouds(scene.id, grid)
        under = (truth >= 1) & (truth <= 3)
        excluded += (~clear & under).sum()
        clouded += under.sum()
        clear_kept += (clear & (truth == 0)).sum()
        clear_all += (truth == 0).sum()
    assert clouded > 1000
    assert excluded / clouded >= 0.99
    assert clear_kept / clear_all > 0.6


def test_reprocessed_scenes_both_zones_and_stac_1_1_through_an_api(simulated_catalogue, serve_stac):
    made = simulated_catalogue(
        publisher="planetary-computer",
        size_km=2.0,
        orbits=1,
        dates=DAYS,
        layout="two zones",
        reprocessed=True,
        bands_of_stac_1_1=True,
        cloud_shares=(0.0,),
    )
    running = serve_stac(made.folder)
    catalogue = replace(PRESETS["planetary-computer-sentinel-2-l2a"], url=running.url)
    found = search(catalogue, BoundingBox(*made.bbox), SUMMER)
    assert len(found.scenes) == 2 * len(DAYS)
    assert len({scene.crs for scene in found.scenes}) == 2
    assert {out.cause for out in found.left_out} == {"replaced"}
    assert len(found.left_out) == 2
    assert {scene.processing_baseline for scene in found.scenes} == {"05.11"}
    assert sorted({scene.solar_day for scene in found.scenes}) == list(DAYS)


def test_a_box_over_the_antimeridian_is_found_whole(simulated_catalogue, serve_stac):
    made = simulated_catalogue(size_km=2.0, orbits=1, dates=DAYS, centre=(180.0, -17.0), cloud_shares=(0.0,))
    box = BoundingBox(*made.bbox)
    assert box.crosses_antimeridian
    from_api = replace(PRESETS[PRESET_OF["earth-search"]], url=serve_stac(made.folder).url)
    for catalogue in (simulated(made), from_api):
        scenes = find_scenes(catalogue, box, SUMMER)
        assert [scene.solar_day for scene in scenes] == list(DAYS)
    east_only = BoundingBox(179.9, box.south, 180.0, box.north)
    assert len(find_scenes(from_api, east_only, SUMMER)) == len(DAYS)


def test_signed_assets_are_readable_also_after_their_token_has_expired(simulated_catalogue, serve_stac):
    made = simulated_catalogue(size_km=1.0, orbits=1, dates=DAYS[:1], cloud_shares=(0.0,))
    running = serve_stac(made.folder, signed=True)
    catalogue = replace(
        PRESETS["planetary-computer-sentinel-2-l2a"],
        url=running.url,
        token_url=running.files.token_url,
        signed_hosts=("127.0.0.1",),
    )
    [scene] = find_scenes(catalogue, BoundingBox(*made.bbox), SUMMER)
    href = scene.bands[0].href
    sign = signer(catalogue)

    def status(url):
        with requests.get(url, timeout=10) as response:
            return response.status_code

    assert status(href) == 403
    assert [status(sign(asset.href)) for asset in scene.bands] == [200] * 10
    running.files.expire_tokens()
    assert status(sign(href)) == 403
    sign.forget(href)
    assert status(sign(href)) == 200

"""Imagery from a simulated catalogue over HTTP: what is read, kept, and lost."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import numpy as np
import pytest
from servers.faults import cut_off, missing, short_file, unavailable
from stac_sources import QUICK, SUMMER, on_disk, opened, query, region_of, served, whole

from geodata.errors import ImageryChangedError, ImageryFailedError, NoClearImageryError, NoScenesError
from geodata.grid import BoundingBox, Window, region_on_grid, tiles
from geodata.imagery.settling import with_settled_imagery
from geodata.imagery.stac.period import Period
from geodata.imagery.stac.session import plan_imagery
from geodata.imagery.tile_cache import TileCache

DATES = tuple(date(2025, month, day) for month in (6, 7) for day in (3, 8, 13, 18))
SMALL_TILES = dataclasses.replace(QUICK, tile_px=64)


@pytest.fixture(autouse=True)
def gdal_forgets(monkeypatch):
    """What is read twice is asked for twice: GDAL keeps what it has read, which would hide it."""
    monkeypatch.setenv("CPL_VSIL_CURL_NON_CACHED", "/vsicurl/")


@pytest.fixture
def simulated(simulated_catalogue):
    return simulated_catalogue(size_km=1.6, dates=DATES, orbits=1, seed=3)


def test_nothing_remote_is_asked_the_second_time(simulated, serve_stac, tmp_path):
    service = serve_stac(simulated.folder)
    asked = query(served(service), simulated)
    with opened(asked, tmp_path) as imagery:
        region = region_of(imagery)
        first, sample = whole(imagery), imagery.sample(region)
        fingerprint, lineage = imagery.fingerprint, imagery.lineage()
    assert service.requests > 0
    service.forget()
    with opened(dataclasses.replace(asked), tmp_path) as imagery:
        np.testing.assert_array_equal(whole(imagery), first)
        np.testing.assert_array_equal(imagery.sample(region), sample)
        assert (imagery.fingerprint, imagery.lineage()) == (fingerprint, lineage)
        assert imagery.read_clear_count(region, Window(0, 0, 9, 9)).shape == (2, 9, 9)
    assert service.requests == 0


def test_another_period_finds_the_tiles_that_both_have(simulated, tmp_path):
    asked = query(on_disk(simulated.folder), simulated)
    with opened(asked, tmp_path) as imagery:
        june = whole(imagery)[0]
    made = {path: path.stat().st_ino for path in tmp_path.glob("??/*.tif")}
    only_june = dataclasses.replace(asked, period=Period(date(2025, 6, 1), date(2025, 6, 30)), steps="all")
    with opened(only_june, tmp_path) as imagery:
        np.testing.assert_array_equal(whole(imagery)[0], june)
    assert {path: path.stat().st_ino for path in tmp_path.glob("??/*.tif")} == made


def test_a_box_beside_finds_the_tiles_that_both_have(simulated, tmp_path):
    asked = query(on_disk(simulated.folder), simulated)
    with opened(asked, tmp_path, SMALL_TILES) as imagery:
        expected = whole(imagery)
    made = len(list(tmp_path.glob("??/*.tif")))
    west, south, east, north = simulated.bbox
    smaller = dataclasses.replace(asked, bbox=BoundingBox(west + 0.002, south, east, north - 0.001))
    with opened(smaller, tmp_path, SMALL_TILES) as imagery:
        read = whole(imagery)
    np.testing.assert_array_equal(read, expected[:, :, -read.shape[2] :, -read.shape[3] :])
    assert len(list(tmp_path.glob("??/*.tif"))) == made


def test_a_few_pixels_cost_a_few_tiles_and_have_the_values_of_the_whole(simulated, tmp_path):
    asked = query(on_disk(simulated.folder), simulated)
    with opened(asked, tmp_path / "a", SMALL_TILES) as imagery:
        region = region_of(imagery)
        rows, cols = np.array([3, 3, 70, -1, 5]), np.array([4, 9, 75, 5, 10_000])
        few = imagery.read_pixels(region, rows, cols).reflectance
        tiles_read = len(list((tmp_path / "a").glob("??/*.tif")))
        assert 0 < tiles_read <= 2 * 3
        expected = whole(imagery)
        assert few.shape == (2, 10, 5, 1)
        np.testing.assert_array_equal(few[:, :, :3, 0], expected[:, :, rows[:3], cols[:3]])
        assert np.isnan(few[:, :, 3:]).all()
        assert imagery.read_pixels(region, rows[:0], cols[:0]).reflectance.shape == (2, 10, 0, 1)


@pytest.mark.parametrize("layout", ["one tile", "two zones"])
def test_how_a_region_is_cut_does_not_matter(simulated_catalogue, tmp_path, layout):
    simulated = simulated_catalogue(size_km=1.6, dates=DATES[:3], layout=layout, seed=5)
    asked = query(on_disk(simulated.folder), simulated)
    with opened(asked, tmp_path / "whole", SMALL_TILES) as imagery:
        region = region_of(imagery)
        expected, counts = whole(imagery), imagery.read_clear_count(region, Window(0, 0, *region.shape))
    part = BoundingBox(
        simulated.bbox[0] + 0.004, simulated.bbox[1] + 0.003, simulated.bbox[2] + 0.01, simulated.bbox[3]
    )
    # One thread and little memory: tiles are made one by one, and in another order.
    alone = dataclasses.replace(SMALL_TILES, readers=1, makers=1, memory_bytes=1)
    with opened(asked, tmp_path / "cut", alone) as imagery:
        smaller = region_on_grid(part, imagery.geobox)
        assert smaller.covered < 1
        read = np.zeros((*expected.shape[:2], *smaller.shape), dtype=np.float32)
        seen = np.zeros((len(expected), *smaller.shape), dtype=np.uint16)
        for window in reversed(list(tiles(smaller.shape, 37))):
            read[:, :, *window.slices] = imagery.read_region(smaller, window).reflectance
            seen[:, *window.slices] = imagery.read_clear_count(smaller, window)
    inside = smaller.inside
    there = inside.shifted(smaller.row_off, smaller.col_off)
    np.testing.assert_array_equal(read[:, :, *inside.slices], expected[:, :, *there.slices])
    np.testing.assert_array_equal(seen[:, *inside.slices], counts[:, *there.slices])
    beyond = np.ones(smaller.shape, dtype=bool)
    beyond[inside.slices] = False
    assert np.isnan(read[:, :, beyond]).all()
    assert (seen[:, beyond] == 0).all()


def test_reading_ahead_makes_what_is_asked_for_later(simulated, tmp_path):
    asked = query(on_disk(simulated.folder), simulated)
    with opened(asked, tmp_path / "a") as imagery:
        expected = whole(imagery)
    ahead = dataclasses.replace(QUICK, tile_px=16)
    with opened(asked, tmp_path / "b", ahead) as imagery:
        region = region_of(imagery)
        read = np.zeros_like(expected)
        with imagery.reading_ahead(region):
            for window in tiles(region.shape, 50):
                read[:, :, *window.slices] = imagery.read_region(region, window).reflectance
        with imagery.reading_ahead(region):
            pass
    np.testing.assert_array_equal(read, expected)


def test_clouds_are_gaps_and_the_rest_is_the_land_within_the_sensors_noise(simulated_catalogue, tmp_path):
    options = {"size_km": 2.0, "seed": 7, "dates": DATES[:4], "orbits": 1, "cloud_shares": (0.3, 0.5)}
    simulated = simulated_catalogue(**options)
    asked = query(on_disk(simulated.folder), simulated)
    with opened(asked, tmp_path) as imagery:
        region = region_of(imagery)
        composite = whole(imagery)
        counts = imagery.read_clear_count(region, Window(0, 0, *region.shape))
    sharp = [i for i, band in enumerate(imagery.bands) if band.name in {"B02", "B03", "B04", "B08"}]
    truth = simulated.truth(imagery.geobox, DATES[0])[sharp]
    error = composite[0, sharp] - truth
    seen = np.isfinite(error).all(axis=0)
    np.testing.assert_array_equal(seen, counts[0] > 0)
    assert 0.5 < seen.mean() <= 1
    assert np.sqrt(np.mean(error[:, seen] ** 2)) <= 1.2 * simulated.noise
    cloudy = [simulated.clouds(scene.id, imagery.geobox) != 0 for scene in simulated.scenes]
    truly = (~np.array(cloudy)).sum(axis=0)
    assert (counts[0] <= truly).mean() >= 0.99


def test_a_file_that_is_missing_or_short_is_replaced_before_anything_is_read(simulated, serve_stac, tmp_path):
    service = serve_stac(simulated.folder)
    asked = query(served(service), simulated)
    with opened(asked, tmp_path / "a") as imagery:
        chosen = [scene.id for scene in imagery.plan.scenes]
    gone, short = chosen[1], chosen[4]
    service.files.break_(f"*/{gone}/B04.tif", missing())
    service.files.break_(f"*/{short}/B8A.tif", short_file(share=0.01))
    service.files.break_("*B0?.tif", unavailable(times=1))
    # They are two of six, and a quarter may fail.
    with pytest.raises(
        ImageryFailedError, match=r"2 of 6 scenes .* cannot be read, and 25% may fail"
    ) as failure:
        opened(asked, tmp_path / "b")
    assert {fault.where for fault in failure.value.faults} == {gone, short}
    tolerant = query(served(service, max_failed_share=0.5), simulated)
    with opened(tolerant, tmp_path / "b") as imagery:
        lineage = imagery.lineage()
        whole(imagery)
    failed = {one["id"]: one["reason"] for one in lineage["left_out"] if one.get("failed")}
    assert failed.keys() == {gone, short}
    assert "B04: the file is not there (404)" in failed[gone]
    assert "B8A: the file is damaged or cut off" in failed[short]
    used = {one["id"] for one in lineage["scenes"]}
    assert used == set(chosen) - failed.keys()
    json.dumps(lineage)


@pytest.mark.parametrize("fault", [short_file(share=0.6), cut_off()], ids=["short file", "cut answers"])
def test_a_scene_that_is_lost_on_the_way_leaves_a_map_without_it(simulated, serve_stac, tmp_path, fault):
    service = serve_stac(simulated.folder)
    lost = simulated.scenes[2].id
    asked = query(served(service), simulated)
    with opened(asked, tmp_path / "a") as imagery:
        service.files.break_(f"*/{lost}/B11.tif", fault)
        with pytest.raises(ImageryChangedError, match=lost) as change:
            whole(imagery)
        with pytest.raises(ImageryChangedError):  # it stays as it is
            whole(imagery)
        assert change.value.remaining.fingerprint != imagery.fingerprint
        read = with_settled_imagery(imagery, whole)
        lineage = change.value.remaining.lineage()
    assert [one["id"] for one in lineage["left_out"] if one.get("failed")] == [lost]
    with opened(asked, tmp_path / "b") as imagery:
        np.testing.assert_array_equal(with_settled_imagery(imagery, whole), read)
    # What was learnt is kept: the next time the scene is left out from the beginning.
    with opened(asked, tmp_path / "a") as imagery:
        np.testing.assert_array_equal(whole(imagery), read)


def test_a_catalogue_that_dies_is_an_error_that_says_so_and_what_was_read_is_not_read_again(
    simulated, serve_stac, tmp_path
):
    service = serve_stac(simulated.folder)
    asked = query(served(service), simulated)
    few = dataclasses.replace(SMALL_TILES, makers=1)
    with opened(asked, tmp_path, few) as imagery:
        region = region_of(imagery)
        imagery.read_pixels(region, np.array([5]), np.array([5]))
        service.files.stop()
        with pytest.raises(ImageryFailedError, match=r"server does not answer.*kept") as failure:
            whole(imagery)
        assert len(failure.value.faults) == len(imagery.plan.scenes)
        imagery.read_pixels(region, np.array([5]), np.array([5]))
    kept = {path.name for path in tmp_path.glob("??/*.tif")}
    service.files.start()
    service.forget()
    with opened(asked, tmp_path, few) as imagery:
        assert service.requests == 0
        imagery.read_pixels(region, np.array([5]), np.array([5]))
        assert service.requests == 0
        expected = whole(imagery)
    assert kept < {path.name for path in tmp_path.glob("??/*.tif")}
    with opened(query(on_disk(simulated.folder), simulated), tmp_path / "b") as imagery:
        np.testing.assert_array_equal(whole(imagery), expected)


def test_signatures_are_got_again_when_they_have_expired(simulated_catalogue, serve_stac, tmp_path):
    simulated = simulated_catalogue(size_km=1.6, dates=DATES[:2], orbits=1, publisher="planetary-computer")
    service = serve_stac(simulated.folder, signed=True)
    catalogue = served(
        service,
        preset="planetary-computer-sentinel-2-l2a",
        token_url=service.files.token_url,
        signed_hosts=("127.0.0.1",),
    )
    with opened(query(catalogue, simulated), tmp_path) as imagery:
        given = service.files.tokens_given
        service.files.expire_tokens()
        assert np.isfinite(whole(imagery)).any()
        assert service.files.tokens_given > given
        assert "sig=" not in json.dumps(imagery.lineage())


def test_both_publishers_show_the_same(simulated_catalogue, tmp_path):
    options = {"size_km": 1.6, "dates": DATES[:3], "orbits": 1, "seed": 11, "cloud_shares": (0.1,)}
    read = []
    for publisher, rule in (("earth-search", "earth-search"), ("planetary-computer", "baseline")):
        simulated = simulated_catalogue(publisher=publisher, **options)
        asked = query(on_disk(simulated.folder, offset_rule=rule), simulated)
        with opened(asked, tmp_path / publisher) as imagery:
            read.append(whole(imagery))
    np.testing.assert_array_equal(*read)


def test_landsat_keeps_its_own_pixels(simulated_catalogue, tmp_path):
    simulated = simulated_catalogue(size_km=3.0, dates=DATES[:3], orbits=1, publisher="landsat", noise=0.0)
    catalogue = on_disk(simulated.folder, offset_rule="landsat", resolution_m=30.0)
    with opened(query(catalogue, simulated), tmp_path) as imagery:
        own = simulated.geobox
        ours = imagery.geobox
        assert ((ours.affine.c - own.affine.c) / 30) % 1 == 0
        assert ((ours.affine.f - own.affine.f) / 30) % 1 == 0
        error = whole(imagery)[0] - simulated.truth(ours, DATES[0])
        # A grid that is half a pixel off would smear the borders of fields.
        assert np.nanquantile(np.abs(error), 0.99) < 1e-4


def test_a_plan_reads_overviews_of_masks_and_nothing_else(simulated, serve_stac, tmp_path):
    service = serve_stac(simulated.folder)
    plan = plan_imagery(query(served(service), simulated), cache=TileCache(tmp_path), settings=QUICK)
    assert [step.step.start for step in plan.steps] == [date(2025, 6, 1), date(2025, 7, 1)]
    assert [step.start for step in plan.without_imagery] == [date(2025, 8, 1)]
    assert all(0 < step.clear_share <= 1 for step in plan.steps)
    estimate = plan.estimate()
    assert estimate.pixels == plan.geobox.shape[0] * plan.geobox.shape[1]
    assert estimate.tiles >= 2
    assert estimate.read_bytes > 0
    assert all(step.seen.shape == plan.survey.coarse.shape and step.seen.any() for step in plan.steps)
    assert service.files.count("*SCL.tif") > 0
    assert service.files.count("*B??.tif") == 0


def test_where_nothing_can_be_seen_the_error_says_what_to_change(simulated_catalogue, tmp_path):
    simulated = simulated_catalogue(size_km=1.6, dates=DATES[:2], orbits=1, cloud_shares=(1.0,))
    cloudy = query(on_disk(simulated.folder), simulated)
    with pytest.raises(NoClearImageryError, match=r"all 2 scenes .* cloudy over 100 %.*widen the period"):
        opened(cloudy, tmp_path)
    early = dataclasses.replace(cloudy, period=Period(date(2025, 1, 1), date(2025, 2, 1)))
    with pytest.raises(NoScenesError, match=r"2025-06-03"):
        opened(early, tmp_path)
    assert SUMMER.start < DATES[0]

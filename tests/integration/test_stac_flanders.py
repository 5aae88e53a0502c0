"""A real catalogue: forty dates of Sentinel-2 over 640 m in Flanders, clear and cloudy."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
import rasterio
from stac_sources import QUICK, on_disk, opened, region_of, whole

from geodata.grid import BoundingBox, Window, tiles
from geodata.imagery.stac.period import Period
from geodata.imagery.stac.query import SceneQuery
from geodata.label_pixels import locate_labels
from geodata.labels import read_labels
from geodata.legend import Legend

pytestmark = pytest.mark.real_data

BBOX = BoundingBox(3.01935, 50.8131, 3.02835, 50.8188)
YEARS = Period(date(2017, 8, 1), date(2018, 11, 30))


def asked(flanders, steps, **changes):
    return SceneQuery(on_disk(flanders, **changes), BBOX, YEARS, steps)


@pytest.mark.parametrize(
    ("steps", "dates", "seen"), [("month", 15, 0.9), ("season", 6, 0.97), ("all", 1, 1.0)]
)
def test_dates_are_composites_of_clear_days(flanders, tmp_path, steps, dates, seen):
    with opened(asked(flanders, steps), tmp_path) as imagery:
        region = region_of(imagery)
        assert region.geobox == imagery.geobox
        reflectance = whole(imagery)
        counts = imagery.read_clear_count(region, Window(0, 0, *region.shape))
    assert reflectance.shape == (dates, 10, *region.shape)
    assert [band.name for band in imagery.bands][:3] == ["B02", "B03", "B04"]
    clear = np.isfinite(reflectance).all(axis=1)
    np.testing.assert_array_equal(clear, np.isfinite(reflectance).any(axis=1))
    np.testing.assert_array_equal(clear, counts > 0)
    assert clear.mean() >= seen
    assert counts.max() > 2 or steps == "month"
    # Clouds reflect more than half of blue light; what is left of them is a brim here and there.
    assert np.nanquantile(reflectance[:, 0], 0.999) < 0.3
    assert (len(imagery.plan.without_imagery) == 1) is (steps == "month")  # October 2017
    # The red edge is where plants are: near infrared above red, in the median of every summer date.
    summer = [i for i, day in enumerate(imagery.day_of_year) if 150 < day < 250]
    assert all(np.nanmedian(reflectance[i, 6]) > 2 * np.nanmedian(reflectance[i, 2]) for i in summer)


def test_one_clear_day_is_the_scene_itself(flanders, tmp_path):
    one_day = dataclasses.replace(asked(flanders, "all"), period=Period(date(2018, 8, 7), date(2018, 8, 7)))
    with opened(one_day, tmp_path) as imagery:
        assert imagery.date == date(2018, 8, 7)
        reflectance = whole(imagery)[0]
        (used,) = imagery.plan.scenes
        sharp = {asset.band.name: asset.href for asset in used.bands}
        corner = imagery.geobox.affine
        for i, band in enumerate(imagery.bands):
            with rasterio.open(sharp[band.name]) as image:
                if image.transform.a != 10:
                    continue
                col, row = (round(v) for v in ~image.transform @ (corner.c, corner.f))
                stored = image.read(1)[row : row + 64, col : col + 64]
            height, width = stored.shape
            clear = np.isfinite(reflectance[i, :height, :width])
            assert clear.mean() > 0.9
            np.testing.assert_array_equal(
                reflectance[i, :height, :width][clear], stored[clear].astype(np.float32) / np.float32(10_000)
            )


@pytest.mark.parametrize("statistic", ["median", "geometric-median"])
def test_how_a_region_is_cut_does_not_matter(flanders, tmp_path, statistic):
    with opened(asked(flanders, "season", statistic=statistic), tmp_path / "a") as imagery:
        expected = whole(imagery)
    small = dataclasses.replace(QUICK, tile_px=17, readers=2, makers=2)
    with opened(asked(flanders, "season", statistic=statistic), tmp_path / "b", small) as imagery:
        region = region_of(imagery)
        read = np.zeros_like(expected)
        for window in tiles(region.shape, 23):
            read[:, :, *window.slices] = imagery.read_region(region, window).reflectance
    np.testing.assert_array_equal(read, expected)


def test_the_second_time_no_file_of_a_band_is_opened(flanders, tmp_path):
    with opened(asked(flanders, "season"), tmp_path) as imagery:
        region = region_of(imagery)
        first, sample = whole(imagery), imagery.sample(region)
        assert 4000 < len(sample) <= 4096
        assert sample.shape[1:] == (6, 10)
    with opened(asked(flanders, "season"), tmp_path) as imagery:
        imagery._session.reader = None
        object.__setattr__(imagery._tiled._tiles._maker, "reader", None)
        np.testing.assert_array_equal(whole(imagery), first)
        np.testing.assert_array_equal(imagery.sample(region), sample)
        few, others = (imagery.sample(region, count=100, seed=seed) for seed in (0, 1))
        assert few.shape == others.shape == (100, 6, 10)
        assert not np.array_equal(few, others, equal_nan=True)


def test_every_label_has_values_on_some_date(flanders, tmp_path):
    labels = read_labels(flanders / "labels_train.geojson")
    with opened(asked(flanders, "month"), tmp_path) as imagery:
        region = region_of(imagery)
        pixels = locate_labels(labels, Legend.from_names(labels.class_names), region)
        cube = imagery.read_pixels(region, pixels.rows, pixels.cols)
        assert cube.reflectance.shape == (15, 10, len(pixels), 1)
        np.testing.assert_array_equal(
            cube.reflectance[..., 0], whole(imagery)[:, :, pixels.rows, pixels.cols]
        )
    assert np.isfinite(cube.reflectance).all(axis=1).any(axis=0).all()


def test_the_lineage_names_every_scene_and_what_was_decided(flanders, tmp_path):
    with opened(asked(flanders, "season", max_cloud_cover=60.0), tmp_path) as imagery:
        lineage = imagery.lineage()
    named = {one["id"] for part in ("scenes", "left_out") for one in lineage[part]}
    assert len(named) + lineage["spare"] == 40
    assert {scene for step in lineage["steps"] for scene in step["scenes"]} == {
        one["id"] for one in lineage["scenes"]
    }
    assert all("reflectance = stored number * 0.0001" in one["radiometry"] for one in lineage["scenes"])
    assert any("cloudy" in one["reason"] for one in lineage["left_out"])
    assert imagery.scaling == f"reflectance = stored number * 0.0001 ({len(lineage['scenes'])} scenes)"

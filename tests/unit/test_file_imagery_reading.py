from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from images import stored_numbers, whole, write_image

from geodata.errors import ImageryError
from geodata.grid import BoundingBox, Window, region_on_grid, tiles
from geodata.imagery.files import FileImagery
from geodata.label_pixels import locate_labels
from geodata.labels import read_labels
from geodata.legend import Legend


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(
    "profile", [{}, {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}]
)
@pytest.mark.parametrize("size", [13, 64, 4096])
def test_windows_of_any_size_give_what_the_whole_gives(tmp_path, profile, size):
    stored = stored_numbers()
    stored[:, 20:30, 20:30] = 0
    imagery = FileImagery.open(write_image(tmp_path / "a.tif", stored, nodata=0, **profile))
    west, south, east, north = imagery.bounds_lonlat
    bbox = BoundingBox(west - 0.001, south + 0.005, east - 0.01, north + 0.001)
    region = region_on_grid(bbox, imagery.geobox)
    assert 0 < region.covered < 1
    expected = np.full((4, *region.shape), np.nan, dtype=np.float32)
    part = region.inside
    image_part = part.shifted(region.row_off, region.col_off)
    expected[:, *part.slices] = whole(imagery)[:, *image_part.slices]

    read = np.zeros_like(expected)
    for window in tiles(region.shape, size):
        cube = imagery.read_region(region, window)
        assert cube.reflectance.shape == (1, 4, window.height, window.width)
        read[:, *window.slices] = cube.reflectance[0]
    np.testing.assert_array_equal(read, expected)

    rng = np.random.default_rng(1)
    rows, cols = rng.integers(0, region.shape[0], 500), rng.integers(0, region.shape[1], 500)
    pixels = imagery.read_pixels(region, rows, cols).reflectance
    assert pixels.shape == (1, 4, 500, 1)
    np.testing.assert_array_equal(pixels[0, :, :, 0], expected[:, rows, cols])
    assert imagery.read_pixels(region, rows[:0], cols[:0]).reflectance.shape == (1, 4, 0, 1)


def test_a_sample_is_fixed_by_region_and_seed_and_holds_valid_pixels_only(tmp_path):
    stored = stored_numbers((4, 300, 400))
    stored[:, :, :200] = 0
    imagery = FileImagery.open(write_image(tmp_path / "a.tif", stored, nodata=0))
    region = region_on_grid(None, imagery.geobox)
    sample = imagery.sample(region, count=1000)
    assert sample.shape == (1000, 1, 4)
    assert sample.dtype == np.float32
    assert not np.isnan(sample).any()
    np.testing.assert_array_equal(sample, imagery.sample(region, count=1000))
    assert not np.array_equal(sample, imagery.sample(region, count=1000, seed=1))
    assert sample.mean() == pytest.approx(0.21, abs=0.02)
    present = {tuple(pixel) for pixel in whole(imagery).reshape(4, -1).T}
    assert {tuple(pixel) for pixel in sample[:, 0]} <= present


def test_a_sample_finds_the_only_valid_pixels_of_a_large_region_and_is_empty_where_there_are_none(tmp_path):
    stored = np.zeros((4, 700, 700), dtype=np.uint16)
    stored[:, 650, 650:653] = 1000
    imagery = FileImagery.open(write_image(tmp_path / "a.tif", stored, nodata=0))
    assert imagery.sample(region_on_grid(None, imagery.geobox)).shape == (3, 1, 4)
    empty = FileImagery.open(write_image(tmp_path / "b.tif", stored * 0, nodata=0))
    assert empty.sample(region_on_grid(None, empty.geobox)).shape == (0, 1, 4)


@pytest.mark.parametrize(
    "path",
    [
        "https://example.org/a.tif",
        "/vsicurl/https://example.org/a.tif",
        "/vsizip/a.zip/a.tif",
        "GTIFF_DIR:1:a.tif",
        "none.tif",
    ],
)
def test_what_is_no_local_file_is_refused(path):
    with pytest.raises(ImageryError, match=r"local files only|no such file"):
        FileImagery.open(path)


def test_what_is_no_raster_is_refused(tmp_path):
    (tmp_path / "a.tif").write_text("hello")
    with pytest.raises(ImageryError, match=r"a\.tif: the imagery cannot be opened.*no GeoTIFF, COG or VRT"):
        FileImagery.open(tmp_path / "a.tif")
    (tmp_path / "b.vrt").write_text("<VRTDataset")
    with pytest.raises(ImageryError, match="the VRT cannot be read"):
        FileImagery.open(tmp_path / "b.vrt")
    (tmp_path / "c.xml").write_text("<?xml version='1.0'?><GDAL_WMS/>")
    with pytest.raises(ImageryError, match="not a VRT"):
        FileImagery.open(tmp_path / "c.xml")


def test_a_vrt_reads_what_its_source_holds_and_changes_with_it(tmp_path):
    source = write_image(tmp_path / "a.tif", stored_numbers())
    rasterio.shutil.copy(source, tmp_path / "a.vrt", driver="VRT")
    imagery = FileImagery.open(tmp_path / "a.vrt")
    np.testing.assert_array_equal(whole(imagery), whole(FileImagery.open(source)))
    os.utime(source, ns=(1, 1))
    assert FileImagery.open(tmp_path / "a.vrt").fingerprint != imagery.fingerprint


@pytest.mark.parametrize(
    "remote", ["/vsicurl/https://example.org/a.tif", "https://example.org/a.tif", "gone.tif"]
)
def test_a_vrt_that_refers_to_anything_but_local_files_is_refused_however_deep(tmp_path, remote):
    source = write_image(tmp_path / "a.tif", stored_numbers())
    rasterio.shutil.copy(source, tmp_path / "inner.vrt", driver="VRT")
    text = (tmp_path / "inner.vrt").read_text()
    assert ">a.tif<" in text
    (tmp_path / "outer.vrt").write_text(text.replace(">a.tif<", ">inner.vrt<"))
    assert FileImagery.open(tmp_path / "outer.vrt").geobox.shape == (150, 170)
    (tmp_path / "inner.vrt").write_text(text.replace(">a.tif<", f">{remote}<"))
    with pytest.raises(ImageryError, match=rf"inner\.vrt: the VRT refers to '{remote}'"):
        FileImagery.open(tmp_path / "outer.vrt")


@pytest.mark.parametrize("driver", ["GTiff", "COG"])
def test_an_image_that_is_cut_off_is_refused_where_it_ends(tmp_path, driver):
    source = write_image(tmp_path / "a.tif", stored_numbers((4, 600, 600)), compress="deflate")
    path = tmp_path / "cut.tif"
    rasterio.shutil.copy(source, path, driver=driver, **({"blocksize": 128} if driver == "COG" else {}))
    os.truncate(path, path.stat().st_size * 6 // 10)
    with pytest.raises(ImageryError, match=r"cut\.tif: the imagery cannot be .*cut off.*copy it again"):
        whole(FileImagery.open(path))


def test_a_cut_off_image_says_which_rows_and_columns_could_not_be_read(tmp_path):
    source = write_image(tmp_path / "a.tif", stored_numbers((4, 600, 600)), compress="deflate")
    path = tmp_path / "cut.tif"
    rasterio.shutil.copy(source, path, driver="COG", blocksize=128, overviews="NONE")
    os.truncate(path, path.stat().st_size * 6 // 10)
    imagery = FileImagery.open(path)
    imagery.read(Window(0, 0, 100, 100))
    with pytest.raises(ImageryError, match=r"read at rows 500\.\.599, columns 300\.\.399"):
        imagery.read(Window(500, 300, 100, 100))


def test_many_threads_read_the_same_and_leave_no_open_files(tmp_path):
    imagery = FileImagery.open(
        write_image(tmp_path / "a.tif", stored_numbers(), tiled=True, blockxsize=64, blockysize=64)
    )
    expected = whole(imagery)
    imagery.close()
    before = open_files()
    barrier = threading.Barrier(8)

    def read(_):
        barrier.wait(10)
        return [whole(imagery) for _ in range(5)]

    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            for arrays in pool.map(read, range(8)):
                for array in arrays:
                    np.testing.assert_array_equal(array, expected)
    assert open_files() == before


def test_closing_closes_the_file_in_every_thread_and_reading_opens_it_again(tmp_path):
    before = open_files()
    imagery = FileImagery.open(write_image(tmp_path / "a.tif", stored_numbers()))
    with ThreadPoolExecutor(1) as pool, imagery:
        expected = pool.submit(whole, imagery).result()
        imagery.close()
        assert open_files() == before
        np.testing.assert_array_equal(pool.submit(whole, imagery).result(), expected)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("scene", "shape"), [("aberystwyth/image_utm.tif", (960, 943)), ("leipzig/image.tif", (206, 154))]
)
def test_real_scenes_are_read_as_rasterio_reads_them(real_data, scene, shape):
    path = real_data / "eval" / "scenes" / scene
    imagery = FileImagery.open(path)
    with rasterio.open(path) as image:
        expected = np.where(image.read(masked=True).mask.any(axis=0), np.nan, image.read() * 1e-4)
    assert imagery.geobox.shape == shape
    np.testing.assert_allclose(whole(imagery), expected, rtol=1e-6)
    labels = read_labels(path.parent / "labels_train.geojson")
    region = region_on_grid(None, imagery.geobox)
    pixels = locate_labels(labels, Legend.from_names(labels.class_names), region)
    assert len(pixels) == 20
    assert not np.isnan(imagery.read_pixels(region, pixels.rows, pixels.cols).reflectance).any()
    assert 0.05 < np.median(imagery.sample(region)) < 0.4

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from images import NAMES, stored_numbers, whole, write_image
from rasterio.enums import ColorInterp

from geodata.errors import BandsError, ImageryError, ReflectanceError
from geodata.grid import region_on_grid
from geodata.imagery.files import FileImagery


def test_stored_numbers_become_reflectance_by_the_sensors_usual_scale_and_it_says_so(tmp_path):
    stored = stored_numbers()
    imagery = FileImagery.open(write_image(tmp_path / "scene.tif", stored))
    np.testing.assert_allclose(whole(imagery), stored * 1e-4, rtol=1e-6)
    assert imagery.sensor == "sentinel-2"
    assert imagery.name == "scene"
    assert [band.name for band in imagery.bands] == list(NAMES)
    assert "stored number * 0.0001" in imagery.scaling
    assert "usual scale and offset of Sentinel-2 MSI" in imagery.scaling


def test_the_files_own_scale_comes_before_the_sensors_and_what_is_given_before_both(tmp_path):
    stored = stored_numbers()
    path = write_image(tmp_path / "a.tif", stored, scales=[2e-4] * 4, offsets=[-0.1, -0.1, -0.1, -0.2])
    own = FileImagery.open(path)
    expected = stored * 2e-4 - np.array([0.1, 0.1, 0.1, 0.2])[:, None, None]
    np.testing.assert_allclose(whole(own), expected, rtol=1e-5, atol=1e-6)
    assert "the file's own scale and offset" in own.scaling
    given = FileImagery.open(path, scale=1e-4, offset=0)
    np.testing.assert_allclose(whole(given), stored * 1e-4, rtol=1e-6)
    assert given.scaling == "reflectance = stored number * 0.0001: as given"
    shifted = FileImagery.open(write_image(tmp_path / "b.tif", stored), offset=-0.1)
    np.testing.assert_allclose(whole(shifted), stored * 1e-4 - 0.1, rtol=1e-5, atol=1e-6)


def test_landsat_numbers_become_reflectance_by_the_usgs_scale(tmp_path):
    stored = stored_numbers(low=7300, high=20000)
    names = ["SR_B2", "SR_B3", "SR_B4", "SR_B5"]
    imagery = FileImagery.open(write_image(tmp_path / "a.tif", stored, names=names), sensor="landsat-8")
    np.testing.assert_allclose(whole(imagery), stored * 2.75e-5 - 0.2, rtol=1e-4, atol=1e-6)


def test_floating_point_reflectance_is_taken_as_it_is(tmp_path):
    stored = np.random.default_rng(0).uniform(0, 0.6, (4, 50, 60)).astype(np.float32)
    imagery = FileImagery.open(write_image(tmp_path / "a.tif", stored))
    np.testing.assert_array_equal(whole(imagery), stored)
    assert "floating-point reflectance already" in imagery.scaling
    imagery = FileImagery.open(write_image(tmp_path / "b.tif", stored * 10000))
    np.testing.assert_allclose(whole(imagery), stored, rtol=1e-5)


def test_a_pixel_is_missing_where_any_band_is(tmp_path):
    stored = stored_numbers()
    stored[2, 3, 4] = 7
    imagery = FileImagery.open(write_image(tmp_path / "a.tif", stored, nodata=7))
    missing = np.isnan(whole(imagery))
    assert missing[:, 3, 4].all()
    assert missing.sum() == 4
    floats = (stored * 1e-4).astype(np.float32)
    floats[1, 5, 6] = np.nan
    floats[1, 7, 8] = np.inf
    missing = np.isnan(whole(FileImagery.open(write_image(tmp_path / "b.tif", floats))))
    assert np.argwhere(missing.all(axis=0)).tolist() == [[5, 6], [7, 8]]
    assert missing.sum() == 8


def test_all_zero_is_missing_where_the_file_declares_no_nodata_value(tmp_path):
    stored = stored_numbers()
    stored[:, 3, 4] = 0
    stored[0, 5, 6] = 0
    missing = np.isnan(whole(FileImagery.open(write_image(tmp_path / "a.tif", stored))))
    assert np.argwhere(missing.any(axis=0)).tolist() == [[3, 4]]


def test_a_nodata_value_that_the_numbers_cannot_hold_is_ignored(tmp_path):
    stored = stored_numbers()
    write_image(tmp_path / "a.tif", stored)
    vrt = tmp_path / "a.vrt"
    rasterio.shutil.copy(tmp_path / "a.tif", vrt, driver="VRT")
    vrt.write_text(
        vrt.read_text().replace("</Description>", "</Description><NoDataValue>-9999</NoDataValue>")
    )
    assert not np.isnan(whole(FileImagery.open(vrt))).any()


def test_masks_and_alpha_bands_are_heeded(tmp_path):
    stored = stored_numbers()
    path = write_image(tmp_path / "a.tif", stored)
    mask = np.full(stored.shape[1:], 255, dtype=np.uint8)
    mask[10:20, 30:40] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as image:
        image.write_mask(mask)
    np.testing.assert_array_equal(np.isnan(whole(FileImagery.open(path))).all(axis=0), mask == 0)

    alpha = np.concatenate((stored[:3], mask[np.newaxis].astype(np.uint16)))
    path = write_image(tmp_path / "b.tif", alpha, names=NAMES[:3], photometric="RGB", alpha="YES")
    imagery = FileImagery.open(path)
    assert len(imagery.bands) == 3
    np.testing.assert_array_equal(np.isnan(whole(imagery)).all(axis=0), mask == 0)


def test_a_fourth_band_that_is_named_is_no_alpha_band_whatever_the_file_says(tmp_path):
    stored = stored_numbers()
    stored[3, 0, 0] = 0
    path = write_image(tmp_path / "a.tif", stored, photometric="RGB", alpha="YES")
    with rasterio.open(path) as image:
        assert image.colorinterp[3] == ColorInterp.alpha
    imagery = FileImagery.open(path)
    np.testing.assert_allclose(whole(imagery), stored * 1e-4, rtol=1e-6)


def test_bands_that_hold_no_reflectance_are_not_read(tmp_path):
    stored = stored_numbers()
    stored[0] = 0  # as a nodata value it would make everything missing
    path = write_image(tmp_path / "a.tif", stored, names=["SCL", "B02", "B03", "B04"], nodata=0)
    np.testing.assert_allclose(whole(FileImagery.open(path)), stored[1:] * 1e-4, rtol=1e-6)


@pytest.mark.parametrize(
    ("stored", "arguments", "message"),
    [
        (
            stored_numbers(),
            {"scale": 1.0},
            r"half of all values are above .*--scale 0.0001 would do \(Sentinel-2",
        ),
        (stored_numbers(high=50000), {"scale": 0.01}, "half of all values are above"),
        (stored_numbers(), {"offset": -3.0}, "half of all values are below"),
        (stored_numbers() * np.float32(1e-4), {"scale": 1e-4}, r"darker than any ground.*--scale 1 would do"),
        (stored_numbers(low=7300, high=16000), {}, r"--scale 2.75e-05 --offset -0.2 would do \(Landsat"),
    ],
)
def test_values_that_cannot_be_reflectance_are_refused_with_the_scale_that_would_do(
    tmp_path, stored, arguments, message
):
    names = ["blue", "green", "red", "nir"]
    imagery = FileImagery.open(write_image(tmp_path / "a.tif", stored, names=names), **arguments)
    with pytest.raises(ReflectanceError, match=message):
        imagery.sample(region_on_grid(None, imagery.geobox))


def test_bright_ground_of_a_sensor_that_was_named_is_believed(tmp_path):
    path = write_image(tmp_path / "a.tif", stored_numbers(low=7300, high=12000))
    imagery = FileImagery.open(path, sensor="sentinel-2")
    assert imagery.sample(region_on_grid(None, imagery.geobox)).min() > 0.72


@pytest.mark.parametrize(
    ("stored", "names", "arguments", "error", "message"),
    [
        (
            stored_numbers(dtype="uint8", high=255),
            NAMES,
            {},
            ReflectanceError,
            r"8-bit numbers .*--scale \(0\.0039",
        ),
        (stored_numbers(), (), {}, BandsError, "4 bands without a description.*--bands"),
        (stored_numbers(), (), {"wavelengths_nm": [490, 560, 660, 840]}, ReflectanceError, "--scale 0.0001"),
        (stored_numbers(), NAMES, {"scale": 0.0}, ReflectanceError, "scale must be above 0"),
        (stored_numbers(), NAMES, {"scale": float("nan")}, ReflectanceError, "scale must be above 0"),
        (stored_numbers(), NAMES, {"crs": None}, ImageryError, "where on Earth it lies.*gdal_translate"),
        (stored_numbers(dtype="complex64"), NAMES, {}, ImageryError, "complex64; they should hold"),
    ],
)
def test_a_file_whose_meaning_is_not_known_is_refused_on_opening(
    *, tmp_path, stored, names, arguments, error, message
):
    profile = {key: arguments.pop(key) for key in ["crs"] if key in arguments}
    path = write_image(tmp_path / "a.tif", stored, names=names, **profile)
    with pytest.raises(error, match=message):
        FileImagery.open(path, **arguments)


@pytest.mark.parametrize(
    ("tags", "name", "day"),
    [
        ({}, "scene.tif", None),
        ({}, "S2A_20210527T112121_T30UVC.tif", date(2021, 5, 27)),
        ({}, "scene_2021-05-27.tif", date(2021, 5, 27)),
        ({}, "T20219999_20211399.tif", None),
        ({"TIFFTAG_DATETIME": "2021:05:27 11:21:21"}, "scene.tif", date(2021, 5, 27)),
        ({"TIFFTAG_DATETIME": "2024:01:01 00:00:00"}, "scene_20210527.tif", date(2021, 5, 27)),
        ({"DATATAKE_1_DATATAKE_SENSING_START": "2021-05-27T11:21:21Z"}, "a_20240101.tif", date(2021, 5, 27)),
    ],
)
def test_the_date_is_that_of_acquisition_as_far_as_the_file_tells(tmp_path, tags, name, day):
    imagery = FileImagery.open(write_image(tmp_path / name, stored_numbers((4, 8, 8)), tags=tags))
    assert imagery.date == day
    assert imagery.day_of_year.tolist() == [147 if day else -1]

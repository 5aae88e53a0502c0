from __future__ import annotations

import numpy as np
import pytest

from geodata.errors import CatalogueError
from geodata.imagery.clouds import MaskSettings, clear_mask, dilation_pixels

SHARP = MaskSettings(dilation_m=0)


def test_scl_keeps_ground_water_and_snow_and_drops_cloud_shadow_and_defects():
    classes = np.array([[*range(12), 12, 255]], dtype=np.uint8)
    clear = clear_mask(classes, "scl", SHARP, resolution_m=20)
    assert clear[0].nonzero()[0].tolist() == [2, 4, 5, 6, 7, 11]


def test_which_classes_are_dropped_can_be_set():
    classes = np.array([list(range(12))], dtype=np.uint8)
    only_vegetation_soil_water = MaskSettings(
        scl_excluded=(1, 2, 3, 7, 8, 9, 10, 11), scl_dilated=(), dilation_m=0
    )
    clear = clear_mask(classes, "scl", only_vegetation_soil_water, resolution_m=20)
    assert clear[0].nonzero()[0].tolist() == [4, 5, 6]


@pytest.mark.parametrize("nodata_kept", [(8, 9), ()])
def test_no_data_is_never_clear_whatever_is_set(nodata_kept):
    settings = MaskSettings(scl_excluded=nodata_kept, qa_excluded=nodata_kept[:0], dilation_m=0)
    assert not clear_mask(np.zeros((2, 2), np.uint8), "scl", settings, resolution_m=20).any()
    assert not clear_mask(np.zeros((2, 2), np.uint16), "qa_pixel", settings, resolution_m=30).any()


@pytest.mark.parametrize(
    ("value", "what", "clear"),
    # Values as the USGS lists them for Landsat 8 and 9 (LSDS-1619, table 6-3).
    [
        (1, "fill", False),
        (21824, "clear land", True),
        (21826, "dilated cloud over land", False),
        (21888, "water", True),
        (21890, "dilated cloud over water", False),
        (22080, "medium confidence of cloud, and clear", True),
        (22280, "cloud, high confidence", False),
        (23888, "cloud shadow", False),
        (23952, "cloud shadow over water", False),
        (24088, "cloud and shadow", False),
        (30048, "snow", True),
        (54596, "cirrus", False),
        (54852, "cirrus and cloud", False),
    ],
)
def test_qa_pixel_values_mean_what_the_usgs_says(value, what, clear):
    mask = np.array([[value]], dtype=np.uint16)
    assert clear_mask(mask, "qa_pixel", SHARP, resolution_m=30)[0, 0] == clear, what


def test_clouds_grow_by_metres_whatever_the_pixel_size():
    settings = MaskSettings(dilation_m=60)
    for resolution, radius in ((20, 3), (10, 6), (60, 1), (100, 0)):
        scl = np.full((21, 21), 4, dtype=np.uint8)
        scl[10, 10] = 9
        dropped = ~clear_mask(scl, "scl", settings, resolution_m=resolution)
        rows, cols = np.mgrid[-10:11, -10:11]
        np.testing.assert_array_equal(dropped, rows**2 + cols**2 <= radius**2)
        assert dilation_pixels(settings, resolution) == radius


def test_only_clouds_and_shadows_grow_not_gaps():
    scl = np.full((9, 9), 4, dtype=np.uint8)
    scl[4, 4] = 0
    assert (~clear_mask(scl, "scl", MaskSettings(), resolution_m=20)).sum() == 1
    qa = np.full((9, 9), 21824, dtype=np.uint16)
    qa[4, 4] = 1
    assert (~clear_mask(qa, "qa_pixel", MaskSettings(), resolution_m=30)).sum() == 1
    qa[4, 4] = 22280
    assert (~clear_mask(qa, "qa_pixel", MaskSettings(), resolution_m=30)).sum() == 13


@pytest.mark.parametrize("dilation_m", [0, 60])
def test_what_is_not_excluded_does_not_grow_either(dilation_m):
    settings = MaskSettings(scl_excluded=(9,), qa_excluded=(3,), dilation_m=dilation_m)
    shadow = np.full((9, 9), 4, dtype=np.uint8)
    shadow[4, 4] = 3
    assert clear_mask(shadow, "scl", settings, resolution_m=20).all()
    qa = np.full((9, 9), 21824, dtype=np.uint16)
    qa[4, 4] = 23888
    assert clear_mask(qa, "qa_pixel", settings, resolution_m=30).all()


def test_a_window_with_a_margin_gives_what_the_whole_gives():
    rng = np.random.default_rng(0)
    scl = np.where(rng.random((90, 90)) < 0.01, 9, 4).astype(np.uint8)
    settings = MaskSettings(dilation_m=130)
    whole = clear_mask(scl, "scl", settings, resolution_m=20)
    margin = dilation_pixels(settings, 20)
    part = clear_mask(
        scl[30 - margin : 60 + margin, 30 - margin : 60 + margin], "scl", settings, resolution_m=20
    )
    np.testing.assert_array_equal(part[margin:-margin, margin:-margin], whole[30:60, 30:60])
    assert not whole.all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scl_excluded": (0, 12)}, r"scl_excluded: there is no 12; it is 0 \(no data\)"),
        ({"qa_excluded": (9,)}, "qa_excluded: there is no 9"),
        ({"dilation_m": -1}, "dilation_m is -1; give 0 to 2000 metres"),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong, message):
    with pytest.raises(CatalogueError, match=message):
        MaskSettings(**wrong)

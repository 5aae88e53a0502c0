from __future__ import annotations

import numpy as np
import pytest
from stac_items import earth_search_item, item, landsat_item, planetary_computer_item

from geodata.errors import ReflectanceError
from geodata.imagery.radiometry import PROBE_BANDS, Probe, Radiometry, decide
from geodata.imagery.stac.catalogue import PRESETS
from geodata.imagery.stac.items import scene_of

TRUTH = np.array([0.0005, 0.012, 0.0837, 0.31, 0.55, 1.2])
"""Reflectance that every publisher stores in its own way."""

WATER, VEGETATION, CLOUD = 6, 4, 9


def scene(described, preset="earth-search-sentinel-2-l2a"):
    return scene_of(described, None, PRESETS[preset], near=0.0)


def probe(reflectance, added=0, classes=WATER, bright=0.0):
    """An overview of ground this bright, stored with a number added; a share of it is very bright."""
    rng = np.random.default_rng(0)
    values = reflectance * rng.lognormal(0, 0.3, (3, 40, 40))
    values[:, rng.random((40, 40)) < bright] = 0.6
    stored = np.round(values * 1e4 + added).astype(np.uint16)
    return Probe(stored, PROBE_BANDS, np.full((40, 40), classes, dtype=np.uint8))


def unseen():
    return None


@pytest.mark.parametrize(
    ("described", "preset", "stored"),
    [
        pytest.param(
            earth_search_item(earthsearch__boa_offset_applied=True),
            "earth-search-sentinel-2-l2a",
            TRUTH * 1e4,
            id="Earth Search: the offset is taken out",
        ),
        pytest.param(
            planetary_computer_item(s2__processing_baseline="04.00"),
            "planetary-computer-sentinel-2-l2a",
            TRUTH * 1e4 + 1000,
            id="Planetary Computer: the offset is in",
        ),
        pytest.param(
            planetary_computer_item(s2__processing_baseline="03.01"),
            "planetary-computer-sentinel-2-l2a",
            TRUTH * 1e4,
            id="Planetary Computer: processed before there was an offset",
        ),
        pytest.param(
            landsat_item(),
            "planetary-computer-landsat-c2-l2",
            (TRUTH + 0.2) / 2.75e-5,
            id="Landsat Collection 2",
        ),
        pytest.param(
            earth_search_item(earthsearch__boa_offset_applied=False, s2__processing_baseline="05.10"),
            "earth-search-sentinel-2-c1-l2a",
            TRUTH * 1e4 + 1000,
            id="Earth Search, Collection 1: never taken out",
        ),
    ],
)
def test_every_publisher_of_the_same_ground_gives_the_same_reflectance(described, preset, stored):
    catalogue = PRESETS[preset]
    radiometry = decide(scene_of(described, None, catalogue, near=0.0), catalogue.offset_rule, unseen)
    numbers = np.round(stored).astype(np.uint16)
    np.testing.assert_allclose(radiometry.apply(numbers), TRUTH, atol=1e-4)
    assert radiometry.apply(numbers).dtype == np.float32
    assert radiometry.warnings == ()
    assert np.isnan(radiometry.apply(np.zeros((2, 3, 4), np.uint16))).all()
    assert np.isnan(radiometry.apply(np.array([65535], np.uint16))).all()


def test_with_the_offset_in_or_taken_out_the_numbers_agree_to_the_last_bit():
    taken_out = decide(scene(earth_search_item()), "earth-search", unseen)
    still_in = decide(
        scene(planetary_computer_item(), "planetary-computer-sentinel-2-l2a"), "baseline", unseen
    )
    esa = np.arange(1, 20_000, dtype=np.uint16)
    # Who takes the offset out keeps valid pixels valid, as Earth Search does.
    np.testing.assert_array_equal(
        taken_out.apply(np.maximum(esa.astype(np.int32) - 1000, 1).astype(np.uint16)), still_in.apply(esa)
    )
    assert still_in.apply(esa).min() == np.float32(1e-4)


def test_saturated_numbers_are_missing_also_where_the_offset_was_taken_out_of_them():
    radiometry = decide(scene(earth_search_item()), "earth-search", unseen)
    assert np.isnan(radiometry.apply(np.array([64535, 65535], np.uint16))).all()
    assert np.isfinite(radiometry.apply(np.array([20000, 64534], np.uint16))).all()


@pytest.mark.parametrize("flag", [False, None])
@pytest.mark.parametrize(("added", "offset"), [(0, 0.0), (1000, -0.1)])
@pytest.mark.parametrize(("classes", "reflectance"), [(WATER, 0.02), (VEGETATION, 0.04)])
def test_where_earth_search_is_known_to_be_wrong_the_numbers_decide(
    flag, added, offset, classes, reflectance
):
    described = earth_search_item(
        earthsearch__boa_offset_applied=flag, s2__processing_baseline="05.11" if classes != WATER else None
    )
    radiometry = decide(
        scene(described), "earth-search", lambda: probe(reflectance, added, classes, bright=0.3)
    )
    assert (radiometry.scale, radiometry.offset) == (1e-4, offset)
    assert "earthsearch:boa_offset_applied is" in radiometry.sentence
    assert radiometry.warnings == ()


def test_edges_of_nodata_that_an_overview_averaged_do_not_mislead():
    seen = probe(0.02, 1000)
    seen.stored[:, :, :3] //= 3
    seen.stored[:, :2] = 0
    described = earth_search_item(earthsearch__boa_offset_applied=False)
    assert decide(scene(described), "earth-search", lambda: seen).offset == -0.1


def test_before_the_offset_existed_it_is_not_looked_for():
    bright_desert = probe(0.3, 0, classes=5)
    described = earth_search_item(earthsearch__boa_offset_applied=False, s2__processing_baseline="03.01")
    radiometry = decide(scene(described), "earth-search", lambda: bright_desert)
    assert radiometry.offset == 0.0
    assert "03.01 is before 04.00" in radiometry.sentence


def test_where_nothing_dark_is_seen_the_flag_is_followed_and_the_doubt_told():
    described = earth_search_item(earthsearch__boa_offset_applied=False)
    for seen in (lambda: probe(0.5, 0, CLOUD), lambda: probe(0.5, 0, 5), unseen):
        radiometry = decide(scene(described), "earth-search", seen)
        assert radiometry.offset == -0.1
        assert "could not be seen" in radiometry.warnings[0]


def test_where_nothing_at_all_tells_the_scene_is_refused():
    blank = earth_search_item(earthsearch__boa_offset_applied=None, s2__processing_baseline=None)
    for rule in ("earth-search", "baseline"):
        with pytest.raises(ReflectanceError, match=r"nothing says whether ESA's offset of -1000 is in"):
            decide(scene(blank), rule, unseen)


def test_without_a_baseline_the_product_name_and_then_the_numbers_decide():
    preset = "planetary-computer-sentinel-2-l2a"
    uri = "S2A_MSIL2A_20230701T103631_N0509_R008_T31UFU_20230701T200058.SAFE"
    named = planetary_computer_item(s2__processing_baseline=None, s2__product_uri=uri)
    assert decide(scene(named, preset), "baseline", unseen).offset == -0.1
    unnamed = planetary_computer_item(s2__processing_baseline=None)
    assert decide(scene(unnamed, preset), "baseline", lambda: probe(0.02, 1000)).offset == -0.1
    assert decide(scene(unnamed, preset), "baseline", lambda: probe(0.02)).offset == 0.0


@pytest.mark.parametrize(
    ("rule", "described", "seen", "offset"),
    [
        ("baseline", planetary_computer_item(s2__processing_baseline="04.00"), probe(0.02), -0.1),
        ("baseline", planetary_computer_item(s2__processing_baseline="03.01"), probe(0.02, 1000), 0.0),
        ("earth-search", earth_search_item(), probe(0.02, 1000), 0.0),
        ("always", earth_search_item(), probe(0.02), -0.1),
        ("metadata", earth_search_item(), probe(0.02), -0.1),
    ],
)
def test_numbers_that_contradict_the_metadata_are_told_and_do_not_decide(rule, described, seen, offset):
    radiometry = decide(scene(described), rule, lambda: seen)
    assert radiometry.offset == offset
    [warning] = radiometry.warnings
    assert warning.startswith(f"{described['id']}: the numbers contradict the metadata")


def test_a_contradiction_is_seen_without_a_mask_and_in_landsat_too():
    ground = np.full((3, 20, 20), 1200, dtype=np.uint16)  # Sentinel-2's numbers, or those of Collection 1
    preset = "planetary-computer-landsat-c2-l2"
    maskless = Probe(ground, PROBE_BANDS, None)
    [warning] = decide(scene(landsat_item(), preset), "landsat", lambda: maskless).warnings
    assert "median of 1200, which would be a reflectance of -0.167" in warning
    water = Probe(ground * 0 + 11000, PROBE_BANDS, np.full((20, 20), 21888, np.uint16))
    [warning] = decide(scene(landsat_item(), preset), "landsat", lambda: water).warnings
    assert "water and shadow have a median of 11000 in the darkest of blue, red, swir22" in warning
    water = Probe(ground * 0 + 7700, PROBE_BANDS, np.full((20, 20), 21888, np.uint16))
    assert decide(scene(landsat_item(), preset), "landsat", lambda: water).warnings == ()


def test_landsat_of_another_collection_is_told():
    described = landsat_item()
    for asset in described["assets"].values():
        for band in asset.get("raster:bands", []):
            band.update(scale=1e-4, offset=0)
    radiometry = decide(scene(described, "planetary-computer-landsat-c2-l2"), "landsat", unseen)
    assert radiometry.scale == 2.75e-5
    assert "scale and offset 0.0001 and 0.0" in radiometry.warnings[0]


def test_metadata_is_believed_where_the_operator_says_so():
    radiometry = decide(scene(earth_search_item()), "metadata", unseen)
    assert (radiometry.scale, radiometry.offset) == (1e-4, -0.1)
    assert "what the catalogue says" in radiometry.sentence
    silent = planetary_computer_item()
    radiometry = decide(scene(silent, "planetary-computer-sentinel-2-l2a"), "metadata", unseen)
    assert (radiometry.scale, radiometry.offset) == (1e-4, 0.0)
    assert "usual for Sentinel-2 MSI" in radiometry.sentence
    mixed = earth_search_item()
    mixed["assets"]["red"]["raster:bands"][0]["offset"] = 0
    with pytest.raises(ReflectanceError, match="different scales and offsets"):
        decide(scene(mixed), "metadata", unseen)


def test_floating_point_reflectance_keeps_its_zeros_and_loses_only_its_nodata():
    assets = earth_search_item()["assets"]
    for asset in assets.values():
        asset["raster:bands"] = [{"scale": 1, "offset": 0, "nodata": -9999}]
    described = item("float", assets, constellation="sentinel-2")
    radiometry = decide(scene(described), "metadata", unseen)
    stored = np.array([-9999, np.nan, 0.0, 0.25, 1.3], dtype=np.float32)
    np.testing.assert_array_equal(radiometry.apply(stored), np.float32([np.nan, np.nan, 0.0, 0.25, 1.3]))


def test_the_look_is_taken_once_and_its_errors_are_passed_on():
    looks = []
    decide(scene(earth_search_item()), "earth-search", lambda: looks.append(1))
    assert len(looks) == 1

    def fails():
        raise OSError("cut off")

    with pytest.raises(OSError, match="cut off"):
        decide(scene(earth_search_item()), "earth-search", fails)


@pytest.mark.parametrize(
    ("scale", "offset"), [(0.0, 0.0), (-1e-4, 0.0), (float("nan"), 0.0), (1e-4, float("inf"))]
)
def test_a_radiometry_that_makes_no_sense_is_refused(scale, offset):
    with pytest.raises(ReflectanceError, match="scale must be above 0"):
        Radiometry(scale, offset, nodata=0, saturated=None, sentence="", warnings=())

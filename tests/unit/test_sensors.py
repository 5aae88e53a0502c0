from __future__ import annotations

import pytest

from geodata.band_names import identify_bands
from geodata.errors import BandsError
from geodata.sensors import SENSORS, Band


def names_of(identified):
    return [band.name for band in identified.bands]


@pytest.mark.parametrize(
    "spelling", ["B02 B03 B04 B08", "B2 B3 B4 B8", "b02 b03 b04 b08", "B02_10m B03_10m B04_10m B08_10m"]
)
def test_esa_names_are_understood_in_every_usual_spelling(spelling):
    identified = identify_bands(spelling.split())
    assert identified.sensor is SENSORS["sentinel-2"]
    assert names_of(identified) == ["B02", "B03", "B04", "B08"]
    assert not identified.assumed


def test_the_descriptions_of_gdals_own_sentinel_2_driver_are_understood():
    identified = identify_bands(["B4, central wavelength 665 nm", "B8A, central wavelength 865 nm"])
    assert names_of(identified) == ["B04", "B8A"]


@pytest.mark.parametrize("spelling", ["rededge1 rededge2 rededge3", "rededge071 rededge075 rededge078"])
def test_common_names_of_both_stac_versions_are_understood(spelling):
    assert names_of(identify_bands(spelling.split())) == ["B05", "B06", "B07"]


def test_common_names_that_several_sensors_share_are_taken_for_sentinel_2_and_marked_as_assumed():
    identified = identify_bands(["blue", "green", "red", "nir", "swir16", "swir22"])
    assert names_of(identified) == ["B02", "B03", "B04", "B08", "B11", "B12"]
    assert identified.assumed
    assert not identify_bands(["blue", "green", "red", "nir"], sensor="landsat-8").assumed


def test_landsat_names_need_the_sensor_only_where_generations_differ():
    assert identify_bands(["SR_B2", "SR_B6", "SR_B7"]).bands[0].common_name == "blue"
    assert identify_bands(["SR_B2"], sensor="landsat-5").bands[0].common_name == "green"
    with pytest.raises(BandsError, match=r"fit landsat-9, .*landsat-5: say which with --sensor"):
        identify_bands(["SR_B2", "SR_B3"])


def test_layers_that_hold_no_reflectance_are_left_out_and_positions_kept():
    identified = identify_bands(["SCL", "B02", "QA_PIXEL", "B03", "AOT", "alpha"])
    assert names_of(identified) == ["B02", "B03"]
    assert identified.indexes == (1, 3)


def test_given_names_win_over_descriptions():
    assert names_of(identify_bands([None, "band 2"], bands=["B04", "B08"])) == ["B04", "B08"]


@pytest.mark.parametrize("sensor", sorted(SENSORS))
def test_every_sensor_understands_its_own_names(sensor):
    bands = SENSORS[sensor].bands
    assert identify_bands([b.name for b in bands], sensor=sensor).bands == bands
    assert identify_bands([b.common_name for b in bands], sensor=sensor).bands == bands


def test_a_custom_sensor_is_described_by_its_wavelengths():
    identified = identify_bands([None, "pan"], sensor="custom", wavelengths_nm=[490, 842.5])
    assert [b.wavelength_nm for b in identified.bands] == [490, 842.5]
    assert names_of(identified) == ["band_1", "pan"]
    assert identified.sensor is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"descriptions": [None, None]}, r"2 bands without a description.*--bands B02.*--sensor custom"),
        ({"descriptions": ["B02", None]}, r"B02, unnamed.*--bands"),
        ({"descriptions": ["foo", "B02"]}, r"\(foo, B02\), and no sensor has all of these.*--bands"),
        ({"descriptions": ["B02", "B02"]}, "band B02 is named twice"),
        ({"descriptions": [None] * 3, "bands": ["B02"]}, r"--bands gives 1 names, but the file has 3 bands"),
        ({"descriptions": ["B02"], "sensor": "spot"}, "no sensor 'spot': choose one of sentinel-2"),
        ({"descriptions": ["B8A"], "sensor": "landsat-8"}, "Landsat 8 OLI has no band 'B8A'"),
        ({"descriptions": ["a"], "sensor": "custom"}, "--sensor custom needs --wavelengths"),
        ({"descriptions": ["a"], "wavelengths_nm": [0.49]}, "looks like micrometres: write 490"),
        ({"descriptions": ["a"], "wavelengths_nm": [10800]}, "leave out thermal"),
        ({"descriptions": ["a", "b"], "wavelengths_nm": [490]}, "give one for each band"),
        ({"descriptions": ["a"], "wavelengths_nm": [490], "sensor": "landsat-8"}, "leave one out"),
        ({"descriptions": ["SCL"]}, "nobody can tell"),
    ],
)
def test_bands_that_stay_unknown_are_refused_with_what_to_do(arguments, message):
    with pytest.raises(BandsError, match=message):
        identify_bands(arguments.pop("descriptions"), **arguments)


def test_wavelengths_are_where_the_agencies_say():
    wavelengths = {b.name: b.wavelength_nm for b in SENSORS["sentinel-2"].bands}
    assert wavelengths["B02"] == pytest.approx(492, abs=3)
    assert wavelengths["B12"] == pytest.approx(2200, abs=5)
    for sensor in SENSORS.values():
        assert [b.wavelength_nm for b in sensor.bands] == sorted(b.wavelength_nm for b in sensor.bands)


def test_a_band_without_width_is_refused():
    with pytest.raises(BandsError, match="width"):
        Band("x", "", 500, 0)

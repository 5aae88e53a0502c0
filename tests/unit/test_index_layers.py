"""Spectral indices as layers of tiles, held against their formula and against how bright colours look."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from app.live.bands import bands_of, has_bands, imagery_layers
from app.live.indices import INDICES
from app.live.layers import ImageryLayer, Layer
from app.live.pictures import Picture
from geodata.errors import NotFoundError
from geodata.sensors import SENSORS


def centres(sensor):
    return tuple(band.wavelength_nm for band in SENSORS[sensor].bands)


def names(sensor, layer):
    return [SENSORS[sensor].bands[place].name for place in bands_of(layer, "scene", centres(sensor))]


def lightness(colour):
    """L* of CIELAB, of sRGB 0..255."""
    linear = [((c / 255 + 0.055) / 1.055) ** 2.4 if c > 10 else c / 255 / 12.92 for c in colour[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def shown(layer, *pairs):
    """Numbers of pixels with such a pair of reflectances."""
    return INDICES[layer].numbers(np.array(pairs, dtype=np.float32).T[:, None, :])[0, 0].tolist()


@pytest.mark.parametrize(
    ("sensor", "layer", "expected"),
    [
        ("sentinel-2", Layer.NDVI, ["B08", "B04"]),
        ("sentinel-2", Layer.NDWI, ["B03", "B08"]),
        ("sentinel-2", Layer.NDBI, ["B11", "B08"]),
        ("sentinel-2", Layer.NBR, ["B08", "B12"]),
        ("landsat-8", Layer.NDVI, ["B5", "B4"]),
        ("landsat-8", Layer.NDBI, ["B6", "B5"]),
        ("landsat-5", Layer.NBR, ["B4", "B7"]),
        ("planetscope", Layer.NDVI, ["nir", "red"]),
    ],
)
def test_an_index_is_made_of_the_bands_that_its_authors_mean(sensor, layer, expected):
    assert names(sensor, layer) == expected


def test_without_its_bands_there_is_no_layer():
    layers = imagery_layers([centres("planetscope")])
    assert layers == (Layer.TRUE_COLOR, Layer.FALSE_COLOR, Layer.NDVI, Layer.NDWI)
    assert not has_bands(Layer.NBR, centres("planetscope"))
    with pytest.raises(NotFoundError, match=r"doves has no band of short-wave infrared .* no layer ndbi"):
        bands_of(Layer.NDBI, "doves", centres("planetscope"))


def test_imagery_of_several_sensors_is_shown_as_all_of_them_can_be():
    assert imagery_layers([centres("sentinel-2"), (560.0, 665.0, 842.0)]) == (
        Layer.FALSE_COLOR,
        Layer.NDVI,
        Layer.NDWI,
    )
    assert imagery_layers([]) == ()


def test_clients_may_ask_for_every_layer_of_imagery():
    assert list(get_args(ImageryLayer)) == [layer.value for layer in Layer if layer.is_imagery]
    assert set(INDICES) == {layer for layer in Layer if layer.is_imagery and not layer.is_composite}


@pytest.mark.parametrize("layer", INDICES)
def test_numbers_go_evenly_from_the_least_to_the_highest_value(layer):
    index = INDICES[layer]
    wanted = np.linspace(index.low, index.high, 255)
    # (a - b) / (a + b) = v where a + b = 0.4.
    pairs = [(0.2 * (1 + value), 0.2 * (1 - value)) for value in wanted]
    assert shown(layer, *pairs) == list(range(1, 256))
    assert shown(layer, (1e-3, 1.0), (1.0, 1e-3)) == [1, 255]


def test_where_there_is_no_light_the_index_is_zero():
    zero = shown(Layer.NDWI, (0.3, 0.3))
    assert shown(Layer.NDWI, (0.0, 0.0)) == shown(Layer.NDWI, (-0.01, 0.002)) == zero == [128]


@pytest.mark.parametrize("layer", INDICES)
def test_the_legend_has_the_colours_of_the_tiles(layer):
    index = INDICES[layer]
    values = [value for value, _ in index.ramp]
    assert 5 <= len(values) <= 9
    assert (values[0], values[-1]) == (index.low, index.high)
    assert np.diff(values) == pytest.approx([values[1] - values[0]] * (len(values) - 1))
    for value, colour in index.ramp:
        (number,) = shown(layer, (0.2 * (1 + value), 0.2 * (1 - value)))
        assert "#{:02X}{:02X}{:02X}".format(*index.colours[number][:3]) == colour


@pytest.mark.parametrize("layer", INDICES)
def test_who_sees_no_hues_still_sees_the_order(layer):
    """Lightness alone falls from low to high, or from the middle, zero, to both ends."""
    light = [lightness(INDICES[layer].colours[number]) for number in range(1, 256)]
    if layer is Layer.NDVI:
        rising = light[::-1]
    else:
        assert INDICES[layer].low == -INDICES[layer].high
        assert (np.diff(light[:127]) > -0.5).all()
        rising = light[:126:-1]
    assert (np.diff(rising) > -0.5).all()
    assert rising[-1] - rising[0] > 50


def test_a_gap_shows_the_next_date_and_nothing_where_there_is_none():
    picture = Picture((0, 1), (1, 0), INDICES[Layer.NDVI])
    low, high, gap = (0.2, 0.2), (0.9, 0.001), (np.nan, 0.3)
    dates = [[low, low, gap], [high, gap, gap]]  # date, pixel, band
    cube = np.array(dates, dtype=np.float32).transpose(0, 2, 1)[:, :, None, :]
    zero = shown(Layer.NDVI, low)[0]
    assert picture.numbers(cube)[0, 0].tolist() == [255, zero, 0]

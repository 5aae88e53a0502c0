"""What is known of a catalogue's bands before any scene of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.live.bands import imagery_layers
from app.live.layers import Layer
from app.sources.catalogue_bands import band_sets_of
from geodata.imagery.stac.catalogue import PRESETS, Catalogue

EVERYTHING = tuple(layer for layer in Layer if layer.is_imagery)
SENTINEL = PRESETS["earth-search-sentinel-2-l2a"]
LANDSAT = PRESETS["planetary-computer-landsat-c2-l2"]
ANY = Catalogue(name="archive", url="/catalog.json", collections=(), kind="static", offset_rule="metadata")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_shown_as_everything(name):
    assert imagery_layers(band_sets_of(PRESETS[name])) == EVERYTHING


def test_the_rule_of_radiometry_and_the_satellites_tell_the_sensor():
    (only,) = band_sets_of(SENTINEL)
    assert only[0] == pytest.approx(492.7)
    assert len(only) == 10
    (both,) = band_sets_of(LANDSAT)  # Landsat 8 and 9 have the same bands
    assert both == pytest.approx((482.0, 561.4, 654.6, 864.7, 1608.9, 2200.7))
    assert len(band_sets_of(replace(LANDSAT, platforms=("LANDSAT_7",)))) == 1
    assert len(band_sets_of(ANY)) > 2


def test_bands_that_the_operator_leaves_out_are_not_shown():
    ten_metres = replace(SENTINEL, bands=("B02", "B03", "B04", "B08"))
    assert imagery_layers(band_sets_of(ten_metres)) == (
        Layer.TRUE_COLOR,
        Layer.FALSE_COLOR,
        Layer.NDVI,
        Layer.NDWI,
    )


def test_bands_of_no_sensor_show_nothing():
    assert band_sets_of(replace(SENTINEL, bands=("X1",))) == ()
    assert imagery_layers(()) == ()

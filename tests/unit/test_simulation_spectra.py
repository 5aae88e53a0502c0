"""Known physics that simulated materials must show."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from geodata.simulation import soils, surfaces, water
from geodata.simulation.archetypes import ARCHETYPES
from geodata.simulation.library import LAI_LADDER, LIBRARY, PARAMETERS, vegetation
from geodata.simulation.materials import MATERIALS, STEPS, material
from geodata.simulation.spectra import WAVELENGTHS_NM, band_response
from geodata.simulation.themes import THEMES


def at(spectra, nm):
    return spectra[..., int(np.abs(WAVELENGTHS_NM - nm).argmin())]


@pytest.mark.parametrize("name", MATERIALS)
def test_reflectance_lies_between_zero_and_one(name):
    bank = material(name)
    assert bank.spectra.shape[1] == STEPS
    assert bank.spectra.shape[3] == WAVELENGTHS_NM.size
    assert np.isfinite(bank.spectra).all()
    assert bank.spectra.min() >= 0
    assert bank.spectra.max() <= 1
    assert bank.composition.min() >= 0
    assert bank.composition.max() <= 1


def test_the_library_spans_leaves_and_canopies_and_stays_small():
    plants = vegetation()
    column = dict(zip(PARAMETERS, plants.parameters.T, strict=True))
    leaf_area = np.outer(column["density"], LAI_LADDER)
    assert leaf_area.size >= 1500
    assert leaf_area.min() < 0.12
    assert leaf_area.max() > 8
    assert column["cab"].min() < 8
    assert column["cab"].max() > 85
    assert column["cbrown"].max() > 1.1
    assert column["sun"].min() < 22
    assert column["sun"].max() > 68
    assert LIBRARY.stat().st_size < 300_000


def test_green_plants_have_a_red_edge_and_a_green_peak():
    plants = vegetation()
    green = (plants.parameters[:, PARAMETERS.index("cab")] > 30) & (
        plants.parameters[:, PARAMETERS.index("cbrown")] < 0.1
    )
    dense = plants.over(np.full(WAVELENGTHS_NM.size, 0.2))[green, -1]
    assert green.sum() > 100
    assert (at(dense, 860) > 3 * at(dense, 670)).all()
    assert (at(dense, 550) > at(dense, 670)).mean() > 0.98
    assert (at(dense, 1650) < at(dense, 860)).all()
    assert (at(dense, 1940) < at(dense, 1650)).all()


def test_more_leaves_hide_the_soil():
    plants = vegetation()
    bright, dark = plants.over(np.full(211, 0.4)), plants.over(np.full(211, 0.05))
    seen = np.abs(bright - dark).mean(axis=2)  # (N, L)
    assert (np.diff(seen, axis=1) < 0).all()


@pytest.mark.parametrize("number", [3, 111, 402])
def test_the_library_over_a_soil_agrees_with_prosail_run_directly(number):
    prosail = pytest.importorskip(
        "prosail", reason="PROSAIL is an optional extra: pip install landshot[spectra]"
    )
    from geodata.simulation.build_library import canopy_coefficients  # noqa: PLC0415  only where PROSAIL is

    plant = dict(zip(PARAMETERS, vegetation().parameters[number].tolist(), strict=True))
    lai = 1.2 * plant["density"]
    soil = np.interp(np.arange(400, 2501), WAVELENGTHS_NM, 0.05 + 0.3 * (WAVELENGTHS_NM - 400) / 2100)
    arguments = [plant[name] for name in ("n", "cab", "car", "cbrown", "cw", "cm")]
    direct = prosail.run_prosail(
        *arguments, lai, plant["angle"], plant["hotspot"], plant["sun"], 5.0, 60.0,
        ant=plant["ant"], prospect_version="D", typelidf=2, rsoil0=soil,
    )[::10]  # fmt: skip
    a, b, c = canopy_coefficients(plant, lai, 5.0, 60.0)
    np.testing.assert_allclose(a + b * soil[::10] / (1 - c * soil[::10]), direct, atol=0.002)
    # The shipped numbers were drawn with a view of their own, up to 12 degrees, and compressed.
    shipped = vegetation().over(soil[::10])[number, 2]
    np.testing.assert_allclose(shipped, direct, atol=0.05)
    assert np.corrcoef(shipped, direct)[0, 1] > 0.995


def test_wet_soil_is_darker_and_most_so_where_water_absorbs():
    half = np.full(1, 0.5)
    minerals = soils.SoilMinerals(half, half, half, half, half, half)
    dry, wet = (
        soils.soil_reflectance(minerals, np.zeros(1))[0],
        soils.soil_reflectance(minerals, np.ones(1))[0],
    )
    assert (wet < dry).all()
    ratio = wet / dry
    assert at(ratio, 1940) < at(ratio, 1650) < at(ratio, 860)
    assert at(dry, 450) < at(dry, 650) < at(dry, 1650)


def test_deep_water_is_dark_beyond_the_visible_and_sediment_brightens_the_red():
    def deep(sediment):
        one = np.ones(1)
        optics = water.inherent_optics(one, sediment * one, 0.1 * one, one, 0.3 * one)
        return water.water_reflectance(*optics, 1000 * one, np.zeros(211))[0]

    clear, muddy = deep(0.2), deep(60.0)
    assert at(clear, 490) > 4 * at(clear, 670)
    assert at(clear, 860) < 0.01
    assert at(muddy, 670) > 10 * at(clear, 670)
    for spectrum in (clear, muddy):
        assert at(spectrum, 1610) < 0.005
        assert at(spectrum, 2200) < 0.005


def test_a_bright_bottom_fades_with_depth_the_red_first():
    one = np.ones(1)
    optics = water.inherent_optics(0.3 * one, 0.3 * one, 0.03 * one, one, 0.3 * one)
    sand = water.bottom_albedo(water.BOTTOMS.index("sand"), 0.7 * one, 0.0 * one)
    shallow, deeper, open_sea = (
        water.water_reflectance(*optics, d * one, sand)[0] for d in (0.3, 5.0, 500.0)
    )
    assert at(shallow, 550) > at(deeper, 550) > at(open_sea, 550)
    assert at(deeper, 670) / at(shallow, 670) < 0.5 * at(deeper, 490) / at(shallow, 490)


def test_snow_is_bright_in_the_visible_and_dark_in_the_shortwave_infrared():
    fine, coarse = surfaces.snow_reflectance(np.array([0.1, 2.0]), np.zeros(2))
    assert at(fine, 550) > 0.9
    assert at(fine, 1610) < 0.25
    assert at(coarse, 1030) < at(fine, 1030) - 0.15  # grain size shows in the near infrared


def test_bands_weigh_the_spectrum_around_their_centre():
    response = band_response([560.0, 1610.0], [36.0, 90.0])
    np.testing.assert_allclose(response.sum(axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(WAVELENGTHS_NM @ response, [560, 1610], atol=1.5)
    half = response[:, 1] > 0.5 * response[:, 1].max()
    assert WAVELENGTHS_NM[half].max() - WAVELENGTHS_NM[half].min() == pytest.approx(90, abs=15)


@pytest.mark.parametrize(
    ("centres", "widths"), [([300.0], [20.0]), ([2700.0], [20.0]), ([500.0, 600.0], [20.0])]
)
def test_bands_outside_sunlight_or_without_widths_are_refused(centres, widths):
    with pytest.raises(ValueError, match=r"350\.\.2600|one width per band"):
        band_response(centres, widths)


def test_themes_name_archetypes_that_exist_and_their_chances_sum_to_one():
    assert sum(theme.chance for theme in THEMES.values()) == pytest.approx(1)
    named = {name for theme in THEMES.values() for name in theme.archetypes}
    assert named <= set(ARCHETYPES)
    assert set(ARCHETYPES) <= named, "an archetype that no theme uses"


def test_simulating_needs_no_prosail_and_no_raster_library():
    code = (
        "import sys, numpy as np\n"
        "from geodata.simulation.regions import draw_region\n"
        "draw_region(np.random.default_rng(0), classes=2, pixels_per_class=2, fields_per_class=2,\n"
        "            wavelengths_nm=[560, 660, 860], fwhm_nm=[30, 30, 30])\n"
        "print([m for m in ('prosail', 'rasterio', 'scipy', 'torch', 'matplotlib') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

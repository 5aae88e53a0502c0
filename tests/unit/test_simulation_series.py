"""Simulated regions on several dates."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.simulation.regions import draw_region
from geodata.simulation.seasons import Season, draw_climate, draw_dates

SENTINEL_2 = np.array([492, 560, 665, 704, 740, 783, 833, 865, 1614, 2202.0])
WIDTHS = np.array([66, 36, 31, 15, 15, 20, 106, 21, 91, 175.0])
RED, NEAR_INFRARED = 2, 6
CROPS = {"emerging crop", "growing crop", "full crop", "tall crop", "ripening crop", "stubble", "wet field"}
BUILT = {"dense town", "industry", "road", "rock", "sand", "quarry", "beach"}


def draw(seed, dates, **options):
    options = {"classes": 5, "pixels_per_class": 24, "fields_per_class": 6, "level": "surface"} | options
    return draw_region(
        np.random.default_rng(seed), wavelengths_nm=SENTINEL_2, fwhm_nm=WIDTHS, dates=dates, **options
    )


def ndvi(reflectance):
    red, near_infrared = reflectance[..., RED], reflectance[..., NEAR_INFRARED]
    return (near_infrared - red) / (near_infrared + red)


def class_curves(seeds, names, **options):
    """Mean NDVI over the year (12 dates) of each class that is one of the named archetypes."""
    curves = []
    for seed in seeds:
        region = draw(seed, 12, **options)
        index = ndvi(region.reflectance)
        for value, name in enumerate(region.class_names):
            ours = index[region.class_index == value]
            if name in names and np.isfinite(ours).any(axis=0).all():
                curves.append(np.nanmean(ours, axis=0))
    assert len(curves) >= 10, "too few regions have such classes"
    return np.array(curves)


@pytest.mark.parametrize("dates", [1, 2, 4, 12])
def test_a_series_has_the_shape_that_was_asked_for(dates):
    region = draw(1, dates, background=33)
    assert region.reflectance.shape == (120, dates, 10)
    assert region.background.shape == (33, dates, 10)
    assert region.reflectance.dtype == region.background.dtype == np.float32
    assert region.day_of_year.shape == (dates,)
    assert region.day_of_year.dtype == np.int64


def test_the_same_generator_state_draws_the_same_series():
    first, again, other = draw(4, 5), draw(4, 5), draw(5, 5)
    np.testing.assert_array_equal(first.reflectance, again.reflectance)
    np.testing.assert_array_equal(first.background, again.background)
    np.testing.assert_array_equal(first.day_of_year, again.day_of_year)
    assert not np.array_equal(first.reflectance, other.reflectance, equal_nan=True)


def test_one_date_has_no_gaps_and_may_be_an_annual_composite():
    days = []
    for seed in range(40):
        region = draw(seed, 1, level="random")
        assert np.isfinite(region.reflectance).all()
        assert np.isfinite(region.background).all()
        days.append(int(region.day_of_year[0]))
    assert 10 <= days.count(-1) <= 30
    assert all(1 <= day <= 365 for day in days if day != -1)


def test_gaps_take_all_bands_of_a_date_and_leave_every_pixel_one():
    missing = []
    for seed in range(40):
        region = draw(seed, 4, level="random")
        for pixels in (region.reflectance, region.background):
            gap = np.isnan(pixels)
            np.testing.assert_array_equal(gap.any(axis=2), gap.all(axis=2))
            assert (~gap[..., 0]).any(axis=1).all()
            assert pixels[~gap].min() > 0
            assert pixels[~gap].max() <= 1.4
        missing.append(np.isnan(region.reflectance).mean())
    assert min(missing) == 0  # cloudless regions
    assert 0.02 < np.mean(missing) < 0.3
    assert max(missing) < 0.75


def test_clouds_hide_whole_fields():
    together, apart = [], []
    for seed in range(40):
        region = draw(seed, 6)
        gap = np.isnan(region.reflectance[..., 0]).astype(float)
        for date in np.flatnonzero((gap.mean(axis=0) > 0.2) & (gap.mean(axis=0) < 0.8)):
            here = gap[:, date]
            same = region.field[:, None] == region.field[None]
            np.fill_diagonal(same, val=False)
            alike = here[:, None] == here[None]
            together.append(alike[same].mean())
            apart.append(alike[region.field[:, None] != region.field[None]].mean())
    assert np.mean(together) > 0.8
    assert np.mean(together) > np.mean(apart) + 0.2


@pytest.mark.parametrize("composite", [True, False])
def test_days_ascend_within_one_year(composite):
    rng = np.random.default_rng(0)
    for count in [2, 3, 6, 12, 24, 36] * 40:
        dates = draw_dates(rng, count, composite=composite)
        assert (np.diff(dates.day) > 0).all()
        assert dates.day[0] >= 1
        assert dates.day[-1] <= 365
        assert (dates.window > 0) == composite


def test_a_season_is_half_grown_where_its_length_says_and_knows_no_new_year():
    season = Season(middle=10.0, length=100.0, rise=8.0, fall=8.0)
    at = season.leaves(np.array([325.0, 10.0, 60.0, 192.0]))  # day 325 is 50 days before day 10
    np.testing.assert_allclose(at, [0.5, 1.0, 0.5, 0.0], atol=0.01)


def test_the_south_is_green_when_the_north_is_not():
    rng = np.random.default_rng(0)
    climates = [draw_climate(rng, "cold") for _ in range(60)]
    july = np.array([c.greenness(200.0) for c in climates])
    january = np.array([c.greenness(20.0) for c in climates])
    north = np.array([c.midwinter < 100 for c in climates])
    assert (july > january)[north].mean() > 0.9
    assert (july < january)[~north].mean() > 0.9


def test_crops_come_and_go_and_what_is_built_stays():
    crops = class_curves(range(25), CROPS, theme="crops")
    built = class_curves(range(50), BUILT, theme="town")
    assert np.median(np.ptp(built, axis=1)) < 0.1
    assert np.median(np.ptp(crops, axis=1)) > 0.4
    assert 0.1 < np.median(crops.min(axis=1)) < 0.3  # bare soil, straw
    assert 0.6 < np.median(crops.max(axis=1)) < 0.9  # full leaf


def test_needle_woods_stay_green_while_leafless_ones_turn():
    evergreen = class_curves(range(60), {"needle forest"}, theme="woods")
    shedding = class_curves(range(60), {"leafless forest"}, theme="woods")
    swing = [
        np.median(np.quantile(c, 0.9, axis=1) - np.quantile(c, 0.2, axis=1)) for c in (evergreen, shedding)
    ]
    assert swing[1] > 1.5 * swing[0]


def test_two_dates_of_a_pixel_share_its_relief_and_its_field():
    within = []
    for seed in range(25):
        region = draw(seed, 3, theme="town", pixels_per_class=36, fields_per_class=3)
        bright = np.log(region.reflectance.mean(axis=2))
        for field in np.unique(region.field):
            pair = bright[region.field == field][:, :2]
            pair = pair[np.isfinite(pair).all(axis=1)]
            if len(pair) >= 10:
                within.append(np.corrcoef(pair.T)[0, 1])
    assert np.median(within) > 0.9


def nearest_mean_accuracy(region, dates):
    """Other fields' pixels given to the class whose pixels' mean is nearest, whitened within classes."""
    x = np.log(region.reflectance[:, dates] + 0.02)
    x = np.where(np.isnan(x), np.nanmean(x, axis=0), x).reshape(len(x), -1)
    classes = np.unique(region.class_index)
    train = np.isin(region.field, np.concatenate([
        np.unique(region.field[region.class_index == c])[::2] for c in classes
    ]))  # fmt: skip
    means = np.array([x[train & (region.class_index == c)].mean(axis=0) for c in classes])
    scale = np.sqrt(((x - means[region.class_index])[train] ** 2).mean(axis=0)) + 1e-3
    distance = (((x[~train, None] - means) / scale) ** 2).sum(axis=2)
    return (classes[distance.argmin(axis=1)] == region.class_index[~train]).mean()


def test_crops_are_told_apart_better_by_a_series_than_by_a_date():
    one, all_dates = [], []
    for seed in range(20):
        region = draw(seed, 8, theme="crops", classes=6)
        clear = np.isnan(region.reflectance[..., 0]).mean(axis=0) < 0.5
        one.append(np.mean([nearest_mean_accuracy(region, [t]) for t in np.flatnonzero(clear)]))
        all_dates.append(nearest_mean_accuracy(region, np.flatnonzero(clear)))
    assert np.mean(all_dates) > np.mean(one) + 0.1
    assert np.mean(all_dates) < 0.97  # some are hard on all dates


@pytest.mark.parametrize("options", [{"dates": 0}, {"dates": 37}, {"dates": 2, "theme": "moon"}])
def test_impossible_series_are_refused(options):
    with pytest.raises(ValueError, match="dates and a known theme"):
        draw(0, **options)


@pytest.mark.real_data
def test_simulated_years_are_as_green_as_real_ones(real_data):
    with np.load(real_data / "train" / "worldcereal_uganda_croptype.npz") as data:
        x, wavelengths = data["x"], data["wavelength_nm"]
    red, near_infrared = (x[..., int(np.abs(wavelengths - nm).argmin())] for nm in (665, 833))
    real = (near_infrared - red) / (near_infrared + red)
    low, high = np.nanquantile(real, [0.05, 0.95])
    simulated = class_curves(range(25), CROPS, theme="crops")
    assert abs(np.quantile(simulated, 0.05) - low) < 0.12
    assert abs(np.quantile(simulated, 0.95) - high) < 0.15

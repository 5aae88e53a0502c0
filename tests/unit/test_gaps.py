from __future__ import annotations

import numpy as np
import pytest

from model.gaps import fill_bands, fill_gaps

NAN = np.float32(np.nan)


def series(*values):
    """(T, 1, 1)."""
    return np.array(values, dtype=np.float32)[:, None, None]


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ((0.1, NAN, NAN, 0.4), (0.1, 0.2, 0.3, 0.4)),  # between: linear
        ((NAN, NAN, 0.3, 0.5), (0.3, 0.3, 0.3, 0.5)),  # before the first: repeated
        ((0.3, 0.5, NAN, NAN), (0.3, 0.5, 0.5, 0.5)),  # after the last
        ((NAN, 0.2, NAN), (0.2, 0.2, 0.2)),
        ((NAN, 0.2, NAN, 0.6, NAN, 0.4), (0.2, 0.2, 0.4, 0.6, 0.5, 0.4)),
        ((0.2, np.inf, 0.4), (0.2, 0.3, 0.4)),
    ],
)
def test_a_gap_is_filled_from_the_clear_dates_around_it(given, filled):
    ours, seen = fill_gaps(series(*given))
    np.testing.assert_allclose(ours, series(*filled), rtol=1e-6)
    assert seen.tolist() == [True]


def test_many_pixels_and_bands_are_filled_as_numpy_interpolates_each():
    rng = np.random.default_rng(0)
    cube = rng.uniform(size=(7, 3, 200)).astype(np.float32)
    holes = rng.random((7, 200)) < 0.5
    cube[np.broadcast_to(holes[:, None], cube.shape)] = np.nan
    before = cube.copy()
    filled, seen = fill_gaps(cube)
    np.testing.assert_array_equal(cube, before)
    np.testing.assert_array_equal(seen, ~holes.all(axis=0))
    for pixel in np.flatnonzero(seen):
        clear = np.flatnonzero(~holes[:, pixel])
        oracle = [np.interp(np.arange(7), clear, cube[clear, band, pixel]) for band in range(3)]
        np.testing.assert_allclose(filled[:, :, pixel].T, oracle, rtol=1e-5)
        np.testing.assert_array_equal(filled[clear, :, pixel], cube[clear, :, pixel])
    assert filled.dtype == np.float32


def test_a_pixel_that_is_never_clear_becomes_zeros_and_says_so():
    cube = np.stack([series(NAN, NAN, NAN), series(0.1, NAN, 0.3)], axis=-1)[..., 0, :]
    filled, seen = fill_gaps(cube)
    assert seen.tolist() == [False, True]
    np.testing.assert_array_equal(filled[..., 0], 0)
    np.testing.assert_allclose(filled[:, 0, 1], [0.1, 0.2, 0.3], rtol=1e-6)


def test_a_date_that_lacks_one_band_is_not_clear():
    cube = np.array([[0.1, 0.1], [NAN, 0.9], [0.3, 0.5]], dtype=np.float32)[..., None]  # (T, B, 1)
    filled, seen = fill_gaps(cube)
    np.testing.assert_allclose(filled[1, :, 0], [0.2, 0.3], rtol=1e-6)
    assert seen.tolist() == [True]
    _, seen = fill_gaps(cube[1:2])
    assert seen.tolist() == [False]


def test_nothing_is_copied_where_nothing_is_missing():
    cube = np.full((2, 3, 4), 0.1, dtype=np.float32)
    filled, seen = fill_gaps(cube)
    assert filled is cube
    assert seen.all()
    table = np.moveaxis(cube, -1, 0)
    assert fill_bands(table, np.array([490.0, 560, 665])) is table
    table = table.copy()
    table[0, 1] = np.nan  # a date without any band is none that lacks some
    assert fill_bands(table, np.array([490.0, 560, 665])) is table


@pytest.mark.parametrize("centres", [[490.0, 560, 665, 842, 1610], [1610.0, 560, 842, 490, 665]])
def test_missing_bands_are_interpolated_over_wavelength(centres):
    rng = np.random.default_rng(1)
    centres = np.array(centres)
    table = rng.uniform(size=(60, 2, 5)).astype(np.float32)
    table[rng.random(table.shape) < 0.4] = np.nan
    table[7, 1] = np.nan
    before = table.copy()
    filled = fill_bands(table, centres)
    np.testing.assert_array_equal(table, before)
    rank = np.argsort(centres)
    for ours, given in zip(filled.reshape(-1, 5), table.reshape(-1, 5), strict=True):
        known = rank[np.isfinite(given)[rank]]
        if known.size == 0:
            assert np.isnan(ours).all()
            continue
        np.testing.assert_allclose(ours, np.interp(centres, centres[known], given[known]), rtol=1e-5)
        np.testing.assert_array_equal(ours[known], given[known])

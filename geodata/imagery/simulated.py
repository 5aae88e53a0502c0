"""Imagery that is computed where it is asked for: any size, any dates, no files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from geodata.cube import Cube
from geodata.grid import Region, Window, lonlat_bounds
from geodata.imagery.sampling import blocks_of, sample_valid
from geodata.sensors import SENSORS
from geodata.simulation.catalogue_clouds import Sky, draw_sky
from geodata.simulation.endless_land import BLOCK, EndlessLand
from geodata.simulation.land_year import LandYear, class_values, legend
from geodata.simulation.noise_bank import NoiseBank

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from geodata.legend import Legend
    from geodata.sensors import Band

_CRS, _WEST, _NORTH, _PIXEL = "EPSG:32629", 480_000.0, 5_541_600.0, 10.0  # in the Atlantic: nobody's land
_ROW, _COL = round(-_NORTH / _PIXEL), round(_WEST / _PIXEL)  # of its upper-left pixel on endless land
_WEATHER_M = 20_480.0  # side of the square over which the share of clouds is reached
_DARKEST = 1e-4
MOST_PIXELS: Final = 40_000
"""Pixels along a side, at most: beyond them the UTM zone ends."""


class SimulatedImagery:
    """Sentinel-2 over endless land on some days of a year, with clouds as gaps; a source like any other.

    A pixel's value depends on the seed, the day and where the pixel lies, and on nothing else: neither on the size of
    the image nor on how it is read. Nothing is kept but a few blocks of land, so memory does not grow with the size.
    Safe to share between threads.
    """

    name: str
    """What users call it."""

    geobox: GeoBox
    """Its pixel grid."""

    bands: tuple[Band, ...]
    """Sentinel-2's ten of 10 and 20 m, or those asked for."""

    sensor = "sentinel-2"

    date: None = None
    """It has several."""

    day_of_year: NDArray[np.int64]
    """(T,), in the order given."""

    scaling: str
    """How its numbers come about, in a sentence."""

    fingerprint: str
    """Changes when any value does (hexadecimal)."""

    legend: Legend
    """Of `classes`."""

    def __init__(
        self,
        *,
        name: str = "simulated",
        height: int = 1000,
        width: int = 1000,
        days: Sequence[int] = (105, 196, 288),
        seed: int = 0,
        bands: Sequence[str] = ("B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B11", "B12"),
        cloud_share: float = 0.15,
        noise: float = 0.004,
    ) -> None:
        """Prepares the spectra, which takes a second; pixels are computed when they are read.

        Args:
            name: what users call it.
            height: rows, at most `MOST_PIXELS`.
            width: columns, at most `MOST_PIXELS`.
            days: of the year, 1..366, one for each date.
            seed: land and weather follow from it.
            bands: names of Sentinel-2's bands.
            cloud_share: of the pixels of a date that are missing, 0..1.
            noise: standard deviation of the sensor's noise, in reflectance.

        Raises:
            ValueError: one of them is out of range, or a band is unknown.
        """
        known = {band.name: band for band in SENSORS["sentinel-2"].bands}
        if not (1 <= height <= MOST_PIXELS and 1 <= width <= MOST_PIXELS):
            raise ValueError(f"1..{MOST_PIXELS} rows and columns can be simulated, not {height} x {width}")
        if not days or not all(1 <= day <= 366 for day in days):
            raise ValueError(f"days are those of the year, 1..366, at least one; got {list(days)}")
        if unknown := [band for band in bands if band not in known]:
            raise ValueError(f"Sentinel-2 has no band {', '.join(unknown)}; it has {', '.join(known)}")
        if not 0 <= cloud_share <= 1:
            raise ValueError(f"cloud_share is {cloud_share:g}; give a share, 0..1")
        self.name = name
        self.geobox = GeoBox((height, width), Affine(_PIXEL, 0, _WEST, 0, -_PIXEL, _NORTH), _CRS)
        self.bands = tuple(known[band] for band in bands)
        self.day_of_year = np.array(days, dtype=np.int64)
        self.scaling = "simulated reflectance: nothing is stored"
        self.legend = legend()
        self._land = EndlessLand(seed)
        year = LandYear(seed, self.bands)
        self._tables = [year.on(day) for day in days]
        self._noise = NoiseBank(seed, noise)
        self._skies = [_sky(seed, number, cloud_share) for number in range(len(days))]
        self._classes = class_values()
        settings = (height, width, tuple(days), seed, tuple(bands), cloud_share, noise)
        digest = hashlib.sha256(repr(settings).encode())
        for table in self._tables:  # who improves the simulator changes them
            digest.update(table.tobytes())
        self.fingerprint = digest.hexdigest()

    @property
    def bounds_lonlat(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees WGS 84."""
        return lonlat_bounds(self.geobox)

    def read_region(self, region: Region, window: Window) -> Cube:
        """Reflectance (T, B, h, w) of a window of the region; NaN under clouds, and beyond the image."""
        dates, bands = len(self._tables), len(self.bands)
        out = np.full((dates, bands, window.height, window.width), np.nan, dtype=np.float32)
        inside = window.clipped(region.inside)
        if inside.height and inside.width:
            rows, cols = inside.shifted(-window.row, -window.col).slices
            self._fill(out[:, :, rows, cols], inside.shifted(region.row_off, region.col_off))
        return Cube(out, self.bands, self.day_of_year)

    def read_pixels(self, region: Region, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Cube:
        """Reflectance (T, B, n, 1) of single pixels of the region."""
        out = np.full((len(self._tables), len(self.bands), len(rows), 1), np.nan, dtype=np.float32)
        for window, members in blocks_of(rows, cols, (BLOCK, BLOCK)):
            part = self.read_region(region, window).reflectance
            out[:, :, members, 0] = part[:, :, rows[members] - window.row, cols[members] - window.col]
        return Cube(out, self.bands, self.day_of_year)

    def sample(self, region: Region, *, count: int = 4096, seed: int = 0) -> NDArray[np.float32]:
        """Reflectance (n, T, B) of a random sample of pixels that are clear on one date at least, n <= count."""
        shape = (len(self._tables), len(self.bands))

        def read(window: Window) -> NDArray[np.float32]:
            flat = self.read_region(region, window).reflectance.reshape(-1, window.height, window.width)
            # Gaps of a pixel that is clear on another date must not make it missing.
            flat[np.isnan(flat) & ~np.isnan(flat).all(axis=0)] = np.inf
            return flat

        values = sample_valid(read, region.inside, count=count, rng=np.random.default_rng(seed))
        return np.where(np.isinf(values), np.float32(np.nan), values).reshape(-1, *shape)

    def classes(self, region: Region, window: Window) -> NDArray[np.uint8]:
        """What is true: class values (h, w) of `legend`, also beyond the image."""
        image = window.shifted(region.row_off + _ROW, region.col_off + _COL)
        return self._classes[self._land.places(image.row, image.col, window.height, window.width)]

    def _fill(self, out: NDArray[np.float32], image: Window) -> None:
        """Computes a window of the image into `out` (T, B, h, w)."""
        x = _WEST + _PIXEL * (np.arange(image.width, dtype=np.float64) + (image.col + 0.5))[None, :]
        y = _NORTH - _PIXEL * (np.arange(image.height, dtype=np.float64) + (image.row + 0.5))[:, None]
        for block_row, block_col, part in _blocks(image.shifted(_ROW, _COL)):
            places = self._land.places(part.row, part.col, part.height, part.width)
            here = part.shifted(-_ROW - image.row, -_COL - image.col).slices
            within = part.shifted(-block_row * BLOCK, -block_col * BLOCK).slices
            for date, table in enumerate(self._tables):
                for band, spectra in enumerate(table):
                    key = (date, band, block_row, block_col)
                    noise = self._noise.take(key, (BLOCK, BLOCK))[within]
                    np.add(spectra[places], noise, out=out[date, band][here])
        np.maximum(out, np.float32(_DARKEST), out=out)
        for date, sky in enumerate(self._skies):
            out[date, :, sky.hides(x, y)] = np.nan


def _blocks(cells: Window) -> Iterator[tuple[int, int, Window]]:
    """The parts of a window on endless land, block by block."""
    for block_row in range(cells.row // BLOCK, (cells.row + cells.height - 1) // BLOCK + 1):
        for block_col in range(cells.col // BLOCK, (cells.col + cells.width - 1) // BLOCK + 1):
            block = Window(block_row * BLOCK, block_col * BLOCK, BLOCK, BLOCK)
            yield block_row, block_col, block.clipped(cells)


def _sky(seed: int, number: int, share: float) -> Sky:
    region = (_WEST, _NORTH - _WEATHER_M, _WEST + _WEATHER_M, _NORTH)
    return draw_sky(np.random.default_rng([seed, 6, number]), seed, region, cloud=share, veil=0.0)

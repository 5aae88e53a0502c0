"""Simulated scenes: images of fields, woods, water, towns and roads, with the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from geodata.legend import Legend
from geodata.sensors import SENSORS, Band
from geodata.simulation.covers import Covers, Plan, draw_covers
from geodata.simulation.fields import draw_fields, pixel_spectra
from geodata.simulation.landscape import FINE, LAND, Landscape, draw_landscape, rough
from geodata.simulation.scene_files import write_scene
from geodata.simulation.spectra import Floats32, band_response
from geodata.simulation.views import View, draw_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Scene", "simulate_scene", "write_scene"]

_VARIANTS = 16  # spectra drawn per piece of land; its cells take one each
_CRS, _WEST, _NORTH, _PIXEL = "EPSG:32629", 500_000.0, 5_540_000.0, 10.0  # in the Atlantic: nobody's land


@dataclass(frozen=True, slots=True)
class Scene:
    """A simulated image with its truth."""

    reflectance: NDArray[np.float32]
    """(B, H, W)."""
    truth: NDArray[np.uint8]
    """(H, W) class values of `legend`: what covers most of each pixel."""
    field: NDArray[np.int32]
    """(H, W) piece of land in the middle of each pixel."""
    legend: Legend
    bands: tuple[Band, ...]
    geobox: GeoBox


def simulate_scene(
    seed: int,
    *,
    shape: tuple[int, int] = (512, 512),
    sensor: str = "sentinel-2",
    bands: tuple[str, ...] = ("B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B11", "B12"),
) -> Scene:
    """Simulates a scene of temperate farmland in summer, seven classes, 10 m pixels in UTM.

    Border pixels are mixed through the point spread, fields vary inside, haze and light drift over the image.

    Args:
        seed: the same seed gives the same scene.
        shape: height and width in pixels, at least 64 each.
        sensor: a key of `SENSORS`.
        bands: names of that sensor's bands.

    Raises:
        ValueError: the shape is too small, or a band or sensor is unknown.
    """
    if min(shape) < 64:
        raise ValueError(f"a landscape needs at least 64 x 64 pixels, got {shape[0]} x {shape[1]}")
    known = {b.name: b for b in SENSORS[sensor].bands} if sensor in SENSORS else {}
    if missing := [name for name in bands if name not in known]:
        raise ValueError(f"{sensor} has no band {', '.join(missing)}; it has {', '.join(known) or 'none'}")
    chosen = tuple(known[name] for name in bands)
    centre = np.array([b.wavelength_nm for b in chosen])
    response = band_response(centre, [b.fwhm_nm for b in chosen])

    rng = np.random.default_rng(seed)
    land = draw_landscape(rng, shape)
    names = tuple(archetype for _, archetype in LAND)
    alone = tuple(range(len(LAND)))
    covers = draw_covers(
        rng, Plan("scene", names, tuple((i,) for i in alone), names, alone), response, centre, mild=True
    )
    drawn = draw_view(rng, centre, response, "surface")
    # A day that somebody would choose to map from: thin haze at most, hills rather than mountains.
    view = replace(
        drawn, haze=min(drawn.haze, 0.05), relief=min(drawn.relief, 0.3), veiled=(0.0, 0.0), shaded=0.0
    )
    ground = _spread(_ground(rng, land, covers), view)
    seen = _seen(rng, ground, land.height, view)
    legend = Legend.from_names({name for name, _ in LAND})
    values = np.array([legend.classes[legend.index_of(name)].value for name, _ in LAND], dtype=np.uint8)
    middle = np.ascontiguousarray(land.unit[FINE // 2 :: FINE, FINE // 2 :: FINE])
    grid = Affine(_PIXEL, 0.0, _WEST, 0.0, -_PIXEL, _NORTH)
    return Scene(seen, _majority(land, values), middle, legend, chosen, GeoBox(shape, grid, _CRS))


def _ground(rng: np.random.Generator, land: Landscape, covers: Covers) -> Floats32:
    """Sunlit reflectance averaged over the cells of each pixel, (B, H, W)."""
    fields = draw_fields(rng, covers, land.cover)
    count, (rows, columns) = land.cover.size, land.unit.shape
    field_of = np.repeat(np.arange(count), _VARIANTS)
    built = np.repeat([LAND[c][0] == "built-up" for c in land.cover], _VARIANTS) & (
        rng.random(field_of.size) < 0.35
    )
    for kind in np.unique(
        land.cover[field_of[built]]
    ):  # houses of one block differ as houses of many blocks do
        alike = np.flatnonzero(land.cover == kind)
        those = built & (land.cover[field_of] == kind)
        field_of[those] = rng.choice(alike, int(those.sum()))
    drawn = pixel_spectra(rng, fields, covers, field_of)
    drawn *= np.exp(0.06 * fields.light[field_of, None]).astype(np.float32)
    drawn = drawn.reshape(count, _VARIANTS, -1)
    order = drawn.mean(axis=2).argsort(
        axis=1
    )  # dark to bright, so that a smooth field of ranks makes smooth patches
    drawn = np.take_along_axis(drawn, order[:, :, None], axis=1)
    patches = rough(rng, land.unit.shape, 2.2)
    grain = np.kron(
        rng.standard_normal(((rows + 1) // 2, (columns + 1) // 2), dtype=np.float32),
        np.ones((2, 2), np.float32),
    )
    rank = (0.6 * patches + 0.8 * grain[:rows, :columns]) / 3.6 + 0.5
    place = land.unit * _VARIANTS + np.clip(rank * _VARIANTS, 0, _VARIANTS - 1).astype(np.int32)
    bright = np.exp(1.5 * covers.texture[land.cover].astype(np.float32)[land.unit] * grain[:rows, :columns])
    table = np.ascontiguousarray(drawn.reshape(count * _VARIANTS, -1).T)  # (B, U * V)
    return np.stack(
        [
            (band[place] * bright).reshape(rows // FINE, FINE, columns // FINE, FINE).mean(axis=(1, 3))
            for band in table
        ]
    )


def _spread(ground: Floats32, view: View) -> Floats32:
    """The sensor's point spread beyond the pixel, and bands of a coarser grid where the sensor has them."""
    for axis in (1, 2):
        first, last = np.take(ground, [0], axis), np.take(ground, [-1], axis)
        padded = np.concatenate([first, ground, last], axis)
        size = ground.shape[axis]
        sides = np.take(padded, np.arange(size), axis) + np.take(padded, np.arange(2, size + 2), axis)
        ground = np.float32(0.8) * ground + np.float32(0.1) * sides
    rows, columns = (n // 2 * 2 for n in ground.shape[1:])
    coarse = (view.wavelengths_nm > 690.0) & (np.abs(view.wavelengths_nm - 833.0) > 20.0)
    for band in np.flatnonzero(coarse):
        squares = ground[band, :rows, :columns].reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
        ground[band, :rows, :columns] = np.kron(squares, np.ones((2, 2), np.float32))
    return ground


def _seen(rng: np.random.Generator, ground: Floats32, height: Floats32, view: View) -> Floats32:
    """The image as the sensor records it: slopes towards the sun, haze that drifts, noise."""
    bands, shape = ground.shape[0], ground.shape[1:]
    slope = -np.gradient(height, axis=1) - np.gradient(height, axis=0)  # light from the south-east
    direct = np.exp(np.clip(0.06 * slope / slope.std(), -0.3, 0.2))
    lit = ground * (direct * (1.0 - view.diffuse[:, None, None]) + view.diffuse[:, None, None])
    haze = rough(rng, (shape[0], shape[1]), 4.0)
    pixels = lit.reshape(bands, -1).T.astype(np.float32)
    return np.ascontiguousarray(view.record(rng, pixels, haze.ravel().astype(np.float64)).T).reshape(
        ground.shape
    )


def _majority(land: Landscape, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Class value that most cells of each pixel have, (H, W)."""
    cells = values[land.cover][land.unit]
    rows, columns = cells.shape
    cells = (
        cells.reshape(rows // FINE, FINE, columns // FINE, FINE)
        .transpose(0, 2, 1, 3)
        .reshape(rows // FINE, columns // FINE, -1)
    )
    counts = np.stack([(cells == value).sum(axis=2) for value in np.unique(values)])
    return np.asarray(np.unique(values)[counts.argmax(axis=0)], dtype=np.uint8)

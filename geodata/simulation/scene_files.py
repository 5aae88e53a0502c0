"""Simulated scenes as files: imagery, truth and labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from pyproj import Transformer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geodata.simulation.scenes import Scene

_SCALE = 1e-4


def write_scene(scene: Scene, folder: Path, *, per_class: int = 5, test_per_class: int = 100) -> None:
    """Writes `imagery.tif`, `truth.tif`, `labels.geojson` and `labels_test.geojson` into an existing folder.

    The imagery is uint16 with scale 0.0001 and the sensor's band names; the labels are points within
    fields, away from borders,
    those for testing in other pixels than the first.

    Args:
        scene: what to write.
        folder: where.
        per_class: labels per class in `labels.geojson`, from different fields as far as there are enough.
        test_per_class: the same for `labels_test.geojson`.

    Raises:
        OSError: the folder cannot be written to.
    """
    numbers = np.clip(np.round(scene.reflectance / _SCALE), 1, 65535).astype(np.uint16)
    profile: dict[str, Any] = {
        "driver": "GTiff", "crs": str(scene.geobox.crs), "transform": scene.geobox.transform,
        "height": scene.truth.shape[0], "width": scene.truth.shape[1], "tiled": True, "blockxsize": 256,
            "blockysize": 256,
        "compress": "deflate",
    }  # fmt: skip
    with rasterio.open(
        folder / "imagery.tif", "w", count=len(numbers), dtype="uint16", nodata=0, predictor=2, **profile
    ) as file:
        file.write(numbers)
        file.descriptions = [band.name for band in scene.bands]
        file.scales = [_SCALE] * len(numbers)
    with rasterio.open(folder / "truth.tif", "w", count=1, dtype="uint8", nodata=0, **profile) as file:
        file.write(scene.truth, 1)
        file.write_colormap(1, {c.value: (*bytes.fromhex(c.color[1:]), 255) for c in scene.legend.classes})
    train, test = draw_labels(scene, per_class, test_per_class)
    for name, pixels in (("labels", train), ("labels_test", test)):
        (folder / f"{name}.geojson").write_text(
            json.dumps(label_document(scene, pixels)) + "\n", encoding="utf-8"
        )


def draw_labels(scene: Scene, *per_class: int, seed: int = 0) -> tuple[NDArray[np.int64], ...]:
    """Draws sets of labelled pixels inside fields, two pixels off any border, no pixel twice.

    Args:
        scene: where.
        per_class: how many per class, for each set.
        seed: of the draw.

    Returns:
        for each set (n, 2) rows and columns; fewer than asked for where a class has too few such pixels.
    """
    rng = np.random.default_rng(seed)
    inner = _inside(scene.truth, 2)
    sets: list[list[NDArray[np.int64]]] = [[] for _ in per_class]
    for value in (c.value for c in scene.legend.classes):
        pixels = rng.permutation(np.argwhere(inner & (scene.truth == value)))
        field = scene.field[tuple(pixels.T)]
        # The first pixel of each field, then the second of each, ...: labels are spread over fields.
        by_field = np.argsort(field, kind="stable")
        starts = np.r_[True, np.diff(field[by_field]) != 0]
        turn = np.empty(field.size, dtype=np.int64)
        turn[by_field] = np.arange(field.size) - np.maximum.accumulate(
            np.where(starts, np.arange(field.size), 0)
        )
        pixels = pixels[np.argsort(turn, kind="stable")]
        for chosen, count in zip(sets, per_class, strict=True):
            chosen.append(pixels[:count])
            pixels = pixels[count:]
    return tuple(np.concatenate(chosen) for chosen in sets)


def _inside(truth: NDArray[np.uint8], margin: int) -> NDArray[np.bool_]:
    """Pixels whose neighbours up to `margin` away are all of their class, none at the image's edge."""
    inner = np.zeros(truth.shape, dtype=bool)
    rows, columns = truth.shape
    middle = truth[margin:-margin, margin:-margin]
    same = np.ones(middle.shape, dtype=bool)
    for down in range(2 * margin + 1):
        for right in range(2 * margin + 1):
            same &= truth[down : rows - 2 * margin + down, right : columns - 2 * margin + right] == middle
    inner[margin:-margin, margin:-margin] = same
    return inner


def label_document(scene: Scene, pixels: NDArray[np.int64]) -> dict[str, Any]:
    """GeoJSON (RFC 7946) points in the centres of pixels (n, 2), property `class`."""
    names = {c.value: c.name for c in scene.legend.classes}
    grid = scene.geobox.transform  # north up
    x, y = grid.c + grid.a * (pixels[:, 1] + 0.5), grid.f + grid.e * (pixels[:, 0] + 0.5)
    lon, lat = Transformer.from_crs(str(scene.geobox.crs), "EPSG:4326", always_xy=True).transform(x, y)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"class": names[int(value)]},
                "geometry": {"type": "Point", "coordinates": [round(east, 7), round(north, 7)]},
            }
            for east, north, value in zip(
                lon.tolist(), lat.tolist(), scene.truth[tuple(pixels.T)], strict=True
            )
        ],
    }

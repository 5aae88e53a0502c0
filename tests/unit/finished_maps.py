"""Maps as a server would have made them, without a model: known pixels in the store's folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from app.store import CONFIDENCE, ITEM, LANDCOVER, OBSERVATIONS, MapStore
from geodata.grid import BoundingBox, Window, lonlat_bounds, pixel_window
from geodata.legend import Legend
from geodata.map_stac import map_item
from geodata.maps import MapWriter
from geodata.whole_files import write_document

if TYPE_CHECKING:
    from pathlib import Path

LEGEND = Legend.from_json(
    [
        {"value": 10, "name": "tree cover", "title": "Tree cover", "color": "#006400"},
        {"value": 3, "name": "Wald & <Wiese>", "title": 'Wiese, "nass"', "color": "#FFFF4C"},
        {"value": 80, "name": "=2+5+cmd|' /C calc'!A0", "title": "+Wasser", "color": "#0064C8"},
        {"value": 254, "name": "水", "title": "@urban", "color": "#FA0000"},
        {"value": 7, "name": "never there", "color": "#102030"},
    ]
)
VALUES = np.array([0, 10, 3, 80, 254], dtype=np.uint8)

FLANDERS = GeoBox((300, 420), Affine(10, 0, 500_000, 0, -10, 5_650_000), "EPSG:32631")
"""Around 3 degrees east, 51 north."""

DEGREES = GeoBox((90, 120), Affine(0.001, 0, 10.0, 0, -0.001, 60.0), "EPSG:4326")

DATELINE = GeoBox((80, 400), Affine(500, 0, 700_000, 0, -500, 8_200_000), "EPSG:32760")
"""Fiji: from 178.9 degrees east to 179.3 west."""

MODEL = {"model": "landshot", "sha256": "ab" * 32, "inner_steps": 5, "device": "cpu"}


@dataclass(frozen=True)
class Finished:
    """A map in a store."""

    map_id: str
    geobox: GeoBox
    classes: np.ndarray
    """(H, W) class values."""

    folder: Path


def patchwork(shape, seed=0):
    """(H, W) fields of all classes but the last one, with speckles and a corner of nodata."""
    rng = np.random.default_rng(seed)
    fields = rng.integers(1, 5, (-(-shape[0] // 20), -(-shape[1] // 20)))
    classes = VALUES[np.kron(fields, np.ones((20, 20), dtype=int))[: shape[0], : shape[1]]]
    speckles = rng.random(shape) < 0.02
    classes[speckles] = VALUES[rng.integers(1, 5, speckles.sum())]
    classes[:15, :25] = 0
    return classes


def finish_map(
    store: MapStore,
    map_id,
    geobox,
    *,
    day=None,
    period=None,
    links=(),
    age=0,
    classes=None,
    counted=False,
    legend=LEGEND,
):
    """Write a map to a store; `age` seconds before others."""
    shape = tuple(int(n) for n in geobox.shape)
    classes = patchwork(shape) if classes is None else classes
    confidence = np.where(classes == 0, 255, 80).astype(np.uint8)
    with store.writing(map_id) as folder:
        with MapWriter(
            folder / LANDCOVER,
            folder / CONFIDENCE,
            geobox=geobox,
            legend=legend,
            tags={"LANDSHOT_IMAGERY": "made up"},
            observations=folder / OBSERVATIONS if counted else None,
        ) as writer:
            counts = [np.ones(shape, dtype=np.uint16)] if counted else []
            writer.write(Window(0, 0, *shape), classes, confidence, *counts)
            files = writer.finish()
        item = map_item(
            map_id,
            files,
            geobox,
            legend,
            datetime=day,
            period=period,
            properties={
                "landshot:imagery": "made up",
                "landshot:model": MODEL,
                "processing:software": {"landshot": "0.1.0"},
            },
            links=links,
        )
        write_document(folder / ITEM, item)
    made = store.folder / map_id
    os.utime(made, (1.7e9 - age, 1.7e9 - age))
    return Finished(map_id, geobox, classes, made)


def three_maps(store: MapStore):
    """In three coordinate systems, the newest first."""
    scenes = [
        {"rel": "derived_from", "href": f"https://stac.example/items/{n}", "type": "application/geo+json"}
        for n in range(3)
    ]
    return (
        finish_map(store, "a" * 32, FLANDERS, day=date(2025, 6, 14), counted=True),
        finish_map(
            store, "b" * 32, DEGREES, period=(date(2024, 3, 1), date(2024, 11, 30)), links=scenes, age=10
        ),
        finish_map(store, "c" * 32, DATELINE, age=20),
    )


def box_of(geobox, rows, cols):
    """Degrees of pixels well inside the edges of a window, so that snapping outward gives just the window."""
    height, width = rows[1] - rows[0], cols[1] - cols[0]
    part = GeoBox((height, width), geobox.affine @ geobox.affine.translation(cols[0], rows[0]), geobox.crs)
    west, south, east, north = lonlat_bounds(part)
    return f"{west},{south},{east},{north}"


def expected_window(geobox, classes, bbox):
    """Values of the whole map within a box, 0 outside of the map."""
    window = pixel_window(BoundingBox(*map(float, bbox.split(","))), geobox)
    wide = np.pad(classes, 2000)
    return wide[window.row + 2000 :, window.col + 2000 :][: window.height, : window.width], window

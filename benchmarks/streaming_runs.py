"""What benchmarks/streaming.py times, each in a process of its own: reading, predicting, and both."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pyproj import Transformer

from app.learner import load_learner
from app.map_request import MapRequest
from app.mapping import make_map
from app.progress import NoProgress
from app.samples import adapt_to, draw_samples
from app.sources.images import ImageSource
from app.sources.stac import Reading, StacSource
from app.store import MapTargets
from app.streaming import Streaming, predicted_tiles
from app.watch import Watch
from geodata.grid import BoundingBox, Window, region_on_grid
from geodata.imagery.simulated import SimulatedImagery
from geodata.imagery.stac.catalogue import PRESETS
from geodata.labels import parse_geojson
from geodata.legend import Legend
from geodata.simulation.catalogue import SimulatedCatalogue, write_catalogue
from geodata.simulation.catalogue_options import CatalogueOptions
from model import prediction

if TYPE_CHECKING:
    from pathlib import Path

    from app.sources import Opened, Source
    from geodata.cube import Cube
    from geodata.grid import Region
    from geodata.imagery import ImagerySource
    from model.adapted import AdaptedModel

LABELS_PER_CLASS = 5
PERIOD = date(2025, 3, 1), date(2025, 11, 30)


@dataclass(frozen=True, slots=True)
class BigRegion:
    """What is mapped."""

    source: Source
    request: MapRequest


def simulated_region(side: int, dates: int) -> BigRegion:
    """A region whose pixels are computed when they are read."""
    days = np.linspace(100, 280, dates).astype(int).tolist()
    imagery = SimulatedImagery(height=side, width=side, days=days)
    region = region_on_grid(None, imagery.geobox)
    corner = Window(0, 0, min(side, 1500), min(side, 1500))
    classes = imagery.classes(region, corner)
    seen = imagery.read_region(region, corner).reflectance
    clear = np.isfinite(seen).all(axis=1).any(axis=0)
    rng = np.random.default_rng(0)
    to_lonlat = Transformer.from_crs(str(imagery.geobox.crs), 4326, always_xy=True)
    features = []
    for entry in imagery.legend:
        rows, cols = np.nonzero((classes == entry.value) & clear)
        for pick in rng.choice(rows.size, min(LABELS_PER_CLASS, rows.size), replace=False):
            x, y = imagery.geobox.affine @ (cols[pick] + 0.5, rows[pick] + 0.5)
            point = {"type": "Point", "coordinates": list(to_lonlat.transform(x, y))}
            features.append({"type": "Feature", "geometry": point, "properties": {"class": entry.name}})
    labels = parse_geojson({"type": "FeatureCollection", "features": features})
    return BigRegion(ImageSource("simulated", "simulated", imagery), MapRequest(labels))


def write_request(folder: Path, side: int, dates: int, bands: list[str]) -> SimulatedCatalogue:
    """A catalogue of so many pixels, one overpass a step, and what to ask of it."""
    days = {date(2025, 3 + 2 * number % 9, 15) for number in range(dates)}
    options = CatalogueOptions(
        size_km=side / 100, dates=tuple(sorted(days)), orbits=1, cloud_shares=(0.0, 0.2), veil_shares=(0.0,)
    )
    made = write_catalogue(options, folder / "catalogue")
    asked = {"bbox": list(made.bbox), "bands": bands, "collection": made.collection_id}
    (folder / "request.json").write_text(json.dumps(asked))
    return made


def catalogue_region(folder: Path, memory_bytes: int) -> BigRegion:
    """What `write_request` left, with a cache that is empty."""
    asked = json.loads((folder / "request.json").read_text())
    catalogue = replace(
        PRESETS["earth-search-sentinel-2-l2a"],
        url=(folder / "url").read_text(),
        collections=(asked["collection"],),
        bands=tuple(asked["bands"]),
        steps="month",
    )
    cache = folder / f"cache-{time.time_ns()}"
    source = StacSource(catalogue, Reading(cache, memory_bytes=memory_bytes // 2))
    labels = parse_geojson(json.loads((folder / "catalogue" / "truth" / "labels.geojson").read_text()))
    start, end = PERIOD
    request = MapRequest(labels, bbox=BoundingBox(*asked["bbox"]), start=start, end=end)
    return BigRegion(source, request)


def seconds(mode: str, big: BigRegion, folder: Path, memory_bytes: int) -> float:
    """Wall time of streaming the region."""
    watch = Watch(NoProgress())
    if mode == "both":
        names = (folder / f"{mode}.{kind}" for kind in ("tif", "confidence.tif", "json"))
        landcover, confidence, item = names
        targets = MapTargets(landcover, confidence, item, "big", folder / "observations.tif")
        initialization = load_learner()

        def map_it(opened: Opened) -> float:
            made = make_map(
                big.request,
                opened=opened,
                initialization=lambda: initialization,
                targets=targets,
                watch=watch,
                memory_bytes=memory_bytes // 2,
            )
            return made.seconds["mapping"]

        return big.source.use(big.request, watch, map_it)
    return big.source.use(big.request, watch, lambda opened: _alone(mode, big, opened, memory_bytes))


def _alone(mode: str, big: BigRegion, opened: Opened, memory_bytes: int) -> float:
    imagery = opened.imagery
    region = region_on_grid(opened.bbox, imagery.geobox)
    legend = Legend.from_names(big.request.labels.class_names)
    adapted = adapt_to(draw_samples(big.request.labels, legend, imagery, region), load_learner())
    streaming = Streaming.within(
        memory_bytes // 2,
        shape=region.shape,
        tile_size=512,
        dates=len(imagery.day_of_year),
        bands=len(imagery.bands),
    )
    if mode == "predicting":
        window = Window(
            0, 0, min(streaming.tile_size, region.shape[0]), min(streaming.tile_size, region.shape[1])
        )
        everywhere = cast("ImagerySource", _OneTile(imagery.read_region(region, window)))
        opened = replace(opened, imagery=everywhere, count=None, ahead=None)
    else:
        prediction.Predictor = _NoModel  # type: ignore[misc, assignment]
    began = time.perf_counter()
    for _ in predicted_tiles(adapted, opened, region, streaming):
        pass
    return time.perf_counter() - began


class _NoModel:
    """Takes no time."""

    @classmethod
    def of(cls, _adapted: AdaptedModel) -> _NoModel:
        return cls()

    def predict(self, reflectance: Any) -> tuple[Any, Any]:  # noqa: ANN401 - arrays
        nothing = np.zeros(reflectance.shape[2:], dtype=np.uint8)
        return nothing, nothing


class _OneTile:
    """The same tile everywhere, in no time."""

    def __init__(self, cube: Cube) -> None:
        self._cube = cube

    def read_region(self, _region: Region, window: Window) -> Cube:
        part = self._cube.reflectance[:, :, : window.height, : window.width]
        return replace(self._cube, reflectance=part)

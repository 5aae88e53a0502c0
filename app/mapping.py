"""The one pipeline that HTTP and the command line share: labels and imagery -> adapted model -> map."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from app import __version__
from app.errors import RegionTooLargeError
from app.progress import Stage
from app.samples import adapt_to, draw_samples
from geodata.errors import OutputError
from geodata.grid import region_on_grid, tiles
from geodata.legend import Legend
from geodata.map_stac import map_item
from geodata.maps import MapWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from numpy.typing import NDArray

    from app.progress import Progress
    from geodata.grid import BoundingBox, Region, Window
    from geodata.imagery.files import FileImagery
    from geodata.labels import LabelSet
    from geodata.maps import MapFiles
    from model.adapted import AdaptedModel
    from model.checkpoint import Initialization

NODATA = 255
"""Class index and confidence of a pixel without a valid observation, as the model gives them."""

PIXELS_IN_FLIGHT = 8 * 512 * 512
"""Read and predicted at the same time: what bounds the memory, unless a single tile is larger."""

MAX_PIXELS = 2_000_000_000
"""Of one map: a box that reaches far beyond a small scene is a mistake before it is a full disk."""


@dataclass(frozen=True, slots=True)
class MapRequest:
    """What a user asks for."""

    labels: LabelSet
    bbox: BoundingBox | None = None
    """None: the whole scene."""

    legend: Legend | None = None
    """None: made from the labels' class names."""


@dataclass(frozen=True, slots=True)
class MapTargets:
    """Where the files of a map go; each appears under its name only when it is complete."""

    landcover: Path
    confidence: Path
    item: Path
    item_id: str
    """The STAC Item's `id`."""


@dataclass(frozen=True, slots=True)
class MapResult:
    """A finished map."""

    files: MapFiles
    item: dict[str, Any]
    legend: Legend
    region: Region
    labelled_pixels: dict[str, int]
    """Class name -> labelled pixels that the model was adapted to."""

    mapped: float
    """Share of the region's pixels (0..1) that got a class."""

    seconds: dict[str, float]
    """Stage -> wall time, in the order of the stages."""

    notes: tuple[str, ...]
    """What the user should know about this map, in sentences."""


@dataclass(slots=True)
class _Watch:
    """Tells progress about the stages, and takes their times."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        self.progress.advance(name, 0.0, 1.0)
        yield
        self.seconds[name] = time.perf_counter() - began
        self.progress.advance(name, 1.0, 1.0)


def make_map(
    request: MapRequest,
    *,
    imagery: FileImagery,
    initialization: Callable[[], Initialization],
    targets: MapTargets,
    progress: Progress,
    tile_size: int = 512,
    max_pixels: int = MAX_PIXELS,
) -> MapResult:
    """Adapt to the region's labels and map all of it, tile by tile, in memory that the tile size bounds.

    Args:
        request: labels, region, legend.
        imagery: the scene.
        initialization: gives the meta-trained initialization; called when it is first needed, so that it can
            be loaded meanwhile.
        targets: where the result goes.
        progress: is told about every stage.
        tile_size: pixels a side that are read and predicted at once; the result does not depend on it.
        max_pixels: largest region.

    Raises:
        LandshotError: the request cannot be mapped, or the map cannot be written; no file is left behind.
    """
    watch = _Watch(progress)
    region = region_on_grid(request.bbox, imagery.geobox)
    height, width = region.shape
    _check_size(height * width, max_pixels)
    progress.begin(_stages(height * width))

    with watch.stage("reading labels"):
        legend = request.legend or Legend.from_names(request.labels.class_names)
        samples = draw_samples(request.labels, legend, imagery, region)
    with watch.stage("loading model"):
        start = initialization()
    with watch.stage("adapting"):
        adapted = adapt_to(samples, start)

    values = _values(legend)
    counts = np.bincount(samples.class_index, minlength=len(legend)).tolist()
    notes = _notes(region, legend, counts)
    tags = _tags(imagery, adapted)
    with MapWriter(
        targets.landcover, targets.confidence, geobox=region.geobox, legend=legend, tags=tags
    ) as writer:
        with watch.stage("mapping"):
            mapped = 0
            for window, classes, confidence in _predicted(adapted, imagery, region, tile_size):
                writer.write(window, values[classes], confidence)
                mapped += int(np.count_nonzero(classes != NODATA))
                progress.advance("mapping", _pixels_before(window, width), height * width)
        with watch.stage("writing"):
            files = writer.finish()
            item = map_item(
                targets.item_id,
                files,
                region.geobox,
                legend,
                datetime=imagery.date,
                properties={
                    "landshot:imagery": imagery.name,
                    "landshot:scaling": imagery.scaling,
                    "landshot:model": adapted.lineage,
                    "landshot:covered": round(region.covered, 6),
                    "landshot:notes": list(notes),
                },
            )
            write_json(targets.item, item)

    return MapResult(
        files=files,
        item=item,
        legend=legend,
        region=region,
        labelled_pixels={entry.name: count for entry, count in zip(legend, counts, strict=True) if count},
        mapped=mapped / (height * width),
        seconds=watch.seconds,
        notes=notes,
    )


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a document under its final name only when it is complete.

    Raises:
        OutputError: the folder cannot be written to, or the disk is full.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(text, "utf-8")
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def _check_size(pixels: int, most: int) -> None:
    if pixels > most:
        raise RegionTooLargeError(
            f"The region has {pixels:,} pixels and one request may map {most:,}; choose a smaller bbox."
        )


def _stages(pixels: int) -> list[Stage]:
    """Stages with the seconds that two cores are expected to take; what is measured corrects them."""
    return [
        Stage("reading labels", 0.2),
        Stage("loading model", 0.6),
        Stage("adapting", 0.2),
        Stage("mapping", 0.05 + pixels / 3e6),
        Stage("writing", 0.1 + pixels / 20e6),
    ]


def _predicted(
    adapted: AdaptedModel, imagery: FileImagery, region: Region, tile_size: int
) -> Iterator[tuple[Window, NDArray[np.uint8], NDArray[np.uint8]]]:
    """Class index and confidence (h, w) of each tile, row by row; each core has one in the making."""
    from model.prediction import Predictor  # noqa: PLC0415 - torch is loaded by now, not before

    predictor = Predictor.of(adapted)

    def predict(window: Window) -> tuple[Window, NDArray[np.uint8], NDArray[np.uint8]]:
        return window, *predictor.predict(imagery.read_region(region, window).reflectance)

    workers = max(1, min(os.cpu_count() or 1, PIXELS_IN_FLIGHT // tile_size**2))
    pool = ThreadPoolExecutor(workers, thread_name_prefix="landshot-tile")
    try:
        under_way: deque[Future[tuple[Window, NDArray[np.uint8], NDArray[np.uint8]]]] = deque()
        for window in tiles(region.shape, tile_size):
            under_way.append(pool.submit(predict, window))
            if len(under_way) > workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _values(legend: Legend) -> NDArray[np.uint8]:
    """Class index of the model -> value in the map; everything else is nodata, 0."""
    values = np.zeros(256, dtype=np.uint8)
    values[: len(legend)] = [entry.value for entry in legend]
    return values


def _pixels_before(window: Window, width: int) -> int:
    """Pixels of the region that are done with this tile, tiles running along rows."""
    return window.row * width + window.height * (window.col + window.width)


def _tags(imagery: FileImagery, adapted: AdaptedModel) -> dict[str, str]:
    """What a file says about its making; nothing in it changes from run to run."""
    return {
        "TIFFTAG_SOFTWARE": f"landshot {__version__}",
        "LANDSHOT_IMAGERY": imagery.name,
        "LANDSHOT_MODEL": json.dumps(adapted.lineage, sort_keys=True),
    }


def _notes(region: Region, legend: Legend, counts: list[int]) -> tuple[str, ...]:
    notes = []
    if region.covered < 1.0:
        share = 100 * region.covered
        notes.append(f"The imagery covers {share:.1f} % of the region; the rest is nodata in the map.")
    if absent := [entry.name for entry, count in zip(legend, counts, strict=True) if not count]:
        notes.append(f"No label has the class {', '.join(absent)}, so the map cannot have it either.")
    return tuple(notes)

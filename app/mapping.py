"""The one pipeline that HTTP and the command line share: labels and imagery -> adapted model -> map."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app import __version__
from app.limits import MAX_PIXELS, refuse_too_many_pixels
from app.samples import adapt_to, draw_samples
from app.streaming import MEMORY_BYTES, Streaming, predicted_tiles
from geodata.errors import OutputError
from geodata.grid import region_on_grid, tiles
from geodata.legend import Legend
from geodata.map_stac import map_item
from geodata.maps import MapWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from app.map_request import MapRequest
    from app.sources import Opened
    from app.watch import Watch
    from geodata.grid import Region
    from geodata.maps import MapFiles
    from model.adapted import AdaptedModel
    from model.checkpoint import Initialization

NODATA = 255
"""Class index and confidence of a pixel without a valid observation, as the model gives them."""


@dataclass(frozen=True, slots=True)
class MapTargets:
    """Where the files of a map go; each appears under its name only when it is complete."""

    landcover: Path
    confidence: Path
    item: Path
    item_id: str
    """The STAC Item's `id`."""

    observations: Path
    """How often each pixel was seen clear; written where the imagery knows."""


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


def make_map(
    request: MapRequest,
    *,
    opened: Opened,
    initialization: Callable[[], Initialization],
    targets: MapTargets,
    watch: Watch,
    tile_size: int = 512,
    memory_bytes: int = MEMORY_BYTES,
    max_pixels: int = MAX_PIXELS,
) -> MapResult:
    """Adapt to the region's labels and map all of it, tile by tile.

    Args:
        request: labels and legend.
        opened: the imagery, and the part of it to map.
        initialization: gives the meta-trained initialization; called when it is first needed, so that it can
            be loaded meanwhile.
        targets: where the result goes.
        watch: is told about every stage.
        tile_size: pixels a side that are read and predicted at once, at most; the result does not depend on it.
        memory_bytes: what tiles under way may take together; the result does not depend on it.
        max_pixels: largest region.

    Raises:
        LandshotError: the request cannot be mapped, or the map cannot be written; no file is left behind.
    """
    imagery = opened.imagery
    region = region_on_grid(opened.bbox, imagery.geobox)
    height, width = region.shape
    refuse_too_many_pixels(region, max_pixels)
    dates = len(imagery.day_of_year)
    watch.expect(height * width, dates, opened.reading_s)

    with watch.stage("reading labels"):
        legend = request.legend or Legend.from_names(request.labels.class_names)
        samples = draw_samples(request.labels, legend, imagery, region)
    with watch.stage("loading model"):
        start = initialization()
    with watch.stage("adapting"):
        adapted = adapt_to(samples, start)

    counts = np.bincount(samples.class_index, minlength=len(legend)).tolist()
    notes = (*opened.notes, *_notes(region, legend, counts), *opened.lineage.notes)
    streaming = Streaming.within(
        memory_bytes, shape=region.shape, tile_size=tile_size, dates=dates, bands=len(imagery.bands)
    )
    with MapWriter(
        targets.landcover,
        targets.confidence,
        geobox=region.geobox,
        legend=legend,
        tags=_tags(opened, adapted),
        observations=targets.observations if opened.count else None,
    ) as writer:
        with watch.stage("mapping"):
            mapped = _map_tiles(adapted, opened, region, streaming, legend=legend, writer=writer, watch=watch)
            notes += _never_clear(opened, mapped / (height * width))
        with watch.stage("writing"):
            files = writer.finish()
            item = map_item(
                targets.item_id,
                files,
                region.geobox,
                legend,
                datetime=imagery.date,
                period=opened.lineage.period,
                properties={
                    "landshot:imagery": imagery.name,
                    "landshot:scaling": imagery.scaling,
                    "landshot:model": adapted.lineage,
                    "landshot:covered": round(region.covered, 6),
                    **opened.lineage.properties,
                    "landshot:notes": list(notes),
                },
                links=opened.lineage.links,
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


def _map_tiles(
    adapted: AdaptedModel,
    opened: Opened,
    region: Region,
    streaming: Streaming,
    *,
    legend: Legend,
    writer: MapWriter,
    watch: Watch,
) -> int:
    """Predict and write every tile; gives the pixels that got a class."""
    height, width = region.shape
    values = _values(legend)
    count = sum(1 for _ in tiles(region.shape, streaming.tile_size))
    mapped = done = 0
    for number, tile in enumerate(predicted_tiles(adapted, opened, region, streaming), start=1):
        writer.write(tile.window, values[tile.classes], tile.confidence, tile.observations)
        mapped += int(np.count_nonzero(tile.classes != NODATA))
        done += tile.window.height * tile.window.width
        watch.progress.advance("mapping", done, height * width, f"tile {number:,} of {count:,}")
    return mapped


def _never_clear(opened: Opened, mapped: float) -> tuple[str, ...]:
    if opened.lineage.period is None or mapped > 0.9995:
        return ()
    share = 100 * (1 - mapped)
    return (f"{share:.1f} % of the region was not seen clear on any day, and is nodata in the map.",)


def _values(legend: Legend) -> NDArray[np.uint8]:
    """Class index of the model -> value in the map; everything else is nodata, 0."""
    values = np.zeros(256, dtype=np.uint8)
    values[: len(legend)] = [entry.value for entry in legend]
    return values


def _tags(opened: Opened, adapted: AdaptedModel) -> dict[str, str]:
    """What a file says about its making; nothing in it changes from run to run."""
    period = opened.lineage.period
    return {
        "TIFFTAG_SOFTWARE": f"landshot {__version__}",
        "LANDSHOT_IMAGERY": opened.imagery.name,
        "LANDSHOT_MODEL": json.dumps(adapted.lineage, sort_keys=True),
    } | ({"LANDSHOT_PERIOD": f"{period[0]}/{period[1]}"} if period else {})


def _notes(region: Region, legend: Legend, counts: list[int]) -> tuple[str, ...]:
    notes = []
    if region.covered < 1.0:
        share = 100 * region.covered
        notes.append(f"The imagery covers {share:.1f} % of the region; the rest is nodata in the map.")
    if absent := [entry.name for entry, count in zip(legend, counts, strict=True) if not count]:
        notes.append(f"No label has the class {', '.join(absent)}, so the map cannot have it either.")
    return tuple(notes)

"""The one pipeline that HTTP and the command line share: labels and imagery -> adapted model -> map."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import __version__
from app.adapting import adapt_region
from app.limits import MAX_PIXELS
from app.streaming import MEMORY_BYTES, Streaming, predicted_tiles
from geodata.grid import tiles
from geodata.map_stac import map_item
from geodata.maps import MapWriter
from geodata.whole_files import write_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.adapting import RegionAdaptation
    from app.ledger import Ledger
    from app.map_request import MapRequest
    from app.sources import Opened
    from app.store import MapTargets
    from app.watch import Watch
    from geodata.grid import Region
    from geodata.legend import Legend
    from geodata.maps import MapFiles
    from model.adapted import AdaptedModel
    from model.checkpoint import Initialization


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
    ledger: Ledger | None = None,
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
        ledger: remembers finished tiles, so that a map goes on where another process left it.

    Raises:
        LandshotError: the request cannot be mapped, or the map cannot be written; no file is left behind.
    """
    adaptation = adapt_region(
        request, opened=opened, initialization=initialization, watch=watch, max_pixels=max_pixels
    )
    return map_region(
        adaptation,
        opened=opened,
        targets=targets,
        watch=watch,
        tile_size=tile_size,
        memory_bytes=memory_bytes,
        ledger=ledger,
    )


def map_region(
    adaptation: RegionAdaptation,
    *,
    opened: Opened,
    targets: MapTargets,
    watch: Watch,
    tile_size: int = 512,
    memory_bytes: int = MEMORY_BYTES,
    ledger: Ledger | None = None,
) -> MapResult:
    """Predict and write the region that a model was adapted to; arguments and errors as `make_map`."""
    imagery, region, legend = opened.imagery, adaptation.region, adaptation.legend
    height, width = region.shape
    streaming = Streaming.within(
        memory_bytes,
        shape=region.shape,
        tile_size=tile_size,
        dates=len(imagery.day_of_year),
        bands=len(imagery.bands),
    )
    with MapWriter(
        targets.landcover,
        targets.confidence,
        geobox=region.geobox,
        legend=legend,
        tags=_tags(opened, adaptation.model),
        observations=targets.observations if opened.count else None,
        workspace=ledger.workspace if ledger else None,
    ) as writer:
        with watch.stage("mapping"):
            _map_tiles(adaptation, opened, streaming, writer=writer, watch=watch, ledger=ledger)
        with watch.stage("writing"):
            files = writer.finish()
            mapped = sum(files.counts.values()) / (height * width)
            notes = adaptation.notes + _never_clear(opened, mapped)
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
                    "landshot:model": adaptation.model.lineage,
                    "processing:software": {"landshot": __version__},
                    "landshot:covered": round(region.covered, 6),
                    **opened.lineage.properties,
                    "landshot:notes": list(notes),
                },
                links=opened.lineage.links,
            )
            write_document(targets.item, item)

    return MapResult(
        files=files,
        item=item,
        legend=legend,
        region=region,
        labelled_pixels=adaptation.labelled_pixels,
        mapped=mapped,
        seconds=watch.seconds,
        notes=notes,
    )


def _map_tiles(
    adaptation: RegionAdaptation,
    opened: Opened,
    streaming: Streaming,
    *,
    writer: MapWriter,
    watch: Watch,
    ledger: Ledger | None,
) -> None:
    """Predict and write every tile that is not there yet."""
    region, values = adaptation.region, adaptation.values
    height, width = region.shape
    finished: frozenset[int] = frozenset()
    if ledger:
        streaming, finished = ledger.begin(streaming, region.shape, resumed=writer.resumed)
    windows = dict(enumerate(tiles(region.shape, streaming.tile_size)))
    done = sum(windows[number].height * windows[number].width for number in finished)
    left = {number: window for number, window in windows.items() if number not in finished}
    for number, tile in zip(
        left, predicted_tiles(adaptation.model, opened, region, streaming, left.values()), strict=True
    ):
        writer.write(tile.window, values[tile.classes], tile.confidence, tile.observations)
        if ledger:
            writer.sync()
            ledger.finished(number)
        done += tile.window.height * tile.window.width
        watch.progress.advance("mapping", done, height * width, f"tile {number + 1:,} of {len(windows):,}")


def _never_clear(opened: Opened, mapped: float) -> tuple[str, ...]:
    if opened.lineage.period is None or mapped > 0.9995:
        return ()
    share = 100 * (1 - mapped)
    return (f"{share:.1f} % of the region was not seen clear on any day, and is nodata in the map.",)


def _tags(opened: Opened, adapted: AdaptedModel) -> dict[str, str]:
    """What a file says about its making; nothing in it changes from run to run."""
    period = opened.lineage.period
    return {
        "TIFFTAG_SOFTWARE": f"landshot {__version__}",
        "LANDSHOT_IMAGERY": opened.imagery.name,
        "LANDSHOT_MODEL": json.dumps(adapted.lineage, sort_keys=True),
    } | ({"LANDSHOT_PERIOD": f"{period[0]}/{period[1]}"} if period else {})

"""Adapting to a region: labels and imagery -> a model of its own, which is light and there in a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.limits import MAX_PIXELS, refuse_too_many_pixels
from app.samples import adapt_to, draw_samples
from geodata.grid import region_on_grid
from geodata.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from app.map_request import MapRequest
    from app.sources import Opened
    from app.watch import Watch
    from geodata.grid import Region
    from model.adapted import AdaptedModel
    from model.checkpoint import Initialization


@dataclass(frozen=True, slots=True)
class RegionAdaptation:
    """All that predicting a region needs beside its imagery."""

    region: Region
    legend: Legend
    model: AdaptedModel

    labelled_pixels: dict[str, int]
    """Class name -> labelled pixels that the model was adapted to."""

    notes: tuple[str, ...]
    """What the user should know about a map of it, in sentences."""

    @property
    def values(self) -> NDArray[np.uint8]:
        """(256,) class index of the model -> value in the map; everything else is nodata, 0."""
        values = np.zeros(256, dtype=np.uint8)
        values[: len(self.legend)] = [entry.value for entry in self.legend]
        return values


def adapt_region(
    request: MapRequest,
    *,
    opened: Opened,
    initialization: Callable[[], Initialization],
    watch: Watch,
    max_pixels: int = MAX_PIXELS,
) -> RegionAdaptation:
    """Read the labelled pixels and fit the model to them.

    Args:
        request: labels and legend.
        opened: the imagery, and the part of it to map.
        initialization: gives the meta-trained initialization; called when it is first needed.
        watch: is told about every stage.
        max_pixels: largest region.

    Raises:
        LandshotError: the request cannot be mapped.
    """
    imagery = opened.imagery
    region = region_on_grid(opened.bbox, imagery.geobox)
    height, width = region.shape
    refuse_too_many_pixels(region, max_pixels)
    watch.expect(height * width, len(imagery.day_of_year), opened.reading_s)

    with watch.stage("reading labels"):
        legend = request.legend or Legend.from_names(request.labels.class_names)
        samples = draw_samples(request.labels, legend, imagery, region)
    with watch.stage("loading model"):
        start = initialization()
    with watch.stage("adapting"):
        model = adapt_to(samples, start)

    counts = np.bincount(samples.class_index, minlength=len(legend)).tolist()
    labelled = {entry.name: count for entry, count in zip(legend, counts, strict=True) if count}
    notes = (*opened.notes, *_notes(region, legend, labelled), *opened.lineage.notes)
    return RegionAdaptation(region, legend, model, labelled, notes)


def _notes(region: Region, legend: Legend, labelled: dict[str, int]) -> tuple[str, ...]:
    notes = []
    if region.covered < 1.0:
        share = 100 * region.covered
        notes.append(f"The imagery covers {share:.1f} % of the region; the rest is nodata in the map.")
    if absent := [entry.name for entry in legend if entry.name not in labelled]:
        notes.append(f"No label has the class {', '.join(absent)}, so the map cannot have it either.")
    return tuple(notes)

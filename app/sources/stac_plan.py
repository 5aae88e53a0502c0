"""What a map from a catalogue would be made from, without reading more than overviews of cloud masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.errors import RegionTooLargeError
from app.limits import refuse_too_many_pixels
from app.lineage import public_text
from app.map_plan import STARTING_S, WRITTEN_A_SECOND, Cost, MapPlan
from app.map_request import MapRequest
from app.samples import pixels_of_classes
from app.watch import predicting_s
from geodata.errors import Fault, LabelsError, LandshotError, NoClearImageryError, NoScenesError
from geodata.grid import region_on_grid
from geodata.imagery.stac.session import plan_imagery
from geodata.label_pixels import locate_labels
from geodata.legend import Legend

if TYPE_CHECKING:
    from app.map_request import ImageryRequest
    from app.sources.stac import StacSource
    from geodata.grid import Region
    from geodata.imagery.stac.plan import ImageryPlan
    from geodata.label_pixels import LabelledPixels


def plan_from_catalogue(source: StacSource, request: ImageryRequest, *, max_pixels: int) -> MapPlan:
    """Search, look at overviews, and say everything that stands in the way.

    Raises:
        LandshotError: the request is not one, or the catalogue cannot be asked.
    """
    try:
        query, notes = source.query(request)
        found = plan_imagery(query, cache=source.cache(), settings=source.settings())
    except (RegionTooLargeError, LabelsError, NoScenesError, NoClearImageryError) as refusal:
        return MapPlan(source.name, (refusal,))
    region = region_on_grid(None, found.geobox)
    refusals: list[LandshotError] = []
    try:
        refuse_too_many_pixels(region, max_pixels)
    except RegionTooLargeError as refusal:
        refusals.append(refusal)
    counts = None
    if isinstance(request, MapRequest):
        try:
            counts, faults = _labelled(request, region, found)
        except LabelsError as refusal:
            refusals.append(refusal)
        else:
            if faults:
                refusals.append(LabelsError("labels lie where no scene of the period is clear", faults))
    return MapPlan(
        source.name, tuple(refusals), notes, region, counts, _scenes(found, source), _cost(found, region)
    )


def _labelled(
    request: MapRequest, region: Region, found: ImageryPlan
) -> tuple[dict[str, int], tuple[Fault, ...]]:
    """Class name -> pixels, and the labels under clouds.

    Raises:
        LabelsError: labels that a map would be refused for, whatever the weather.
    """
    legend = request.legend or Legend.from_names(request.labels.class_names)
    pixels = locate_labels(request.labels, legend, region)
    return pixels_of_classes(legend, pixels.class_index), _cloudy_labels(pixels, region, found)


def _cloudy_labels(pixels: LabelledPixels, region: Region, found: ImageryPlan) -> tuple[Fault, ...]:
    """Labels none of whose pixels any chosen scene shows clear, by the overviews of the masks."""
    from scipy.ndimage import binary_dilation  # noqa: PLC0415 - only where there are cloud masks

    affine, inverse = region.geobox.affine, ~found.survey.coarse.affine
    x = affine.a * (pixels.cols + 0.5) + affine.c
    y = affine.e * (pixels.rows + 0.5) + affine.f
    seen = np.logical_or.reduce([step.seen > 0 for step in found.steps])
    if -inverse.e * affine.e < 0.999:  # a cell is more than a pixel, and shows one of its pixels only
        seen = binary_dilation(seen, np.ones((3, 3)))
    height, width = seen.shape
    rows = np.clip(np.floor(inverse.e * y + inverse.f).astype(np.int64), 0, height - 1)
    cols = np.clip(np.floor(inverse.a * x + inverse.c).astype(np.int64), 0, width - 1)
    lost = np.setdiff1d(pixels.label_index, pixels.label_index[seen[rows, cols]])
    reason = (
        "it is cloudy there in all scenes, by the overviews of their masks; "
        "widen the period, move the label, or leave it out"
    )
    return tuple(Fault(f"labels[{number}]", reason) for number in lost.tolist())


def _cost(found: ImageryPlan, region: Region) -> Cost:
    estimate = found.estimate()
    pixels = region.shape[0] * region.shape[1]
    busy = max(estimate.seconds, predicting_s(pixels, len(found.steps)))
    return Cost(
        tiles=estimate.tiles,
        reads=estimate.reads,
        read_bytes=estimate.read_bytes,
        reading_s=estimate.seconds,
        seconds=STARTING_S + busy + pixels / WRITTEN_A_SECOND,
    )


def _scenes(found: ImageryPlan, source: StacSource) -> dict[str, Any]:
    survey = found.survey
    used = {scene.id for scene in found.scenes}
    left_out = [
        *((one.id, one.time, one.reason) for one in survey.left_out),
        *((one.scene.id, one.scene.time, f"it cannot be read: {one.reason}") for one in survey.failed),
    ]
    return {
        "found": len(survey.views) + len(left_out),
        "usable": len(survey.views),
        "used": len(used),
        "steps": [
            {
                "start": chosen.step.start.isoformat(),
                "end": chosen.step.end.isoformat(),
                "clear_share": round(chosen.clear_share, 4),
                "days": len(chosen.days),
                "scenes": [scene.id for scene in chosen.scenes],
            }
            for chosen in found.steps
        ],
        "steps_without_imagery": [[s.start.isoformat(), s.end.isoformat()] for s in found.without_imagery],
        "left_out": [
            {
                "id": name,
                "datetime": time and time.isoformat().replace("+00:00", "Z"),
                "reason": public_text(reason, source.folder),
            }
            for name, time, reason in sorted(left_out, key=lambda one: (str(one[1]), one[0]))
        ],
    }

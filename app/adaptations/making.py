"""From a fitted model to a version that can be kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.adaptations.body import Body
from app.adaptations.parameters import to_bytes
from app.adaptations.summary import Summary
from app.adaptations.version import NewVersion
from geodata.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.adapting import RegionAdaptation
    from app.map_request import MapRequest
    from geodata.imagery import ImagerySource

CREATED: Mapping[str, Any] = {"operations": []}
"""The change of a first version."""


def new_version(
    request: MapRequest,
    adaptation: RegionAdaptation,
    imagery: ImagerySource,
    *,
    map_id: str,
    body: Body | None = None,
    change: Mapping[str, Any] = CREATED,
    has_own_legend: bool | None = None,
) -> NewVersion:
    """What there is to keep.

    Args:
        request: what was asked.
        adaptation: what came of it.
        imagery: that the model was adapted to.
        map_id: of the map that it makes.
        body: the request with names for its labels; None: they are numbered.
        change: what was done to the labels.
        has_own_legend: whether the user gave the legend; None: where the request has one.
    """
    own = request.legend is not None if has_own_legend is None else has_own_legend
    summary = Summary.of(adaptation, imagery, labels=len(request.labels.labels), has_own_legend=own)
    return NewVersion(
        change=change,
        body=body or Body.of(imagery.name, request),
        map_id=map_id,
        summary=summary,
        parameters=to_bytes(adaptation.model),
    )


def with_steady_legend(request: MapRequest, before: Legend) -> MapRequest:
    """The classes that the labels name; those that were there before keep values and colours."""
    names = request.labels.class_names
    steady = before.for_names(names)
    return request if steady == Legend.from_names(names) else replace(request, legend=steady)

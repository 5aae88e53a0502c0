"""Versions as clients read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.adaptations.version import head_etag
from app.keys.ownership import owns_map
from app.links import GEOJSON

if TYPE_CHECKING:
    from app.adaptations.desk import Corrected
    from app.adaptations.version import Version
    from app.service import Service


def version_document(
    service: Service, owner: str, version: Version, base_url: str, *, head: int
) -> dict[str, Any]:
    """A version with links to its tiles, its labels and its map.

    Args:
        service: of the server.
        owner: of the adaptation.
        version: of it.
        base_url: of the server, ending in a slash.
        head: the version that is current.
    """
    here = f"{base_url}adaptations/{version.adaptation_id}"
    tiles, number = f"{base_url}tiles/{version.adaptation_id}", version.number
    links = [
        _link(f"{here}/versions/{number}", "self", "This version"),
        _link(here, "latest-version", "The current version"),
        _link(f"{here}/versions", "version-history", "All versions"),
        _link(f"{here}/labels?version={number}", "labels", "Its labels", GEOJSON),
        _link(f"{tiles}/tilejson.json?version={number}", "tilejson", "Its tiles, as TileJSON"),
        _link(
            f"{tiles}/WMTSCapabilities.xml?version={number}", "wmts", "Its tiles, as WMTS", "application/xml"
        ),
    ]
    if version.parent is not None:
        parent = f"{here}/versions/{version.parent}"
        links.append(_link(parent, "predecessor-version", "What it was made from"))
    if has_map(service, owner, version):
        links.append(_link(f"{base_url}maps/{version.map_id}", "map", "Its map, as a STAC Item", GEOJSON))
    return {
        "id": version.adaptation_id,
        "version": number,
        "parent": version.parent,
        "is_current": number == head,
        "created": datetime.fromtimestamp(version.created, UTC).isoformat().replace("+00:00", "Z"),
        "change": dict(version.change),
        **version.summary.told(),
        "tiles": f"{tiles}/{{z}}/{{x}}/{{y}}.png?version={number}",
        "links": links,
    }


def corrected_document(service: Service, owner: str, corrected: Corrected, base_url: str) -> dict[str, Any]:
    """A version that has just become the current one, and how."""
    version = corrected.version
    return {
        **version_document(service, owner, version, base_url, head=version.number),
        "changed_labels": dict(corrected.labels),
        "left_out": [{"where": fault.where, "reason": fault.reason} for fault in corrected.left_out],
        "seconds": {stage: round(seconds, 4) for stage, seconds in corrected.seconds.items()},
    }


def current_etag(service: Service, owner: str, version: Version) -> str:
    """The ETag of an adaptation whose current version this is."""
    return head_etag(version.adaptation_id, version.number, has_map=has_map(service, owner, version))


def has_map(service: Service, owner: str, version: Version) -> bool:
    """Whether the map of a version is there for its owner."""
    return service.store.has(version.map_id) and owns_map(service.database, owner, version.map_id)


def _link(href: str, rel: str, title: str, kind: str = "application/json") -> dict[str, str]:
    return {"href": href, "rel": rel, "type": kind, "title": title}

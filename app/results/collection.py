"""The STAC Collection of all maps of this server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import __version__
from app.links import GEOJSON, GEOTIFF, collection_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.results.digest import Digest

COLLECTION = "maps"

_PROJECT = "https://github.com/landshot/landshot"


def map_collection(base_url: str, digests: Sequence[Digest]) -> dict[str, Any]:
    """A STAC 1.1 Collection.

    Args:
        base_url: of the server, ending in a slash.
        digests: of the maps that are in it.
    """
    here = collection_address(base_url)
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "stac_extensions": [
            "https://stac-extensions.github.io/processing/v1.1.0/schema.json",
            "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
        ],
        "id": COLLECTION,
        "title": "Land-cover maps",
        "description": "Land-cover maps that this server has made: each from satellite imagery of a region and labels "
        "that somebody gave for it. Classes differ from map to map; the Item of each has its legend.",
        "keywords": ["land cover", "classification", "few-shot", "meta-learning"],
        "license": "other",
        "providers": [
            {
                "name": "Landshot",
                "description": "The software behind this server",
                "roles": ["processor"],
                "url": _PROJECT,
                "processing:software": {"landshot": __version__},
            }
        ],
        "extent": {
            "spatial": {"bbox": [_bbox(digests)]},
            "temporal": {"interval": [_interval(digests)]},
        },
        "summaries": _summaries(digests),
        "item_assets": _ITEM_ASSETS,
        "itemType": "feature",
        "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        "links": [
            {"rel": "self", "href": here, "type": "application/json"},
            {"rel": "root", "href": base_url, "type": "application/json"},
            {"rel": "parent", "href": base_url, "type": "application/json"},
            {"rel": "items", "href": f"{here}/items", "type": GEOJSON, "title": "The maps"},
            {
                "rel": "license",
                "href": f"{base_url}imagery",
                "type": "application/json",
                "title": "A map is under the licences of its imagery and of its labels",
            },
        ],
    }


def _bbox(digests: Sequence[Digest]) -> list[float]:
    """All maps; over the antimeridian where one of them is."""
    if not digests:
        return [-180.0, -90.0, 180.0, 90.0]
    boxes = [digest.bbox for digest in digests]
    south, north = min(box[1] for box in boxes), max(box[3] for box in boxes)
    if all(west <= east for west, _, east, _ in boxes):
        return [min(box[0] for box in boxes), south, max(box[2] for box in boxes), north]
    # Around the globe, the widest stretch without a map is what lies outside.
    spans = sorted((west, east if east >= west else east + 360) for west, _, east, _ in boxes)
    reached, widest, first = spans[0][1], spans[0][0] + 360 - max(end for _, end in spans), spans[0][0]
    for west, east in spans:
        if west - reached > widest:
            widest, first = west - reached, west
        reached = max(reached, east)
    if widest <= 0:
        return [-180.0, south, 180.0, north]
    last = (first - widest + 180) % 360 - 180
    return [first, south, round(last, 7), north]


def _interval(digests: Sequence[Digest]) -> list[str | None]:
    """From the first to the last day of all imagery whose day is known."""
    firsts = [digest.period.first for digest in digests if digest.period.first]
    lasts = [digest.period.last for digest in digests if digest.period.last]
    return [_rfc3339(min(firsts)) if firsts else None, _rfc3339(max(lasts)) if lasts else None]


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _summaries(digests: Sequence[Digest]) -> dict[str, list[str]]:
    found = {
        "processing:level": ["L4"],
        "proj:code": sorted({digest.crs for digest in digests if digest.crs}),
        "landshot:imagery": sorted({digest.imagery for digest in digests if digest.imagery}),
    }
    return {name: values for name, values in found.items() if values}


_ITEM_ASSETS: dict[str, Any] = {
    "landcover": {
        "title": "Land cover",
        "type": GEOTIFF,
        "roles": ["data"],
        "bands": [{"name": "land_cover", "data_type": "uint8", "nodata": 0}],
    },
    "confidence": {
        "title": "Confidence of the class, in per cent",
        "type": GEOTIFF,
        "roles": ["data"],
        "bands": [{"name": "confidence", "data_type": "uint8", "nodata": 255, "unit": "%"}],
    },
    "attributes": {
        "title": "Category names and area of each class, for GDAL and QGIS",
        "type": "application/xml",
        "roles": ["metadata"],
    },
}

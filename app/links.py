"""Stored STAC Items have relative links, so that a map can be moved; a server hands out absolute ones."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from app.store import CATEGORIES, CONFIDENCE, LANDCOVER, OBSERVATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

GEOTIFF = "image/tiff; application=geotiff; profile=cloud-optimized"
GEOJSON = "application/geo+json"


class GeoJsonResponse(JSONResponse):
    """JSON that says that it is GeoJSON."""

    media_type = GEOJSON


def collection_address(base_url: str) -> str:
    """Where the Collection of all maps is, on the server at `base_url` (ending in a slash)."""
    return f"{base_url}collections/maps"


def absolute_item(item: Mapping[str, Any], base_url: str, *, address: str | None = None) -> dict[str, Any]:
    """A map's Item as the server at `base_url` (ending in a slash) offers it: links, files, downloads and tiles.

    Args:
        item: as it is stored.
        base_url: of the server.
        address: where the client finds this very document; None: at the map itself.
    """
    absolute = copy.deepcopy(dict(item))
    here = f"{base_url}maps/{absolute['id']}"
    collection = collection_address(base_url)
    for asset in absolute["assets"].values():
        if "://" not in asset["href"]:
            asset["href"] = f"{here}/{asset['href'].removeprefix('./')}"
    absolute["assets"] |= _downloads(here)
    absolute["collection"] = "maps"
    absolute["links"] = [
        {"rel": "self", "href": address or here, "type": GEOJSON},
        {"rel": "root", "href": base_url, "type": "application/json"},
        {"rel": "parent", "href": collection, "type": "application/json"},
        {"rel": "collection", "href": collection, "type": "application/json"},
        {
            "rel": "tilejson",
            "href": f"{base_url}tiles/{absolute['id']}/tilejson.json",
            "type": "application/json",
            "title": "The map as tiles",
        },
        *_model_link(absolute, base_url),
        *(
            link
            for link in absolute.get("links", [])
            if link["rel"] not in {"self", "root", "collection", "parent"}
        ),
    ]
    return absolute


def media_type(file: str) -> str:
    """The media type of one of a map's files."""
    return {
        LANDCOVER: GEOTIFF,
        CONFIDENCE: GEOTIFF,
        OBSERVATIONS: GEOTIFF,
        CATEGORIES: "application/xml",
    }[file]


def _downloads(here: str) -> dict[str, Any]:
    """What `app.routes.results` makes of the files."""
    made = (
        ("archive", "landcover.zip", "application/zip", "data", "Everything, as a ZIP file"),
        ("style", "landcover.qml", "application/x-qgis-layer-settings", "metadata", "Style for QGIS"),
        ("legend", "legend.csv", "text/csv", "metadata", "Legend with pixels and hectares"),
        ("polygons", "landcover.gpkg", "application/geopackage+sqlite3", "data", "Polygons of the classes"),
        ("areas", "areas", "application/json", "metadata", "Area of each class"),
        ("report", "report.html", "text/html", "metadata", "Report, one page to print"),
    )
    return {
        key: {"href": f"{here}/{file}", "title": title, "type": kind, "roles": [role]}
        for key, file, kind, role, title in made
    }


def _model_link(item: Mapping[str, Any], base_url: str) -> list[dict[str, Any]]:
    """As the Machine Learning Model extension wants a product to lead back to its model."""
    model = item["properties"].get("landshot:model")
    if not model:
        return []
    return [
        {
            "rel": "derived_from",
            "href": f"{base_url}models/{model['sha256']}",
            "type": GEOJSON,
            "title": f"The model {model['model']}",
            "mlm:name": model["model"],
            "processing:level": "L4",
        }
    ]

"""Stored STAC Items have relative links, so that a map can be moved; a server hands out absolute ones."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from app.store import CATEGORIES, CONFIDENCE, LANDCOVER, OBSERVATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

GEOTIFF = "image/tiff; application=geotiff; profile=cloud-optimized"


def absolute_item(item: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """A map's Item as the server at `base_url` (ending in a slash) offers it: links, files and tiles."""
    absolute = copy.deepcopy(dict(item))
    here = f"{base_url}maps/{absolute['id']}"
    for asset in absolute["assets"].values():
        if "://" not in asset["href"]:
            asset["href"] = f"{here}/{asset['href'].removeprefix('./')}"
    absolute["links"] = [
        {"rel": "self", "href": here, "type": "application/geo+json"},
        {"rel": "root", "href": base_url, "type": "application/json"},
        {"rel": "collection", "href": f"{base_url}maps", "type": "application/geo+json"},
        {
            "rel": "tilejson",
            "href": f"{base_url}tiles/{absolute['id']}/tilejson.json",
            "type": "application/json",
            "title": "The map as tiles",
        },
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

"""A page of the maps that a search finds, as OGC API - Features wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.links import GEOJSON, absolute_item, collection_address
from app.results.access import readable_item, readable_maps
from app.results.boxes import search_boxes
from app.results.digest import digest_of
from app.results.periods import period_asked
from app.results.search import Wanted
from app.service import serving
from app.store import ITEM
from geodata.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from app.results.digest import Digest
    from app.results.search import SearchRequest

MOST_IN_A_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Search:
    """What a client looks for, as it wrote it."""

    limit: int
    offset: int
    bbox: str | None
    datetime: str | None

    def query(self, offset: int) -> str:
        """The part of an address behind the question mark, for the page that begins there."""
        asked = {"limit": self.limit, "offset": offset, "bbox": self.bbox, "datetime": self.datetime}
        return urlencode({name: value for name, value in asked.items() if value is not None}, safe=",:/")


def digests(request: Request) -> Iterator[tuple[str, Digest]]:
    """Name and digest of each map that the client may see, the newest first."""
    store = serving(request).store
    for map_id in readable_maps(request):
        try:
            yield map_id, digest_of(store.path(map_id, ITEM))
        except (FileNotFoundError, NotFoundError):
            continue  # it has expired since the list was made


def item_page(request: Request, search: Search) -> dict[str, Any]:
    """A STAC ItemCollection.

    Raises:
        InvalidRequestError: `bbox` or `datetime` cannot be read.
    """
    base = str(request.base_url)
    wanted = Wanted(
        boxes=search_boxes(search.bbox) if search.bbox is not None else None,
        period=period_asked(search.datetime) if search.datetime is not None else None,
    )
    # A larger limit than the largest is no error (OGC 17-069, requirement 21).
    end = search.offset + min(search.limit, MOST_IN_A_PAGE)
    page = _page(request, wanted, search.offset, end)
    here = collection_address(base)
    links = [
        _link("self", f"{here}/items?{search.query(search.offset)}", GEOJSON),
        _link("root", base, "application/json"),
        _link("collection", here, "application/json"),
    ]
    if end < page["numberMatched"]:
        links.append(_link("next", f"{here}/items?{search.query(end)}", GEOJSON))
    if search.offset:
        before = max(0, search.offset - min(search.limit, MOST_IN_A_PAGE))
        links.append(_link("prev", f"{here}/items?{search.query(before)}", GEOJSON))
    return page | {"links": links}


def search_page(request: Request, asked: SearchRequest) -> dict[str, Any]:
    """The same of a search over everything, which is asked for by address or by body.

    Raises:
        InvalidRequestError: what is asked for cannot be read.
    """
    base = str(request.base_url)
    end = asked.offset + min(asked.limit, MOST_IN_A_PAGE)
    page = _page(request, Wanted.of(asked), asked.offset, end)
    links: list[dict[str, Any]] = [
        _link("self", str(request.url), GEOJSON),
        _link("root", base, "application/json"),
    ]
    if end < page["numberMatched"]:
        if request.method == "POST":
            following = _link("next", f"{base}search", GEOJSON)
            links.append({**following, "method": "POST", "body": asked.to_body(end)})
        else:
            links.append(_link("next", str(request.url.include_query_params(offset=end)), GEOJSON))
    return page | {"links": links}


def collected_item(request: Request, map_id: str) -> dict[str, Any]:
    """A map's Item as a member of the collection.

    Raises:
        NotFoundError: there is no such map.
    """
    base = str(request.base_url)
    return absolute_item(
        readable_item(request, map_id), base, address=f"{collection_address(base)}/items/{map_id}"
    )


def _page(request: Request, wanted: Wanted, begin: int, end: int) -> dict[str, Any]:
    """An ItemCollection without links."""
    found = [map_id for map_id, digest in digests(request) if wanted.has(map_id, digest)]
    features = list(_items(request, found[begin:end], str(request.base_url)))
    return {
        "type": "FeatureCollection",
        "features": features,
        "numberMatched": len(found),
        "numberReturned": len(features),
    }


def _items(request: Request, map_ids: list[str], base: str) -> Iterator[dict[str, Any]]:
    store = serving(request).store
    for map_id in map_ids:
        try:
            yield absolute_item(
                store.item(map_id), base, address=f"{collection_address(base)}/items/{map_id}"
            )
        except (FileNotFoundError, NotFoundError):
            continue


def _link(rel: str, href: str, media_type: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type}

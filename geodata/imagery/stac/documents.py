"""The Items of a catalogue, as it gives them: from an API's search, or by walking through static files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pystac
from pystac.utils import make_absolute_href
from pystac_client import Client, ConformanceClasses
from shapely import box as shapely_box
from shapely import union_all

from geodata.errors import CatalogueError, RegionError
from geodata.imagery.stac.outlines import outline_of_box
from geodata.imagery.stac.remote import refusals, stac_io

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pystac_client.stac_api_io import StacApiIO
    from shapely.geometry.base import BaseGeometry

    from geodata.grid import BoundingBox
    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.period import Period


class Document(NamedTuple):
    """An Item as JSON."""

    item: Mapping[str, Any]
    href: str | None
    """Where it is published."""


def documents(
    catalogue: Catalogue, bbox: BoundingBox, period: Period, *, cloudy: bool = False
) -> Iterator[Document]:
    """Every Item that may touch a box in a period, in no order; more than that may come.

    Args:
        catalogue: where to look.
        bbox: a static catalogue uses it to pass over collections elsewhere.
        period: likewise.
        cloudy: do not ask an API to leave out what is too cloudy.

    Raises:
        CatalogueError: it cannot be reached, or does not answer as it should.
        RegionError: there are more Items than the catalogue's `max_scenes`.
    """
    with refusals(catalogue), stac_io(catalogue) as io:
        if catalogue.kind == "api":
            yield from _searched(io, catalogue, bbox, period, cloudy=cloudy)
        else:
            yield from _walked(io, catalogue, bbox, period)


_PAGE = 100  # Items of 30 kB; larger answers exceed what some servers can send


def _searched(
    io: StacApiIO, catalogue: Catalogue, bbox: BoundingBox, period: Period, *, cloudy: bool
) -> Iterator[Document]:
    # Not `Client.open`, which warns where a landing page does not say what it conforms to.
    client = Client.from_file(catalogue.url, stac_io=io, timeout=catalogue.timeout_s)
    if not client.has_conforms_to():
        client.add_conforms_to("ITEM_SEARCH")
    links = client.get_links("search")
    if not links:
        raise CatalogueError(
            f"the catalogue {catalogue.name} offers no search; "
            'if it is made of files, its kind is "static" in the server\'s settings'
        )
    methods = {str(link.extra_fields.get("method") or "GET").upper() for link in links}
    query = None
    if not cloudy and catalogue.max_cloud_cover < 100 and client.conforms_to(ConformanceClasses.QUERY):
        query = {"eo:cloud_cover": {"lte": catalogue.max_cloud_cover}}
    for part in bbox.parts:  # not every server knows boxes over the antimeridian
        search = client.search(
            method="POST" if "POST" in methods else "GET",
            collections=list(catalogue.collections),
            bbox=(part.west, part.south, part.east, part.north),
            datetime=(period.earliest, period.latest),
            query=query,
            limit=_PAGE,
            max_items=catalogue.max_scenes + 1,
        )
        for count, item in enumerate(search.items_as_dicts(), start=1):
            if count > catalogue.max_scenes:
                raise RegionError(
                    f"box and period hold more than {catalogue.max_scenes} scenes of {catalogue.name}; "
                    "choose a shorter period or a smaller box"
                )
            yield Document(item, _published(item, catalogue.url))


def _published(item: Mapping[str, Any], base: str) -> str | None:
    links = item.get("links") or ()
    href = next((link.get("href") for link in links if link.get("rel") == "self"), None)
    return make_absolute_href(href, base) if href else None


_READERS = 8  # Items of a static catalogue are files of their own


def _walked(io: StacApiIO, catalogue: Catalogue, bbox: BoundingBox, period: Period) -> Iterator[Document]:
    root = catalogue.url if "://" in catalogue.url else str(Path(catalogue.url).resolve())
    waiting, seen = [root], {root}
    while waiting:
        href = waiting.pop()
        document = io.read_json(href)
        kind = document.get("type")
        if kind == "Feature":
            yield Document(document, href)
        elif kind == "FeatureCollection":
            yield from (Document(item, _published(item, href) or href) for item in document["features"])
        elif kind in ("Catalog", "Collection"):
            node = (pystac.Catalog if kind == "Catalog" else pystac.Collection).from_dict(document, href=href)
            children, items = _links(node, "child"), _links(node, "item")
            fresh = [child for child in children if child not in seen]
            seen.update(fresh)
            waiting.extend(reversed(fresh))
            if items and _worth_reading(node, catalogue, bbox, period):
                yield from _read_all(io, [item for item in items if item not in seen], catalogue)
                seen.update(items)
        else:
            raise ValueError(f"the JSON document {href.rpartition('/')[2]} is of type {kind!r}")


def _links(node: pystac.Catalog, rel: str) -> list[str]:
    links = (link.get_absolute_href() for link in node.get_links(rel))
    return [href for href in links if href]


def _read_all(io: StacApiIO, hrefs: list[str], catalogue: Catalogue) -> Iterator[Document]:
    if len(hrefs) > _MOST_FILES:
        raise CatalogueError(
            f"the static catalogue {catalogue.name} has {len(hrefs)} Items in one collection, too many to "
            "read for every map; serve it by a STAC API"
        )
    with ThreadPoolExecutor(_READERS) as pool:
        yield from map(Document, pool.map(io.read_json, hrefs), hrefs)


_MOST_FILES = 20_000


def _worth_reading(node: pystac.Catalog, catalogue: Catalogue, bbox: BoundingBox, period: Period) -> bool:
    """Whether Items of a catalogue or collection can be what is looked for, by what it says of itself."""
    if not isinstance(node, pystac.Collection):
        return True
    if catalogue.collections and node.id not in catalogue.collections:
        return False
    begin, end = node.extent.temporal.intervals[0]
    if (begin and begin > period.latest) or (end and end < period.earliest):
        return False
    box = outline_of_box(bbox)
    return any(_outline_of_extent(extent).intersects(box) for extent in node.extent.spatial.bboxes)


def _outline_of_extent(extent: Sequence[float]) -> BaseGeometry:
    """Unlike that of a scene, a collection's may be as wide as the world; west > east over the antimeridian."""
    (west, south), (east, north) = extent[:2], extent[len(extent) // 2 :][:2]
    sides = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return union_all([shapely_box(left, south, right, north) for left, right in sides])

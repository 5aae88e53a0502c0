"""Downloads below /maps/{map_id}: what is made of a finished map when somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.errors import BusyError, InvalidRequestError, RegionTooLargeError
from app.links import GEOTIFF
from app.results import excerpt, polygons
from app.results.access import readable_map
from app.results.archive import Archive
from app.results.areas import area_table
from app.results.boxes import BBOX, BBOX_PATTERN, map_window
from app.results.caching import cache_control, download_headers, etag_of, not_modified
from app.results.classes import mapped_classes
from app.results.legend_csv import legend_csv
from app.results.qgis_style import QML_MEDIA_TYPE, qgis_style
from app.results.stored_file import stored_file
from app.results.temporary import made_once, pieces, size_of
from app.routes.maps import NO_MAP, RANGES, MapId
from app.routes.refusals import refusals
from app.service import serving
from app.store import CATEGORIES, CONFIDENCE, ITEM, LANDCOVER, OBSERVATIONS
from geodata.errors import OutputError, RegionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geodata.grid import Window

router = APIRouter(prefix="/maps/{map_id}", tags=["results"])

GEOPACKAGE = "application/geopackage+sqlite3"
CSV = "text/csv; charset=utf-8; header=present"

Box = Annotated[
    str | None,
    Query(
        max_length=200,
        description=f"{BBOX} Left out: all of the map.",
        json_schema_extra={"pattern": BBOX_PATTERN},
    ),
]

_PARTS = refusals(InvalidRequestError, RegionError, RegionTooLargeError, BusyError, OutputError)


def _responses(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"content": {media_type.partition(";")[0]: {}}, "description": description},
        304: {"description": "Not modified."},
        **NO_MAP,
    }


@router.head("/landcover.zip", include_in_schema=False)
@router.get(
    "/landcover.zip",
    summary="A map with all that belongs to it",
    response_class=Response,
    responses=_responses("application/zip", "Map, confidence, names, style, legend, Item."),
)
def get_archive(request: Request, map_id: MapId) -> Response:
    """Streamed; the same map gives the same bytes."""
    landcover = readable_map(request, map_id)
    etag = etag_of(_files(landcover), "zip")
    if unchanged := not_modified(request, etag):
        return unchanged
    archive = Archive.of(landcover)
    headers = download_headers(request, etag, f"{map_id}_landcover.zip")
    if (size := archive.size) is not None:
        headers["Content-Length"] = str(size)
    if request.method == "HEAD":
        return Response(headers=headers, media_type="application/zip")
    return StreamingResponse(archive.pieces(), headers=headers, media_type="application/zip")


@router.head("/landcover.qml", include_in_schema=False)
@router.get(
    "/landcover.qml",
    summary="A map's style for QGIS",
    response_class=Response,
    responses=_responses(QML_MEDIA_TYPE, "Values, colours and titles of the classes."),
)
def get_style(request: Request, map_id: MapId) -> Response:
    """Beside the map, under the same name, QGIS finds it by itself."""
    return _small(request, map_id, "landcover.qml", QML_MEDIA_TYPE, lambda m: qgis_style(mapped_classes(m)))


@router.head("/legend.csv", include_in_schema=False)
@router.get(
    "/legend.csv",
    summary="A map's legend as a table",
    response_class=Response,
    responses=_responses(CSV, "Value, name, title, color, pixels, area_ha."),
)
def get_legend(request: Request, map_id: MapId) -> Response:
    """A name that a spreadsheet would take for a formula has an apostrophe in front."""
    return _small(request, map_id, "legend.csv", CSV, lambda m: legend_csv(mapped_classes(m)))


@router.head("/areas", include_in_schema=False)
@router.get(
    "/areas",
    summary="How much ground each class covers",
    response_class=JSONResponse,
    responses={304: {"description": "Not modified."}, **NO_MAP},
)
def get_areas(request: Request, map_id: MapId) -> Response:
    """Square metres on the ellipsoid; shares are of the whole region, and with that of nodata they sum to 1."""
    landcover = readable_map(request, map_id)
    etag = etag_of(_files(landcover), "areas")
    if unchanged := not_modified(request, etag):
        return unchanged
    headers = {"ETag": etag, "Cache-Control": cache_control(request)}
    return JSONResponse(area_table(map_id, mapped_classes(landcover)), headers=headers)


@router.head("/landcover.tif", include_in_schema=False)
@router.head("/landcover.tif", include_in_schema=False)
@router.get(
    "/landcover.tif",
    summary="A map, or a part of it",
    response_class=Response,
    responses=_responses(GEOTIFF, "Class values with their colours, as a COG.") | RANGES | _PARTS,
)
async def get_landcover(request: Request, map_id: MapId, bbox: Box = None) -> Response:
    """Without `bbox`, the whole file, of which ranges can be asked for; with it, the same pixels within the box."""
    if bbox is None:
        return await run_in_threadpool(stored_file, request, map_id, LANDCOVER)

    def write(landcover: Path) -> tuple[Window, Callable[[Path], None]]:
        mapped = mapped_classes(landcover)
        window = map_window(bbox, mapped.geobox, most=excerpt.MOST_PIXELS, instead=excerpt.INSTEAD)
        return window, lambda target: excerpt.write_excerpt(landcover, mapped, window, target)

    return await _made(request, map_id, "landcover_part.tif", GEOTIFF, write)


@router.head("/landcover.gpkg", include_in_schema=False)
@router.get(
    "/landcover.gpkg",
    summary="A map, or a part of it, as polygons",
    response_class=Response,
    responses=_responses(GEOPACKAGE, "A layer `landcover`: value, name, title, area_m2.") | _PARTS,
)
async def get_polygons(
    request: Request,
    map_id: MapId,
    bbox: Box = None,
    min_pixels: Annotated[
        int,
        Query(
            ge=1,
            le=polygons.LARGEST_SIEVE,
            description="Patches of fewer pixels go to their largest neighbour; 1 keeps all.",
        ),
    ] = 1,
) -> Response:
    """Pixel edges become the polygons' edges, in the map's coordinate system."""

    def write(landcover: Path) -> tuple[Window, Callable[[Path], None]]:
        mapped = mapped_classes(landcover)
        window = map_window(bbox, mapped.geobox, most=polygons.MOST_PIXELS, instead=polygons.INSTEAD)
        return window, lambda target: polygons.write_polygons(landcover, mapped, window, min_pixels, target)

    return await _made(request, map_id, "landcover.gpkg", GEOPACKAGE, write, min_pixels)


def _files(landcover: Path) -> tuple[Path, ...]:
    return (
        landcover,
        *(landcover.with_name(name) for name in (CATEGORIES, CONFIDENCE, OBSERVATIONS, ITEM)),
    )


def _small(
    request: Request, map_id: str, name: str, media_type: str, make: Callable[[Path], bytes]
) -> Response:
    """A file that is made in memory."""
    landcover = readable_map(request, map_id)
    etag = etag_of(_files(landcover), name)
    if unchanged := not_modified(request, etag):
        return unchanged
    headers = download_headers(request, etag, f"{map_id}_{name}")
    return Response(make(landcover), headers=headers, media_type=media_type)


async def _made(
    request: Request,
    map_id: str,
    name: str,
    media_type: str,
    prepare: Callable[[Path], tuple[Window, Callable[[Path], None]]],
    *asked: object,
) -> Response:
    """A file that is made on disk, sent and forgotten.

    Args:
        request: the client's.
        map_id: the map.
        name: of the file, for the client.
        media_type: of the file.
        prepare: checks what is asked for; gives the window, and what writes the file.
        asked: what else the file depends on.
    """
    landcover = await run_in_threadpool(readable_map, request, map_id)
    window, write = await run_in_threadpool(prepare, landcover)
    # GeoPackages have the time of their making in them: the same content, not the same bytes.
    etag = f"W/{etag_of(_files(landcover), name, window, *asked)}"
    if unchanged := not_modified(request, etag):
        return unchanged
    headers = download_headers(request, etag, f"{map_id}_{name}")
    if request.method == "HEAD":
        response = Response(headers=headers, media_type=media_type)
        del response.headers["content-length"]  # known only when it is made
        return response
    slots, folder = request.app.state.slots, serving(request).store.folder
    file = await slots.run(lambda: made_once(folder, name, write))
    headers["Content-Length"] = str(size_of(file))
    return StreamingResponse(pieces(file), headers=headers, media_type=media_type)

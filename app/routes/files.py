"""What people bring and take away as files: labels, legends. Reading one stores nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from app.errors import BusyError, InvalidRequestError
from app.files.headers import labels_headers
from app.files.label_package import write_label_package
from app.files.label_reading import UNNAMED, label_format, labels_read
from app.files.label_tables import labels_csv
from app.files.legends import known_legends
from app.input_schemas import LEGEND_SCHEMA
from app.keys.owner import owner_of
from app.results.temporary import made_once, pieces, size_of
from app.routes.adaptations import LOOKING, AdaptationId, VersionQuery
from app.routes.refusals import refusals
from app.routes.results import CSV, GEOPACKAGE
from app.service import serving
from geodata.errors import LabelsError, LegendError, OutputError
from geodata.legend_files import read_legend

if TYPE_CHECKING:
    from app.adaptations.version import Version

FileName = Annotated[
    str | None,
    Query(max_length=255, description="The file's name: its suffix tells what it is, and errors name it."),
]

READ_LABELS = """
Reads labels from a file as it lies on a disk: GeoJSON (`.geojson`, `.json`), a table (`.csv`: lon, lat, class, perhaps
wkt), a GeoPackage (`.gpkg`: one layer in any coordinate system with a column class). What the file is, `name` tells by
its suffix, else `Content-Type`.

`labels` are those that can be used, as GeoJSON in longitude and latitude; `faults` says of each other why not, as far
as there are a hundred; `unusable` counts them all; `classes` are the names in the order of the file. Nothing is stored.
A file with no usable label is refused.

    curl -X POST "http://127.0.0.1:8000/labels/read?name=labels.csv" --data-binary @labels.csv
"""

READ_LEGEND = """
Reads the classes of a file: `legend.csv` or `landcover.qml` of a map (a paletted style of QGIS), JSON as the member
`legend` of `POST /adapt`, or lines `value R G B A title` as GDAL reads them and QGIS exports them. Nothing is stored.

    curl -X POST "http://127.0.0.1:8000/legends/read?name=landcover.qml" --data-binary @landcover.qml
"""

_LABELS_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/geo+json": {
            "schema": {
                "type": "object",
                "description": "A FeatureCollection of Points and Polygons, each with a property `class`.",
                "required": ["type", "features"],
                "properties": {
                    "type": {"const": "FeatureCollection"},
                    "features": {"type": "array", "minItems": 1},
                },
            },
            "example": {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"class": "water"},
                        "geometry": {"type": "Point", "coordinates": [-8.96, 49.99]},
                    }
                ],
            },
        },
        "text/csv": {
            "schema": {"type": "string"},
            "example": "lon,lat,class\n-8.96,49.99,water\n-8.97,49.98,cropland\n",
        },
        GEOPACKAGE: {"schema": {"type": "string", "format": "binary"}},
    },
}

_LEGEND_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": LEGEND_SCHEMA,
            "example": [{"value": 1, "name": "water"}, {"value": 2, "name": "forest", "color": "#006400"}],
        },
        "text/plain": {
            "schema": {"type": "string"},
            "example": "10 0 100 0 255 Tree cover\n80 0 100 200 255 Water\n",
        },
    },
}

router = APIRouter(tags=["files"])


@router.post(
    "/labels/read",
    summary="Read a file of labels",
    description=READ_LABELS,
    response_class=Response,
    responses={
        200: {
            "content": {"application/json": {}},
            "description": "`labels`, a GeoJSON FeatureCollection; `faults`, `unusable`, `classes`.",
        },
        **refusals(LabelsError, InvalidRequestError, OutputError),
    },
    openapi_extra={"requestBody": _LABELS_BODY},
)
async def read_labels(request: Request, name: FileName = None) -> Response:
    """The bytes are parsed in a thread."""
    kind = label_format(name, request.headers.get("content-type", ""))
    content, folder = await request.body(), serving(request).store.folder
    document = await run_in_threadpool(labels_read, content, kind, name, folder)
    return Response(document, media_type="application/json")


@router.get("/legends", summary="Legends to begin with, and colours for new classes")
async def get_legends() -> dict[str, Any]:
    """`palette` has colours that colour-blind readers can tell apart, the most distinct first."""
    return known_legends()


@router.post(
    "/legends/read",
    summary="Read a file with a legend",
    description=READ_LEGEND,
    responses=refusals(LegendError, InvalidRequestError),
    openapi_extra={"requestBody": _LEGEND_BODY},
)
async def read_legend_file(request: Request, name: FileName = None) -> dict[str, Any]:
    """What the file is, its first characters tell."""
    content = await request.body()
    legend = await run_in_threadpool(read_legend, content, name or UNNAMED)
    return {"classes": legend.to_json()}


@router.get(
    "/adaptations/{adaptation_id}/labels.csv",
    summary="The labels of a version as a table",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "label, lon, lat, class, wkt."}, **LOOKING},
)
def get_labels_table(request: Request, adaptation_id: AdaptationId, version: VersionQuery = None) -> Response:
    """`wkt` has the outline of what is no point.

    A class that a spreadsheet would take for a formula has an apostrophe in front, which `POST /labels/read` and
    `landshot adapt --labels` take away again.
    """
    found, features = _labels(request, adaptation_id, version)
    return Response(labels_csv(features), headers=labels_headers(found, "csv"), media_type=CSV)


@router.get(
    "/adaptations/{adaptation_id}/labels.gpkg",
    summary="The labels of a version as a GeoPackage",
    response_class=Response,
    responses={
        200: {"content": {GEOPACKAGE: {}}, "description": "A layer `labels`: label, class."},
        **LOOKING,
        **refusals(BusyError, OutputError),
    },
)
async def get_labels_package(
    request: Request, adaptation_id: AdaptationId, version: VersionQuery = None
) -> Response:
    """In longitude and latitude; a layer of points where all labels are points."""
    found, features = await run_in_threadpool(_labels, request, adaptation_id, version)
    folder = serving(request).store.folder
    file = await request.app.state.slots.run(
        lambda: made_once(folder, "labels.gpkg", lambda target: write_label_package(features, target))
    )
    headers = labels_headers(found, "gpkg") | {"Content-Length": str(size_of(file))}
    return StreamingResponse(pieces(file), headers=headers, media_type=GEOPACKAGE)


def _labels(request: Request, adaptation_id: str, number: int | None) -> tuple[Version, Any]:
    """A version, and its labels as GeoJSON features.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    store = serving(request).adaptations.store
    head = store.get(adaptation_id, owner_of(request)).head
    version = store.version(adaptation_id, number or head)
    return version, store.body(version).labels.features

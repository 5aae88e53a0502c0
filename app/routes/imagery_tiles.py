"""GET /imagery/{name}/tiles/...: imagery as web map tiles, before there is any label."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.responses import Response

from app.errors import BusyError, InvalidRequestError, RegionTooLargeError, TileTimeoutError
from app.live.grid import Tile
from app.live.imagery_addresses import ImageryTileSet
from app.live.layers import ImageryLayer, Layer, TileFormat
from app.live.picked import PickedImagery
from app.live.routing import live_of
from app.live.tilejson import tilejson
from app.map_request import ImageryRequest
from app.negotiation import matches_etag
from app.preferences import applied, prefers_lenient
from app.requests import Day, Steps
from app.results.boxes import BBOX, BBOX_PATTERN, bounding_box
from app.results.caching import cache_control
from app.routes.refusals import refusals
from app.routes.tiles import Column, FormatOf, Row, Size, TileSize, Zoom, answers, content_of, refuse_beyond
from app.settings import NAME_PATTERN
from geodata import errors as ground

FOR_FIVE_MINUTES = "max-age=300"
"""What is at an address changes when the imagery does: a file is replaced, a catalogue has new scenes."""

REFUSED = refusals(
    ground.NotFoundError,
    InvalidRequestError,
    ground.RegionError,
    ground.OutsideImageryError,
    RegionTooLargeError,
    ground.PeriodError,
    ground.NoScenesError,
    ground.NoClearImageryError,
    ground.CatalogueError,
    ground.ImageryFailedError,
    TileTimeoutError,
    BusyError,
    ground.OutputError,
)

NOTHING_THERE = (
    ground.RegionError,
    ground.OutsideImageryError,
    RegionTooLargeError,
    ground.PeriodError,
    ground.NoScenesError,
    ground.NoClearImageryError,
)
"""There is no picture of such a region or period; `POST /adapt/plan` says why."""

NO_CONTENT = {"description": "There is nothing to show there (`Prefer: handling=lenient`)."}

PreferNothing = Annotated[
    str | None,
    Header(
        alias="prefer",
        description="`handling=lenient` answers 204 where the region or the period has no picture (RFC 7240).",
    ),
]

Name = Annotated[
    str, Path(description="Of `GET /imagery`.", json_schema_extra={"pattern": NAME_PATTERN, "maxLength": 64})
]
Shown = Annotated[ImageryLayer, Query(description="`GET /imagery` lists those that there are.")]


Box = Annotated[
    str | None,
    Query(
        max_length=200,
        description=f"{BBOX} Catalogues need it. Left out: all of the image. Brightness is that of the region, so "
        "that all its tiles match.",
        json_schema_extra={"pattern": BBOX_PATTERN},
    ),
]
First = Annotated[Day | None, Query(description="First day; catalogues need it, images have none.")]
Last = Annotated[Day | None, Query(description="Last day, inclusive; see `start`.")]
Cut = Annotated[Steps | None, Query(description="How the period is cut into dates; for catalogues only.")]


async def _asked(
    bbox: Box = None, start: First = None, end: Last = None, steps: Cut = None
) -> ImageryRequest:
    """Part and period of the imagery, as in the body of `POST /adapt`."""
    box = None if bbox is None else bounding_box(bbox)
    return ImageryRequest(bbox=box, start=start, end=end, steps=steps)


Asked = Annotated[ImageryRequest, Depends(_asked)]

router = APIRouter(prefix="/imagery/{name}", tags=["imagery"])


def _add_tiles(format_: TileFormat) -> None:
    """GET /tiles/{z}/{x}/{y}.png, say."""

    @router.get(
        f"/tiles/{{z}}/{{x}}/{{y}}.{format_.value}",
        name=f"imagery_tile_{format_.value}",
        summary=f"A tile of imagery: {content_of(format_)}",
        response_class=Response,
        responses={**answers(format_), 204: NO_CONTENT, **REFUSED},
    )
    async def get_imagery_tile(
        request: Request,
        *,
        name: Name,
        z: Zoom,
        x: Column,
        y: Row,
        asked: Asked,
        layer: Shown = "true-color",
        tilesize: Size = TileSize.SMALL,
        if_none_match: Annotated[str, Header()] = "",
        prefer: PreferNothing = None,  # noqa: ARG001 - read by `prefers_lenient`
    ) -> Response:
        """Where the clearest date has a gap, the next ones fill it. The first tile of a catalogue may take long.

        Nothing has to be made beforehand: the address says it all. An adaptation to the same region has the same
        pictures.
        """
        tile = Tile(z, x, y, int(tilesize))
        refuse_beyond(tile)
        live = live_of(request)
        until = live.deadline()
        try:
            look = await live.look(name, asked, until)
        except NOTHING_THERE:
            if prefers_lenient(request.headers.getlist("prefer")):
                return Response(status_code=204, headers=applied(lenient=True))
            raise
        shown = Layer(layer)
        look.refuse_absent(shown)
        picked = PickedImagery(look, shown, tile, format_)
        visibility = cache_control(request).partition(",")[0]
        headers = {"ETag": picked.etag, "Cache-Control": f"{visibility}, {FOR_FIVE_MINUTES}"}
        if if_none_match and matches_etag(if_none_match, picked.etag):
            return Response(status_code=304, headers=headers)
        content = await live.get(picked, until)
        return Response(content, media_type=format_.media_type, headers=headers)


for _format in TileFormat:
    _add_tiles(_format)


@router.get(
    "/tilejson.json",
    name="imagery_tilejson",
    summary="Where the tiles of imagery are (TileJSON 3.0.0)",
    responses=REFUSED,
)
async def get_imagery_tilejson(
    request: Request,
    *,
    name: Name,
    asked: Asked,
    layer: Shown = "true-color",
    format_: FormatOf = TileFormat.PNG,
    tilesize: Size = TileSize.SMALL,
) -> dict[str, Any]:
    """Bounds, zoom levels and the address of the tiles; of an index, what its colours mean."""
    live = live_of(request)
    look = await live.look(name, asked, live.deadline())
    shown = Layer(layer)
    look.refuse_absent(shown)
    return tilejson(ImageryTileSet(look, str(request.base_url)), shown, format_, int(tilesize))

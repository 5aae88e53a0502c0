"""POST /maps/{map_id}/sign: addresses of a map that open without a key, for a while."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from app.keys.owner import owner_of
from app.keys.signing import Signature, Signer, with_query
from app.results.access import readable_map
from app.routes.maps import NO_MAP, MapId
from app.routes.refusals import refusals
from geodata.errors import OutputError

DAY_S = 86_400

DESCRIPTION = """
For map clients that cannot send headers: QGIS, MapLibre, GDAL. Each address carries a signature that opens the tiles
and files of this one thing for reading until it expires, or until the key that asked for it is revoked. The same
parameters open the thing's other files too.

    curl -X POST 'http://127.0.0.1:8000/maps/MAP_ID/sign?expires_in=3600' -H "Authorization: Bearer $LANDSHOT_KEY"
"""

ExpiresIn = Annotated[
    int, Query(ge=1, le=366 * DAY_S, description="Seconds for which the addresses are good; a year at most.")
]


class SignedAddresses(BaseModel):
    """Addresses that need no key."""

    tiles: str = Field(description="XYZ tiles, with {z}, {x} and {y}.")
    tilejson: str = Field(description="TileJSON 3.0; its tiles are signed too.")
    wmts: str = Field(description="WMTS capabilities; their tiles are signed too.")
    landcover: str = Field(description="The map as a cloud-optimized GeoTIFF.")
    expires: datetime = Field(description="When they stop being good (UTC).")


router = APIRouter(tags=["maps"])


@router.post(
    "/maps/{map_id}/sign",
    summary="Addresses of a map that need no key",
    description=DESCRIPTION,
    responses={**NO_MAP, **refusals(OutputError)},
)
def sign_map(request: Request, map_id: MapId, expires_in: ExpiresIn = DAY_S) -> SignedAddresses:
    """Of a map that the client may read."""
    readable_map(request, map_id)
    return signed_addresses(request, map_id, expires_in)


def signed_addresses(request: Request, resource: str, expires_in_s: int) -> SignedAddresses:
    """Addresses of a map or an adaptation that its owner may read.

    Args:
        request: the owner's.
        resource: id of the map or adaptation; the caller has checked whose it is.
        expires_in_s: how long they are good.
    """
    signer: Signer = request.app.state.signer
    expires = int(time.time()) + expires_in_s
    query = signer.query(Signature(resource, owner_of(request), expires))
    tiles, base = f"{request.base_url}tiles/{resource}", str(request.base_url)
    return SignedAddresses(
        tiles=with_query(f"{tiles}/{{z}}/{{x}}/{{y}}.png", query),
        tilejson=with_query(f"{tiles}/tilejson.json", query),
        wmts=with_query(f"{tiles}/WMTSCapabilities.xml", query),
        landcover=with_query(f"{base}maps/{resource}/landcover.tif", query),
        expires=datetime.fromtimestamp(expires, UTC),
    )

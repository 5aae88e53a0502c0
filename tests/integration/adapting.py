"""Adaptations of the small scene over HTTP, and what tests look at in them."""

from __future__ import annotations

import io

import morecantile
import numpy as np
from PIL import Image

TMS = morecantile.tms.get("WebMercatorQuad")


def adaptation(client, scene, **more):
    """A new one, as POST /adaptations answers."""
    response = client.post("/adaptations", json={"imagery": "blocks", "labels": scene.labels, **more})
    assert response.status_code == 201, response.text
    return response.json()


def correct(client, adaptation_id, *operations, **more):
    """The new version, as POST /adaptations/{id}/labels answers."""
    response = client.post(f"/adaptations/{adaptation_id}/labels", json={"operations": operations, **more})
    assert response.status_code == 200, response.text
    return response.json()


def tile_over(tilejson, zoom):
    """The tile with the middle of what a TileJSON document describes."""
    west, south, east, north = tilejson["bounds"]
    return TMS.tile((west + east) / 2, (south + north) / 2, zoom)


def address(tilejson, zoom, extension="png"):
    """The path and parameters of that tile."""
    tile = tile_over(tilejson, zoom)
    template = tilejson["tiles"][0].replace(".png", f".{extension}")
    return template.format(z=zoom, x=tile.x, y=tile.y)


def pixels(response):
    """(H, W, 4) of a picture."""
    assert response.status_code == 200, response.text
    return np.asarray(Image.open(io.BytesIO(response.content)).convert("RGBA"))


def shown(response):
    """The opaque colours of a picture, as #RRGGBB."""
    opaque = pixels(response).reshape(-1, 4)
    opaque = opaque[opaque[:, 3] > 0]
    return {f"#{bytes(colour).hex().upper()}" for colour in np.unique(opaque[:, :3], axis=0).tolist()}


def legend_colours(document):
    """Colours of a version's legend."""
    return {entry["color"] for entry in document["legend"]}


def live_tiles_made(client):
    """How many tiles the server has predicted."""
    for line in client.get("/metrics").text.splitlines():
        if line.startswith('landshot_tile_seconds_count{kind="live"}'):
            return int(float(line.split()[-1]))
    return 0

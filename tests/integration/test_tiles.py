from __future__ import annotations

import io
import math

import morecantile
import numpy as np
import pytest
from PIL import Image
from rasterio.io import MemoryFile

ALLOWED_ERROR_PX = 2
"""Where a border between classes may fall: tiles are another grid than the map."""


@pytest.fixture(scope="session")
def tiles(made):
    return f"/tiles/{made.headers['location'].rsplit('/', 1)[1]}"


@pytest.fixture(scope="session")
def tilejson(client, tiles):
    return client.get(f"{tiles}/tilejson.json").json()


@pytest.fixture(scope="session")
def colours(made):
    """The colours that the map's own colour table gives to its classes."""
    with MemoryFile(made.content) as memory, memory.open() as source:
        table = source.colormap(1)
        return {table[value][:3] for value in np.unique(source.read(1)) if value}


def tile_at(tilejson, zoom):
    west, south, east, north = tilejson["bounds"]
    return morecantile.tms.get("WebMercatorQuad").tile((west + east) / 2, (south + north) / 2, zoom)


def picture(response):
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(response.content)).convert("RGBA"))


def test_tilejson_describes_where_the_map_is(tilejson, scene, client, tiles):
    assert tilejson["tilejson"] == "3.0.0"
    assert tilejson["bounds"] == pytest.approx(scene.bbox, abs=1e-3)
    assert tilejson["tiles"] == [f"{str(client.base_url).rstrip('/')}{tiles}/{{z}}/{{x}}/{{y}}.png"]
    assert 0 <= tilejson["minzoom"] <= tilejson["maxzoom"] <= 24


@pytest.mark.parametrize("zoom", [0, 4, 8, 10, 11, 12, 13, 14, 15, 16, 18, 22])
def test_tiles_show_exactly_the_colours_of_the_legend(client, tilejson, colours, zoom):
    tile = tile_at(tilejson, zoom)
    address = tilejson["tiles"][0].format(z=zoom, x=tile.x, y=tile.y)
    pixels = picture(client.get(address)).reshape(-1, 4)
    shown = pixels[pixels[:, 3] > 0]
    assert {tuple(colour) for colour in shown[:, :3].tolist()} <= colours
    assert set(np.unique(pixels[:, 3])) <= {0, 255}
    if zoom in {12, 13}:
        assert {tuple(colour) for colour in shown[:, :3].tolist()} == colours


def test_a_tile_shows_each_class_where_it_is(client, tilejson, made, scene):
    zoom = 14
    tile = tile_at(tilejson, zoom)
    pixels = picture(
        client.get(tilejson["tiles"][0].format(z=zoom, x=tile.x, y=tile.y), params={"tilesize": 512})
    )
    bounds = morecantile.tms.get("WebMercatorQuad").xy_bounds(tile)
    with MemoryFile(made.content) as memory, memory.open() as source:
        mapped, table = source.read(1), source.colormap(1)
    checked = 0
    for row in range(30, 190, 20):
        for col in range(30, 250, 20):
            x, y = _mercator(*scene.lonlat(row + 0.5, col + 0.5))
            across = (x - bounds.left) / (bounds.right - bounds.left) * 512
            down = (bounds.top - y) / (bounds.top - bounds.bottom) * 512
            around = mapped[row - ALLOWED_ERROR_PX : row + 3, col - ALLOWED_ERROR_PX : col + 3]
            if 0 <= across < 512 and 0 <= down < 512 and len(np.unique(around)) == 1:
                assert tuple(pixels[int(down), int(across)]) == table[mapped[row, col]]
                checked += 1
    assert checked > 20


@pytest.mark.parametrize(("tilesize", "side"), [(None, 256), (256, 256), (512, 512)])
def test_tiles_have_one_of_two_sizes(client, tilejson, tilesize, side):
    tile = tile_at(tilejson, 13)
    params = {} if tilesize is None else {"tilesize": tilesize}
    response = client.get(tilejson["tiles"][0].format(z=13, x=tile.x, y=tile.y), params=params)
    assert picture(response).shape == (side, side, 4)


@pytest.mark.parametrize("tilesize", ["0", "1", "257", "8192", "-256", "x", "1e9"])
def test_no_other_size_can_be_asked_for(client, tilejson, tilesize):
    tile = tile_at(tilejson, 13)
    response = client.get(
        tilejson["tiles"][0].format(z=13, x=tile.x, y=tile.y), params={"tilesize": tilesize}
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"] == "tilesize"


@pytest.mark.parametrize(
    "parameter",
    [
        {"reproject": "bilinear"},
        {"resampling": "cubic"},
        {"nodata": "10"},
        {"expression": "b1*2"},
        {"bidx": "1"},
        {"colormap_name": "viridis"},
        {"rescale": "0,1"},
        {"buffer": "1000"},
        {"padding": "1000"},
        {"url": "file:///etc/passwd"},
    ],
    ids=lambda parameter: next(iter(parameter)),
)
def test_titilers_free_parameters_change_nothing(client, tilejson, parameter):
    tile = tile_at(tilejson, 13)
    address = tilejson["tiles"][0].format(z=13, x=tile.x, y=tile.y)
    assert client.get(address, params=parameter).content == client.get(address).content


def test_a_tile_beside_the_map_is_transparent(client, tiles):
    assert not picture(client.get(f"{tiles}/10/0/0.png")).any()
    assert picture(client.get(f"{tiles}/10/0/0.png", params={"tilesize": 512})).shape == (512, 512, 4)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/3/8/0.png", 404),
        ("/3/0/8.png", 404),
        ("/25/0/0.png", 422),
        ("/-1/0/0.png", 422),
        ("/3/-1/0.png", 422),
        ("/3/0/0.jpg", 404),
        ("/3/x/0.png", 422),
        ("/99999999999999999999/0/0.png", 422),
    ],
)
def test_what_is_no_tile_is_a_problem(client, tiles, address, status):
    response = client.get(f"{tiles}{address}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "status"),
    [("0" * 32, 404), ("not-a-map", 422), ("..%2f..%2fetc", 404), ("0" * 33, 422), ("A" * 32, 422)],
)
def test_only_maps_have_tiles(client, name, status):
    for address in (f"/tiles/{name}/0/0/0.png", f"/tiles/{name}/tilejson.json", f"/maps/{name}"):
        response = client.get(address)
        assert response.status_code == status, address
        assert response.headers["content-type"] == "application/problem+json"


def test_tiles_may_be_kept_for_ever(client, tiles):
    assert "immutable" in client.get(f"{tiles}/0/0/0.png").headers["cache-control"]


def _mercator(lon, lat):
    radius = 6378137.0
    return radius * math.radians(lon), radius * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))

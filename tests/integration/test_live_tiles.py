"""Tiles of adaptations that have no map yet, held against rio-tiler's tiles of the finished file."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from adapting import (
    TMS,
    adaptation,
    address,
    correct,
    legend_colours,
    live_tiles_made,
    pixels,
    shown,
    tile_over,
)
from morecantile import Tile, tms
from PIL import Image
from rio_tiler.colormap import cmap
from rio_tiler.errors import TileOutsideBounds
from rio_tiler.io import Reader

OUTSIDE = "/10/0/0"


@pytest.fixture(scope="module")
def adapted(client, scene):
    """An adaptation of its own: no test makes its map."""
    labels = scene.collection(*scene.labels["features"], scene.point(100, 100, "cropland"))
    return adaptation(client, scene, labels=labels)


@pytest.fixture(scope="module")
def tilejson(client, adapted):
    return client.get(f"/tiles/{adapted['id']}/tilejson.json").json()


@pytest.fixture(scope="module")
def twin(client, adapted, scene, tmp_path_factory):
    """The finished files of the very same labels, made by the command line's pipeline on another server's disk."""
    from app.adapting import adapt_region  # noqa: PLC0415 - torch
    from app.learner import load_learner  # noqa: PLC0415
    from app.map_request import MapRequest  # noqa: PLC0415
    from app.mapping import map_region  # noqa: PLC0415
    from app.progress import NoProgress  # noqa: PLC0415
    from app.sources.opening import file_source  # noqa: PLC0415
    from app.store import MapTargets  # noqa: PLC0415
    from app.watch import Watch  # noqa: PLC0415
    from geodata.labels import parse_geojson  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("twin")
    labels = parse_geojson(client.get(f"/adaptations/{adapted['id']}/labels").json())
    request, watch = MapRequest(labels), Watch(NoProgress())
    with file_source("blocks", scene.path).hold(request, watch) as holding:
        made = adapt_region(request, opened=holding.opened, initialization=load_learner, watch=watch)
        map_region(made, opened=holding.opened, targets=MapTargets.within(folder, "twin"), watch=watch)
    return folder


def finished(folder, layer, tile, size, extension):
    """The same tile by rio-tiler's own reader."""
    path = folder / ("landcover.tif" if layer == "classes" else "confidence.tif")
    with Reader(str(path)) as source:
        image = source.tile(tile.x, tile.y, tile.z, tilesize=size)
        if extension == "npy":
            return image.render(img_format="NPY")
        if layer == "classes":
            colours = source.colormap
        else:
            ramp = cmap.get("viridis")
            colours = {n: ramp[round(n * 2.55)] if n <= 100 else (0, 0, 0, 0) for n in range(256)}
        options = {"lossless": True} if extension == "webp" else {}
        return image.render(img_format=extension, colormap=colours, **options)


@pytest.mark.parametrize("layer", ["classes", "confidence"])
@pytest.mark.parametrize("zoom_size", [(12, 512), (13, 256), (13, 512), (14, 256), (16, 512), (20, 256)])
def test_a_live_tile_is_the_finished_one_to_the_last_pixel(client, tilejson, twin, layer, zoom_size):
    zoom, size = zoom_size
    middle = tile_over(tilejson, zoom)
    compared = 0
    for across in (-1, 0, 1):
        tile = Tile(middle.x + across, middle.y, zoom)
        for extension in ("png", "webp", "npy"):
            path = tilejson["tiles"][0].replace(".png", f".{extension}").format(z=zoom, x=tile.x, y=tile.y)
            live = client.get(f"{path}&tilesize={size}&layer={layer}")
            assert live.status_code == 200
            assert "immutable" in live.headers["cache-control"]
            try:
                expected = finished(twin, layer, tile, size, extension)
            except TileOutsideBounds:
                continue
            if extension == "png":  # here with a palette, which rio-tiler has none of
                oracle = np.asarray(Image.open(io.BytesIO(expected)).convert("RGBA"))
                np.testing.assert_array_equal(pixels(live), oracle, err_msg=str(tile))
            else:
                assert live.content == expected, (tile, extension)
            compared += 1
    assert compared >= 3


def test_below_its_own_zoom_a_map_shows_pixels_of_the_map_for_a_minute(client, adapted, tilejson):
    low = client.get(address(tilejson, 10))
    assert low.headers["cache-control"] == "public, max-age=60"
    assert shown(low) <= legend_colours(adapted)
    assert len(shown(low)) == 4


@pytest.mark.parametrize("zoom", [0, 3, 8, 11, 12, 14, 17, 24])
def test_no_tile_shows_other_colours_than_the_legends(client, adapted, tilejson, zoom):
    for extension in ("png", "webp"):
        response = client.get(address(tilejson, zoom, extension))
        assert response.headers["content-type"] == f"image/{extension}"
        assert shown(response) <= legend_colours(adapted)


def test_numbers_come_with_a_mask(client, adapted, tilejson):
    response = client.get(address(tilejson, 13, "npy"))
    assert response.headers["content-type"] == "application/x-npy"
    values, mask = np.load(io.BytesIO(response.content))
    assert values.dtype == np.uint8
    assert set(np.unique(values[mask == 255])) <= {entry["value"] for entry in adapted["legend"]}
    assert (values[mask == 0] == 0).all()


def test_imagery_is_shown_in_true_and_in_false_colour(client, tilejson, scene):
    # Tree cover: dark green in true colour, red in false colour. Water is dark in both.
    def colour_at(layer, row, col):
        x, y = scene.lonlat(row, col)
        tile = TMS.tile(x, y, 14)
        left, bottom, right, top = TMS.bounds(tile)
        picture = pixels(
            client.get(tilejson["tiles"][0].format(z=14, x=tile.x, y=tile.y), params={"layer": layer})
        )
        size = picture.shape[0]
        around = picture[int((top - y) / (top - bottom) * size), int((x - left) / (right - left) * size)]
        assert around[3] == 255
        return around[:3].astype(int)

    red, green, blue = colour_at("true-color", 100, 30)
    assert green > red
    assert green > blue
    red, green, blue = colour_at("false-color", 100, 30)
    assert red > green + 50
    assert red > blue + 50
    assert colour_at("true-color", 100, 220).sum() < colour_at("true-color", 100, 160).sum()


@pytest.mark.parametrize("zoom", [0, 3, 6])
def test_imagery_is_there_at_low_zooms_too(client, adapted, scene, zoom):
    lon, lat = scene.lonlat(96, 128)
    at = tms.get("WebMercatorQuad").tile(lon, lat, zoom)
    answer = client.get(
        f"/tiles/{adapted['id']}/{zoom}/{at.x}/{at.y}.png", params={"layer": "true-color", "version": 1}
    )
    assert answer.status_code == 200


def test_pictures_of_neighbouring_tiles_match(client, adapted, tilejson):
    # One tile of 512 shows what four of 256 show at the next zoom: stretched alike, their pixels agree.
    tile = tile_over(tilejson, 12)
    params = {"layer": "true-color", "version": 1}
    large = pixels(
        client.get(f"/tiles/{adapted['id']}/12/{tile.x}/{tile.y}.png", params={**params, "tilesize": 512})
    )
    rows = [
        np.hstack([
            pixels(client.get(f"/tiles/{adapted['id']}/13/{2 * tile.x + c}/{2 * tile.y + r}.png", params=params))
            for c in (0, 1)
        ])
        for r in (0, 1)
    ]  # fmt: skip
    # But for where GDAL's warper, which works to an eighth of a pixel, finds another one to be the nearest.
    assert (large == np.vstack(rows)).all(axis=2).mean() > 0.99


@pytest.mark.parametrize("layer", ["classes", "confidence", "true-color", "false-color", "ndvi"])
def test_a_tile_beside_the_region_is_empty(client, adapted, layer):
    for size in (256, 512):
        params = {"layer": layer, "tilesize": size}
        for extension in ("png", "webp"):
            picture = pixels(client.get(f"/tiles/{adapted['id']}{OUTSIDE}.{extension}", params=params))
            assert picture.shape == (size, size, 4)
            assert not picture[..., 3].any()
        numbers = np.load(
            io.BytesIO(client.get(f"/tiles/{adapted['id']}{OUTSIDE}.npy", params=params).content)
        )
        assert not numbers[-1].any()


def test_the_current_version_is_asked_for_again_each_time(client, scene):
    own = adaptation(client, scene)
    tilejson = client.get(f"/tiles/{own['id']}/tilejson.json").json()
    current = address(tilejson, 13).split("?")[0]
    first = client.get(current)
    assert first.headers["cache-control"] == "no-cache"
    unchanged = client.get(current, headers={"if-none-match": first.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    correct(client, own["id"], *({"op": "class", "label": n, "class": "water"} for n in (1, 2, 3, 4)))
    changed = client.get(current, headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert changed.content != first.content
    old = client.get(address(tilejson, 13))
    assert old.content == first.content
    correct(client, own["id"], {"op": "undo"})
    assert client.get(current).headers["etag"] == first.headers["etag"]


def test_a_tile_that_many_ask_for_at_once_is_predicted_once(client, scene):
    own = adaptation(client, scene, labels=scene.collection(*scene.labels["features"][:14]))
    tilejson = client.get(f"/tiles/{own['id']}/tilejson.json").json()
    before = live_tiles_made(client)
    with ThreadPoolExecutor(20) as readers:
        answers = list(readers.map(lambda _: client.get(address(tilejson, 13)), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert live_tiles_made(client) == before + 1


def test_once_the_map_is_there_tiles_are_its(client, scene):
    own = adaptation(client, scene, labels=scene.collection(*scene.labels["features"][1:]))
    tilejson = client.get(f"/tiles/{own['id']}/tilejson.json").json()
    native, low = (client.get(address(tilejson, zoom)) for zoom in (13, 10))
    made = client.post(f"/adaptations/{own['id']}/map").headers["location"].rsplit("/", 1)[1]
    before = live_tiles_made(client)
    for zoom, live in ((13, native), (10, low)):
        after = client.get(address(tilejson, zoom))
        of_map = client.get(address(tilejson, zoom).replace(own["id"], made).split("?")[0])
        assert after.content == of_map.content
        assert "immutable" in after.headers["cache-control"]
        assert (after.headers["etag"] == live.headers["etag"]) == (zoom == 13)
    assert live_tiles_made(client) == before
    # The imagery of a map is that of its adaptation.
    picture = f"/tiles/{made}/13/{tile_over(tilejson, 13).x}/{tile_over(tilejson, 13).y}.png?layer=true-color"
    assert shown(client.get(picture))


def test_a_server_that_starts_again_predicts_the_same(scene, tmp_path):
    import httpx2  # noqa: PLC0415 - only where a server runs
    from processes import running_server  # noqa: PLC0415

    seen = []
    for _ in range(2):
        with (
            running_server(tmp_path / "data", "--imagery", f"blocks={scene.path}") as server,
            httpx2.Client(base_url=server.url, timeout=60) as http,
        ):
            found = http.get("/adaptations").json()["adaptations"]
            own = found[0] if found else adaptation(http, scene)
            tilejson = http.get(f"/tiles/{own['id']}/tilejson.json").json()
            path = address(tilejson, 13).removeprefix(server.url)
            seen.append((http.get(path).content, http.get(f"{path}&layer=confidence").content))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"version": 2}, 404),
        ({"version": 0}, 422),
        ({"version": "x"}, 422),
        ({"layer": "elevation"}, 422),
        ({"tilesize": 1024}, 422),
    ],
)
def test_what_there_is_no_tile_of_is_a_problem(client, adapted, parameters, status):
    response = client.get(f"/tiles/{adapted['id']}/3/0/0.png", params=parameters)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_a_map_has_no_versions(client, made):
    map_id = made.headers["location"].rsplit("/", 1)[1]
    assert client.get(f"/tiles/{map_id}/3/0/0.png", params={"version": 1}).status_code == 404

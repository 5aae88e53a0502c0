"""Tiles of imagery before there is any label, held against an adaptation's and rasterio's reading of the file."""

from __future__ import annotations

import io
import math
import shutil
import time

import numpy as np
import pytest
import rasterio
from adapting import TMS, adaptation, address, pixels, shown, tile_over
from catalogues import app_with
from rasterio.warp import transform

FORMULAS = {"ndvi": ("B08", "B04"), "ndwi": ("B03", "B08"), "ndbi": ("B11", "B08"), "nbr": ("B08", "B12")}
PICTURES = ("true-color", "false-color", *FORMULAS)
HERE = "/imagery/blocks"


@pytest.fixture(scope="module")
def listed(client):
    """Layer of the scene -> what GET /imagery says of it."""
    (imagery,) = [each for each in client.get("/imagery").json()["imagery"] if each["name"] == "blocks"]
    return {layer["id"]: layer for layer in imagery["layers"]}


@pytest.fixture(scope="module")
def tilejson(client):
    return client.get(f"{HERE}/tilejson.json").json()


def tile_path(tile, extension="png"):
    return f"{HERE}/tiles/{tile.z}/{tile.x}/{tile.y}.{extension}"


def numbers(response):
    assert response.status_code == 200, response.text
    return np.load(io.BytesIO(response.content))


def bbox_text(box):
    return ",".join(map(str, box))


def test_what_can_be_seen_is_listed(listed):
    assert tuple(listed) == PICTURES
    assert all(layer["title"] for layer in listed.values())
    assert {name for name, layer in listed.items() if "ramp" in layer} == set(FORMULAS)


@pytest.mark.parametrize("layer", PICTURES)
def test_imagery_looks_as_it_does_in_an_adaptation(client, scene, layer):
    own = adaptation(client, scene)
    its = client.get(f"/tiles/{own['id']}/tilejson.json").json()
    for zoom in (8, 12, 13, 15):
        tile = tile_over(its, zoom)
        for extension in ("png", "webp", "npy"):
            params = {"layer": layer, "tilesize": 512 if zoom == 12 else 256}
            of_adaptation = client.get(address(its, zoom, extension), params={**params, "version": 1})
            of_imagery = client.get(tile_path(tile, extension), params=params)
            assert of_imagery.status_code == 200, of_imagery.text
            assert of_imagery.headers["content-type"] == of_adaptation.headers["content-type"]
            assert of_imagery.content == of_adaptation.content, (zoom, extension)


def test_a_box_is_stretched_as_an_adaptation_to_it(client, scene):
    west, south, east, north = scene.bbox
    box = [west, south, west + 0.7 * (east - west), north]
    labels = scene.collection(*(f for f in scene.labels["features"] if f["properties"]["class"] != "water"))
    inside = scene.collection(
        *(f for f in labels["features"] if f["geometry"]["coordinates"][0] < box[2] - 0.001)
    )
    own = adaptation(client, scene, bbox=box, labels=inside)
    its = client.get(f"/tiles/{own['id']}/tilejson.json").json()
    params = {"layer": "false-color"}
    of_adaptation = client.get(address(its, 13), params={**params, "version": 1})
    tile = tile_over(its, 13)
    of_box = client.get(tile_path(tile), params={**params, "bbox": bbox_text(box)})
    assert of_box.content == of_adaptation.content
    of_all = client.get(tile_path(tile), params=params)
    assert of_all.content != of_box.content
    assert of_all.headers["etag"] != of_box.headers["etag"]


@pytest.mark.parametrize("layer", FORMULAS)
def test_an_index_is_that_of_the_file(client, scene, listed, layer):
    low, high = listed[layer]["ramp"][0][0], listed[layer]["ramp"][-1][0]
    with rasterio.open(scene.path) as image:
        first, second = (
            image.read(image.descriptions.index(name) + 1).astype(float) * 1e-4 for name in FORMULAS[layer]
        )
        valid = image.read_masks(1) > 0
        to_image, crs = ~image.transform, image.crs
    expected = (first - second) / np.where(valid, first + second, 1)
    lon, lat = scene.lonlat(96, 60)
    tile = TMS.tile(lon, lat, 14)
    values, mask = numbers(client.get(tile_path(tile, "npy"), params={"layer": layer}))
    left, bottom, right, top = TMS.xy_bounds(tile)
    centres = (np.arange(256) + 0.5) / 256
    compared = 0
    for row in range(0, 256, 5):
        for col in range(0, 256, 5):
            x, y = left + centres[col] * (right - left), top - centres[row] * (top - bottom)
            (east,), (north,) = transform("EPSG:3857", crs, [x], [y])
            c, r = to_image * (east, north)
            # Away from the borders of pixels, where GDAL's warper, exact to an eighth, may find the other one.
            if min(c % 1, r % 1) < 0.2 or max(c % 1, r % 1) > 0.8:
                continue
            at = math.floor(r), math.floor(c)
            if not (0 <= at[0] < valid.shape[0] and 0 <= at[1] < valid.shape[1] and valid[at]):
                assert mask[row, col] == 0
                continue
            said = low + (high - low) * (int(values[row, col]) - 1) / 254
            assert said == pytest.approx(
                np.clip(expected[at], low, high), abs=0.51 * (high - low) / 254 + 1e-5
            )
            compared += 1
    assert compared > 300


def test_classes_have_the_indices_that_they_should(client, scene, listed):
    """Tree cover and water, as the legend's colours tell."""

    def value_at(layer, row, col):
        lon, lat = scene.lonlat(row, col)
        tile = TMS.tile(lon, lat, 15)
        left, bottom, right, top = TMS.bounds(tile)
        picture = pixels(client.get(tile_path(tile), params={"layer": layer}))
        colour = picture[
            int((top - lat) / (top - bottom) * 256), int((lon - left) / (right - left) * 256), :3
        ]
        stops = listed[layer]["ramp"]
        distances = [np.abs(colour.astype(int) - list(bytes.fromhex(stop[1:]))).sum() for _, stop in stops]
        return stops[int(np.argmin(distances))][0]

    tree, water = (100, 30), (100, 220)
    assert value_at("ndvi", *tree) >= 0.8
    assert value_at("ndvi", *water) <= 0
    assert value_at("ndwi", *water) > 0 > value_at("ndwi", *tree)
    assert value_at("nbr", *tree) > 0.4
    assert value_at("ndbi", 100, 160) > value_at("ndbi", *tree)


@pytest.mark.parametrize("layer", ["ndvi", "nbr"])
def test_an_index_has_no_other_colours_than_its_ramp(client, tilejson, layer):
    from app.live.indices import INDICES  # noqa: PLC0415
    from app.live.layers import Layer  # noqa: PLC0415

    ramp = {"#{:02X}{:02X}{:02X}".format(*colour[:3]) for colour in INDICES[Layer(layer)].colours.values()}
    for extension in ("png", "webp"):
        response = client.get(tile_path(tile_over(tilejson, 13), extension), params={"layer": layer})
        assert len(shown(response)) > 20
        assert shown(response) <= ramp


def test_where_the_file_has_nothing_and_beside_it_tiles_are_empty(client, scene):
    lon, lat = scene.lonlat(10, 10)
    nodata = TMS.tile(lon, lat, 18)
    for tile in (nodata, TMS.tile(10, 10, 10)):
        for layer in ("true-color", "ndvi"):
            assert not pixels(client.get(tile_path(tile), params={"layer": layer}))[..., 3].any()
            assert not numbers(client.get(tile_path(tile, "npy"), params={"layer": layer}))[-1].any()


def test_tilejson_leads_to_the_tiles(client, scene, tilejson, listed):
    assert tilejson["bounds"] == pytest.approx(scene.bbox, abs=1e-4)
    assert tilejson["landshot:layers"] == list(listed)
    west, south, east, north = scene.bbox
    box = (west, south, (west + east) / 2, north)
    params = {"layer": "ndvi", "bbox": bbox_text(box), "tilesize": 512, "format": "webp"}
    of_part = client.get(f"{HERE}/tilejson.json", params=params).json()
    assert of_part["landshot:ramp"] == listed["ndvi"]["ramp"]
    assert of_part["bounds"] == pytest.approx(box, abs=1e-3)
    tile = tile_over(of_part, of_part["maxzoom"])
    direct = client.get(tile_path(tile, "webp"), params={k: v for k, v in params.items() if k != "format"})
    assert client.get(address(of_part, of_part["maxzoom"])).content == direct.content
    assert shown(direct)


def test_a_tile_is_kept_for_five_minutes_and_then_asked_for_again(client, tilejson):
    path = tile_path(tile_over(tilejson, 13))
    first = client.get(path)
    assert first.headers["cache-control"] == "public, max-age=300"
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get(path, params={"layer": "ndvi"}, headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


def test_nothing_is_stored_and_another_file_has_another_etag(scene, tmp_path):
    image = tmp_path / "image.tif"
    shutil.copy(scene.path, image)
    lon, lat = scene.lonlat(96, 60)
    tile = TMS.tile(lon, lat, 13)
    seen = []
    for run in ("first", "again", "changed"):
        if run == "changed":
            time.sleep(0.01)
            with rasterio.open(image, "r+") as file:
                file.write(np.maximum(file.read() // 2, 1))
        with app_with(tmp_path, {"blocks": {"kind": "file", "path": str(image)}}) as http:
            answer = http.get(tile_path(tile), params={"layer": "ndvi"})
            assert answer.status_code == 200, answer.text
            seen.append((answer.headers["etag"], answer.content))
            if run != "changed":
                shutil.rmtree(tmp_path / "data")
    assert seen[0] == seen[1]
    assert seen[2][0] != seen[0][0]


def test_what_the_bands_do_not_show_is_no_layer(scene, tmp_path):
    image = tmp_path / "visible.tif"
    with rasterio.open(scene.path) as source:
        profile, stored = source.profile | {"count": 4}, source.read([1, 2, 3, 4])
    with rasterio.open(image, "w", **profile) as file:
        file.write(stored)
        file.descriptions = ("B02", "B03", "B04", "B08")
    with app_with(tmp_path, {"visible": {"kind": "file", "path": str(image)}}) as http:
        (described,) = http.get("/imagery").json()["imagery"]
        assert [layer["id"] for layer in described["layers"]] == ["true-color", "false-color", "ndvi", "ndwi"]
        for path in ("tiles/3/4/2.png", "tilejson.json"):
            refused = http.get(f"/imagery/visible/{path}", params={"layer": "nbr"})
            assert refused.status_code == 404
            assert "no band of short-wave infrared" in refused.json()["detail"]
        own = http.post("/adaptations", json={"labels": scene.labels}).json()
        tilejson = http.get(f"/tiles/{own['id']}/tilejson.json").json()
        assert tilejson["landshot:layers"][2:] == ["true-color", "false-color", "ndvi", "ndwi"]
        assert http.get(address(tilejson, 13) + "&layer=ndbi").status_code == 404


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/imagery/moon/tiles/3/4/2.png", {}, 404, "not-found"),
        ("/imagery/moon/tilejson.json", {}, 404, "not-found"),
        (f"{HERE}/tiles/3/8/2.png", {}, 404, "not-found"),
        (f"{HERE}/tiles/3/4/2.gif", {}, 404, "not-found"),
        (f"{HERE}/tiles/3/4/2.png", {"layer": "classes"}, 422, "invalid-request"),
        (f"{HERE}/tiles/3/4/2.png", {"tilesize": 1024}, 422, "invalid-request"),
        (f"{HERE}/tiles/3/4/2.png", {"bbox": "1,2,3"}, 422, "invalid-request"),
        (f"{HERE}/tiles/3/4/2.png", {"bbox": "3,2,3,4"}, 422, "invalid-region"),
        (f"{HERE}/tiles/3/4/2.png", {"bbox": "10,40,11,41"}, 422, "outside-imagery"),
        (f"{HERE}/tiles/3/4/2.png", {"bbox": "-100,10,100,80"}, 422, "region-too-large"),
        (f"{HERE}/tiles/3/4/2.png", {"start": "2025-06-01"}, 422, "invalid-request"),
        (f"{HERE}/tilejson.json", {"start": "June"}, 422, "invalid-request"),
        (f"{HERE}/tilejson.json", {"steps": "week"}, 422, "invalid-request"),
    ],
)
def test_what_there_is_no_picture_of_is_a_problem(client, path, params, status, code):
    response = client.get(path, params=params)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"/problems/{code}"


def test_imagery_is_for_those_with_a_key(guarded):
    for path in (f"{HERE}/tiles/3/4/2.png", f"{HERE}/tilejson.json"):
        guarded.ask(path).problem(401, "key-needed")
        assert guarded.ask(path, guarded.other).status == 200


def test_who_is_lenient_gets_nothing_where_there_is_no_picture(client):
    lenient = {"prefer": "handling=lenient"}
    beyond = client.get(f"{HERE}/tiles/3/4/2.png", params={"bbox": "10,40,11,41"}, headers=lenient)
    assert (beyond.status_code, beyond.content) == (204, b"")
    assert beyond.headers["preference-applied"] == "handling=lenient"
    nowhere = client.get("/imagery/none/tiles/3/4/2.png", headers=lenient)
    assert nowhere.status_code == 404, "a wrong address stays one"

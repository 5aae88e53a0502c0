"""The report of a map whose adaptation is there, and its labels taken away and brought again, on a real server."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
import rasterio
from adapting import adaptation
from PIL import Image


@pytest.fixture(scope="module")
def map_id(made):
    return made.headers["location"].rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def page(client, map_id):
    response = client.get(f"/maps/{map_id}/report.html")
    assert response.status_code == 200, response.text
    return response.text


def pictures(page):
    found = re.findall(r'<img src="data:image/(\w+);base64,([^"]+)"', page)
    return [
        (kind, np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB")))
        for kind, content in found
    ]


def test_the_map_stands_beside_its_imagery(page, scene):
    (_, mapped), (kind, seen), _ = pictures(page)
    assert kind == "jpeg"
    assert seen.shape == mapped.shape == (192, 256, 3)
    assert (seen[2:12, 2:12] > 250).all(), "nodata is white"
    # What lies dark and bright in the scene does so in the picture.
    brightness = [seen[40:, part * 64 + 8 : part * 64 + 56].mean() for part in range(4)]
    with rasterio.open(scene.path) as file:
        bands = file.read([1, 2, 3])
    expected = [bands[:, 40:, part * 64 + 8 : part * 64 + 56].mean() for part in range(4)]
    assert np.argsort(brightness).tolist() == np.argsort(expected).tolist()


def test_labels_are_drawn_on_their_pixels(page, scene):
    circles = re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)" r="11" fill="(#[0-9A-F]{6})"', page)
    assert len(circles) == len(scene.labels["features"])
    # As the scene was labelled: row 30 + 40 i, column 64 c + 15 + 10 i.
    expected = [
        ((64 * c + 15.5 + 10 * i) / 256 * 1000, (30.5 + 40 * i) / 192 * 750)
        for c in range(4)
        for i in range(4)
    ]
    for (x, y, _), at in zip(circles, expected, strict=True):
        assert (float(x), float(y)) == pytest.approx(at, abs=1)


def test_it_tells_what_cross_validation_does(client, made, page):
    adaptation_id = made.headers["link"].split(">")[0][-32:]
    told = client.get(f"/adaptations/{adaptation_id}/validation").json()
    matrix = page[page.index('id="matrix"') :].partition("</table>")[0]
    cells = [re.findall(r'<td class="n[^"]*">([0-9]+)</td>', row) for row in matrix.split("<tr>")[2:-1]]
    assert [[int(cell) for cell in row] for row in cells] == told["matrix"]
    assert f"{100 * told['accuracy']:.1f}" in page
    assert told["note"] in page.replace("&#39;", "'")


def test_the_model_is_named(page, client, map_id):
    properties = client.get(f"/maps/{map_id}").json()["properties"]
    assert properties["landshot:model"]["sha256"] in page
    assert f"Landshot {properties['processing:software']['landshot']}" in page


@pytest.mark.parametrize("suffix", ["csv", "gpkg", "geojson"])
def test_labels_that_were_taken_away_make_the_same_map(*, adapt, client, scene, made, suffix, tmp_path):
    kept = adaptation(client, scene)
    address = f"/adaptations/{kept['id']}/labels" + ("" if suffix == "geojson" else f".{suffix}")
    labels = tmp_path / f"labels.{suffix}"
    labels.write_bytes(client.get(address).content)
    adapt(labels=labels)
    with (
        rasterio.open(adapt.folder / "map.tif") as mine,
        rasterio.open(io.BytesIO(client.get(made.headers["location"] + "/landcover.tif").content)) as theirs,
    ):
        np.testing.assert_array_equal(mine.read(1), theirs.read(1))
    read = client.post("/labels/read", params={"name": labels.name}, content=labels.read_bytes()).json()
    again = client.post("/adapt", json={"imagery": "blocks", "labels": read["labels"]})
    assert again.headers["location"] == made.headers["location"]
    assert again.headers["cache-status"] == "landshot; hit"

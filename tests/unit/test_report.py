"""GET /maps/{map_id}/report.html without imagery: what is in the page, and what is not."""

from __future__ import annotations

import base64
import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
import shapely
from finished_maps import DATELINE, DEGREES, FLANDERS, LEGEND, finish_map, patchwork
from kept_adaptations import feature, keep_adaptation
from odc.geo.geobox import GeoBox
from PIL import Image
from starlette.testclient import TestClient

from app.main import create_app
from app.requests import parse_body
from app.settings import Settings
from app.store import ITEM

A, B, C, EMPTY, WILD = (letter * 32 for letter in "abcde")
VOID = {"meta", "img", "br", "rect", "path", "circle"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Page(HTMLParser):
    """The elements of a page: tag, attributes, and all text in them."""

    def __init__(self, text):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(text)
        assert [tag for tag, *_ in self._open] == [], "every element ends"

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag):
        assert self._open.pop()[0] == tag

    def handle_data(self, data):
        for _, _, texts in self._open:
            texts.append(data)

    def all(self, *tags):
        return [(tag, attrs, "".join(texts)) for tag, attrs, texts in self.elements if tag in tags]

    def text(self, *tags):
        return [" ".join(text.split()) for _, _, text in self.all(*tags)]

    def images(self):
        found = []
        for _, attrs, _ in self.all("img"):
            head, _, content = attrs["src"].partition(",")
            assert re.fullmatch(r"data:image/(png|jpeg);base64", head)
            found.append(Image.open(io.BytesIO(base64.b64decode(content, validate=True))))
        return found


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("reports")))


@pytest.fixture(scope="module")
def finished(app):
    store = app.state.service.store
    labels = [
        feature(1, shapely.Point(3.02, 50.99), "tree cover"),
        feature(2, shapely.box(3.03, 50.98, 3.035, 50.985), "Wald & <Wiese>"),
        feature(3, shapely.Point(3.04, 50.99), "80"),
    ]
    keep_adaptation(app, labels, FLANDERS, map_id=A, legend=LEGEND)
    keep_adaptation(app, labels, DEGREES, map_id=B, legend=LEGEND, owner="somebody")
    made = [
        finish_map(store, A, FLANDERS, day=date(2025, 6, 14)),
        finish_map(store, B, DEGREES, period=(date(2024, 3, 1), date(2024, 11, 30))),
        finish_map(store, C, DATELINE),
        finish_map(store, EMPTY, FLANDERS, classes=np.zeros((300, 420), dtype=np.uint8)),
    ]
    return {each.map_id: each for each in made}


@pytest.fixture(scope="module")
def client(app, finished):
    assert finished
    return TestClient(app)  # not entered: no thread of the server is needed


def report(client, map_id):
    response = client.get(f"/maps/{map_id}/report.html")
    assert response.status_code == 200, response.text
    return Page(response.text)


@pytest.mark.parametrize("map_id", [A, B, C, EMPTY])
def test_the_page_needs_nothing_else_and_runs_nothing(client, map_id):
    response = client.get(f"/maps/{map_id}/report.html")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == POLICY
    page = Page(response.text)
    assert page.all("script", "link", "iframe", "object", "embed", "form", "base") == []
    assert {attrs.get("content") for _, attrs, _ in page.all("meta") if "http-equiv" in attrs} == {POLICY}
    for _, attrs, _ in page.elements:
        assert not {name for name in attrs if name.startswith("on") or name in ("srcset", "poster", "action")}
        assert "url(" not in attrs.get("style", "")
    assert "@import" not in response.text
    assert "url(" not in "".join(page.text("style"))
    assert page.images()


@pytest.mark.parametrize("map_id", [A, B, C, EMPTY])
def test_readers_that_do_not_see_find_their_way(client, map_id):
    page = report(client, map_id)
    ((_, root, _),) = page.all("html")
    assert root["lang"] == "en"
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    levels = [int(tag[1]) for tag, _, _ in page.all("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(attrs.get("scope") in ("row", "col") for _, attrs, _ in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(len(attrs["alt"]) > 20 for _, attrs, _ in page.all("img"))
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = {attrs["aria-labelledby"] for _, attrs, _ in page.elements if "aria-labelledby" in attrs}
    assert named <= set(ids)
    for _, attrs, _ in page.all("svg"):
        assert attrs.get("aria-hidden") == "true" or (attrs["role"] == "img" and attrs["aria-label"])


@pytest.mark.parametrize("map_id", [A, B])
def test_the_picture_is_the_map(client, finished, map_id):
    picture = np.asarray(report(client, map_id).images()[0].convert("RGB"))
    colours = {0: (255, 255, 255)} | {entry.value: entry.rgb for entry in LEGEND}
    expected = np.array([colours[value] for value in range(256) if value in colours], dtype=np.uint8)
    place = np.searchsorted(sorted(colours), finished[map_id].classes)
    np.testing.assert_array_equal(picture, expected[place])


def test_a_large_map_is_drawn_smaller(app, client):
    shape = (600, 2500)
    classes = patchwork(shape)
    finish_map(
        app.state.service.store, "f" * 32, GeoBox(shape, FLANDERS.affine, FLANDERS.crs), classes=classes
    )
    page = report(client, "f" * 32)
    picture = page.images()[0]
    assert picture.size == (1000, 240)
    shown = {
        tuple(colour)
        for colour in np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0).tolist()
    }
    assert shown <= {(255, 255, 255)} | {entry.rgb for entry in LEGEND}
    assert "stacked" in next(
        attrs["class"] for _, attrs, _ in page.all("div") if "pictures" in attrs.get("class", "")
    )


def rows_of(page, caption):
    """Cells of each row of a table, by the words of its caption."""
    found, inside = [], False
    for tag, _, texts in page.elements:
        text = " ".join("".join(texts).split())
        if tag == "caption":
            inside = text.startswith(caption)
        elif inside and tag == "tr":
            found.append([])
        elif inside and tag in ("th", "td"):
            found[-1].append(text)
    return found


def number_of(text):
    return float(re.sub(r"[^0-9.]", "", text))


@pytest.mark.parametrize("map_id", [A, B])
def test_areas_are_those_of_the_map(client, map_id):
    table = client.get(f"/maps/{map_id}/areas").json()
    header, *rows = rows_of(report(client, map_id), "Area of each class")
    assert header[:4] == ["Class", "Value", "Area", "Share"]
    for row, entry in zip(rows, table["classes"], strict=False):
        assert row[0].startswith(entry["title"])
        assert row[1] == str(entry["value"])
        assert row[2].endswith("km²")
        assert number_of(row[2]) == pytest.approx(entry["area_m2"] / 1e6, abs=0.005)
        assert number_of(row[3]) == pytest.approx(100 * entry["share"], abs=0.05)
        assert row[5].startswith("80.0" if entry["pixels"] else "–")  # noqa: RUF001 - a dash is meant
    nodata, total = rows[-2:]
    assert number_of(nodata[2]) == pytest.approx(table["nodata"]["area_m2"] / 1e6, abs=0.005)
    assert number_of(total[2]) == pytest.approx(table["total"]["area_m2"] / 1e6, abs=0.005)


def test_labels_are_counted_by_their_class(client):
    header, *rows = rows_of(report(client, A), "Area of each class")
    assert header[-1] == "Labels"
    counts = {row[1]: row[-1] for row in rows}
    assert [counts[value] for value in ("10", "3", "80", "254", "7")] == ["1", "1", "1", "0", "0"]
    assert rows[-1][-1] == "3"


@pytest.mark.parametrize("map_id", [B, C])
def test_what_is_not_known_is_left_out_and_said(client, map_id):
    page = report(client, map_id)
    text = " ".join(page.text("p"))
    assert "The labels behind this map are not known here any more" in text
    assert "The imagery is not shown: no adaptation here makes this map." in text
    assert rows_of(page, "Area of each class")[0][-1] != "Labels"
    assert page.all("pre") == []


def test_a_report_does_without_imagery_that_is_gone(client):
    text = " ".join(report(client, A).text("p"))
    assert "The model was adapted to 3 labels" in text
    assert "The imagery is not shown: " in text
    assert "There is no cross-validation of the labels here: " in text


def test_the_request_is_the_one_that_made_it(client):
    request, _ = (text for _, _, text in report(client, A).all("pre"))
    document = json.loads(request)
    assert document["legend"] == LEGEND.to_json()
    assert [each["properties"]["class"] for each in document["labels"]["features"]][1] == "Wald & <Wiese>"
    _, asked = parse_body(json.dumps(document | {"imagery": "other"}).encode(), max_labels=10)
    assert len(asked.labels.labels) == 3


WILD_NAMES = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "&lt;b&gt;"]


def test_whatever_users_wrote_is_text(app, client):
    from geodata.legend import Legend  # noqa: PLC0415

    legend = Legend.from_json(
        [
            {"value": n, "name": name, "title": name, "color": c.color}
            for n, (name, c) in enumerate(zip(WILD_NAMES, LEGEND, strict=False), start=1)
        ]
    )
    made = finish_map(
        app.state.service.store, WILD, FLANDERS, classes=np.ones((300, 420), dtype=np.uint8), legend=legend
    )
    item = json.loads((made.folder / ITEM).read_text())
    item["properties"] |= {
        "landshot:imagery": WILD_NAMES[0],
        "landshot:notes": WILD_NAMES,
        "landshot:scaling": WILD_NAMES[1],
        "landshot:scenes": [
            {"id": WILD_NAMES[0], "href": "javascript:alert(1)", "platform": WILD_NAMES[1]},
            {"id": "b", "href": 'https://stac.example/a"onclick="alert(1)', "datetime": WILD_NAMES[2]},
        ],
    }
    (made.folder / ITEM).write_text(json.dumps(item))
    labels = [feature(n, shapely.Point(3.02, 50.99), name) for n, name in enumerate(WILD_NAMES, start=1)]
    keep_adaptation(app, labels, FLANDERS, map_id=WILD, legend=legend, imagery=WILD_NAMES[0])
    page = report(client, WILD)
    assert page.all("script") == []
    assert len(page.all("img")) == 2
    assert not [attrs for _, attrs, _ in page.elements if any(name.startswith("on") for name in attrs)]
    assert page.text("h1") == [f"Land cover: {WILD_NAMES[0]}"]
    assert page.text("li")[:4] == WILD_NAMES
    assert [row[0] for row in rows_of(page, "Area of each class")[1:5]] == WILD_NAMES
    assert [attrs["href"] for _, attrs, _ in page.all("a")] == ['https://stac.example/a"onclick="alert(1)']
    assert [row[0] for row in rows_of(page, "Scenes")[1:]] == [WILD_NAMES[0], "b"]


def test_scenes_are_named_and_credited(app, client):
    made = finish_map(
        app.state.service.store, "9" * 32, FLANDERS, period=(date(2024, 12, 1), date(2025, 2, 28))
    )
    item = json.loads((made.folder / ITEM).read_text())
    scenes = [
        {"id": f"S2A_{n}", "href": f"https://stac.example/items/{n}", "datetime": "2025-01-05T10:30:00Z",
         "platform": "Sentinel-2A", "clear_share": 0.75}
        for n in range(3)
    ] + [{"id": "LC08", "platform": "LANDSAT_8"}]  # fmt: skip
    item["properties"] |= {"landshot:scenes": scenes}
    (made.folder / ITEM).write_text(json.dumps(item))
    page = report(client, "9" * 32)
    assert rows_of(page, "Scenes")[1] == [
        "S2A_0",
        "2025-01-05",
        "Sentinel-2A",
        "75.0 %",
    ]
    assert len(rows_of(page, "Scenes")) == 5
    said = [row[1] for row in rows_of(page, "Imagery, model") if row[0] == "Credit"]
    assert said[0].startswith("Contains modified Copernicus Sentinel data (2024, 2025).")
    assert "courtesy of the U.S. Geological Survey" in said[1]
    assert "Licence: public domain" in said[1]
    (cited,) = (text for tag, attrs, text in page.all("p") if attrs.get("class") == "quote")
    assert "9" * 32 in cited
    assert "2024-12-01 to 2025-02-28" in cited


def test_a_map_without_any_class_has_a_report(client):
    assert "No pixel of the map has a class." in " ".join(report(client, EMPTY).text("p"))


def test_a_simulated_map_says_so(app, client):
    made = finish_map(app.state.service.store, "8" * 32, FLANDERS)
    item = json.loads((made.folder / ITEM).read_text())
    item["properties"] |= {"landshot:simulated": True}
    (made.folder / ITEM).write_text(json.dumps(item))
    (credit,) = (row[1] for row in rows_of(report(client, "8" * 32), "Imagery, model") if row[0] == "Credit")
    assert "shows no place on Earth" in credit


def test_the_bar_in_the_page_is_that_share(client):
    page = report(client, A)
    (width,) = {attrs["style"] for _, attrs, _ in page.all("span") if attrs.get("class") == "scale-bar"}
    # 420 columns of 10 m.
    assert number_of(width) / 100 * 4200 == pytest.approx(1000, rel=5e-3)
    assert "1 km" in page.text("p")[1]


def test_it_can_be_kept_and_asked_about(client):
    here = f"/maps/{A}/report.html"
    assert client.get(here).headers["content-disposition"] == f'inline; filename="{A}_report.html"'
    kept = client.get(here, params={"download": True}).headers
    assert kept["content-disposition"] == f'attachment; filename="{A}_report.html"'
    head = client.head(here)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == kept["content-type"]
    assert head.headers["cache-control"] == "no-cache"
    item = client.get(f"/maps/{A}").json()
    assert item["assets"]["report"]["href"].endswith(here)
    assert item["assets"]["report"]["type"] == "text/html"
    for method in ("GET", "HEAD"):
        assert client.request(method, f"/maps/{'0' * 32}/report.html").status_code == 404
    assert client.get("/maps/x/report.html").status_code == 422

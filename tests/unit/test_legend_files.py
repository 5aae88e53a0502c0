"""Legends out of files, over HTTP: those of this program come back as they were, those of others are understood."""

from __future__ import annotations

import json

import pytest
from finished_maps import LEGEND

from geodata.legend import Legend
from geodata.palettes import WORLDCOVER

A = "a" * 32


@pytest.fixture
def read(maps_client):
    def send(content, name=None, status=200):
        response = maps_client.post("/legends/read", params={"name": name} if name else {}, content=content)
        assert response.status_code == status, response.text
        return response.json()["classes"] if status == 200 else response.json()

    return send


def test_the_table_of_a_map_comes_back_as_it_was(maps_client, read):
    assert read(maps_client.get(f"/maps/{A}/legend.csv").content, "legend.csv") == LEGEND.to_json()


def test_the_style_of_a_map_comes_back_with_titles_for_names(maps_client, read):
    found = read(maps_client.get(f"/maps/{A}/landcover.qml").content, "landcover.qml")
    assert [(c["value"], c["color"], c["title"]) for c in found] == [
        (c.value, c.color, c.title) for c in LEGEND
    ]
    assert [c["name"] for c in found] == [c.title for c in LEGEND]


def test_json_is_read_as_a_request_has_it(read):
    assert read(json.dumps(LEGEND.to_json()), "legend.json") == LEGEND.to_json()


def test_what_qgis_exports_is_read(read):
    text = (
        "# QGIS Generated Color Map Export File\nINTERPOLATION:EXACT\n"
        "0,0,0,0,0,nodata\n10,0,100,0,255,Tree cover, dense\n20.0,255,187,34,255,Shrubs\n"
    )
    assert [(c["value"], c["title"], c["color"]) for c in read(text, "colours.txt")] == [
        (10, "Tree cover, dense", "#006400"),
        (20, "Shrubs", "#FFBB22"),
    ]


def test_what_gdal_reads_is_read(read):
    text = (
        "nv 255 255 255 0\n# a comment\n10 0 100 0 255 Tree cover\n20:255:187:34\n30\t1\t2\t3\tRiver bank\r\n"
    )
    assert [(c["value"], c["name"], c["color"]) for c in read(text)] == [
        (10, "Tree cover", "#006400"),
        (20, "class 20", "#FFBB22"),
        (30, "River bank", "#010203"),
    ]


def qml(*entries, head="<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"):
    lines = "\n".join(f"<paletteEntry {entry}/>" for entry in entries)
    renderer = f'<rasterrenderer type="paletted"><colorPalette>\n{lines}\n</colorPalette></rasterrenderer>'
    return f"{head}<qgis><pipe>{renderer}</pipe></qgis>"


def test_a_style_of_qgis_is_read_though_titles_repeat(read):
    content = qml(
        'value="0" color="#000000" alpha="0" label="0"',
        'value="1" color="#AA0000" alpha="255" label="Wald &amp; Wiese"',
        'value="2" color="#00aa00" alpha="255" label="Wald &amp; Wiese"',
        'value="3" color="#0000aa" alpha="255" label=""',
    )
    assert [(c["value"], c["name"], c["title"], c["color"]) for c in read(content)] == [
        (1, "Wald & Wiese", "Wald & Wiese", "#AA0000"),
        (2, "Wald & Wiese 2", "Wald & Wiese", "#00AA00"),
        (3, "class 3", "Class 3", "#0000AA"),
    ]


def test_tables_need_no_colours(read):
    found = read("﻿Name;Value;Colour\r\nforest;7;\r\n'=1+1;9;#102030\r\n".encode())
    assert [(c["value"], c["name"]) for c in found] == [(7, "forest"), (9, "=1+1")]
    assert found[1]["color"] == "#102030"
    assert found[0]["color"] != "#102030"


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (
            "value,name,color\n1,a,#000000\n\n300,b,red\n1,c,\n",
            {"line 4": "value: is 300; give a whole number in 1..254", "line 5": "already taken by line 2"},
        ),
        (
            "10 0 0 0 255 a\n# x\n10 1 1 1 255 b\n1.5 2 2 2 255 c\n",
            {"line 3": "value: 10 is already taken by line 1", "line 4": "is '1.5'; give a whole number"},
        ),
        ("10 0 0 0 255 a\nten 1 1 1\n1 2 900 2\n", {"line 3": "beyond 0..255"}),
        ("10 0 0 0 255 a\n11 1 1\n", {"line 2": "'11 1 1' is no 'value R G B A title'"}),
        (
            qml('value="1" color="#AA0000" label="a"', 'value="2" color="red" label="b"'),
            {"line 4": "color: is 'red'; write it as #RRGGBB"},
        ),
        ('[{"value": 0, "name": "a"}, {"value": 1, "name": "b"}]', {"legend[0].value": "1..254"}),
    ],
)
def test_each_fault_is_named_by_its_line(read, content, faults):
    problem = read(content, "mine.txt", status=422)
    assert problem["type"] == "/problems/invalid-legend"
    for where, reason in faults.items():
        assert any(error["where"] == where and reason in error["reason"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "mine: the file is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"hello\nworld\n", "this is no legend"),
        (b'[{"value": 1,\n "name" "a"}]', "mine: line 2, column 9: this is not JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"classes": []}', "a legend is a list of classes"),
        (b"<qgis", "mine: line 1, column 1: this is not XML"),
        (b'<qgis><rasterrenderer type="singlebandgray"/></qgis>', "'singlebandgray'; in QGIS, choose"),
        (b"<kml/>", "the style has no palette"),
        (b"value,name\n1,a\n", "at least two classes, got 1"),
        ("\n".join(["value,name", *(f"{n},c{n}" for n in range(2000))]).encode(), "more than 1,000 classes"),
    ],
)
def test_what_is_no_legend_is_refused(read, content, reason):
    problem = read(content, "mine", status=422)
    assert problem["type"] == "/problems/invalid-legend"
    assert reason in problem["detail"]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE qgis [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE qgis [<!ENTITY l11 SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE qgis [<!ENTITY % l11 SYSTEM "http://127.0.0.1:9/x.dtd"> %l11;]>',
        '<!DOCTYPE qgis [<!ATTLIST paletteEntry label CDATA "x">]>',
    ],
    ids=["laughs", "file", "address", "defaults"],
)
def test_a_style_declares_nothing(read, head):
    content = qml('value="1" color="#AA0000" label="&l11;"', 'value="2" color="#BB0000" label="b"', head=head)
    assert "declares no entities of its own" in read(content, status=422)["detail"]


def test_an_entity_from_elsewhere_is_never_looked_up(read, monkeypatch):
    def no_network(*_):
        raise AssertionError("something was looked up")

    monkeypatch.setattr("socket.socket.connect", no_network)
    head = '<!DOCTYPE qgis SYSTEM "http://127.0.0.1:9/x.dtd">'
    content = qml('value="1" color="#AA0000" label="a&x;"', 'value="2" color="#BB0000" label="b"', head=head)
    assert [c["title"] for c in read(content)] == ["a", "b"]


def test_worldcover_is_on_offer(maps_client):
    found = maps_client.get("/legends").json()
    (legend,) = found["legends"]
    assert (legend["id"], legend["title"]) == ("esa-worldcover", "ESA WorldCover")
    assert [(c["value"], c["color"], c["title"]) for c in legend["classes"]] == [
        entry[:3] for entry in WORLDCOVER
    ]
    # Labels with these names get these very classes.
    names = [c["name"] for c in legend["classes"]]
    assert [(c.value, c.color) for c in Legend.from_names(names)] == [
        (c["value"], c["color"]) for c in legend["classes"]
    ]


def test_other_names_of_classes_are_told(maps_client):
    (legend,) = maps_client.get("/legends").json()["legends"]
    assert (legend["names"]["water"], legend["names"]["forest"]) == (80, 10)
    for name, value in legend["names"].items():
        given = {entry.name: entry.value for entry in Legend.from_names([name, "something else"])}
        assert given[name] == value


def lightness_and_more(color, matrix):
    """CIE L*a*b* of a colour as a reader with a colour vision deficiency sees it (Machado et al. 2009)."""
    import numpy as np  # noqa: PLC0415

    rgb = np.array([int(color[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(matrix) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
    f = np.cbrt(np.maximum(xyz / [0.9505, 1.0, 1.089], 1e-6))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ],
    ids=["usual", "protanopia", "deuteranopia"],
)
def test_the_first_colours_can_be_told_apart(maps_client, matrix):
    palette = maps_client.get("/legends").json()["palette"]
    assert len(palette) == len(set(palette)) >= 12
    seen = [lightness_and_more(color, matrix) for color in palette[:7]]
    distances = [
        float(((one - other) ** 2).sum() ** 0.5) for number, one in enumerate(seen) for other in seen[:number]
    ]
    assert min(distances) > 10

"""The server's side of the map page: that it is there, what it may load, and what it is told."""

from __future__ import annotations

import re

import httpx2
import pytest
from servers.pages import needs_page
from starlette.testclient import TestClient

from app import page
from app.bundled import IMAGERY, NAME
from app.main import create_app
from app.settings import Settings, SettingsError, settings_of

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@needs_page
def test_a_browser_gets_the_page_and_all_that_it_names_compressed_and_for_ever(client):
    shown = client.get("/", headers=BROWSER)
    assert shown.status_code == 200
    assert shown.headers["content-type"].startswith("text/html")
    assert shown.headers["cache-control"] == "no-cache"
    named = re.findall(r'(?:src|href)="(\./page/[^"]+)"', shown.text)
    assert {address.rsplit(".", 1)[1] for address in named} == {"js", "css"}
    for address in named:
        loaded = client.get(address.removeprefix("."), headers={"accept-encoding": "gzip"})
        assert loaded.status_code == 200
        assert loaded.headers["content-encoding"] == "gzip"
        assert "immutable" in loaded.headers["cache-control"]


@needs_page
def test_the_page_loads_nothing_of_others(client):
    policy = client.get("/", headers=BROWSER).headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["connect-src"] == "'self'"
    assert directives["object-src"] == "'none'"
    assert "unsafe" not in policy
    shown = client.get("/", headers=BROWSER).text
    assert re.findall(r'(?:src|href)="https?:', shown) == []


@needs_page
def test_the_first_load_takes_less_than_600_kilobytes_compressed(client):
    shown = client.get("/", headers=BROWSER)
    sizes = [len(shown.content)]
    for address in re.findall(r'(?:src|href)="\.(/page/[^"]+)"', shown.text):
        with client.stream("GET", address, headers={"accept-encoding": "gzip"}) as loaded:
            sizes.append(sum(len(part) for part in loaded.iter_raw()))
    print(f"first load: {sum(sizes) / 1000:.0f} kB compressed")  # noqa: T201 - the figure that is asked for
    assert sum(sizes) < 600_000


@needs_page
def test_the_description_of_the_api_is_shown_from_this_server_alone(client):
    shown = client.get("/docs")
    assert shown.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', shown.text)
    loaded = [address for address in addresses if not address.startswith("data:")]
    assert len(loaded) == 2
    for address in loaded:
        assert client.get(f"/{address}").status_code == 200


def test_programs_get_the_landing_page_as_before(client):
    assert client.get("/").json()["conformsTo"]
    assert client.get("/", headers={"accept": "application/json"}).headers["vary"] == "Accept"


def test_what_is_not_part_of_the_page_is_a_problem_document(client):
    missing = client.get("/page/nothing.js")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    for outside in ("/page/../index.html", "/page/%2e%2e/index.html", "/page/..%2f..%2fpackage.json"):
        assert client.get(outside).status_code == 404


def test_without_a_built_page_the_server_says_what_is_missing_and_the_rest_works(monkeypatch, tmp_path):
    monkeypatch.setattr(page, "BUILT", tmp_path / "nothing")
    with TestClient(create_app(Settings(data_dir=tmp_path))) as client:
        shown = client.get("/", headers=BROWSER)
        assert shown.status_code == 503
        assert "make page" in shown.text
        assert client.get("/").json()["type"] == "Catalog"
        assert client.get("/imagery").json() == {"imagery": []}


def test_the_page_is_told_of_limits_and_backdrop(tmp_path):
    settings = Settings(
        data_dir=tmp_path,
        max_labels=50,
        backdrop="xyz",
        backdrop_url="https://tiles.example/{z}/{x}/{y}.png",
        backdrop_attribution="Example",
    )
    with TestClient(create_app(settings)) as client:
        told = client.get("/page/settings").json()
        assert told["limits"]["max_labels"] == 50
        assert told["backdrop"] == {
            "kind": "xyz",
            "url": "https://tiles.example/{z}/{x}/{y}.png",
            "layer": None,
            "attribution": "Example",
        }
        policy = client.get("/", headers=BROWSER).headers["content-security-policy"]
        assert "img-src 'self' blob: data: https://tiles.example" in policy


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"backdrop": "xyz"}, "LANDSHOT_BACKDROP_URL"),
        ({"backdrop": "xyz", "backdrop_url": "https://a.example/tile.png"}, "{z}, {x} and {y}"),
        ({"backdrop": "wmts", "backdrop_url": "https://a.example/wmts"}, "LANDSHOT_BACKDROP_LAYER"),
        ({"backdrop": "xyz", "backdrop_url": "javascript:alert(1)"}, "backdrop_url"),
    ],
)
def test_half_a_backdrop_is_refused_at_the_start(given, named, tmp_path):
    with pytest.raises(SettingsError, match=re.escape(named)):
        settings_of(data_dir=tmp_path, **given)


def test_the_demonstration_is_made_when_asked_for_and_is_imagery_from_then_on(scene, tmp_path):
    settings = Settings(data_dir=tmp_path, imagery=[{"name": "blocks", "path": scene.path}])
    with TestClient(create_app(settings)) as client:
        assert [entry["name"] for entry in client.get("/imagery").json()["imagery"]] == ["blocks"]
        shown = client.get("/demo").json()
        assert shown["imagery"] == NAME
        assert len(shown["labels"]["features"]) >= 10
        listed = {
            entry["name"]: entry.get("example", False) for entry in client.get("/imagery").json()["imagery"]
        }
        assert listed == {"blocks": False, NAME: True}
        made = client.post("/adaptations", json={"imagery": NAME, "labels": shown["labels"]})
        assert made.status_code == 201
        unnamed = client.post("/adaptations", json={"labels": scene.labels})
        assert unnamed.json()["imagery"] == "blocks", "who names no imagery never means the example"
    with TestClient(create_app(settings)) as client:  # after a restart
        assert NAME in {entry["name"] for entry in client.get("/imagery").json()["imagery"]}


def test_an_operator_can_do_without_the_demonstration(tmp_path):
    with TestClient(create_app(Settings(data_dir=tmp_path, demo=False))) as client:
        assert client.get("/page/settings").json()["demo"] is False
        refused = client.get("/demo")
        assert refused.status_code == 404
        assert "LANDSHOT_DEMO" in refused.json()["detail"]
    assert not (tmp_path / NAME / IMAGERY).exists()


def test_an_operators_scene_of_that_name_is_left_alone(scene, tmp_path):
    settings = Settings(data_dir=tmp_path, imagery=[{"name": NAME, "path": scene.path}])
    with TestClient(create_app(settings)) as client:
        assert client.get("/page/settings").json()["demo"] is False
        assert client.get("/demo").status_code == 404


@needs_page
def test_the_page_needs_no_key_and_what_it_shows_does(guarded):
    with httpx2.Client(base_url=guarded.url, timeout=60) as http:
        shown = http.get("/", headers=BROWSER)
        assert shown.status_code == 200
        assert http.get(re.findall(r'src="\.(/page/[^"]+)"', shown.text)[0]).status_code == 200
        assert http.get("/page/settings").json()["keys_required"] is True
        assert http.get("/demo").status_code == 401
        assert http.get("/imagery").status_code == 401

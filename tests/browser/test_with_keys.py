"""A server that asks for keys: nothing is shown to who has none, and all of it works for who has one."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import rasterio
from ground import folder_of
from on_the_map import GREETED, wait_for_map, wait_for_version
from serving_scenes import RestartableServer

if TYPE_CHECKING:
    from browsing import Visit

OPEN = ("/page/", "/version", "/readyz", "/livez")
"""Beside the page's own files: what everybody is told."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RestartableServer(
        tmp_path_factory.mktemp("with-keys"), settings={"LANDSHOT_REQUIRE_KEYS": "true"}
    ) as running:
        yield running


@pytest.fixture(scope="module")
def key(server) -> str:
    command = [sys.executable, "-m", "app", "keys", "create", "me", f"--data-dir={server.data_dir}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def answers(visit) -> list[tuple[int, str]]:
    """(status, path) of all that the server answers."""
    heard: list[tuple[int, str]] = []
    visit.page.on(
        "response", lambda each: heard.append((each.status, "/" + each.url.split("/", 3)[3].split("?")[0]))
    )
    return heard


def arrive(visit: Visit, server: RestartableServer) -> None:
    """At the page, which asks for a key."""
    visit.context.add_init_script(f"if (location.protocol === 'http:') {{ {GREETED} }}")
    visit.refusals.append(401)
    visit.page.goto(f"{server.url}/?demo")
    visit.page.get_by_text("This server asks for a key").wait_for()


def use(visit: Visit, key: str) -> None:
    visit.page.get_by_label("API key").fill(key)
    visit.button("Use this key").click()


def assert_shows_nothing(visit: Visit, answers: list[tuple[int, str]]) -> None:
    assert visit.page.get_by_role("navigation", name="Steps").count() == 0
    assert visit.page.get_by_role("toolbar").count() == 0
    assert visit.page.get_by_text("simulated").count() == 0
    told = [path for status, path in answers if status < 400 and path != "/" and not path.startswith(OPEN)]
    assert told == []


def test_a_wrong_key_is_refused_in_words_and_nothing_is_shown(visit, server, answers):
    arrive(visit, server)
    assert_shows_nothing(visit, answers)
    visit.refusals.append(401)
    use(visit, "lsk_0123456789ab_wrong")
    refusal = visit.page.get_by_role("alert")
    refusal.wait_for()
    said = visit.context.request.get(
        f"{server.url}/imagery", headers={"Authorization": "Bearer lsk_0123456789ab_wrong"}
    )
    assert refusal.inner_text() == said.json()["detail"]
    assert_shows_nothing(visit, answers)


def test_with_the_key_all_of_it_works_to_the_download(visit, server, key, answers, tmp_path):
    arrive(visit, server)
    assert_shows_nothing(visit, answers)
    use(visit, key)
    wait_for_version(visit)
    wait_for_map(visit)
    visit.step("Take away")
    visit.button("Make the full map").click()
    link = visit.page.get_by_role("link", name="Map (GeoTIFF)")
    link.wait_for(timeout=120_000)
    with visit.page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "landcover.tif")
    with (
        rasterio.open(tmp_path / "landcover.tif") as made,
        rasterio.open(folder_of(server) / "imagery.tif") as imagery,
    ):
        assert (made.crs, made.transform, made.shape) == (imagery.crs, imagery.transform, imagery.shape)
    assert key not in visit.page.url
    assert not [path for _, path in answers if key in path]
    visit.page.reload()
    visit.page.get_by_role("navigation", name="Steps").wait_for()  # the tab keeps the key

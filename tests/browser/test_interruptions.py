"""A map in the making, and labels, while the page is loaded again and the server is stopped, killed and away."""

from __future__ import annotations

import signal
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from browsing import Visit
from ground import places_of, wait_for_region
from labelling import free_place, label, label_another
from on_the_map import open_example
from serving_scenes import RestartableServer
from what_is_kept import kept_labels, named, told, wait_until_again, wait_until_here, wait_until_kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from what_is_kept import Labels

LONGEST_MS = 90_000
"""For a map in small tiles that goes on after a crash, on a busy machine."""


SHARES = """
window.shares = [];
new MutationObserver(() => {
  const bar = document.querySelector("progress[aria-label='Full map'][value]");
  if (bar && bar.value !== window.shares.at(-1)) window.shares.push(bar.value);
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
"""Keeps all that the page has said of how far the map is."""


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A server whose maps are of hundreds of tiles, so that there is time to do things meanwhile."""
    settings = {"LANDSHOT_TILE_SIZE": "24"}
    with RestartableServer(tmp_path_factory.mktemp("slow"), settings=settings) as server:
        yield server


@pytest.fixture
def example(visit, slow):
    visit.context.add_init_script(SHARES)
    open_example(visit, slow.url)
    wait_for_region(visit)
    return visit


@contextmanager
def away(visit: Visit, server: RestartableServer, how: signal.Signals) -> Iterator[None]:
    """The server is stopped, and started again; until the page has heard of that, Chromium may complain of it."""
    visit.is_server_down = True
    server.stop(how)
    try:
        yield
    finally:
        server.start()


def begin_map(visit: Visit) -> float:
    """Ask for the map, and wait until some of it is there; per cent."""
    visit.page.evaluate("window.shares.length = 0")
    visit.step("Take away")
    visit.button("Make the full map").click()
    visit.page.wait_for_function("() => window.shares.at(-1) >= 2", timeout=LONGEST_MS)
    return visit.page.evaluate("window.shares.at(-1)")


def wait_until_ready(visit: Visit) -> None:
    visit.page.get_by_text("The map is ready.").first.wait_for(timeout=LONGEST_MS)


def assert_is_whole(visit: Visit, folder: Path) -> None:
    """The downloaded map has a class in each pixel."""
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="Map (GeoTIFF)").click()
    download.value.save_as(folder / "map.tif")
    with rasterio.open(folder / "map.tif") as file:
        pixels = file.read(1)
    assert pixels.shape == (512, 512)
    assert np.all(pixels > 0)


def job_of(visit: Visit) -> dict[str, Any]:
    found: dict[str, Any] = told(visit, f"jobs/{named(visit, 'job')}")
    return found


def test_a_reload_amid_the_making_goes_on_to_its_end(example, slow, tmp_path):
    label_another(example, "bare", places_of(slow)["bare"])
    before = begin_map(example)
    job = named(example, "job")
    example.page.reload()
    wait_until_ready(example)
    shares = example.page.evaluate("window.shares")
    assert shares == sorted(shares)
    assert before <= shares[0] < 100  # and so it was seen on its way
    assert named(example, "job") == job
    assert_is_whole(example, tmp_path)


def test_the_making_is_cancelled_and_can_begin_again(example, slow):
    label_another(example, "water", places_of(slow)["water"])
    begin_map(example)
    example.button("Cancel").click()
    example.page.get_by_text("The map was cancelled.").wait_for()
    assert job_of(example)["status"] == "dismissed"
    assert example.page.get_by_role("link", name="Map (GeoTIFF)").count() == 0
    begin_map(example)
    example.button("Cancel").click()
    example.page.get_by_text("The map was cancelled.").wait_for()


@pytest.mark.parametrize(
    ("how", "name"), [(signal.SIGTERM, "cropland"), (signal.SIGKILL, "grassland")], ids=["stopped", "killed"]
)
def test_a_map_goes_on_when_the_server_is_back(how, name, example, slow, tmp_path):
    label_another(example, name, places_of(slow)[name])
    begin_map(example)
    job = named(example, "job")
    silence = example.page.get_by_text("The server does not answer at the moment.")
    with away(example, slow, how):
        silence.wait_for()
        assert example.page.get_by_role("progressbar", name="Full map").is_visible()
    silence.wait_for(state="detached")
    wait_until_ready(example)
    shares = example.page.evaluate("window.shares")
    assert shares == sorted(shares)
    assert named(example, "job") == job
    assert job_of(example)["status"] == "successful"
    assert_is_whole(example, tmp_path)
    example.is_server_down = False


def work(visit: Visit, server: RestartableServer) -> Labels:
    """Three labels more and one less, of which the server does not hear; what there is then."""
    places = places_of(server)
    before = kept_labels(visit)
    visit.step("Label")
    for count, name in enumerate(("bare", "water", "water"), start=before.total() + 1):
        label(visit, name, free_place(visit, places[name]))
        wait_until_here(visit, count)
    visit.button("Cropland: 5 labels").click()
    visit.button("Delete Cropland 2").click()
    done = wait_until_here(visit, before.total() + 2)
    added = Counter(name for name, _ in done) - Counter(name for name, _ in before)
    assert added == {"bare": 1, "water": 2}
    return done


def test_labels_made_while_the_server_is_away_reach_it_when_it_is_back(example, chromium, slow):
    wait_until_kept(example, 35)
    example.step("Label")
    with Visit.begun(chromium) as leaving:
        open_example(leaving, slow.url)
        wait_for_region(leaving)
        wait_until_kept(leaving, 35)
        label(example, "built-up", free_place(example, places_of(slow)["built-up"]))  # on its way
        with away(example, slow, signal.SIGKILL):
            leaving.is_server_down = True
            wait_until_here(example, 36)
            done = [work(example, slow), work(leaving, slow)]
            note = example.page.get_by_role("alert").filter(has_text="The server does not answer")
            note.get_by_text("What you do is kept here").wait_for()
            address = leaving.page.url
            leaving.page.goto("about:blank")  # as good as closed
        leaving.page.goto(address)
        leaving.is_server_down = False
        note.wait_for(state="detached", timeout=LONGEST_MS)
        for visit, labels in zip((example, leaving), done, strict=True):
            wait_until_again(visit, labels)
        leaving.expect_quiet_console()
    example.is_server_down = False

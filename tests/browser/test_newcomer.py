"""Somebody who has never seen the page: from opening it to a map on their own disk."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from ground import folder_of, places_of
from on_the_map import free_places, wait_for_map, wait_for_version
from serving_scenes import RestartableServer
from what_is_kept import named, told

if TYPE_CHECKING:
    from pathlib import Path

    from browsing import Visit

MOST_CLICKS, MOST_S = 12, 60.0

WORLDCOVER = {
    10: "#006400",
    20: "#FFBB22",
    30: "#FFFF4C",
    40: "#F096FF",
    50: "#FA0000",
    60: "#B4B4B4",
    80: "#0064C8",
}
"""Classes and colours, ESA WorldCover product user manual v2.0, table 2."""

LABELLED = {"Tree cover": "tree cover", "Permanent water bodies": "water", "Built-up": "built-up"}
"""As the page calls classes, and as the simulated region does."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One that has made no map yet."""
    with RestartableServer(tmp_path_factory.mktemp("new")) as begun:
        yield begun


def taken_away(visit: Visit, folder: Path) -> Path:
    """The full map, from the step that has it to the disk."""
    visit.step("Take away")
    visit.click(visit.button("Make the full map"))
    link = visit.page.get_by_role("link", name="Map (GeoTIFF)")
    link.wait_for(timeout=1000 * MOST_S)
    with visit.page.expect_download() as download:
        visit.click(link)
    assert download.value.suggested_filename.endswith("landcover.tif")
    download.value.save_as(folder / "landcover.tif")
    return folder / "landcover.tif"


def assert_was_quick(visit: Visit, begun: float) -> None:
    seconds = time.monotonic() - begun
    print(f"clicks: {visit.clicks}, seconds: {seconds:.1f}")  # noqa: T201 - the figures that are asked for
    assert visit.clicks <= MOST_CLICKS
    assert seconds < MOST_S


def assert_is_the_map(visit: Visit, file: Path, classes: dict[int, str], server: RestartableServer) -> None:
    """The file is the server's, byte by byte, and a GIS finds grid, classes and colours in it."""
    version = told(visit, f"adaptations/{named(visit, 'adaptation')}")
    (href,) = [link["href"] for link in version["links"] if link["rel"] == "map"]
    assert visit.context.request.get(f"{href}/landcover.tif").body() == file.read_bytes()
    with rasterio.open(file) as made, rasterio.open(folder_of(server) / "imagery.tif") as imagery:
        assert (made.crs, made.transform, made.shape) == (imagery.crs, imagery.transform, imagery.shape)
        assert made.nodata == 0
        named_in_file = {entry["value"]: entry["color"] for entry in json.loads(made.tags()["CLASSES"])}
        assert named_in_file == classes
        shown = {value: "#{:02X}{:02X}{:02X}".format(*made.colormap(1)[value][:3]) for value in classes}
        assert shown == classes
        assert set(np.unique(made.read(1)).tolist()) <= set(classes)


def found_share(file: Path, server: RestartableServer, value: int) -> float:
    """Of the pixels that truly are of a class, how many the map says are."""
    with rasterio.open(file) as made, rasterio.open(folder_of(server) / "truth.tif") as truth:
        return float(np.mean(made.read(1)[truth.read(1) == value] == value))


def test_the_example_is_seen_mapped_and_taken_away(visit, server, tmp_path):
    begun = time.monotonic()
    visit.page.goto(server.url)
    visit.click(visit.button("See it work"))
    wait_for_version(visit)
    file = taken_away(visit, tmp_path)
    assert_was_quick(visit, begun)
    assert_is_the_map(visit, file, WORLDCOVER, server)


def test_from_nothing_to_a_map_of_ones_own(visit, server, tmp_path):
    places = places_of(server)
    begun = time.monotonic()
    visit.page.goto(server.url)
    visit.step("What")
    visit.click(visit.button("Use these 6 common classes"))
    visit.step("Label")
    wait_for_map(visit)
    chosen = visit.page.get_by_role("radiogroup", name="Class of new labels")
    for shown, name in LABELLED.items():
        radio = chosen.get_by_role("radio", name=shown)
        if not radio.is_checked():  # the first class is chosen already
            visit.click(radio)
        (place,) = free_places(visit, places[name], 1)
        visit.click_map(*place)
        visit.button(f"{shown}: 1 label").wait_for()
    file = taken_away(visit, tmp_path)
    assert_was_quick(visit, begun)
    assert_is_the_map(visit, file, {value: WORLDCOVER[value] for value in (10, 30, 40, 50, 60, 80)}, server)
    for name, value in (("tree cover", 10), ("built-up", 50), ("water", 80)):
        share = found_share(file, server, value)
        print(f"one label of {name}: {share:.0%} of its pixels found")  # noqa: T201 - beside the other figures
        assert share > 1 / 3  # chance, of three classes that are labelled

"""From a label to the map that follows it, on a real scene of a million pixels."""

from __future__ import annotations

import base64
import io
import os
from dataclasses import dataclass
from itertools import chain, zip_longest
from statistics import median
from typing import TYPE_CHECKING, Any, Self
from urllib.request import urlopen

import numpy as np
import pytest
from browsing import mercator
from on_the_map import begin, free_places, make_classes, wait_for_map
from PIL import Image

if TYPE_CHECKING:
    from browsing import Visit
    from numpy.typing import NDArray
    from serving_scenes import RestartableServer

pytestmark = pytest.mark.real_data

CLASSES = ("forest", "grass", "urban", "water")
ZOOM, TILE = 12, 512
"""Tiles that the page asks for when it shows all of the scene."""


def labels_in_turn(
    visit: Visit, labels: dict[str, Any], most: int, turn: int = 0
) -> list[tuple[int, tuple[float, float]]]:
    """(position of the class, place), the classes by turns; of water there is little that can be told apart.

    Another `turn` has other places: the server keeps the maps of the same labels.
    """
    found: list[list[tuple[float, float]]] = []
    for name in CLASSES:
        count = min(most, 3) if name == "water" else most
        places = places_of(labels, name)
        places = places[10 * turn :] + places[: 10 * turn]
        found.append(free_places(visit, places, count, apart=12, taken=chain(*found)))
    turns = zip_longest(*([(index, place) for place in places] for index, places in enumerate(found)))
    return [each for turn in turns for each in turn if each]


def places_of(labels: dict[str, Any], name: str) -> list[tuple[float, float]]:
    """Of a class, by turns from each of its polygons."""
    groups: dict[int, list[tuple[float, float]]] = {}
    for feature in labels["features"]:
        if feature["properties"]["class"] == name:
            groups.setdefault(feature["properties"]["group"], []).append(feature["geometry"]["coordinates"])
    return [place for turn in zip_longest(*groups.values()) for place in turn if place]


def opened(visit: Visit, address: str) -> None:
    """The scene with its four classes, and nothing that hides the map."""
    begin(visit, address)
    make_classes(visit, CLASSES)
    visit.step("Label")
    visit.button("Layers").click()
    wait_for_map(visit)


def label(visit: Visit, at: int, place: tuple[float, float]) -> None:
    visit.page.keyboard.press(str(at + 1))
    visit.click_map(*place)


MOST_ROUNDS = 3
"""The machine may be busy with something else; it is the quietest round that tells how fast the page is."""

MOST_S = 10.0 if os.environ.get("PYTEST_XDIST_WORKER") else 1.0
"""Beside other tests on the same cores, no figure says anything of the page; on its own it has to be fast."""


def test_half_of_all_labels_are_on_the_map_within_a_second(visit, aberystwyth, aberystwyth_labels):
    best = float("inf")
    for turn in range(MOST_ROUNDS):
        opened(visit, aberystwyth.url)
        first, *others = labels_in_turn(visit, aberystwyth_labels, 6, turn)
        label(visit, *first)
        for count, each in enumerate(others, start=1):
            label(visit, *each)
            visit.followed(count)
        seconds = visit.followed(len(others))
        assert len(seconds) == len(others)
        figures = f"label to refreshed map: median {median(seconds):.2f} s of {len(seconds)}"
        print(f"{figures}, the slowest {max(seconds):.2f} s, the fastest {min(seconds):.2f} s")  # noqa: T201
        best = min(best, median(seconds))
        if best < MOST_S:
            break
    assert best < MOST_S


SEEN = """
const measure = performance.measure.bind(performance);
performance.measure = (name, ...rest) => {
  const made = measure(name, ...rest);
  if (name === "landshot:followed") {
    const map = document.querySelector(".map");
    const copy = document.createElement("canvas");
    copy.width = map.clientWidth;
    copy.height = map.clientHeight;
    const drawing = copy.getContext("2d");
    for (const layer of map.querySelectorAll(".ol-layer canvas")) {
      drawing.globalAlpha = Number(layer.parentElement.style.opacity || 1);
      drawing.drawImage(layer, 0, 0);
    }
    (window.seen ??= []).push({ picture: copy.toDataURL(), address: location.hash, until: performance.now() });
  }
  return made;
};
"""
"""What the map's canvas holds at the very moment at which the page says that the map has followed."""


@dataclass(frozen=True)
class Seen:
    """The map's canvas, and where it lay."""

    picture: NDArray[np.uint8]
    adaptation: str
    zoom: float
    middle: tuple[float, float]

    @classmethod
    def of(cls, seen: dict[str, Any]) -> Self:
        fragment = dict(part.split("=", 1) for part in seen["address"][1:].split("&"))
        zoom, lat, lon = (float(part) for part in fragment["view"].split("/"))
        picture = Image.open(io.BytesIO(base64.b64decode(seen["picture"].split(",")[1])))
        return cls(np.asarray(picture.convert("RGBA")), fragment["adaptation"], zoom, mercator(lon, lat))

    def places(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Shares of the world in Web Mercator, of pixels of the canvas."""
        height, width = self.picture.shape[:2]
        right, down = ((at + 0.5 - side / 2) / (256 * 2**self.zoom) for at, side in ((x, width), (y, height)))
        return 0.5 + self.middle[0] + right, self.middle[1] + down


class ServersMap:
    """The tiles of one version, as the server gives them."""

    def __init__(self, server: RestartableServer, adaptation: str, version: int) -> None:
        self._address = (
            f"{server.url}/tiles/{adaptation}/{ZOOM}/{{}}/{{}}.png?version={version}&tilesize={TILE}"
        )
        self._tiles: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def around(self, x: float, y: float, reach: int) -> NDArray[np.uint8]:
        """The colours (n, n, 4) around a place."""
        column, row = (int(share * 2**ZOOM * TILE) for share in (x, y))
        rows, columns = (np.arange(at - reach, at + reach + 1) for at in (row, column))
        return np.array([[self._pixel(r, c) for c in columns] for r in rows])

    def _pixel(self, row: int, column: int) -> NDArray[np.uint8]:
        key = (column // TILE, row // TILE)
        if key not in self._tiles:
            with urlopen(self._address.format(*key), timeout=60) as response:  # noqa: S310 - http on loopback
                self._tiles[key] = np.asarray(Image.open(io.BytesIO(response.read())).convert("RGBA"))
        return self._tiles[key][row % TILE, column % TILE]


def test_what_counts_as_followed_is_the_newest_map_to_the_last_tile(visit, aberystwyth, aberystwyth_labels):
    visit.context.add_init_script(SEEN)
    opened(visit, f"{aberystwyth.url}/#opacity=100")
    placed = labels_in_turn(visit, aberystwyth_labels, 2)
    label(visit, *placed[0])
    for count, each in enumerate(placed[1:], start=1):
        label(visit, *each)
        visit.followed(count)
    pictures = [Seen.of(each) for each in visit.page.evaluate("window.seen")]
    assert len(pictures) == len(placed) - 1
    corner = visit.page.locator(".map").bounding_box()
    dots = [np.subtract(visit.pixel_of(*place), (corner["x"], corner["y"])) for _, place in placed]
    rng = np.random.default_rng(1)
    told_apart = 0
    for version, seen in enumerate(pictures[1:], start=2):
        now, before = (ServersMap(aberystwyth, seen.adaptation, number) for number in (version, version - 1))
        height, width = seen.picture.shape[:2]
        for x, y in zip(rng.integers(100, width - 100, 400), rng.integers(50, height - 50, 400), strict=True):
            place = seen.places(x, y)
            wanted, old = now.around(*place, reach=3), before.around(*place, reach=3)
            is_uniform = all((colours == colours[0, 0]).all() for colours in (wanted, old))
            if not is_uniform or min(np.hypot(*(dot - (x, y))) for dot in dots) < 15:
                continue
            assert (seen.picture[y, x] == wanted[0, 0]).all(), (version, x, y)
            told_apart += (wanted[0, 0] != old[0, 0]).any()
    assert told_apart >= 10, "a map that is one version behind would not be noticed"

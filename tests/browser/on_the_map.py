"""What tests of the page do again and again: begin without the hints, find free places, wait for a version."""

from __future__ import annotations

import re
from math import dist
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from browsing import Visit

GREETED = """
for (const name of ["landshot.toured", "landshot.welcomed"]) localStorage.setItem(name, "yes");
"""


def begin(visit: Visit, address: str) -> None:
    """The page for somebody who has seen the hints."""
    visit.context.add_init_script(f"if (location.protocol === 'http:') {{ {GREETED} }}")
    visit.page.goto(address)
    visit.page.get_by_role("navigation", name="Steps").wait_for()


def open_example(visit: Visit, url: str) -> None:
    """The simulated region with its labels, and the first map of it on the screen."""
    begin(visit, f"{url}/?demo")
    wait_for_map(visit)


def wait_for_map(visit: Visit) -> None:
    """Until all tiles of what is shown are drawn."""
    visit.page.get_by_role("progressbar", name="The map is being drawn").wait_for(state="detached")


def wait_for_version(visit: Visit, least: int = 1) -> int:
    """Until the map shows that version or a later one, which is given back; in the step Map only."""
    state = visit.page.get_by_role("region", name="State of the map")
    shown = state.get_by_text(re.compile(r"^The map shows version \d+\."))
    visit.page.wait_for_function(
        """least => [...document.querySelectorAll('.map-state [role=status]')].some(
            (each) => Number(/The map shows version (\\d+)/.exec(each.textContent)?.[1]) >= least)""",
        arg=least,
    )
    return int(re.findall(r"version (\d+)", shown.inner_text())[0])


def make_classes(visit: Visit, names: Iterable[str]) -> None:
    """By typing them in the step What; ends there."""
    visit.step("What")
    field = visit.page.get_by_role("textbox", name="New class")
    for name in names:
        field.fill(name)
        field.press("Enter")
        visit.page.get_by_role("textbox", name=f"Name of {name.capitalize()}", exact=True).wait_for()


def is_free(visit: Visit, lon: float, lat: float) -> bool:
    """Whether a click on that place reaches the map: it is in the window, and no card lies on it."""
    x, y = visit.pixel_of(lon, lat)
    return bool(
        visit.page.evaluate("([x, y]) => Boolean(document.elementFromPoint(x, y)?.closest('.map'))", [x, y])
    )


def free_places(
    visit: Visit, places: Iterable[Any], count: int, *, apart: float = 14.0, taken: Iterable[Any] = ()
) -> list[tuple[float, float]]:
    """The first so many of the places (longitude, latitude) that can be clicked and lie apart, in pixels."""
    found: list[tuple[float, float]] = []
    used = [visit.pixel_of(*place) for place in taken]
    for lon, lat in places:
        at = visit.pixel_of(lon, lat)
        if all(dist(at, other) >= apart for other in used) and is_free(visit, lon, lat):
            used.append(at)
            found.append((lon, lat))
            if len(found) == count:
                return found
    raise AssertionError(f"only {len(found)} of {count} places are free")

"""How somebody labels: with the digit of a class and a click on the map."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ground import wait_for_region
from on_the_map import begin, free_places, make_classes
from what_is_kept import kept_labels, wait_until_kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from browsing import Visit
    from ground import Place

CLASSES = ("tree cover", "shrubland", "grassland", "cropland", "built-up", "bare", "water")
"""Of the simulated region; the digits of the keyboard choose them in this order."""


def begin_labelling(visit: Visit, url: str, classes: Sequence[str] = CLASSES) -> None:
    """The step Label of a project with classes and without labels; nothing hides the map."""
    begin(visit, url)
    make_classes(visit, classes)
    visit.step("Label")
    visit.button("Layers").click()
    wait_for_region(visit)


def label(visit: Visit, name: str, place: Place) -> None:
    visit.page.keyboard.press(str(CLASSES.index(name) + 1))
    visit.click_map(*place)


def labelled(visit: Visit, places: dict[str, list[Place]], *names: str) -> list[Place]:
    """One label of each of the names, which the server has as well; where they are."""
    made: list[Place] = []
    for name in names:
        made += free_places(visit, places[name], 1, apart=40, taken=made)
        label(visit, name, made[-1])
    wait_until_kept(visit, len(names))
    return made


def free_place(visit: Visit, places: Sequence[Place]) -> Place:
    """One of the places, away from all labels."""
    taken = [json.loads(text)["coordinates"] for _, text in kept_labels(visit)]
    (place,) = free_places(visit, places, 1, apart=20, taken=taken)
    return place


def label_another(visit: Visit, name: str, places: Sequence[Place]) -> Place:
    """At one of the places, and on the server as well; where it is."""
    visit.step("Label")
    count = kept_labels(visit).total()
    place = free_place(visit, places)
    label(visit, name, place)
    wait_until_kept(visit, count + 1)
    return place


def drag(visit: Visit, start: Place, end: Place) -> None:
    """Over the map, with the left button."""
    mouse = visit.page.mouse
    mouse.move(*visit.pixel_of(*start))
    mouse.down()
    mouse.move(*visit.pixel_of(*end), steps=5)
    mouse.up()


def counts(visit: Visit) -> dict[str, int]:
    """Class -> labels, as the list of the step Label says; classes without labels are left out."""
    group = visit.page.get_by_role("group", name="Label as")
    said = [
        re.fullmatch(r"(.+): (\d+) labels?(?: [▴▾])?", text.strip())
        for text in group.get_by_role("button", name=re.compile(r"\d labels?$")).all_text_contents()
    ]
    return {found[1].lower(): int(found[2]) for found in said if found and found[2] != "0"}

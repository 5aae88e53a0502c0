"""Labels on the map: made, moved, given another class, deleted and taken back; the server has what the page shows."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from ground import places_of
from labelling import CLASSES, begin_labelling, counts, drag, label, labelled
from on_the_map import free_places, wait_for_version
from what_is_kept import named, told, wait_for_server, wait_until_again, wait_until_kept, wait_until_other

if TYPE_CHECKING:
    from collections.abc import Sequence

    from browsing import Visit
    from ground import Place
    from serving_scenes import RestartableServer
    from what_is_kept import Labels

NEAR = 2e-4
"""Degrees; two pixels of the screen are a little less."""

SQUARE = [(-8.968, 49.992), (-8.960, 49.992), (-8.960, 49.986), (-8.968, 49.986)]
"""In the middle of the region."""

OFF = (-8.9265, 49.975)
"""Beside the region, in sight where all of it is."""


@pytest.fixture
def places(simulated):
    return places_of(simulated)


@pytest.fixture
def labelling(visit, simulated):
    begin_labelling(visit, simulated.url)
    return visit


def only(labels: Labels, name: str) -> list:
    """The coordinates of the one label of a class."""
    ((_, text),) = [each for each in labels if each[0] == name]
    return json.loads(text)["coordinates"]


def is_near(found: Sequence[float], clicked: Place) -> bool:
    """A click is a pixel of the screen, and the address rounds what it says of the view."""
    return found == pytest.approx(clicked, abs=NEAR)


def test_points_are_listed_under_their_class(labelling, places):
    made = labelled(labelling, places, "water", "built-up", "tree cover")
    more = free_places(labelling, places["water"], 2, apart=20, taken=made)
    for place in more:
        label(labelling, "water", place)
    there = wait_until_kept(labelling, 5)
    assert counts(labelling) == {"water": 3, "built-up": 1, "tree cover": 1}
    assert labelling.page.get_by_text("5 labels", exact=True).is_visible()
    assert is_near(only(there, "built-up"), made[1])
    assert is_near(only(there, "tree cover"), made[2])


def test_polygons_have_the_corners_that_were_clicked(labelling, places):
    labelled(labelling, places, "water", "built-up")
    labelling.page.get_by_role("radio", name="Corner of a polygon").check()
    labelling.page.keyboard.press("1")
    for corner in [*SQUARE, SQUARE[0]]:
        labelling.click_map(*corner)
    there = wait_until_kept(labelling, 3)
    assert counts(labelling) == {"water": 1, "built-up": 1, "tree cover": 1}
    (ring,) = only(there, "tree cover")
    assert ring[0] == ring[-1]
    for corner, clicked in zip(ring, [*SQUARE, SQUARE[0]], strict=True):
        assert is_near(corner, clicked)


def test_a_point_is_dragged_and_goes_back(labelling, places):
    water, _ = labelled(labelling, places, "water", "built-up")
    before = wait_until_kept(labelling, 2)
    labelling.click_map(*water)
    labelling.page.get_by_role("heading", name="Water 1").wait_for()
    drag(labelling, water, SQUARE[0])
    after = wait_until_other(labelling, before)
    assert is_near(only(after, "water"), SQUARE[0])
    assert only(after, "built-up") == only(before, "built-up")
    labelling.button("Undo").click()
    wait_until_again(labelling, before)
    labelling.button("Redo").click()
    wait_until_again(labelling, after)


def test_a_corner_of_a_polygon_is_dragged(labelling, places):
    labelled(labelling, places, "water", "built-up")
    labelling.page.keyboard.press("1")
    labelling.button("Label polygons").click()
    for corner in [*SQUARE, SQUARE[0]]:
        labelling.click_map(*corner)
    before = wait_until_kept(labelling, 3)
    labelling.button("Label points").click()
    labelling.click_map(-8.964, 49.989)  # inside
    labelling.page.get_by_role("heading", name="Tree cover 1").wait_for()
    drag(labelling, SQUARE[1], (-8.957, 49.994))
    after = wait_until_other(labelling, before)
    ((was,), (ring,)) = (only(labels, "tree cover") for labels in (before, after))
    assert is_near(ring[1], (-8.957, 49.994))
    assert [*ring[:1], *ring[2:]] == [*was[:1], *was[2:]]


def test_labels_are_deleted_and_come_back(labelling, places):
    made = labelled(labelling, places, "water", "built-up", "bare", "cropland", "grassland")
    states = [wait_until_kept(labelling, 5)]

    labelling.click_map(*made[0])
    labelling.page.get_by_role("heading", name="Water 1").wait_for()
    labelling.page.keyboard.press("Delete")
    states.append(wait_until_kept(labelling, 4))
    assert counts(labelling) == {"built-up": 1, "bare": 1, "cropland": 1, "grassland": 1}

    labelling.button("Bare: 1 label").click()
    labelling.button("Delete Bare 1").click()
    states.append(wait_until_kept(labelling, 3))
    assert counts(labelling) == {"built-up": 1, "cropland": 1, "grassland": 1}

    labelling.click_map(*made[1])
    labelling.button("Delete selected").click()
    states.append(wait_until_kept(labelling, 2))

    for state in states[-2::-1]:
        labelling.page.keyboard.press("Control+z")
        wait_until_again(labelling, state)
    assert counts(labelling) == {"water": 1, "built-up": 1, "bare": 1, "cropland": 1, "grassland": 1}
    for state in states[1:]:
        labelling.page.keyboard.press("Control+Shift+Z")
        wait_until_again(labelling, state)
    assert labelling.button("Redo").is_disabled()


def test_digits_choose_classes(visit, simulated):
    names = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    begin_labelling(visit, simulated.url, names)
    grid = [(lon / 1000, lat / 1000) for lat in (49_975, 49_990, 49_998) for lon in range(-8_995, -8_930, 12)]
    made = free_places(visit, grid, 10)
    for digit, place in zip("1234567890", made, strict=True):
        visit.page.keyboard.press(digit)
        visit.click_map(*place)
    there = wait_until_kept(visit, 10)
    for name, place in zip(names, made, strict=True):
        assert is_near(only(there, name), place)


def test_labels_are_given_another_class(labelling, places):
    made = labelled(labelling, places, "water", "built-up", "bare", "cropland")
    before = wait_until_kept(labelling, 4)
    labelling.click_map(*made[1])
    labelling.page.keyboard.down("Shift")
    labelling.click_map(*made[2])
    labelling.page.keyboard.up("Shift")
    labelling.page.get_by_role("heading", name="2 labels selected").wait_for()
    labelling.page.get_by_role("combobox", name="Change the class to").select_option("Grassland")
    after = wait_until_other(labelling, before)
    assert counts(labelling) == {"water": 1, "grassland": 2, "cropland": 1}
    assert Counter(text for _, text in after) == Counter(text for _, text in before)
    labelling.page.keyboard.press("Control+z")
    wait_until_again(labelling, before)


def test_nothing_of_fifty_labels_is_lost(labelling, places):
    of_class: list[list[Place]] = []
    for name in CLASSES:
        of_class.append(free_places(labelling, places[name], 8, taken=chain(*of_class)))
    turns = [(name, there[turn]) for turn in range(8) for name, there in zip(CLASSES, of_class, strict=True)]
    for name, place in turns[:50]:
        label(labelling, name, place)
    there = wait_until_kept(labelling, 50)
    assert labelling.page.get_by_text("50 labels", exact=True).is_visible()
    assert counts(labelling) == Counter(name for name, _ in turns[:50])
    found = [(name, json.loads(text)["coordinates"]) for name, text in there.elements()]
    for name, place in turns[:50]:
        assert any(name == other and is_near(at, place) for other, at in found), (name, place)
    labelling.step("Map")
    current = told(labelling, f"adaptations/{named(labelling, 'adaptation')}")["version"]
    assert wait_for_version(labelling, current) == current


def reason_of(visit: Visit, server: RestartableServer, *places: Place) -> str:
    """Why the server itself would not have one of these, labels of a class each."""
    features = [
        {"type": "Feature", "properties": {"class": name}, "geometry": {"type": "Point", "coordinates": at}}
        for name, at in zip(CLASSES, places, strict=False)
    ]
    data = {"imagery": "simulated", "labels": {"type": "FeatureCollection", "features": features}}
    (fault,) = visit.context.request.post(f"{server.url}/adaptations", data=data).json()["errors"]
    return fault["reason"]


def test_a_label_beside_the_imagery_says_why_it_is_left_out(labelling, simulated, places):
    made = labelled(labelling, places, "water", "built-up")
    label(labelling, "bare", OFF)
    left_out = labelling.page.get_by_role("alert").filter(has_text="1 label is left out")
    left_out.get_by_text(reason_of(labelling, simulated, *made, OFF)).wait_for()

    (place,) = free_places(labelling, places["cropland"], 1)
    label(labelling, "cropland", place)
    wait_for_server(labelling, "water", "built-up", "cropland")
    assert counts(labelling) == {"water": 1, "built-up": 1, "bare": 1, "cropland": 1}

    left_out.get_by_role("button", name="Bare 1").click()
    labelling.button("Delete selected").click()
    left_out.wait_for(state="detached")
    wait_until_kept(labelling, 3)

"""A page that is loaded again, left, or opened by somebody else shows what was there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from browsing import Visit
from ground import places_of, wait_for_region
from labelling import CLASSES, counts, label_another
from on_the_map import begin, open_example, wait_for_version
from what_is_kept import kept_project, named, told, wait_until_kept

if TYPE_CHECKING:
    from playwright.sync_api import Request


@pytest.fixture
def worked_on(visit, simulated):
    """The example with a label more, looked at from near, with the confidence over an index."""
    open_example(visit, simulated.url)
    wait_for_region(visit)
    label_another(visit, "water", places_of(simulated)["water"])
    visit.step("Map")
    visit.page.get_by_role("radio", name="Confidence").check()
    visit.page.get_by_role("combobox", name="Imagery beneath").select_option("Vegetation (NDVI)")
    visit.page.get_by_role("slider", name="Opacity").press("ArrowLeft")
    visit.page.get_by_role("checkbox", name=re.compile("^Swipe")).check()
    visit.page.get_by_role("slider", name="Swipe between imagery and map").press("ArrowRight")
    visit.button("Zoom in").click()
    visit.page.wait_for_function("() => location.hash.includes('view=15/')")
    return visit


def shown(visit: Visit) -> dict[str, str]:
    """What the address says, but for the name that this browser has for the project."""
    parts = dict(part.split("=", 1) for part in visit.page.url.split("#")[1].split("&"))
    del parts["p"]
    return parts


def assert_is_as_left(visit: Visit) -> None:
    """What `worked_on` left is in every control."""
    page = visit.page
    wait_for_version(visit, 2)
    assert page.get_by_role("radio", name="Confidence").is_checked()
    assert page.get_by_role("combobox", name="Imagery beneath").input_value() == "ndvi"
    assert page.get_by_role("slider", name="Opacity").input_value() == "65"
    assert page.get_by_role("checkbox", name=re.compile("^Swipe")).is_checked()
    visit.step("Label")
    assert counts(visit) == dict.fromkeys(CLASSES, 5) | {"water": 6}


def is_of_confidence(request: Request) -> bool:
    return "/tiles/" in request.url and "layer=confidence" in request.url and "version=2" in request.url


def test_a_reload_keeps_labels_classes_view_and_layers(worked_on):
    wait_until_kept(worked_on, 36)
    place, project = shown(worked_on), kept_project(worked_on)
    with worked_on.page.expect_request(is_of_confidence):
        worked_on.page.reload()
    assert_is_as_left(worked_on)
    assert kept_project(worked_on) == project
    assert shown(worked_on) == place | {"step": "label"}


def test_the_address_opens_the_same_for_somebody_else(worked_on, chromium):
    labels = wait_until_kept(worked_on, 36)
    with Visit.begun(chromium) as other:
        with other.page.expect_request(is_of_confidence):
            begin(other, worked_on.page.url)
        assert_is_as_left(other)
        assert shown(other) == shown(worked_on) | {"step": "label"}
        assert wait_until_kept(other, 36) == labels
        mine, theirs = (
            [(entry["value"], entry["name"], entry["color"]) for entry in kept_project(each)["classes"]]
            for each in (worked_on, other)
        )
        assert theirs == mine
        assert named(other, "p") != named(worked_on, "p")
        assert told(other, f"adaptations/{named(other, 'adaptation')}")["version"] == 2
        other.expect_quiet_console()

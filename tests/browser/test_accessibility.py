"""axe-core finds nothing against WCAG 2.2 AA, wherever one gets to: steps and cards, light and dark, small screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from on_the_map import begin, open_example, wait_for_map

if TYPE_CHECKING:
    from browsing import Visit

STEPS = ("Where", "What", "Label", "Map", "Improve", "Take away")

SCREENS = {
    "desktop, light": {"color_scheme": "light"},
    "desktop, dark": {"color_scheme": "dark"},
    "tablet, dark": {"viewport": {"width": 768, "height": 1024}, "has_touch": True, "color_scheme": "dark"},
    "phone, light": {"viewport": {"width": 320, "height": 640}, "has_touch": True, "color_scheme": "light"},
}


def expect_none(visit: Visit, where: str) -> None:
    assert visit.violations() == [], where


@pytest.mark.parametrize("visit", SCREENS.values(), ids=list(SCREENS), indirect=True)
def test_nothing_is_found_in_any_step(visit, simulated):
    open_example(visit, simulated.url)
    for name in STEPS:
        visit.step(name)
        visit.page.get_by_role("heading", name=name, level=2).wait_for()
        if name == "Improve":
            visit.page.get_by_role("table").first.wait_for()
        visit.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        expect_none(visit, name)


@pytest.mark.parametrize(
    "visit", [SCREENS["desktop, light"], SCREENS["desktop, dark"]], ids=["light", "dark"], indirect=True
)
def test_nothing_is_found_in_what_lies_on_the_map(visit, simulated):
    open_example(visit, simulated.url)
    area = visit.page.get_by_role("region", name="Map of the region", exact=True)
    box = visit.page.locator(".map").bounding_box()
    visit.page.mouse.click(box["x"] + 0.42 * box["width"], box["y"] + 0.37 * box["height"])
    pixel = visit.page.get_by_role("region", name="Pixel", exact=True)
    pixel.get_by_role("img").first.wait_for()
    expect_none(visit, "the pixel card")
    pixel.get_by_role("button", name="Close the pixel").click()
    area.get_by_role("button", name="Layers").click()
    area.get_by_role("radio", name="Confidence").check()
    area.get_by_role("combobox", name="Imagery beneath").select_option("ndvi")
    area.get_by_role("checkbox", name="Swipe").check()
    wait_for_map(visit)
    expect_none(visit, "layers, with a swipe and two ramps")
    area.get_by_role("button", name="Keys").click()
    visit.page.get_by_role("dialog", name="Keys of the map").wait_for()
    expect_none(visit, "the keys")


def test_nothing_is_found_in_the_hints_and_the_welcome(visit, simulated):
    visit.page.goto(simulated.url)
    hints = visit.page.get_by_role("dialog", name="Hints")
    for _ in range(4):
        hints.get_by_role("button", name="Next hint").wait_for()
        expect_none(visit, hints.inner_text())
        hints.get_by_role("button", name="Next hint").click()
    hints.get_by_role("button", name="Got it").wait_for()
    expect_none(visit, hints.inner_text())
    visit.button("Language and colours").click()
    expect_none(visit, "settings")


def test_nothing_is_found_where_something_is_wrong(visit, simulated):
    begin(visit, f"{simulated.url}/?demo")
    wait_for_map(visit)
    visit.step("Label")
    visit.page.get_by_label("Label files").set_input_files(
        files=[{"name": "off.csv", "mimeType": "text/csv", "buffer": b"lon,lat,class\n10,10,water\n"}]
    )
    visit.page.get_by_role("alert").filter(has_text="left out").wait_for()
    expect_none(visit, "a label that is left out")
    visit.step("Where")
    visit.page.get_by_role("searchbox", name="Go to coordinates").fill("nowhere")
    visit.button("Go there").click()
    expect_none(visit, "coordinates that are none")

"""On a tablet, with fingers: everything can be reached, taps label, and what is dragged is moved and not labelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ground import places_of, wait_for_region
from labelling import counts
from on_the_map import begin, free_places, make_classes, open_example, wait_for_map, wait_for_version
from what_is_kept import kept_labels, wait_until_here, wait_until_kept

if TYPE_CHECKING:
    from browsing import Visit

STEPS = ("Where", "What", "Label", "Map", "Improve", "Take away")


def screen(width: int, height: int) -> dict:
    return {"viewport": {"width": width, "height": height}, "has_touch": True}


tablets = pytest.mark.parametrize(
    "visit", [screen(768, 1024), screen(1024, 768)], ids=["upright", "lying"], indirect=True
)
screens = pytest.mark.parametrize(
    "visit",
    [screen(768, 1024), screen(1024, 768), screen(320, 640)],
    ids=["upright", "lying", "narrow"],
    indirect=True,
)


@pytest.fixture
def labelling(visit, simulated):
    begin(visit, simulated.url)
    make_classes(visit, ["water", "built-up"])
    visit.step("Label")
    wait_for_region(visit)
    wait_for_map(visit)
    return visit


def tap_label(visit: Visit, name: str, places: list) -> None:
    strip = visit.page.get_by_role("radiogroup", name="Class of new labels")
    strip.get_by_text(name.capitalize()).tap()
    (place,) = free_places(visit, places, 1)
    visit.page.touchscreen.tap(*visit.pixel_of(*place))


def finger_drag(visit: Visit, by: tuple[int, int]) -> None:
    """One finger, over the middle of the map."""
    area = visit.page.locator(".map").bounding_box()
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    devtools = visit.context.new_cdp_session(visit.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        found = [{"x": round(left), "y": round(top)} for left, top in points]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": found})

    touch("touchStart", (x, y))
    for part in range(1, 9):
        touch("touchMove", (x + by[0] * part / 8, y + by[1] * part / 8))
    touch("touchEnd")
    devtools.detach()


def overflowing(visit: Visit) -> list[str]:
    """What is wider than the screen lets it be; the page itself, its panel and what is in it."""
    return visit.page.evaluate(
        """() => {
            const { documentElement: root, body } = document;
            const boxes = [root, body, ...document.querySelectorAll("main, .panel-scroll")];
            const wide = boxes.filter((each) => each.scrollWidth > each.clientWidth);
            const out = [...document.querySelectorAll("main *, .map-over *")].filter((each) => {
                const { left, right, width } = each.getBoundingClientRect();
                const isScrolled = each.parentElement.closest(
                    "table, section[tabindex], .map-classes, [class*=scroll]:not(.panel-scroll), .visually-hidden");
                return width > 1 && !isScrolled && (left < -1 || right > innerWidth + 1);
            });
            return [...wide, ...out].map((each) => `${each.tagName} ${each.className}`);
        }"""
    )


@tablets
def test_taps_label(labelling, simulated):
    places = places_of(simulated)
    tap_label(labelling, "water", places["water"])
    tap_label(labelling, "built-up", places["built-up"])
    wait_until_kept(labelling, 2)
    assert counts(labelling) == {"water": 1, "built-up": 1}
    labelling.step("Map")
    wait_for_version(labelling)


@tablets
def test_a_finger_that_is_dragged_moves_the_map_and_labels_nothing(labelling, simulated):
    places = places_of(simulated)
    tap_label(labelling, "water", places["water"])
    before = wait_until_here(labelling, 1)
    view = labelling.page.url.split("view=")[1].split("&")[0]
    finger_drag(labelling, (-120, -90))
    labelling.page.wait_for_function("view => !location.hash.includes(view)", arg=view)
    zoom, lat, lon = (float(part) for part in view.split("/"))
    now = [float(part) for part in labelling.page.url.split("view=")[1].split("&")[0].split("/")]
    assert now[0] == zoom
    assert now[1] < lat, "what is dragged up shows what lies to the south"
    assert now[2] > lon
    assert kept_labels(labelling) == before


@screens
def test_every_step_can_be_used_and_nothing_is_too_wide(visit, simulated):
    open_example(visit, simulated.url)
    for name in STEPS:
        visit.page.get_by_role("navigation", name="Steps").get_by_role("button", name=name).tap()
        visit.page.get_by_role("heading", name=name, level=2, exact=True).wait_for()
        visit.page.get_by_text("Working it out").first.wait_for(state="detached")
        assert overflowing(visit) == []
        for control in visit.page.locator(".panel").get_by_role("button").all():
            if control.is_enabled():
                control.tap(trial=True)  # it can be brought into sight, and nothing lies on it


@screens
def test_a_pixel_is_asked_about_with_a_tap(visit, simulated):
    open_example(visit, simulated.url)
    visit.step("Map")
    wait_for_version(visit)
    area = visit.page.locator(".map").bounding_box()
    visit.page.touchscreen.tap(area["x"] + area["width"] / 2, area["y"] + 0.7 * area["height"])
    card = visit.page.get_by_role("region", name="Pixel", exact=True)
    card.get_by_role("heading", name="Spectrum").wait_for()
    assert overflowing(visit) == []
    visit.button("Close the pixel").tap()
    card.wait_for(state="detached")
    visit.button("Layers").tap()
    visit.page.get_by_role("slider", name="Opacity").first.wait_for()
    assert overflowing(visit) == []

"""The whole flow without a mouse: every control is reached, seen and used with keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rasterio
from ground import wait_for_region
from on_the_map import begin, wait_for_map, wait_for_version

if TYPE_CHECKING:
    from browsing import Visit

MOST_TABS = 120

IS_SEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "nothing has the focus";
  const style = getComputedStyle(at);
  const isMarked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return at.matches(":focus-visible") && isMarked ? "" : at.outerHTML.slice(0, 200);
}"""


def tab_to(visit: Visit, target: Any) -> None:
    """With Tab alone; what has the focus on the way can be seen to have it."""
    for _ in range(MOST_TABS):
        if target.evaluate("(each) => each === document.activeElement"):
            assert visit.page.evaluate(IS_SEEN) == ""
            return
        visit.page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {target}")


def press(visit: Visit, *keys: str) -> None:
    for key in keys:
        visit.page.keyboard.press(key)


def said(visit: Visit, text: str) -> None:
    """To screen readers."""
    area = visit.page.get_by_role("region", name="Map of the region", exact=True)
    area.get_by_role("status").filter(has_text=text).wait_for()


def test_from_the_open_page_to_the_downloaded_map(visit, simulated, tmp_path):
    begin(visit, simulated.url)
    wait_for_region(visit)
    page = visit.page
    press(visit, "Alt+2")
    tab_to(visit, visit.button("Use these 6 common classes"))
    press(visit, "Enter")
    page.get_by_role("textbox", name="Name of Tree cover", exact=True).wait_for()

    press(visit, "Alt+3")
    tab_to(visit, page.locator(".map"))
    press(visit, "p", "1", "Enter")
    said(visit, "Label added: Tree cover")
    press(visit, *["ArrowRight"] * 2, "3", "Enter")
    said(visit, "Label added")
    press(visit, "Alt+4")
    wait_for_version(visit)
    wait_for_map(visit)

    tab_to(visit, page.locator(".map"))
    press(visit, "l", "ArrowDown", "ArrowDown", "Enter")  # in the middle is the label
    pixel = page.get_by_role("region", name="Pixel", exact=True)
    pixel.get_by_role("img").first.wait_for()
    press(visit, "Escape")
    pixel.wait_for(state="detached")

    press(visit, "Control+z")
    press(visit, "Alt+3")
    page.get_by_text("1 label", exact=True).wait_for()
    press(visit, "Control+Shift+z", "Alt+6")
    make = visit.button("Make the full map")
    page.wait_for_function(
        "() => [...document.querySelectorAll('button')].some("
        "(each) => each.textContent === 'Make the full map' && !each.disabled && !each.ariaDisabled)"
    )
    tab_to(visit, make)
    press(visit, "Enter")
    link = page.get_by_role("link", name="Map (GeoTIFF)")
    link.wait_for(timeout=60_000)
    tab_to(visit, link)
    with page.expect_download() as download:
        press(visit, "Enter")
    download.value.save_as(tmp_path / "map.tif")
    with rasterio.open(tmp_path / "map.tif") as source:
        assert set(source.read(1).ravel().tolist()) <= {0, 10, 40, 30}
    assert visit.clicks == 0


def test_a_polygon_and_a_label_that_goes_again(visit, simulated):
    begin(visit, f"{simulated.url}/?demo")
    wait_for_map(visit)
    press(visit, "Alt+3")
    tab_to(visit, visit.page.locator(".map"))
    press(visit, "g", "2", "Enter", "ArrowRight", "Enter", "ArrowDown", "Enter", "f")
    said(visit, "Label added")
    visit.page.get_by_text("36 labels", exact=True).wait_for()
    press(visit, "Control+z")
    visit.page.get_by_text("35 labels", exact=True).wait_for()

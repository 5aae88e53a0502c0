"""What can be looked at: layers, how much of each, one beside the other, and all that is known of a pixel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from ground import folder_of
from on_the_map import open_example, wait_for_version
from pictures import differing, other_picture, picture
from pyproj import Transformer
from what_is_kept import named, told

if TYPE_CHECKING:
    from browsing import Visit

MIDDLE = (slice(150, 470), slice(250, 600))
"""Of the picture: within the region."""

VIRIDIS = [
    (0, "#440154"),
    (10, "#482475"),
    (20, "#414487"),
    (30, "#355f8d"),
    (40, "#2a788e"),
    (50, "#21918c"),
    (60, "#22a884"),
    (70, "#44bf70"),
    (80, "#7ad151"),
    (90, "#bddf26"),
    (100, "#fde725"),
]
"""Matplotlib's colours, a tenth apart."""


@pytest.fixture
def looking(visit, simulated):
    """The step Map of the example."""
    open_example(visit, simulated.url)
    visit.step("Map")
    wait_for_version(visit)
    return visit


def set_opacity(visit: Visit, share: int) -> None:
    visit.page.get_by_role("slider", name="Opacity").fill(str(share))


def show_beneath(visit: Visit, title: str) -> None:
    visit.page.get_by_role("combobox", name="Imagery beneath").select_option(title)


def far_from(shown: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """(N,) how far each pixel is from the nearest of the colours, in the channel that differs most."""
    pixels = shown.reshape(-1, 3).astype(int)
    return np.min([np.abs(pixels - color).max(axis=1) for color in colors], axis=0)


def rgb(color: str) -> list[int]:
    return [int(color[at : at + 2], 16) for at in (1, 3, 5)]


def along(ramp: list[tuple[float, str]]) -> np.ndarray:
    """Colours of a ramp, by values in small steps."""
    values, colors = zip(*ramp, strict=True)
    steps = np.linspace(values[0], values[-1], 200)
    return np.stack(
        [np.interp(steps, values, channel) for channel in zip(*map(rgb, colors), strict=True)], axis=1
    )


def redness(shown: np.ndarray) -> float:
    """By how much red is brighter than green."""
    red, green, _ = shown[MIDDLE].reshape(-1, 3).mean(axis=0)
    return float(red - green)


def test_land_cover_has_the_colours_of_its_classes(looking):
    before = picture(looking)
    set_opacity(looking, 100)
    shown = other_picture(looking, before)[MIDDLE]
    areas = told(looking, f"adaptations/{named(looking, 'adaptation')}/areas")
    colors = [rgb(entry["color"]) for entry in areas["classes"]]
    assert np.mean(far_from(shown, np.array(colors)) == 0) > 0.9  # the rest are labels


def test_confidence_is_another_layer_with_its_own_legend(looking):
    set_opacity(looking, 100)
    cover = picture(looking)
    looking.page.get_by_role("radio", name="Confidence").check()
    confidence = other_picture(looking, cover)
    looking.page.get_by_role("img", name="Confidence, from 0% to 100%").wait_for()
    assert np.mean(far_from(confidence[MIDDLE], along(VIRIDIS)) <= 14) > 0.9
    looking.page.get_by_role("radio", name="Land cover").check()
    assert differing(other_picture(looking, confidence), cover) < 0.001


def test_imagery_is_shown_in_false_colour_and_as_an_index(looking):
    before = picture(looking)
    set_opacity(looking, 0)
    true = other_picture(looking, before)
    show_beneath(looking, "False colour (near infrared)")
    false = other_picture(looking, true)
    assert redness(false) > redness(true) + 30, (
        "plants are bright in the near infrared, and it is shown as red"
    )
    show_beneath(looking, "Vegetation (NDVI)")
    index = other_picture(looking, false)
    looking.page.get_by_role("img", name="Vegetation (NDVI), from -0.2 to 1").wait_for()
    (ndvi,) = [each for each in told(looking, "imagery")["imagery"][0]["layers"] if each["id"] == "ndvi"]
    assert np.mean(far_from(index[MIDDLE], along(ndvi["ramp"])) <= 6) > 0.9
    show_beneath(looking, "True colour")
    assert differing(other_picture(looking, index), true) < 0.001


def test_opacity_mixes_map_and_imagery(looking):
    set_opacity(looking, 100)
    cover = picture(looking)
    set_opacity(looking, 0)
    imagery = other_picture(looking, cover)
    set_opacity(looking, 50)
    both = other_picture(looking, imagery)
    assert differing(both, (cover.astype(int) + imagery) // 2, by=6) < 0.02


@pytest.fixture
def swiping(looking):
    """Swipe in the middle, and what the map shows without: (visit, map, imagery)."""
    set_opacity(looking, 100)
    cover = picture(looking)
    set_opacity(looking, 0)
    imagery = other_picture(looking, cover)
    set_opacity(looking, 100)
    looking.page.get_by_role("checkbox", name=re.compile("^Swipe")).check()
    return looking, cover, imagery


def assert_is_divided(swiping: tuple[Visit, np.ndarray, np.ndarray], share: float) -> None:
    """Imagery up to there, the map beyond; the divider and its handle lie in between."""
    visit, cover, imagery = swiping
    shown = picture(visit)
    at = round(share * shown.shape[1])
    left, right = slice(0, max(0, at - 30)), slice(at + 30, None)
    if at > 30:
        assert differing(shown[:, left], imagery[:, left]) < 0.01
    if at < shown.shape[1] - 30:
        assert differing(shown[:, right], cover[:, right]) < 0.01


def test_the_swipe_is_moved_with_keys(swiping):
    divider = swiping[0].page.get_by_role("slider", name="Swipe between imagery and map")
    assert_is_divided(swiping, 0.5)
    divider.press("PageDown")
    divider.press("ArrowLeft")
    assert divider.get_attribute("aria-valuenow") == "39"
    assert_is_divided(swiping, 0.39)
    divider.press("Home")
    assert_is_divided(swiping, 0.0)
    divider.press("End")
    assert_is_divided(swiping, 1.0)


def test_the_swipe_is_dragged(swiping):
    visit = swiping[0]
    divider = visit.page.get_by_role("slider", name="Swipe between imagery and map")
    handle, area = divider.bounding_box(), visit.page.locator(".map").bounding_box()
    row = area["y"] + area["height"] / 2
    visit.page.mouse.move(handle["x"] + handle["width"] / 2, row)
    visit.page.mouse.down()
    visit.page.mouse.move(area["x"] + 0.7 * area["width"], row, steps=4)
    visit.page.mouse.up()
    assert float(divider.get_attribute("aria-valuenow")) == pytest.approx(70, abs=1)
    assert_is_divided(swiping, 0.7)


def test_a_pixel_has_probabilities_a_spectrum_and_labels_like_it(looking, simulated):
    looking.click_map(-8.9673, 49.9893)
    card = looking.page.get_by_role("region", name="Pixel", exact=True)
    card.get_by_role("heading", name="Spectrum").wait_for()

    shares = [
        int(each) for each in re.findall(r"(\d+)%", " ".join(card.get_by_role("listitem").all_inner_texts()))
    ]
    assert len(shares) == 7
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=3)  # seven that are rounded

    heading = card.get_by_role("heading", name="Pixel at").inner_text()
    lat, lon = (float(part) for part in re.findall(r"\d+\.\d+", heading))
    card.get_by_text("The spectrum as a table").click()
    rows = [row.split("\t") for row in card.get_by_role("table").inner_text().splitlines()[1:]]
    with rasterio.open(folder_of(simulated) / "imagery.tif") as imagery:
        x, y = Transformer.from_crs(4326, imagery.crs, always_xy=True).transform(-lon, lat)
        stored = next(imagery.sample([(x, y)]))
        assert [row[0] for row in rows] == list(imagery.descriptions)
    assert [float(row[2]) for row in rows] == pytest.approx(list(stored / 1e4), abs=6e-4)

    likest = card.get_by_role("button", name=re.compile(r", distance \d")).first
    name = likest.inner_text().split(",")[0].strip()
    likest.click()
    looking.button("Close the pixel").click()
    card.wait_for(state="detached")
    looking.step("Label")
    looking.page.get_by_role("heading", name=re.compile(rf"^{name} \d+$")).wait_for()  # it is selected

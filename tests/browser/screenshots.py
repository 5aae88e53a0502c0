"""Pictures of the map page for the documents: `make screenshots`.

Of the real scene where LANDSHOT_DATA has it, else of the simulated region.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests"))

from browsing import Visit, launched  # noqa: E402 - after the path that has what it imports
from on_the_map import begin, wait_for_map, wait_for_version  # noqa: E402
from PIL import Image  # noqa: E402
from serving_scenes import RestartableServer, options_of  # noqa: E402

from app.bundled import NAME  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURES = ROOT / "docs" / "images"
DATA = Path(os.environ.get("LANDSHOT_DATA", ROOT.parent / "shared" / "data"))
SCENE = DATA / "eval" / "scenes" / "aberystwyth"
TOWN = "-4.097, 52.391, -4.02, 52.433"
LABELS_OF_CLASS = 8
MOST_LABELS = 26
MOST_BYTES = 150_000

ASKED = (0.3, 0.6)
"""The pixel that is asked about, as shares of the map's width and height."""

DESK = {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1}
TABLET = {"viewport": {"width": 768, "height": 1024}, "device_scale_factor": 1, "has_touch": True}

COLORS = {"forest": "#006400", "grass": "#B4D26E", "urban": "#D7263D", "water": "#1F78B4"}


def chosen_labels(document: dict[str, Any]) -> dict[str, Any]:
    """Some of each class, from as many of the class's polygons as there are."""
    polygons: dict[str, dict[Any, list[dict[str, Any]]]] = {}
    for feature in document["features"]:
        properties = feature["properties"]
        of_class = polygons.setdefault(properties["class"], {})
        of_class.setdefault(properties.get("group"), []).append(feature)
    few = [
        [feature for turn in zip_longest(*groups.values()) for feature in turn if feature][:LABELS_OF_CLASS]
        for groups in polygons.values()
    ]
    features = [feature for turn in zip_longest(*few) for feature in turn if feature][:MOST_LABELS]
    return {"type": "FeatureCollection", "features": features}


def with_palette(picture: Image.Image, colors: int) -> Image.Image:
    """Half of the colours for what there is most of, the map; half for what stands out, as text and buttons do."""
    most, apart = (
        picture.quantize(colors // 2, method=method).getpalette()
        for method in (Image.Quantize.MEDIANCUT, Image.Quantize.MAXCOVERAGE)
    )
    both = Image.new("P", (1, 1))
    both.putpalette([*(most or []), *(apart or [])])
    return picture.quantize(palette=both, dither=Image.Dither.NONE)


def keep(visit: Visit, name: str) -> None:
    """With as many colours as there is room for."""
    wait_for_map(visit)
    visit.page.get_by_text("Working it out").first.wait_for(state="detached")
    visit.page.mouse.move(0, 0)
    visit.page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(visit.page.screenshot(animations="disabled"))).convert("RGB")
    for colors in (256, 192, 128, 96, 64, 48):
        kept = io.BytesIO()
        with_palette(picture, colors).save(kept, "PNG", optimize=True)
        if kept.tell() <= MOST_BYTES:
            break
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"page-{name}.png").write_bytes(kept.getvalue())
    print(f"page-{name}.png: {kept.tell() / 1000:.0f} kB, {colors} colours")  # noqa: T201 - for who runs it


def bring_labels(visit: Visit, labels: Path) -> None:
    visit.step("Label")
    visit.page.get_by_label("Label files").set_input_files(labels)
    added = visit.page.get_by_role("status").filter(has_text="Added ")
    added.wait_for()
    added.get_by_role("button", name="Close").click()
    for name, color in COLORS.items():
        visit.step("What")
        field = visit.page.get_by_label(f"Colour of {name.capitalize()}", exact=True)
        if field.count():
            field.fill(color.lower())
    visit.step("Map")
    wait_for_version(visit)
    wait_for_map(visit)


def go_to(visit: Visit, box: str) -> None:
    visit.step("Where")
    search = visit.page.get_by_role("searchbox", name="Go to coordinates")
    search.fill(box)
    search.press("Enter")
    visit.page.locator(".panel-scroll").evaluate("panel => panel.scrollTo(0, 0)")
    wait_for_map(visit)


def on_the_desk(visit: Visit, url: str, labels: Path, near: str) -> str:
    """All steps; the address of what there is in the end."""
    begin(visit, url)
    if near:
        go_to(visit, near)
    keep(visit, "where")
    bring_labels(visit, labels)
    if near:
        go_to(visit, near)  # labels of a file are shown all, so the map has gone to them
    opacity = visit.page.get_by_role("slider", name="Opacity")
    opacity.fill("60")
    visit.step("What")
    keep(visit, "what")
    visit.step("Label")
    keep(visit, "label")
    visit.step("Map")
    box = visit.page.locator(".map").bounding_box()
    assert box
    visit.page.mouse.click(box["x"] + ASKED[0] * box["width"], box["y"] + ASKED[1] * box["height"])
    visit.page.get_by_role("heading", name="Spectrum").wait_for()
    keep(visit, "map")
    visit.button("Close the pixel").click()
    visit.step("Improve")
    keep(visit, "improve")
    visit.step("Take away")
    visit.button("Make the full map").click()
    visit.page.get_by_role("link", name="Map (GeoTIFF)").wait_for(timeout=120_000)
    keep(visit, "take")
    visit.step("Improve")
    return visit.page.url


def elsewhere(browser: Browser, address: str, name: str, step: str, **settings: Any) -> None:
    """What somebody sees who is given the address."""
    with Visit.begun(browser, **settings) as visit:
        begin(visit, address)
        visit.step("Map")
        wait_for_version(visit)
        visit.step(step)
        keep(visit, name)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        has_scene = SCENE.is_dir()
        scenes = {"aberystwyth": SCENE / "image_utm.tif"} if has_scene else {}
        with RestartableServer(Path(folder), *options_of(**scenes)) as server, launched() as browser:
            known = SCENE / "labels_test.geojson" if has_scene else Path(folder) / NAME / "labels.geojson"
            labels = Path(folder) / "labels.geojson"
            labels.write_text(json.dumps(chosen_labels(json.loads(known.read_text()))))
            with Visit.begun(browser, **DESK) as visit:
                address = on_the_desk(visit, server.url, labels, TOWN if has_scene else "")
                visit.expect_quiet_console()
            elsewhere(browser, address, "dark", "Improve", color_scheme="dark", **DESK)
            elsewhere(browser, address, "tablet", "Label", **TABLET)


if __name__ == "__main__":
    main()

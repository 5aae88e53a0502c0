"""A catalogue in the page: period, box, plan, and imagery that is made of many scenes."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from on_the_map import begin
from pictures import other_picture, picture
from pyproj import Geod
from servers.stac_service import StacService
from serving_scenes import RestartableServer
from shapely.geometry import box

from geodata.simulation.catalogue_options import CatalogueOptions

if TYPE_CHECKING:
    from browsing import Visit

SUMMER = CatalogueOptions(
    size_km=2.0,
    dates=tuple(date(2025, month, day) for month in (6, 7, 8) for day in (4, 9, 14, 24)),
    orbits=1,
    cloud_shares=(0.1, 0.4, 0.9, 0.2),
    veil_shares=(0.0,),
)
"""Three months, four overpasses each, of which one is cloudy."""


@pytest.fixture(scope="module")
def made(simulated_catalogue):
    return simulated_catalogue(SUMMER)


@pytest.fixture(scope="module")
def server(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalogue-server")
    with StacService(made.folder) as service:
        source = {
            "preset": "earth-search-sentinel-2-l2a",
            "url": service.url,
            "collections": [made.collection_id],
            "steps": "month",
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in source.items()]
        (folder / "sources.toml").write_text("\n".join(["[summer]", *lines, ""]))
        with RestartableServer(folder, f"--sources={folder / 'sources.toml'}") as running:
            yield running


def fill_period(visit: Visit, start: str, end: str) -> None:
    visit.page.get_by_label("First day").fill(start)
    visit.page.get_by_label("Last day").fill(end)


def go_to(visit: Visit, bbox: tuple[float, float, float, float]) -> None:
    """And wait until the map is there."""
    search = visit.page.get_by_role("searchbox", name="Go to coordinates")
    search.fill(", ".join(map(str, bbox)))
    search.press("Enter")
    lon, lat = (bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2
    visit.page.wait_for_function(
        """([lon, lat]) => {
            const [zoom, y, x] = /view=([^&]+)/.exec(location.hash)?.[1].split("/").map(Number) ?? [0, 0, 0];
            return zoom > 10 && Math.abs(x - lon) < 1e-3 && Math.abs(y - lat) < 1e-3;
        }""",
        arg=[lon, lat],
    )


def draw_box(visit: Visit, west: float, south: float, east: float, north: float) -> None:
    visit.button("Draw a box").click()
    visit.page.mouse.move(*visit.pixel_of(west, south))
    visit.page.mouse.down()
    visit.page.mouse.move(*visit.pixel_of(east, north), steps=5)
    visit.page.mouse.up()
    visit.page.get_by_text("A box is mapped.").wait_for()


def inner(bbox: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The middle half of it each way."""
    west, south, east, north = bbox
    across, up = (east - west) / 4, (north - south) / 4
    return west + across, south + up, east - across, north - up


@pytest.fixture
def there(visit, server, made):
    """The catalogue chosen, and the map where it has scenes."""
    begin(visit, server.url)
    visit.page.get_by_role("radio", name="summer").check()
    go_to(visit, tuple(made.bbox))
    return visit


def test_a_box_and_a_period_are_planned_and_seen(there, made):
    nothing = picture(there)
    fill_period(there, "2025-06-01", "2025-08-31")
    draw_box(there, *inner(made.bbox))
    plan = there.page.get_by_role("region", name="Plan")
    plan.get_by_text("This can be mapped.").wait_for()
    facts = dict(
        zip(*(plan.get_by_role(role).all_inner_texts() for role in ("term", "definition")), strict=True)
    )
    assert facts["Scenes"] == "9 of 12 found"
    assert facts["Dates"] == "3"
    assert 50 < int(re.fullmatch(r"(\d+)% on average", facts["Clear"])[1]) <= 100
    hectares = int(re.fullmatch(r"(\d+) ha", facts["Area"])[1])
    on_the_globe = Geod(ellps="WGS84").geometry_area_perimeter(box(*inner(made.bbox)))[0] / 1e4
    assert hectares == pytest.approx(
        abs(on_the_globe), rel=0.15
    )  # drawn by hand, and widened to whole pixels
    plan.get_by_text("What each date shows").click()
    plan.get_by_role("rowheader").first.wait_for()
    assert plan.get_by_role("rowheader").count() == 3
    shown = other_picture(there, nothing)
    assert np.std(shown[200:420, 300:560].reshape(-1, 3), axis=0).max() > 5, "fields of several colours"


def test_a_period_without_scenes_is_refused_in_words(there, made):
    fill_period(there, "2019-01-01", "2019-02-28")
    draw_box(there, *inner(made.bbox))
    there.page.get_by_text("This cannot be mapped yet.").wait_for()
    refusal = there.page.get_by_role("alert").filter(has_text="No imagery of this area in this period")
    refusal.get_by_text("no scene of summer in the box between 2019-01-01 and 2019-02-28").wait_for()
    fill_period(there, "2025-06-01", "2025-08-31")
    there.page.get_by_text("This can be mapped.").wait_for()

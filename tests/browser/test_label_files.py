"""Labels that are brought along: dropped, chosen or pasted; and files that are none."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from ground import folder_of, wait_for_region
from labelling import counts
from on_the_map import begin
from what_is_kept import kept_project, wait_until_here, wait_until_kept

if TYPE_CHECKING:
    from pathlib import Path

    from browsing import Visit
    from what_is_kept import Labels


@pytest.fixture
def here(visit, simulated):
    """The open page; nothing has been said but which imagery it is, of which there is no other."""
    begin(visit, simulated.url)
    wait_for_region(visit)
    return visit


@pytest.fixture
def labels(simulated) -> Path:
    """35 points of seven classes, as GeoJSON."""
    return folder_of(simulated) / "labels.geojson"


def as_labels(file: Path) -> Labels:
    return Counter(
        (feature["properties"]["class"], json.dumps(feature["geometry"], sort_keys=True))
        for feature in json.loads(file.read_text())["features"]
    )


def as_csv(labels: Path, folder: Path) -> Path:
    table = folder / "labels.csv"
    rows = [
        (*feature["geometry"]["coordinates"], feature["properties"]["class"])
        for feature in json.loads(labels.read_text())["features"]
    ]
    table.write_text("\n".join(["lon,lat,class", *(f"{lon},{lat},{name}" for lon, lat, name in rows), ""]))
    return table


def as_geopackage(labels: Path, folder: Path) -> Path:
    package = folder / "labels.gpkg"
    gpd.read_file(labels).to_file(package, layer="labels", driver="GPKG")
    return package


def drop(visit: Visit, file: Path) -> None:
    """As the browser itself does where a file is dragged over the map and let go."""
    devtools = visit.context.new_cdp_session(visit.page)
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 800, "y": 500, "data": data})
    visit.page.get_by_text("Drop labels here").wait_for()
    devtools.send("Input.dispatchDragEvent", {"type": "drop", "x": 800, "y": 500, "data": data})
    devtools.detach()


def choose(visit: Visit, file: Path) -> None:
    visit.step("Label")
    visit.page.get_by_label("Label files").set_input_files(file)


def paste(visit: Visit, file: Path) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.evaluate("text => navigator.clipboard.writeText(text)", file.read_text())
    visit.page.keyboard.press("Control+v")


def same(labels: Path, _: Path) -> Path:
    return labels


@pytest.mark.parametrize(
    ("bring", "made"), [(drop, same), (drop, as_csv), (choose, as_geopackage), (paste, same)]
)
def test_labels_of_a_file_are_all_there_with_their_classes(bring, made, here, labels, tmp_path):
    bring(here, made(labels, tmp_path))
    here.page.get_by_text("Added 35 labels of 7 classes.").wait_for()
    assert wait_until_kept(here, 35) == as_labels(labels)
    assert counts(here) == Counter(name for name, _ in as_labels(labels).elements())
    here.button("Undo").last.click()
    here.page.get_by_text("First say which classes there are.").wait_for()
    wait_until_here(here, 0)


BROKEN = {
    "cut.geojson": b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry"',
    "columns.csv": b"name,size\nlake,4\n",
    "text.gpkg": b"this is no database",
    "picture.png": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_words_and_changes_nothing(name, here, simulated, tmp_path):
    before = kept_project(here)
    file = tmp_path / name
    file.write_bytes(BROKEN[name])
    address = f"{simulated.url}/labels/read"
    problem = here.context.request.post(address, params={"name": name}, data=BROKEN[name]).json()
    assert problem["status"] == 422
    here.refusals.append(422)
    drop(here, file)
    here.page.get_by_text(f"{name}: Nothing was added.").wait_for()
    shown = here.page.get_by_role("alert").inner_text()
    assert problem["title"] in shown
    assert problem["detail"] in shown
    assert kept_project(here) == before

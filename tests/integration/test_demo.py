from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import numpy as np
import pytest
import rasterio
from PIL import Image
from servers.surroundings import environment

from app.preview import Marker, draw_preview, in_colours, true_colour
from geodata.legend import Legend

FILES = [
    "confidence.tif",
    "imagery.tif",
    "item.json",
    "labels.geojson",
    "landcover.tif",
    "landcover.tif.aux.xml",
    "preview.png",
    "request.json",
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What `landshot demo` leaves and says, and how long it took."""
    folder = tmp_path_factory.mktemp("demo")
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "app", "demo", "--output", "demo-output"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(),
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder / "demo-output", done.stdout, time.perf_counter() - began


def test_the_demo_leaves_everything_and_ends_by_itself(demo):
    folder, _, seconds = demo
    assert sorted(entry.name for entry in folder.iterdir()) == FILES
    assert sorted(entry.name for entry in folder.parent.iterdir()) == ["demo-output"]
    assert seconds < 60


def test_the_demo_says_how_good_how_fast_and_what_next(demo):
    _, said, _ = demo
    assert 0.5 < float(re.search(r"balanced accuracy (0\.\d+)", said)[1]) <= 1
    assert re.search(
        r"POST /adapt: reading labels \d+ ms, .*adapting \d+ ms, mapping \d+ ms, writing \d+ ms", said
    )
    assert "curl -X POST" in said
    assert "landshot adapt --imagery" in said


def test_the_accuracy_that_the_demo_tells_is_right(demo):
    folder, said, _ = demo
    from geodata.simulation.scenes import simulate_scene  # noqa: PLC0415 - slow to import

    truth = simulate_scene(7).truth
    with rasterio.open(folder / "landcover.tif") as source:
        mapped = source.read(1)
        inverse = ~source.transform
        for feature in json.loads((folder / "request.json").read_text())["labels"]["features"]:
            x, y = _utm(source.crs, *feature["geometry"]["coordinates"])
            col, row = inverse @ (x, y)
            mapped[int(row), int(col)] = 0
    known = (mapped > 0) & (truth > 0)
    recalls = [(mapped[known & (truth == value)] == value).mean() for value in np.unique(truth[known])]
    assert float(re.search(r"balanced accuracy (0\.\d+)", said)[1]) == pytest.approx(
        np.mean(recalls), abs=6e-4
    )


def _utm(crs, lon, lat):
    from rasterio.warp import transform  # noqa: PLC0415 - one use

    (x,), (y,) = transform("EPSG:4326", crs, [lon], [lat])
    return x, y


def test_the_files_of_the_demo_belong_together(demo):
    folder, _, _ = demo
    with (
        rasterio.open(folder / "imagery.tif") as imagery,
        rasterio.open(folder / "landcover.tif") as landcover,
    ):
        assert (imagery.transform, imagery.shape, imagery.crs) == (
            landcover.transform,
            landcover.shape,
            landcover.crs,
        )
    item = json.loads((folder / "item.json").read_text())
    assert item["links"] == []
    for asset in item["assets"].values():
        assert (folder / asset["href"]).is_file()


def test_the_preview_has_imagery_map_and_legend_side_by_side(demo):
    folder, _, _ = demo
    with Image.open(folder / "preview.png") as picture:
        assert picture.width > 1.8 * picture.height
        assert picture.width >= 1200
        pixels = np.asarray(picture.convert("RGB"))
    with rasterio.open(folder / "landcover.tif") as source:
        classes = json.loads(source.tags()["CLASSES"])
    thirds = np.array_split(
        pixels.reshape(-1, pixels.shape[1], 3), [pixels.shape[1] * 3 // 8, pixels.shape[1] * 6 // 8], axis=1
    )
    for entry in classes:
        colour = [int(entry["color"][start : start + 2], 16) for start in (1, 3, 5)]
        in_map, in_legend = ((third == colour).all(axis=-1).sum() for third in thirds[1:])
        assert in_map > 0, entry["name"]
        assert in_legend > 100, entry["name"]


def test_true_colour_stretches_all_bands_alike_and_shows_missing_pixels_white():
    red = np.full((4, 4), 0.3, dtype=np.float32)
    green, blue = red / 2, red / 3
    red[0, 0] = np.nan
    shown = true_colour(red, green, blue)
    assert shown[0, 0].tolist() == [255, 255, 255]
    assert shown[1, 1, 0] > shown[1, 1, 1] > shown[1, 1, 2]


def test_a_map_without_any_known_pixel_can_be_drawn_too():
    nothing = np.full((3, 3), np.nan, dtype=np.float32)
    legend = Legend.from_names(["water", "a class with a name that is far too long for the legend's column"])
    classes = np.zeros((3, 3), dtype=np.uint8)
    picture = draw_preview(
        true_colour(nothing, nothing, nothing),
        classes,
        legend,
        markers=[Marker(1.5, 1.5, legend.classes[0])],
        areas_m2={},
        caption="",
    )
    assert picture.width > picture.height
    assert in_colours(classes, legend).min() == 255

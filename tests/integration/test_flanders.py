"""A real catalogue, served on loopback: 40 dates of Sentinel-2 over 640 m of fields, clouds included."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from catalogues import write_sources
from odc.geo.geobox import GeoBox

from geodata.grid import region_on_grid
from geodata.label_pixels import locate_labels
from geodata.labels import read_labels
from geodata.legend import Legend

BOX = "3.0193042,50.8130854,3.028392,50.8188427"


def balanced_accuracy(path, labels):
    """Mean share of each class's labels that the map has right."""
    truth = read_labels(labels)
    with rasterio.open(path) as file:
        mapped = file.read(1)
        legend = Legend.from_json(
            [{key: c[key] for key in ("value", "name")} for c in json.loads(file.tags()["CLASSES"])]
        )
        region = region_on_grid(None, GeoBox(file.shape, file.transform, str(file.crs)))
    pixels = locate_labels(truth, legend, region)
    values = np.array([entry.value for entry in legend])[pixels.class_index]
    right = mapped[pixels.rows, pixels.cols] == values
    return float(np.mean([right[pixels.class_index == k].mean() for k in np.unique(pixels.class_index)]))


@pytest.fixture
def source(flanders, serve_stac, tmp_path):
    service = serve_stac(flanders)
    table = {
        "preset": "earth-search-sentinel-2-l2a",
        "url": service.url,
        "collections": ["flanders-b424a-sentinel-2-l2a"],
    }
    return write_sources(tmp_path / "sources.toml", flanders=table)


@pytest.fixture
def accuracy(landshot, flanders, source, tmp_path):
    def run(*options):
        landshot(
            "adapt", "--imagery", "flanders", "--sources", source, "--bbox", BOX,
            "--labels", flanders / "labels_train.geojson", "--output", "map.tif",
            "--cache-dir", tmp_path / "cache", *options,
        )  # fmt: skip
        return balanced_accuracy(landshot.folder / "map.tif", flanders / "labels_test.geojson")

    run.folder = landshot.folder
    return run


@pytest.mark.real_data
def test_steps_of_a_year_are_worth_more_than_its_best_day(accuracy):
    year = ("--start", "2018-03-01", "--end", "2018-11-30")
    monthly = accuracy(*year, "--steps", "month")
    item = json.loads((accuracy.folder / "map.json").read_text())
    assert len(item["properties"]["landshot:steps"]) == 9
    assert all(step["clear_share"] > 0.1 for step in item["properties"]["landshot:steps"])
    seasonal = accuracy(*year, "--steps", "season")
    best_day = accuracy("--start", "2018-05-24", "--end", "2018-05-24", "--steps", "all")
    assert monthly > best_day + 0.05
    assert seasonal > best_day + 0.02
    assert monthly > 0.55

"""Real Sentinel-2 scenes, five labels a class, no option but the inputs: what the first map of a user is worth."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import rasterio
from rasterio.warp import transform
from rio_cogeo.cogeo import cog_validate
from servers.surroundings import environment
from sklearn.metrics import balanced_accuracy_score

SCENES = [("aberystwyth", "image_utm.tif", 0.95), ("leipzig", "image.tif", 0.85)]


@pytest.mark.real_data
@pytest.mark.parametrize(("scene", "image", "least"), SCENES)
def test_five_labels_a_class_make_a_good_map(real_data, tmp_path, scene, image, least):
    folder = real_data / "eval" / "scenes" / scene
    output = tmp_path / "map.tif"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "app",
            "adapt",
            f"--imagery={folder / image}",
            f"--labels={folder / 'labels_train.geojson'}",
            f"--output={output}",
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    truth, mapped = asked_about(folder / "labels_test.geojson", output)
    assert balanced_accuracy_score(truth, mapped) >= least
    assert cog_validate(output, strict=True)[:2] == (True, [])


def asked_about(labels, output):
    """Class names in the label file, and in the map at the same places."""
    features = json.loads(labels.read_text())["features"]
    lon, lat = np.array([f["geometry"]["coordinates"] for f in features]).T
    with rasterio.open(output) as source:
        x, y = transform("EPSG:4326", source.crs, lon, lat)
        values = [int(v[0]) for v in source.sample(zip(x, y, strict=True))]
        names = {entry["value"]: entry["name"] for entry in json.loads(source.tags()["CLASSES"])}
    return [f["properties"]["class"] for f in features], [names.get(v, "nodata") for v in values]

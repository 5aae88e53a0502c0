"""The script that a user would write without Landshot: a random forest on the labelled pixels maps the scene.

python benchmarks/forest.py scene.tif points.geojson map.tif [--json]
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.warp import transform
from sklearn.ensemble import RandomForestClassifier

COLOURS = ((0, 100, 0), (255, 255, 76), (250, 0, 0), (0, 100, 200), (240, 150, 255), (180, 180, 180))


def read(imagery: Path, labels: Path) -> tuple[np.ndarray, dict[str, Any], np.ndarray, np.ndarray]:
    """The scene (B, H, W), the grid it is on, and the spectra (n, B) and class names (n,) of labelled points."""
    with rasterio.open(imagery) as source:
        scene = source.read()
        grid = {"crs": source.crs, "transform": source.transform, "nodata": source.nodata}
        points = json.loads(labels.read_text())["features"]
        lon, lat = zip(*(point["geometry"]["coordinates"][:2] for point in points), strict=True)
        rows, cols = rasterio.transform.rowcol(
            source.transform, *transform("EPSG:4326", source.crs, lon, lat)
        )
    spectra = scene[:, np.asarray(rows, int), np.asarray(cols, int)].T
    return scene, grid, spectra, np.array([point["properties"]["class"] for point in points])


def fit_predict_write(
    scene: np.ndarray, grid: dict[str, Any], spectra: np.ndarray, classes: np.ndarray, output: Path
) -> None:
    """Fit, predict every pixel that has data, write the map and its confidence."""
    forest = RandomForestClassifier(100, n_jobs=-1, random_state=0).fit(spectra, classes)
    valid = (scene != grid["nodata"]).all(axis=0)
    probability = forest.predict_proba(scene[:, valid].T)
    landcover = np.zeros(valid.shape, np.uint8)
    landcover[valid] = probability.argmax(axis=1) + 1
    confidence = np.full(valid.shape, 255, np.uint8)
    confidence[valid] = np.round(100 * probability.max(axis=1))
    colours = {value + 1: COLOURS[value % len(COLOURS)] for value in range(len(forest.classes_))}
    write_cog(output, landcover, grid | {"nodata": 0}, "MODE", colours)
    write_cog(beside(output), confidence, grid | {"nodata": 255}, "AVERAGE", None)


def write_cog(
    path: Path, values: np.ndarray, grid: dict[str, Any], overviews: str, colours: dict[int, Any] | None
) -> None:
    """One uint8 layer as a cloud-optimized GeoTIFF."""
    height, width = values.shape
    options = {"compress": "DEFLATE", "overview_resampling": overviews, "num_threads": "ALL_CPUS"}
    with rasterio.open(
        path, "w", driver="COG", dtype="uint8", count=1, height=height, width=width, **grid, **options
    ) as file:
        file.write(values, 1)
        if colours:
            file.write_colormap(1, colours)


def beside(output: Path) -> Path:
    """Where the confidence goes."""
    return output.with_name(f"{output.stem}_confidence{output.suffix}")


def main() -> None:
    """Map a scene; with --json, say how long fit, predict and write took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("imagery", "labels", "output"):
        parser.add_argument(name, type=Path)
    parser.add_argument(
        "--json", action="store_true", help="print the seconds that fit, predict and write took"
    )
    options = parser.parse_args()
    inputs = read(options.imagery, options.labels)
    began = time.perf_counter()
    fit_predict_write(*inputs, options.output)
    if options.json:
        print(json.dumps({"fit_predict_write_s": round(time.perf_counter() - began, 4)}))


if __name__ == "__main__":
    main()

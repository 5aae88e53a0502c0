"""What a pixel's neighbours are worth: the adapted model as it is, and three ways to let it look around.

    python -m benchmarks.spatial_context [--draws 10] [--shots 5]

On the real scenes (LANDSHOT_DATA), labels drawn from `labels_pool.geojson`, balanced accuracy on `labels_test.geojson`.
`inputs`: all reflectance is smoothed by a mean over a square before anything is learned, labels and background too.
`scores`: the model is adapted as ever, and its log-probabilities are averaged over the square. `both ...`: two
models are adapted, on plain and on smoothed reflectance, and their log-probabilities added. Pairs are of the same
labels; the interval is a bootstrap over draws.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import uniform_filter
from tqdm import tqdm

from app.learner import load_learner
from app.map_request import MapRequest
from app.progress import NoProgress
from app.samples import Samples, adapt_to
from app.sources.named import named_source
from app.watch import Watch
from benchmarks.common import data_folder, machine
from geodata.accuracy import balanced_accuracy
from geodata.grid import BoundingBox, Window, region_on_grid
from geodata.label_pixels import locate_labels
from geodata.labels import parse_geojson
from geodata.legend import Legend
from model.evaluation import BACKGROUND_PIXELS, mean_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sources import Opened
    from model.adapted import AdaptedModel
    from model.checkpoint import Initialization

SQUARES = (3, 5)
FLANDERS = {"bbox": BoundingBox(3.0193042, 50.8130854, 3.028392, 50.8188427), "steps": "season"}
PERIOD = ("2018-03-01", "2018-11-30")


def read(folder: Path, cache: Path) -> tuple[NDArray[np.float32], NDArray[np.float64], dict[str, Any]]:
    """Reflectance (T, B, H, W), wavelengths (B,), and pixels of `pool` and `test`: rows, columns, class names."""
    from datetime import date  # noqa: PLC0415

    files = {name: folder / f"labels_{name}.geojson" for name in ("pool", "test")}
    labels = {name: parse_geojson(json.loads(path.read_text())) for name, path in files.items()}
    catalogue = folder / "collection.json"
    image = next(iter(sorted(folder.glob("image*utm*.tif")) or sorted(folder.glob("image*.tif"))), None)
    source = named_source(str(image or catalogue), sources=None, settings={"cache_dir": cache}, how={})
    start, end = (date.fromisoformat(day) for day in PERIOD)
    asked = (
        MapRequest(labels["pool"])
        if image
        else MapRequest(labels["pool"], bbox=FLANDERS["bbox"], start=start, end=end, steps="season")  # type: ignore[arg-type]
    )

    def work(opened: Opened) -> tuple[NDArray[np.float32], NDArray[np.float64], dict[str, Any]]:
        region = region_on_grid(opened.bbox, opened.imagery.geobox)
        cube = opened.imagery.read_region(region, Window(0, 0, *region.shape))
        pixels = {}
        for name, found in labels.items():
            legend = Legend.from_names(found.class_names)
            at = locate_labels(found, legend, region)
            pixels[name] = (at.rows, at.cols, np.array([c.name for c in legend])[at.class_index])
        return cube.reflectance, np.array([b.wavelength_nm for b in opened.imagery.bands]), pixels

    return source.use(asked, Watch(NoProgress()), work)


def smoothed(values: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Means (..., H, W) over squares, of what is there; NaN stays NaN."""
    there = np.isfinite(values)
    area = (*(1 for _ in values.shape[:-2]), size, size)
    total = uniform_filter(np.where(there, values, 0.0), area, mode="constant")
    share = uniform_filter(there.astype(np.float32), area, mode="constant")
    return np.where(there, total / np.maximum(share, 1e-6), np.nan).astype(np.float32)


class Scene:
    """A scene in memory; pixels are taken from it with their neighbours."""

    def __init__(
        self, cube: NDArray[np.float32], wavelengths_nm: NDArray[np.float64], pixels: dict[str, Any]
    ) -> None:
        self.cubes = {1: cube} | {size: smoothed(cube, size) for size in SQUARES}
        self._wavelengths_nm = wavelengths_nm
        self.classes = sorted(set(pixels["pool"][2]))
        self.pool, self.test = (self._seen(*pixels[name]) for name in ("pool", "test"))
        seen = np.argwhere(np.isfinite(cube).all(axis=1).any(axis=0))
        self._background = seen[np.random.default_rng(0).permutation(len(seen))[:BACKGROUND_PIXELS]]

    def _seen(self, rows: Any, cols: Any, names: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - arrays
        clear = np.isfinite(self.cubes[1][:, :, rows, cols]).all(axis=1).any(axis=0)
        known = np.isin(names, self.classes)
        return rows[clear & known], cols[clear & known], np.searchsorted(self.classes, names[clear & known])

    def at(self, rows: Any, cols: Any, size: int = 1) -> NDArray[np.float32]:  # noqa: ANN401 - arrays
        """(n, T, B)."""
        return np.ascontiguousarray(self.cubes[size][:, :, rows, cols].transpose(2, 0, 1))

    def adapted(self, chosen: NDArray[np.int64], start: Initialization, size: int = 1) -> AdaptedModel:
        """To some pixels of the pool, seen through squares of a size."""
        rows, cols, classes = (part[chosen] for part in self.pool)
        background = self.at(self._background[:, 0], self._background[:, 1], size)
        return adapt_to(Samples(self.at(rows, cols, size), classes, background, self._wavelengths_nm), start)

    def log_probabilities(self, model: AdaptedModel, size: int = 1, around: int = 1) -> NDArray[np.float64]:
        """(n, N) of the test pixels, averaged over `around` x `around` pixels that have a value."""
        rows, cols, _ = self.test
        height, width = self.cubes[1].shape[2:]
        total: Any = 0.0
        count: Any = 0.0
        for down in range(-(around // 2), around // 2 + 1):
            for right in range(-(around // 2), around // 2 + 1):
                inside = (
                    (rows + down >= 0) & (rows + down < height) & (cols + right >= 0) & (cols + right < width)
                )
                r, c = np.clip(rows + down, 0, height - 1), np.clip(cols + right, 0, width - 1)
                pixels = self.at(r, c, size)
                inside &= np.any(np.isfinite(pixels).all(axis=2), axis=1)
                scores = model.scores(pixels)
                scores -= np.logaddexp.reduce(scores, axis=1)[:, None]
                total, count = total + np.where(inside[:, None], scores, 0.0), count + inside
        found = np.full((len(rows), len(self.classes)), -np.inf)
        found[:, model.classes] = np.asarray(total) / np.asarray(count)[:, None]
        return found


def compare(scene: Scene, chosen: NDArray[np.int64], start: Initialization) -> dict[str, float]:
    """Balanced accuracy of each way, with the same labels."""
    plain = scene.adapted(chosen, start)
    found = {"pixel alone": scene.log_probabilities(plain)}
    for size in SQUARES:
        other = scene.adapted(chosen, start, size)
        found[f"inputs {size} x {size}"] = scene.log_probabilities(other, size)
        found[f"scores {size} x {size}"] = scene.log_probabilities(plain, around=size)
        found[f"both centre and mean {size} x {size}"] = (
            found["pixel alone"] + found[f"inputs {size} x {size}"]
        )
    truth = scene.test[2]
    return {k: balanced_accuracy(truth, v.argmax(axis=1), len(scene.classes)) for k, v in found.items()}


def drawn(classes: NDArray[np.int64], shots: int, seed: int) -> NDArray[np.int64]:
    """Up to `shots` pixels of each class."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(np.flatnonzero(classes == c))[:shots] for c in np.unique(classes)])


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--shots", type=int, default=5)
    given = parser.parse_args()
    start, scenes = load_learner(), data_folder() / "eval" / "scenes"
    results: dict[str, list[dict[str, float]]] = {}
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as cache:
        for folder in tqdm(sorted(path for path in scenes.iterdir() if path.is_dir())):
            scene = Scene(*read(folder, Path(cache)))
            results[folder.name] = [
                compare(scene, drawn(scene.pool[2], given.shots, seed), start) for seed in range(given.draws)
            ]
    print(f"{machine()}; {given.draws} draws of {given.shots} labels a class\n")
    print("| | " + " | ".join(results) + " |\n|---|" + "---|" * len(results))
    for name in next(iter(results.values()))[0]:
        cells = []
        for rows in results.values():
            mean = 100 * np.mean([row[name] for row in rows])
            gain, low, high = mean_interval(
                np.array([100 * (row[name] - row["pixel alone"]) for row in rows])
            )
            cells.append(f"{mean:.1f} ({gain:+.1f}; {low:+.1f} to {high:+.1f})")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()

"""Pixels per second of an adapted model and of scikit-learn's random forest, on the same cores, in one run.

    python -m benchmarks.prediction_speed [--pairs 7]

Both are fitted to the same 100 real labels (5 classes, one date, 10 bands; the Flanders crop types), and predict the
same megapixel: labelled pixels of that file, repeated, with noise. The forest's trees run on all cores (`n_jobs=-1`),
and Landshot's tiles do, as in the service.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier

from benchmarks.common import data_folder, machine
from geodata.pixel_tasks import read_task
from model.adapted import adapt
from model.checkpoint import load_initialization
from model.prediction import Predictor
from model.support import SupportSet

SIDE, TILE, SHOTS = 1024, 256, 20


def main() -> None:
    """Run, and print the ratio with its range over the pairs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)  # as app.learner does: tiles run side by side
    task = read_task(data_folder() / "eval" / "flanders_b424a_croptype.npz")
    rng = np.random.default_rng(0)
    date = int(np.isfinite(task.reflectance).all(axis=2).sum(axis=0).argmax())
    pixels = task.reflectance[:, [date]]
    clear = np.flatnonzero(np.isfinite(pixels).all(axis=(1, 2)))
    labelled = np.concatenate(
        [rng.permutation(clear[task.class_index[clear] == c])[:SHOTS] for c in range(len(task.class_names))]
    )
    index = task.class_index[labelled]
    image = pixels[rng.choice(clear, SIDE * SIDE), 0] + rng.normal(0, 0.002, (SIDE * SIDE, pixels.shape[2]))
    image = np.clip(image, 0, 1).astype(np.float32)

    adapted = adapt(
        load_initialization(), SupportSet(pixels[labelled], index, task.wavelengths_nm, pixels[clear])
    )
    predictor = Predictor.of(adapted)
    forest = RandomForestClassifier(100, n_jobs=-1, random_state=0).fit(pixels[labelled, 0], index)
    cube = np.ascontiguousarray(image.T.reshape(1, -1, SIDE, SIDE))
    tiles = [
        np.ascontiguousarray(cube[..., row : row + TILE, column : column + TILE])
        for row in range(0, SIDE, TILE)
        for column in range(0, SIDE, TILE)
    ]

    def ours() -> None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(predictor.predict, tiles))

    times: dict[str, list[float]] = {"landshot": [], "forest": []}
    ours()
    for _ in range(options.pairs):
        for name, run in (("landshot", ours), ("forest", lambda: forest.predict(image))):
            begun = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begun)
    ratios = [theirs / mine for theirs, mine in zip(times["forest"], times["landshot"], strict=True)]
    print(machine())
    for name, seconds in times.items():
        print(f"{name}: {SIDE * SIDE / 1e6 / median(seconds):.2f} Mpx/s")
    print(
        f"Landshot predicts {median(ratios):.2f} times the forest's pixels per second "
        f"({min(ratios):.2f} to {max(ratios):.2f}, {options.pairs} pairs)"
    )


if __name__ == "__main__":
    main()

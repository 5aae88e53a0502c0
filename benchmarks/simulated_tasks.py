"""Held-out simulated regions as pixel task files, for `landshot evaluate`.

    python -m benchmarks.simulated_tasks --output FOLDER [--regions 40]

Regions are drawn as for meta-training, with numbers that it never uses; each is a source of its own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from model.episodes import Simulation, simulated_region
from model.meta_training import HELD_OUT

BEYOND_VALIDATION = 100_000


def main() -> None:
    """Write them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--regions", type=int, default=40)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for number in tqdm(range(options.regions), desc="simulate"):
        region = simulated_region(Simulation(), 0, HELD_OUT + BEYOND_VALIDATION + number)
        names = np.array(region.class_names)
        np.savez_compressed(
            options.output / f"sim{number:03d}_{region.theme.replace(' ', '-')}.npz",
            x=region.reflectance,
            # Twins have one archetype and one name; the number tells them apart.
            y=np.char.add(names[region.class_index], np.char.mod(" #%d", region.class_index)),
            lonlat=np.full((len(region.class_index), 2), np.nan),
            bands=np.array([f"{w:.0f} nm" for w in region.wavelengths_nm]),
            wavelength_nm=region.wavelengths_nm.astype(np.float32),
            day_of_year=region.day_of_year,
            group=region.field,
        )


if __name__ == "__main__":
    main()

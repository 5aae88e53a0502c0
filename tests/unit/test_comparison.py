from __future__ import annotations

import numpy as np
import pytest

from app.adaptations import walking
from app.adaptations.comparison import Comparison, compare
from app.adapting import RegionAdaptation
from app.samples import Samples, adapt_to
from app.sources import Opened
from geodata.grid import region_on_grid
from geodata.imagery.simulated import SimulatedImagery
from geodata.legend import Legend

LEGEND = Legend.from_names(["crops", "grass", "water"])


@pytest.fixture(scope="module")
def imagery():
    return SimulatedImagery(height=90, width=110, days=(180,), bands=("B03", "B04", "B08"))


@pytest.fixture(scope="module")
def adaptations(imagery):
    from app.learner import load_learner  # noqa: PLC0415 - torch

    region = region_on_grid(None, imagery.geobox)
    background = imagery.sample(region)
    wavelengths = np.array([band.wavelength_nm for band in imagery.bands])
    made = []
    for shift in (0, 1):
        samples = Samples(
            background[:9].copy(), (np.arange(9) + shift * (np.arange(9) > 5)) % 3, background, wavelengths
        )
        model = adapt_to(samples, load_learner())
        made.append(RegionAdaptation(region, LEGEND, model, {}, ()))
    return made


def test_all_pixels_of_a_small_region_are_compared(imagery, adaptations):
    found = compare(*adaptations, Opened(imagery, None)).to_json()
    assert (found["step"], found["compared_pixels"], found["region_pixels"]) == (1, 9900, 9900)
    assert found["changed_pixels"] == sum(change["pixels"] for change in found["changes"]) > 0
    assert found["changed_share"] == pytest.approx(found["changed_pixels"] / 9900, abs=1e-6)


def test_of_a_large_region_every_nth_row_and_column(imagery, adaptations, monkeypatch):
    whole = compare(*adaptations, Opened(imagery, None)).to_json()
    monkeypatch.setattr(walking, "MOST_PIXELS", 1000)
    found = compare(*adaptations, Opened(imagery, None)).to_json()
    assert (found["step"], found["region_pixels"]) == (4, 9900)
    assert found["compared_pixels"] == len(range(2, 90, 4)) * len(range(2, 110, 4))
    assert found["changed_share"] == pytest.approx(whole["changed_share"], abs=0.1)


def test_a_version_is_like_itself(imagery, adaptations):
    assert compare(adaptations[0], adaptations[0], Opened(imagery, None)).to_json()["changes"] == []


def test_a_class_is_known_by_its_name():
    other = Legend.from_names(["crops", "meadow", "water"])
    classes = tuple({entry.value: entry for entry in each} for each in (LEGEND, other))
    water = LEGEND.classes[LEGEND.index_of("water")].value
    grass = LEGEND.classes[LEGEND.index_of("grass")].value
    meadow = other.classes[other.index_of("meadow")].value
    found = Comparison(1, 10, {(water, water): 6, (grass, meadow): 3, (0, 0): 1}, classes).to_json()
    assert found["changed_pixels"] == 3
    assert [(c["from"]["name"], c["to"]["name"]) for c in found["changes"]] == [("grass", "meadow")]

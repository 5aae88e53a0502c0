"""Areas of a version that has no map: shares of a sample are those of the region, scaled to all of it."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Geod, Transformer
from shapely.geometry import Polygon

from app.adaptations import walking
from app.adaptations.areas import _shared_out, region_areas
from app.adaptations.version import Version
from app.adaptations.walking import step_of, strips_of
from app.adapting import RegionAdaptation
from app.samples import Samples, adapt_to
from app.sources import Opened
from geodata.grid import Region, Window, region_on_grid
from geodata.imagery.simulated import SimulatedImagery
from geodata.legend import Legend

LEGEND = Legend.from_names(["crops", "grass", "water"])


@pytest.fixture(scope="module")
def imagery():
    return SimulatedImagery(height=300, width=260, days=(180,), bands=("B03", "B04", "B08"))


@pytest.fixture(scope="module")
def adaptation(imagery):
    from app.learner import load_learner  # noqa: PLC0415 - torch

    region = region_on_grid(None, imagery.geobox)
    background = imagery.sample(region)
    wavelengths = np.array([band.wavelength_nm for band in imagery.bands])
    samples = Samples(background[:12].copy(), np.arange(12) % 3, background, wavelengths)
    return RegionAdaptation(region, LEGEND, adapt_to(samples, load_learner()), {}, ())


def document(adaptation, imagery):
    version = Version("a" * 32, 3, None, 0.0, {}, "m" * 32, None, 1)
    return region_areas(adaptation, Opened(imagery, None)).to_json(version)


def test_all_pixels_of_a_small_region_are_measured(adaptation, imagery):
    found = document(adaptation, imagery)
    assert (found["adaptation"], found["version"], found["step"]) == ("a" * 32, 3, 1)
    assert "map" not in found
    corners = [imagery.geobox.affine @ corner for corner in ((0, 0), (260, 0), (260, 300), (0, 300))]
    lonlat = [
        Transformer.from_crs(str(imagery.geobox.crs), 4326, always_xy=True).transform(*c) for c in corners
    ]
    oracle = abs(Geod(ellps="WGS84").geometry_area_perimeter(Polygon(lonlat))[0])
    assert found["total"] == {"pixels": 78_000, "area_m2": pytest.approx(oracle, rel=1e-3)}
    parts = [found["nodata"], *found["classes"]]
    assert found["nodata"]["pixels"] > 0
    assert sum(part["pixels"] for part in parts) == 78_000
    assert sum(part["share"] for part in parts) == pytest.approx(1, abs=1e-5)


def test_a_sample_of_a_large_region_is_scaled_to_all_of_it(adaptation, imagery, monkeypatch):
    whole = document(adaptation, imagery)
    monkeypatch.setattr(walking, "MOST_PIXELS", 10_000)
    found = document(adaptation, imagery)
    assert found["step"] == 3
    assert found["total"] == whole["total"]
    parts, of_all = ([each["nodata"], *each["classes"]] for each in (found, whole))
    assert sum(part["pixels"] for part in parts) == 78_000
    assert sum(part["area_m2"] for part in parts) == pytest.approx(found["total"]["area_m2"], abs=0.1)
    for part, one in zip(parts, of_all, strict=True):
        assert part["share"] == pytest.approx(one["share"], abs=0.02)
        assert part["share"] == pytest.approx(part["pixels"] / 78_000, abs=1e-4)


@pytest.mark.parametrize(("shape", "step"), [((300, 260), 1), ((300, 260), 7), ((1, 260), 9), ((2, 3), 4)])
def test_a_walk_reads_what_the_whole_region_has_there(imagery, shape, step):
    geobox = GeoBox(
        shape, imagery.geobox.affine @ Affine.translation(0, 0), imagery.geobox.crs
    )  # its upper left part
    region = Region(geobox, Window(0, 0, *shape), 0, 0, 1.0)
    whole = imagery.read_region(region, Window(0, 0, *shape)).reflectance
    strips = list(strips_of(region, Opened(imagery, None), step))
    rows = np.concatenate([strip.rows for strip in strips])
    walked = np.concatenate([strip.reflectance for strip in strips], axis=2)
    assert len(rows) == walked.shape[2] >= 1
    cols = np.arange(min(step // 2, shape[1] - 1), shape[1], step)
    np.testing.assert_array_equal(walked, whole[:, :, rows][..., cols])
    if step > 1:
        assert len(rows) <= shape[0] / step + 1


def test_a_region_is_thinned_no_more_than_needed():
    for side, step in ((1024, 1), (1025, 2), (4096, 4), (12_000, 12)):
        geobox = GeoBox((side, side), Affine(10, 0, 600_000, 0, -10, 5_700_000), "EPSG:32631")
        assert step_of(Region(geobox, Window(0, 0, side, side), 0, 0, 1.0)) == step


def test_shares_become_whole_pixels_that_add_up():
    rng = np.random.default_rng(0)
    for _ in range(200):
        counts = rng.integers(0, 50, 6)
        counts[0] += 1
        total = int(counts.sum() * rng.integers(1, 20) + rng.integers(0, 7))
        shared = _shared_out(counts, total)
        assert shared.sum() == total
        assert np.abs(shared - counts * total / counts.sum()).max() < 1
        assert (shared[counts == 0] == 0).all()

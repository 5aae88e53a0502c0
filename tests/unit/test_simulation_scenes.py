"""Simulated scenes and their files."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
from rasterio.warp import transform

from geodata.simulation.landscape import FINE, Landscape, draw_landscape
from geodata.simulation.scene_files import draw_labels
from geodata.simulation.scenes import _majority, simulate_scene, write_scene

SHAPE = (200, 160)


@pytest.fixture(scope="module")
def scene():
    return simulate_scene(7, shape=SHAPE)


@pytest.fixture(scope="module")
def files(scene, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scene")
    write_scene(scene, folder, per_class=5, test_per_class=30)
    return folder


def test_the_same_seed_simulates_the_same_scene(scene):
    again = simulate_scene(7, shape=SHAPE)
    np.testing.assert_array_equal(scene.reflectance, again.reflectance)
    np.testing.assert_array_equal(scene.truth, again.truth)
    assert not np.array_equal(scene.truth, simulate_scene(8, shape=SHAPE).truth)


def test_every_class_of_the_legend_is_on_the_ground(scene):
    assert scene.reflectance.shape == (10, *SHAPE)
    assert np.isfinite(scene.reflectance).all()
    assert scene.reflectance.min() > 0
    values = {c.value for c in scene.legend.classes}
    assert len(values) == 7
    assert set(np.unique(scene.truth).tolist()) == values


def test_land_looks_as_it_should_in_its_bands(scene):
    band = {b.name: i for i, b in enumerate(scene.bands)}

    def median(name, which):
        return np.median(
            scene.reflectance[band[which]][
                scene.truth == scene.legend.classes[scene.legend.index_of(name)].value
            ]
        )

    assert median("tree cover", "B08") > 2 * median("tree cover", "B04")
    assert median("cropland", "B08") > median("bare", "B08")
    assert median("water", "B11") < 0.5 * median("tree cover", "B11")
    assert median("bare", "B11") > median("bare", "B04")


def test_fields_are_seen_whole_and_borders_are_mixed(scene):
    """Neighbours in a field are alike, so that the image has structure, not noise."""
    nir = scene.reflectance[6]
    same = scene.field[:, 1:] == scene.field[:, :-1]
    step = np.abs(np.diff(nir, axis=1))
    assert 0.4 < same.mean() < 0.97
    assert np.median(step[same]) < 0.6 * np.median(step[~same])


def test_truth_is_what_covers_most_of_the_pixel():
    water, wood = 0, 1
    unit = np.zeros((FINE, 2 * FINE), dtype=np.int32)
    unit[:, :FINE].flat[: FINE**2 // 2] = wood  # just under half of the left pixel
    unit[:2, FINE:] = wood  # two thirds of the right one
    land = Landscape(unit, np.array([water, wood]), np.zeros((1, 2), dtype=np.float32))
    np.testing.assert_array_equal(_majority(land, np.array([80, 10], dtype=np.uint8)), [[80, 10]])


def test_a_landscape_gives_every_cell_to_a_piece_of_land():
    land = draw_landscape(np.random.default_rng(3), (64, 80))
    assert land.unit.shape == (64 * FINE, 80 * FINE)
    np.testing.assert_array_equal(np.unique(land.unit), np.arange(land.cover.size))
    assert land.height.shape == (64, 80)


def test_files_hold_the_scene(scene, files):
    with rasterio.open(files / "imagery.tif") as imagery:
        assert imagery.descriptions == tuple(b.name for b in scene.bands)
        assert imagery.dtypes[0] == "uint16"
        assert imagery.scales == (1e-4,) * 10
        assert imagery.crs.is_projected
        assert imagery.res == (10, 10)
        np.testing.assert_allclose(imagery.read() * 1e-4, scene.reflectance, atol=6e-5)
    with rasterio.open(files / "truth.tif") as truth:
        np.testing.assert_array_equal(truth.read(1), scene.truth)
        assert truth.nodata == 0


@pytest.mark.parametrize(("name", "per_class"), [("labels", 5), ("labels_test", 30)])
def test_labels_are_points_in_lon_lat_that_tell_the_truth(scene, files, name, per_class):
    document = json.loads((files / f"{name}.geojson").read_text(encoding="utf-8"))
    assert "crs" not in document
    names = {c.value: c.name for c in scene.legend.classes}
    counts = dict.fromkeys(names.values(), 0)
    with rasterio.open(files / "truth.tif") as truth:
        for feature in document["features"]:
            lon, lat = feature["geometry"]["coordinates"]
            (x,), (y,) = transform("EPSG:4326", truth.crs, [lon], [lat])
            row, column = truth.index(x, y)
            around = scene.truth[row - 2 : row + 3, column - 2 : column + 3]
            assert (
                names[int(np.unique(around).item())] == feature["properties"]["class"]
            )  # all one class: no border
            counts[feature["properties"]["class"]] += 1
    assert all(0 < n <= per_class for n in counts.values())
    assert sum(n == per_class for n in counts.values()) >= 5  # a small scene may have few pixels of a class


def test_train_and_test_labels_share_no_pixel_and_come_from_many_fields(scene):
    train, test = draw_labels(scene, 5, 30)
    assert not {tuple(p) for p in train.tolist()} & {tuple(p) for p in test.tolist()}
    fields = scene.field[tuple(train.T)]
    assert np.unique(fields).size > 0.7 * fields.size


def test_other_sensors_see_the_same_land():
    landsat = simulate_scene(
        7, shape=(64, 64), sensor="landsat-8", bands=("B2", "B3", "B4", "B5", "B6", "B7")
    )
    sentinel = simulate_scene(7, shape=(64, 64), bands=("B02", "B03", "B04", "B08"))
    assert landsat.reflectance.shape == (6, 64, 64)
    np.testing.assert_array_equal(landsat.truth, sentinel.truth)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"shape": (32, 100)}, "at least 64"),
        ({"bands": ("B02", "B99")}, "no band B99"),
        ({"sensor": "kodak"}, "kodak has no band"),
    ],
)
def test_scenes_that_cannot_be_simulated_are_refused(wrong, reason):
    with pytest.raises(ValueError, match=reason):
        simulate_scene(0, **wrong)

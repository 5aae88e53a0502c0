"""`landshot regions build` from catalogues on the loopback interface to what meta-training takes."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from pyproj import Transformer
from region_world import DATES, LAND, World, files_of, index_of, on_disk, silent
from stac_sources import QUICK
from worldcover_map import true_tiles, write_worldcover

from app.evaluation_files import read_tasks
from app.training import real_tables
from geodata.regions.building import build_regions
from geodata.regions.folder import RegionFolder
from geodata.regions.worldcover import CLASSES
from model.episodes import EpisodeShape, draw_episode

TINY = """
seed = 5
batches = 2
tasks = 2
ways = 4
steps = 1
validate_every = 2
validation_tasks = 2
real_share = 0.5
[shape]
width = 8
features = 4
[simulation]
regions = 4
classes = 3
pixels_per_class = 12
fields_per_class = 4
dates = [1, 2]
"""


@pytest.fixture(autouse=True)
def gdal_forgets(monkeypatch):
    """What is read twice is asked for twice: GDAL keeps what it has read, which would hide it."""
    monkeypatch.setenv("CPL_VSIL_CURL_NON_CACHED", "/vsicurl/")


@pytest.fixture(scope="module")
def simulated(simulated_catalogue):
    return simulated_catalogue(**LAND)


@pytest.fixture(scope="module")
def worldcover(simulated, tmp_path_factory):
    return write_worldcover(tmp_path_factory.mktemp("worldcover") / "map", true_tiles(simulated))


@pytest.fixture
def world(simulated, worldcover, serve_stac, tmp_path):
    return World(serve_stac(simulated.folder), serve_stac(worldcover), tmp_path)


def test_from_two_catalogues_to_tasks_that_training_and_evaluation_take(landshot, world, simulated, tmp_path):
    folder = tmp_path / "regions"
    done = landshot(*world.options("--output", folder))
    assert "4 of 4 regions are in" in done.stdout
    assert "building" in done.stderr
    tasks, index = read_tasks(folder), index_of(folder)
    assert len(tasks) == 4
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["draw.json", "index.json", *(said["file"] for said in index["regions"])]
    )
    for task, said in zip(tasks, sorted(index["regions"], key=lambda said: said["file"]), strict=True):
        check_task(folder, task, said, simulated)
    assert {task.source for task in tasks} == {said["stratum"] for said in index["regions"]}
    assert index["labels"]["licence"] == "CC-BY-4.0"
    assert index["labels"]["credit"].startswith("© ESA WorldCover project / Contains modified Copernicus")
    assert index["imagery"]["credit"] == "Contains modified Copernicus Sentinel data (2020, 2021)"
    check_training(folder)
    evaluated = landshot(
        "evaluate",
        "--tasks",
        folder,
        "--methods",
        "logistic-regression",
        "--shots",
        5,
        "--draws",
        1,
        "--jobs",
        1,
    )
    assert "logistic-regression" in evaluated.stdout
    assert "Could not be fit" not in evaluated.stdout


def check_task(folder, task, said, simulated):
    """Against the land that it shows."""
    with np.load(folder / said["file"], allow_pickle=False) as data:
        arrays = dict(data)
    n, dates, bands = arrays["x"].shape
    assert (n, dates, bands) == (sum(said["pixels"].values()), len(said["dates"]), 10)
    assert list(arrays["bands"]) == said["bands"] == [band.name for band in simulated.bands]
    assert list(arrays["day_of_year"]) == [step["day_of_year"] for step in said["dates"]]
    assert dict(Counter(task.class_names[index] for index in task.class_index)) == said["pixels"]
    assert len(task.class_names) >= 2
    assert set(task.class_names) <= set(CLASSES.values())
    assert np.unique(task.group).size == said["groups"] >= 4
    # Where they are: in the box, amid pixels of their class.
    lon, lat = arrays["lonlat"].T
    west, south, east, north = said["bbox"]
    assert (lon > west - 1e-3).all()
    assert (lon < east + 1e-3).all()
    assert (lat > south - 1e-3).all()
    assert (lat < north + 1e-3).all()
    x, y = Transformer.from_crs(4326, said["crs"], always_xy=True).transform(lon, lat)
    cols, rows = (np.floor(v).astype(int) for v in ~simulated.geobox.affine @ (x, y))
    values = {name: value for value, name in CLASSES.items()}
    expected = np.array([values[name] for name in arrays["y"]])
    classes = simulated.classes(simulated.geobox)
    known = (np.minimum(rows, cols) >= 0) & (np.maximum(rows, cols) < classes.shape[0])
    assert known.mean() > 0.98
    # Labels come by way of pixels of 9.3 x 6.0 m in degrees.
    assert (classes[rows[known], cols[known]] == expected[known]).mean() > 0.99
    # What they reflect.
    for number, step in enumerate(said["dates"]):
        [day] = [day for day in DATES if step["start"] <= day.isoformat() <= step["end"]]
        truth = simulated.truth(simulated.geobox, day)[:3, rows[known], cols[known]].T
        error = arrays["x"][known, number, :3] - truth
        assert np.nanmean(np.abs(error)) < 1.5 * simulated.noise
        assert np.isfinite(error).all(axis=1).mean() > 0.02
    seen = np.isfinite(arrays["x"]).all(axis=2)
    np.testing.assert_array_equal(seen, np.isfinite(arrays["x"]).any(axis=2))
    assert (seen.sum(axis=1) >= dates / 2).all()


def check_training(folder):
    """Every region gives episodes, and labels and questions of a class are of different blocks."""
    tables = real_tables(folder)
    rng = np.random.default_rng(0)
    for table in (table for of_source in tables.values() for table in of_source):
        episode = draw_episode(table, EpisodeShape(ways=5, shots=3), rng)
        assert episode is not None
        for cls in np.unique(table.class_index):
            assert np.unique(table.group[table.class_index == cls]).size >= 4


@pytest.fixture(scope="module")
def undisturbed(simulated, worldcover, tmp_path_factory):
    """What is in the folder when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("undisturbed") / "regions"
    settings = on_disk(simulated, worldcover)
    build_regions(settings, RegionFolder(folder, settings), silent, reading=QUICK)
    return files_of(folder)


def test_meta_training_takes_them_by_stratum(landshot, undisturbed, tmp_path):
    folder, config = tmp_path / "regions", tmp_path / "tiny.toml"
    folder.mkdir()
    for name, content in undisturbed.items():
        (folder / name).write_bytes(content)
    config.write_text(TINY)
    landshot("meta-train", config, "--run", tmp_path / "run", "--tasks", folder)
    manifest = json.loads((tmp_path / "run" / "tiny.json").read_text())
    named = {said["name"] for said in manifest["training"]["data"]}
    strata = {said["stratum"] for said in json.loads(undisturbed["index.json"])["regions"]}
    assert named == {"simulated regions"} | {f"pixel tasks of {name}" for name in strata}


def test_an_interrupted_run_is_gone_on_with_and_ends_the_same(landshot, world, undisturbed, tmp_path):
    folder, settings = tmp_path / "regions", world.settings()

    def interrupted(stage, done, total, note=""):  # noqa: ARG001 - as a report is told
        if stage == "building" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_regions(settings, RegionFolder(folder, settings), interrupted, reading=QUICK)
    half = files_of(folder)
    assert len(index_of(folder)["regions"]) == 2
    assert "0 regions" not in landshot(*world.options("--output", folder)).stdout
    assert files_of(folder) == undisturbed
    assert all(undisturbed[name] == content for name, content in half.items() if name.endswith(".npz"))
    world.imagery.forget()
    world.labels.forget()
    landshot(*world.options("--output", folder))
    assert world.requests == 0
    assert files_of(folder) == undisturbed
    lost = next(folder.glob("*.npz"))
    others = {path: path.stat().st_mtime_ns for path in folder.glob("*.npz") if path != lost}
    lost.unlink()
    landshot(*world.options("--output", folder))
    assert files_of(folder) == undisturbed
    assert {path: path.stat().st_mtime_ns for path in others} == others


def test_a_dry_run_draws_and_writes_nothing(landshot, world, undisturbed, tmp_path):
    folder = tmp_path / "regions"
    done = landshot(*world.options("--output", folder, "--dry-run"))
    assert not folder.exists()
    assert world.imagery.requests == 0
    assert "4 regions of 2 x 2 km" in done.stdout
    assert "2 of 2 tiles" in done.stdout
    assert "to download: about" in done.stdout
    for said in json.loads(undisturbed["index.json"])["regions"]:
        west, south, east, north = said["bbox"]
        assert f"{said['stratum']:<28} {west:.5f}, {south:.5f}, {east:.5f}, {north:.5f}" in done.stdout

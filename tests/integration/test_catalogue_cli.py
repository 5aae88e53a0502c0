"""`landshot adapt` and `landshot plan` on catalogues."""

from __future__ import annotations

import json

import pytest
import rasterio
from catalogues import PERIOD, SUMMER, labels_of, table_of, write_sources
from processes import MAP_FILES


@pytest.fixture(scope="module")
def made(simulated_catalogue):
    return simulated_catalogue(SUMMER)


@pytest.fixture
def service(made, serve_stac):
    return serve_stac(made.folder)


@pytest.fixture
def run(landshot, made, service, tmp_path):
    """A command on the catalogue, as a process of its own."""
    sources = write_sources(tmp_path / "sources.toml", summer=table_of(made, service))
    labels = made.folder / "truth" / "labels.geojson"

    def with_options(command, *more, code=0, imagery="summer", labels=labels):
        return landshot(
            command, "--imagery", imagery, "--sources", sources, "--labels", labels,
            f"--bbox={','.join(map(str, made.bbox))}", "--start", PERIOD["start"], "--end", PERIOD["end"],
            "--cache-dir", tmp_path / "cache", *more, code=code,
        )  # fmt: skip

    with_options.folder = landshot.folder
    return with_options


def test_a_catalogue_becomes_a_map_and_again_without_asking_it(run, made, service, tmp_path):
    done = run("adapt", "--output", "map.tif")
    assert sorted(entry.name for entry in run.folder.iterdir()) == sorted(
        [*MAP_FILES, "map_observations.tif"]
    )
    assert "imagery: 9 scenes for 3 dates, 3 left out; map.json names each of them" in done.stdout
    stages = ["searching", "reading labels", "loading model", "adapting", "mapping", "writing"]
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == stages
    with rasterio.open(run.folder / "map.tif") as file:
        assert file.tags()["LANDSHOT_PERIOD"] == "2025-06-01/2025-08-31"
    assert service.requests > 0

    service.forget()
    document = labels_of(made)
    document["features"].append(labels_of(made, "labels_pool")["features"][0])
    more = tmp_path / "more.geojson"
    more.write_text(json.dumps(document))
    run("adapt", "--output", "other.tif", labels=more)
    assert service.requests == 0


def test_a_plan_is_a_table_or_json(run, service):
    table = run("plan").stdout
    for said in (
        "scenes: 12 found, 9 used, 3 left out, 0 to spare",
        "2025-07-01   2025-07-31",
        "are cloudy; up to 80 % are taken",
        "MB in",
        "The map can be made.",
    ):
        assert said in table
    plan = json.loads(run("plan", "--json").stdout)
    assert plan["feasible"]
    assert plan["scenes"]["used"] == 9
    assert list(run.folder.iterdir()) == []
    assert service.files.count("*B02.tif") == 0


def test_a_plan_that_cannot_be_carried_out_says_why_and_ends_with_2(run):
    done = run("plan", "--start", "2025-06-09", "--end", "2025-06-09", code=2)
    assert "The map cannot be made:" in done.stdout
    assert "labels lie where no scene of the period is clear" in done.stdout
    assert "labels[" in done.stdout
    nothing = run("plan", "--start", "2025-03-01", "--end", "2025-03-31", code=2)
    assert "the nearest usable scene is of 2025-06-04" in nothing.stdout


def test_a_static_catalogue_is_given_by_its_file(run, made):
    """Without a word on what its numbers mean: they are what its metadata say."""
    done = run("adapt", "--output", "map.tif", imagery=made.collection)
    assert "imagery: 9 scenes for 1 date, 3 left out" in done.stdout
    item = json.loads((run.folder / "map.json").read_text())
    assert [link for link in item["links"] if link["rel"] == "derived_from"] == []
    assert str(made.folder) not in json.dumps(item)


def test_options_of_files_are_refused_for_catalogues(run):
    done = run("adapt", "--output", "map.tif", "--bands", "B02,B03", code=2)
    assert "--bands: tells how a file is read" in done.stderr
    assert list(run.folder.iterdir()) == []


def test_a_file_of_sources_may_name_files_too(landshot, scene, label_file, tmp_path):
    sources = write_sources(tmp_path / "sources.toml", blocks={"kind": "file", "path": str(scene.path)})
    done = landshot(
        "adapt", "--imagery", "blocks", "--sources", sources, "--labels", label_file, "--output", "m.tif"
    )
    assert "reflectance = stored number * 0.0001" in done.stdout
    assert sorted(entry.name for entry in landshot.folder.iterdir()) == [
        name.replace("map", "m") for name in MAP_FILES
    ]


def test_a_file_of_sources_with_a_mistake_names_table_and_key(landshot, label_file, tmp_path):
    sources = write_sources(tmp_path / "sources.toml", summer={"preset": "earth-search", "max_cloud": 20})
    done = landshot(
        "adapt",
        "--imagery",
        "summer",
        "--sources",
        sources,
        "--labels",
        label_file,
        "--output",
        "m.tif",
        code=2,
    )
    assert "[summer] max_cloud: is not a key of this table" in done.stderr

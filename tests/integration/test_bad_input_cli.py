"""Whatever is wrong with files or options, a message says what and what would do; nothing is left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
from processes import MAP_FILES
from servers.surroundings import environment


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--bbox", "5,51,4,52"], "is not less than east"),
        (["--bbox", "4,51,5,95"], "outside ±90°"),
        (["--bbox", "4,51,5"], "give four numbers"),
        (["--bbox", "4,51,5,x"], "give numbers, separated by commas"),
        (["--bbox", "10,40,11,41"], "the imagery covers [4.43833"),
        (["--scale", "1"], "cannot be reflectance"),
        (["--sensor", "sentinel-9"], "sentinel-2"),
        (["--sensor", "custom"], "--wavelengths"),
        (["--confidence", "map.tif"], "written over"),
        (["--confidence", "map.png"], "ends in .tif"),
        (["--tile-size", "1"], "--tile-size"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_are_refused_say_what_would_do(adapt, options, said):
    assert said in adapt(*options, code=2).stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.geojson", "", "the file is empty"),
        ("broken.geojson", '{\n"type": }', "line 2, column 9"),
        ("crs.geojson", '{"type": "FeatureCollection", "crs": {}, "features": []}', "RFC 7946"),
        ("columns.csv", "x,y,what\n1,2,a\n", "lon"),
        ("labels.shp", "abc", ".geojson"),
        ("one.csv", "lon,lat,class\n4.4500,51.4300,a\n4.4501,51.4300,a\n", "at least two"),
        ("swapped.csv", "lon,lat,class\n51.43,4.45,a\n51.431,4.45,b\n", "swapped"),
        (
            "twice.csv",
            "lon,lat,class\n4.45,51.43,a\n4.45,51.43,b\n",
            "labels[1]: says 'b' where labels[0] says 'a'",
        ),
        ("outside.csv", "lon,lat,class\n4.45,51.43,a\n4.45,52.43,b\n4.45,53,b\n", "labels[2]: lies outside"),
        ("many.csv", "lon,lat,class\n" + "4.45,51.43,a\n" * 100_001, "100,001"),
    ],
)
def test_labels_that_are_refused_say_why(adapt, tmp_path, name, content, said):
    path = tmp_path / name
    path.write_text(content)
    assert said in adapt(code=2, labels=path).stderr


def test_labels_on_nodata_are_all_named(adapt, scene, tmp_path):
    path = tmp_path / "labels.geojson"
    points = [scene.point(3, 3, "a"), scene.point(90, 90, "b"), scene.point(9, 9, "b")]
    path.write_text(json.dumps(scene.collection(*points)))
    said = adapt(code=2, labels=path).stderr
    assert "labels[0]: the imagery has no data there" in said
    assert "labels[2]: the imagery has no data there" in said
    assert "labels[1]" not in said


def test_a_class_that_the_legend_lacks(adapt, tmp_path):
    legend = tmp_path / "legend.json"
    legend.write_text('[{"value": 1, "name": "water"}, {"value": 2, "name": "land"}]')
    assert "is not in the legend" in adapt("--legend", legend, code=2).stderr
    legend.write_text('[{"value": 1,\n "name": }]')
    assert "line 2, column 10" in adapt("--legend", legend, code=2).stderr


def test_an_image_cut_off_in_the_middle(adapt, scene, tmp_path):
    cut = tmp_path / "cut.tif"
    whole = scene.path.read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    assert "cut.tif" in adapt(code=2, imagery=cut).stderr


def test_no_image_at_all(adapt, tmp_path):
    other = tmp_path / "other.tif"
    other.write_text("no image")
    assert "other.tif" in adapt(code=2, imagery=other).stderr
    assert "does not exist" in adapt(code=2, imagery=tmp_path / "none.tif").stderr


def test_what_a_map_is_made_from_is_never_written_over(landshot, scene, label_file):
    before = scene.path.read_bytes()
    done = landshot("adapt", "--imagery", scene.path, "--labels", label_file, "--output", scene.path, code=2)
    assert "would be written over" in done.stderr
    before_labels = label_file.read_bytes()
    done = landshot(
        "adapt", "--imagery", scene.path, "--labels", label_file, "--output", label_file.with_suffix(".tif"),
        "--confidence", "c.tif", "--legend", label_file, code=2,
    )  # fmt: skip
    assert scene.path.read_bytes() == before
    assert label_file.read_bytes() == before_labels


@pytest.mark.parametrize("output", ["map.png", "none/map.tif"])
def test_outputs_that_cannot_be(adapt, output):
    assert output in adapt(code=2, output=output).stderr


def test_a_full_disk_is_a_failure_that_leaves_nothing(adapt):
    limited = f'ulimit -f 20; exec {sys.executable} -m app "$@"'
    done = adapt_in_shell(adapt, limited)
    assert done.returncode == 1, done.stderr
    assert "cannot be written" in done.stderr
    assert "MB" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(adapt.folder.iterdir()) == []


def adapt_in_shell(adapt, script):
    """Let the fixture's files go through a shell that sets a limit first."""
    made = adapt()  # once without the limit: the command is right
    assert made.returncode == 0
    for name in MAP_FILES:
        (adapt.folder / name).unlink()
    arguments = ["adapt", "--imagery", adapt.imagery, "--labels", adapt.labels, "--output", "map.tif"]
    command = ["bash", "-c", script, "bash", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=adapt.folder, env=environment(), timeout=120, check=False
    )


def test_a_read_only_folder_is_a_failure(adapt):
    assert "cannot be written" in adapt(code=1, output="/proc/map.tif").stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_map_that_is_interrupted_leaves_nothing(scene, label_file, tmp_path, number):
    folder = tmp_path / "work"
    folder.mkdir()
    options = [
        "--imagery",
        scene.path,
        "--labels",
        label_file,
        "--output",
        folder / "map.tif",
        "--tile-size",
        "16",
    ]
    west, south, east, north = scene.bbox
    large = f"{west},{south - 3},{east + 3},{north}"  # thousands of tiles: time enough to interrupt
    command = [sys.executable, "-m", "app", "adapt", *map(str, options), "--bbox", large]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment()
    ) as process:
        deadline = time.monotonic() + 60
        while not list(folder.iterdir()) and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        assert process.poll() is None
        process.send_signal(number)
        said = process.stderr.read().decode()
    assert process.returncode in {130, 143}
    assert "Traceback" not in said
    assert list(folder.iterdir()) == []

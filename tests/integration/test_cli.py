from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys

import numpy as np
import pytest
import rasterio
from processes import MAP_FILES
from servers.surroundings import environment


def test_a_scene_and_labels_become_a_map(adapt, scene):
    done = adapt()
    assert sorted(entry.name for entry in adapt.folder.iterdir()) == MAP_FILES
    with rasterio.open(adapt.folder / "map.tif") as source:
        mapped = source.read(1)
        values = {entry["name"]: entry["value"] for entry in json.loads(source.tags()["CLASSES"])}
    expected = np.array([values[name] for name in ("tree cover", "cropland", "built-up", "water")])
    assert (mapped == expected[scene.truth()])[mapped > 0].mean() > 0.98
    said = done.stdout
    assert "reflectance = stored number * 0.0001" in said
    assert "tree cover 4, cropland 4, built-up 4, water 4" in _sorted_labels(said)
    assert re.search(r"mapped: 99\.2 % of 256 x 192 pixels", said)
    assert "km2" in said
    assert "next:" in said


def _sorted_labels(said):
    labels = next(line for line in said.splitlines() if line.startswith("labelled pixels: "))
    parts = labels.removeprefix("labelled pixels: ").split(", ")
    order = ["tree cover 4", "cropland 4", "built-up 4", "water 4"]
    return ", ".join(sorted(parts, key=order.index))


@pytest.mark.parametrize("tile_size", [64, 100, 4096])
def test_the_tile_size_changes_no_byte(adapt, tile_size):
    adapt()
    first = {name: (adapt.folder / name).read_bytes() for name in MAP_FILES}
    adapt("--tile-size", str(tile_size))
    assert {name: (adapt.folder / name).read_bytes() for name in MAP_FILES} == first


def test_a_map_of_neighbourhoods_is_another_one_and_does_not_depend_on_the_tiles(adapt):
    adapt()
    alone = (adapt.folder / "map.tif").read_bytes()
    maps = []
    for tile_size in (64, 100):
        adapt("--neighbourhood", "3", "--tile-size", str(tile_size))
        maps.append((adapt.folder / "map.tif").read_bytes())
    assert maps[0] == maps[1] != alone
    assert (
        "3 x 3 pixels"
        in json.loads((adapt.folder / "map.json").read_text())["properties"]["landshot:scaling"]
    )


def test_a_pipe_gets_a_plain_line_for_each_stage(adapt):
    lines = adapt("--quiet").stderr.splitlines()
    stages = ["reading labels", "loading model", "adapting", "mapping", "writing"]
    assert [line.split(":")[0] for line in lines] == stages
    assert all(re.fullmatch(r"[a-z ]+: \d+\.\d\d s", line) for line in lines)


def test_a_terminal_gets_a_bar_that_is_gone_in_the_end(scene, label_file, tmp_path):
    leader, follower = pty.openpty()
    options = ["--imagery", scene.path, "--labels", label_file, "--output", tmp_path / "map.tif"]
    with subprocess.Popen(
        [sys.executable, "-m", "app", "adapt", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=follower,
        env=environment(),
    ) as process:
        os.close(follower)
        drawn = b""
        with contextlib.suppress(OSError):  # the terminal is closed with its last user
            while block := os.read(leader, 4096):
                drawn += block
        process.stdout.read()
    os.close(leader)
    assert process.returncode == 0
    frames = [frame.strip() for frame in drawn.decode().split("\r")]
    assert {"reading labels", "loading model", "adapting", "mapping", "writing"} <= {
        match[1] for frame in frames if (match := re.match(r"([a-z ]+?) +\d+ % \|", frame))
    }
    assert frames[-1] == ""
    assert "\n" not in drawn.decode().strip()


def test_quiet_gets_plain_lines_on_a_terminal_too(scene, label_file, tmp_path):
    leader, follower = pty.openpty()
    options = ["--imagery", scene.path, "--labels", label_file, "--output", tmp_path / "map.tif", "--quiet"]
    command = [sys.executable, "-m", "app", "adapt", *map(str, options)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=follower, env=environment(), check=False)
    os.close(follower)
    said = os.read(leader, 65536).decode()
    os.close(leader)
    assert done.returncode == 0
    assert "|" not in said
    assert said.replace("\r\n", "\n").count("\r") == 0


def test_confidence_goes_where_it_is_sent(adapt):
    adapt("--confidence", "sure.tif")
    assert (adapt.folder / "sure.tif").is_file()
    assert not (adapt.folder / "map_confidence.tif").exists()
    item = json.loads((adapt.folder / "map.json").read_text())
    assert item["assets"]["confidence"]["href"] == "./sure.tif"


def test_bbox_legend_and_csv(adapt, scene, tmp_path):
    west, south, east, north = scene.bbox
    legend = tmp_path / "legend.json"
    names = dict.fromkeys(feature["properties"]["class"] for feature in scene.labels["features"])
    legend.write_text(json.dumps([{"value": 9 + index, "name": name} for index, name in enumerate(names)]))
    rows = [
        ",".join(map(str, [*feature["geometry"]["coordinates"], feature["properties"]["class"]]))
        for feature in scene.labels["features"]
    ]
    csv = tmp_path / "labels.csv"
    csv.write_text("\n".join(["lon,lat,class", *rows]))
    box = f"{west},{south},{east},{north + (north - south)}"
    done = adapt("--bbox", box, "--legend", legend, labels=csv)
    assert re.search(r"note: The imagery covers \d\d\.\d % of the region", done.stdout)
    with rasterio.open(adapt.folder / "map.tif") as source:
        assert set(np.unique(source.read(1))) == {0, 9, 10, 11, 12}


def test_bands_can_be_named(adapt, scene, tmp_path):
    nameless = tmp_path / "nameless.tif"
    with rasterio.open(scene.path) as source:
        profile, pixels = source.profile, source.read()
    with rasterio.open(nameless, "w", **profile) as target:
        target.write(pixels)
    refused = adapt(code=2, imagery=nameless)
    assert "--bands" in refused.stderr
    adapt("--bands", "B02, B03,B04,B08,B11,B12", "--scale", "0.0001", imagery=nameless)


def test_models_are_listed(landshot):
    assert re.search(
        r"^landshot: [\d,]+ parameters, sha256 [0-9a-f]{12}", landshot("models").stdout, re.MULTILINE
    )


def test_help_names_every_command(landshot):
    said = landshot("--help").stdout
    for command in ("serve", "adapt", "demo", "models", "meta-train"):
        assert f"\n  {command}" in said


def test_help_loads_nothing_heavy():
    script = (
        "import sys; sys.argv = ['landshot', '--help']\n"
        "from app.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'rasterio', 'numpy', 'fastapi', 'pydantic', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_adapt_loads_nothing_that_it_does_not_need(scene, label_file, tmp_path):
    script = (
        "import sys\n"
        "from app.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        "heavy = {'fastapi', 'titiler', 'geopandas', 'pandas', 'matplotlib', 'pystac', 'pydantic', 'scipy'}\n"
        "sys.exit(f'loaded {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    options = ["--imagery", scene.path, "--labels", label_file, "--output", tmp_path / "map.tif"]
    command = [sys.executable, "-c", script, "adapt", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stderr

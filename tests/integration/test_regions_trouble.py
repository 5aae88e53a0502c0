"""What `landshot regions build` does where places make no region, and where catalogues fail."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from region_world import LAND, World, everything, files_of, index_of, on_disk, silent
from servers.faults import missing, unavailable
from stac_sources import QUICK
from worldcover_map import PIXEL_DEG, true_tiles, write_worldcover

from geodata.regions.building import build_regions
from geodata.regions.errors import TrainingRegionsError
from geodata.regions.folder import RegionFolder
from geodata.regions.worldcover import PLANETARY_COMPUTER, label_tiles


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


@pytest.fixture(scope="module")
def undisturbed(simulated, worldcover, tmp_path_factory):
    """What is in the folder when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("undisturbed") / "regions"
    settings = on_disk(simulated, worldcover)
    build_regions(settings, RegionFolder(folder, settings), silent, reading=QUICK)
    return files_of(folder)


def test_a_place_without_imagery_is_replaced_by_another_of_its_stratum(simulated, serve_stac, tmp_path):
    west, south, east, north = simulated.bbox
    width = round((east - west) / PIXEL_DEG / 2)
    beyond = true_tiles(simulated, columns=2)
    shifted = type(
        "Further", (), {"bbox": (west, south, east + (east - west), north), "classes": simulated.classes}
    )
    tiles = true_tiles(shifted, columns=4)
    assert len(beyond) == 2
    assert all(abs(v.shape[1] - width) <= 1 for _, v in tiles.values())
    labels = serve_stac(write_worldcover(tmp_path / "map", tiles))
    world = World(serve_stac(simulated.folder), labels, tmp_path)
    settings, folder = world.settings(count=6), RegionFolder(tmp_path / "out", world.settings(count=6))
    outcome = build_regions(settings, folder, silent, reading=QUICK)
    index = index_of(tmp_path / "out")
    assert len(index["replaced"]) >= 1
    assert all(said["bbox"][0] > east - 0.03 for said in index["replaced"])
    assert any("there is no scene of sentinel in the box" in said["reason"] for said in index["replaced"])
    assert all(said["bbox"][0] < east for said in index["regions"])
    assert outcome.built == len(index["regions"]) == 6 - sum(outcome.missing.values())
    wanted = Counter(folder.draw().order())
    assert Counter(said["stratum"] for said in index["regions"]) + Counter(outcome.missing) == wanted
    assert {said["stratum"] for said in index["replaced"]} <= set(wanted)


def test_when_the_files_cannot_be_read_it_stops_and_tries_the_same_places_again(
    landshot, world, undisturbed, tmp_path
):
    folder = tmp_path / "regions"
    world.imagery.files.break_("*.tif", missing())
    done = landshot(*world.options("--output", folder), code=1)
    assert "scenes of sentinel cannot be read" in done.stderr
    assert index_of(folder)["replaced"] == []
    world.imagery.files.mend()
    world.imagery.files.break_("*B*.tif", unavailable(times=1))
    landshot(*world.options("--output", folder))
    assert files_of(folder) == undisturbed


def test_a_file_of_the_map_that_is_gone_is_passed_over(landshot, world, tmp_path):
    world.labels.files.break_("*N48W000*", missing())
    done = landshot(*world.options("--output", tmp_path / "regions", "--dry-run", count=2))
    drawn = [line for line in done.stdout.splitlines() if line.startswith("  temperate-") and "," in line]
    assert len(drawn) == 2
    assert all(float(line.split()[1].strip(",")) > -8.99 for line in drawn)
    assert "the tile N48W000 of worldcover is passed over" in done.stderr


def test_cloudy_places_are_no_regions_and_their_bands_are_not_read(
    simulated, worldcover, serve_stac, tmp_path
):
    world = World(serve_stac(simulated.folder), serve_stac(worldcover), tmp_path)
    settings = world.settings(count=1, steps="month")
    outcome = build_regions(settings, RegionFolder(tmp_path / "out", settings), silent, reading=QUICK)
    assert outcome.built == 0
    places = index_of(tmp_path / "out")["replaced"]
    assert len(places) >= 3
    assert all("of 12 dates show a tenth of it clear, and half of them" in said["reason"] for said in places)
    ends = [
        int(request.range.split("-")[1])
        for request in world.imagery.files.requests
        if request.path.endswith("B02.tif") and request.range
    ]
    assert max(ends) < 150_000  # headers, to see whether the files are there


def test_a_catalogue_that_is_down_ends_the_command(landshot, world, tmp_path):
    world.labels.api.stop()
    done = landshot(*world.options("--output", tmp_path / "regions"), code=1)
    assert "the catalogue worldcover at 127.0.0.1" in done.stderr
    assert "cannot be reached" in done.stderr


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--count", 0), "count is 0; give 1 to 5000"),
        (("--count", 500), "there is room for"),
        (("--worldcover", "sentinel"), "sentinel has no map of ESA WorldCover 2021"),
        (("--source", "nowhere"), "--source: 'nowhere' does not exist"),
        (("--start", "2021-06-01", "--end", "2021-01-01"), "the period runs backwards"),
        (("--pixels", 3), "pixels is 3; give 100 to 100000"),
    ],
)
def test_what_cannot_be_built_is_refused(landshot, world, tmp_path, more, said):
    folder = tmp_path / "regions"
    done = landshot(*world.options("--output", folder, *more), code=2)
    assert said in done.stderr
    assert not folder.exists()


def test_a_folder_of_other_settings_is_left_alone(world, undisturbed, tmp_path):
    for name, content in undisturbed.items():
        (tmp_path / name).write_bytes(content)
    settings = world.settings(pixels=500, steps="month")
    with pytest.raises(TrainingRegionsError, match=r"steps season, now month; pixels 2000, now 500"):
        RegionFolder(tmp_path, settings)
    (tmp_path / "index.json").write_text("{}")
    with pytest.raises(TrainingRegionsError, match="is no file that"):
        RegionFolder(tmp_path, world.settings())


def test_a_planet_of_tiles_is_found_whole_through_an_api(serve_stac, tmp_path):
    rng = np.random.default_rng(0)
    values = rng.choice(np.array([10, 30, 40], dtype=np.uint8), (60, 60))
    places = [(west, south) for west in range(-180, 180, 15) for south in range(-60, 80, 12)]
    tiles = {
        f"{'S' if south < 0 else 'N'}{abs(south):02d}{'W' if west < 0 else 'E'}{abs(west):03d}": (
            (west, south, west + 3, south + 3),
            values,
        )
        for west, south in places
    }
    service = serve_stac(write_worldcover(tmp_path / "map", tiles))
    catalogue = everything(PLANETARY_COMPUTER, url=service.url, sign=None)
    found = label_tiles(catalogue)
    assert [tile.name for tile in found] == sorted(tiles)
    assert len(found) == 288
    for tile in found:
        box = tile.bbox
        assert (box.west, box.south, box.east, box.north) == tiles[tile.name][0]
        assert "_2021_v200_" in tile.href

"""Which pixels of a region become its task, and with which label."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from geodata.grid import BoundingBox
from geodata.imagery.stac.catalogue import Catalogue
from geodata.regions.errors import TrainingRegionsError, UnsuitableRegionError
from geodata.regions.estimate import bytes_of_a_day, estimate_download
from geodata.regions.label_maps import LabelMaps
from geodata.regions.picking import LEAST_BLOCKS, LEAST_PIXELS, pick_pixels, refuse_uniform
from geodata.regions.worldcover import PLANETARY_COMPUTER, LabelTile, label_tiles

PIXEL_DEG = 1 / 12000
CORNER = (-9.0, 50.02)  # of the map, west and north


@pytest.fixture
def tile(tmp_path):
    """Trees, with a square of crops, one stray pixel of water in it, and a corner of nothing."""
    values = np.full((480, 480), 10, dtype=np.uint8)
    values[200:280, 200:280] = 40
    values[240, 240] = 80
    values[:20, :20] = 0
    path = tmp_path / "map.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=480, height=480, count=1, dtype="uint8", nodata=0, crs="EPSG:4326",
        transform=Affine(PIXEL_DEG, 0, CORNER[0], 0, -PIXEL_DEG, CORNER[1]),
    ) as file:  # fmt: skip
        file.write(values, 1)
    side = 480 * PIXEL_DEG
    return LabelTile("T", str(path), BoundingBox(CORNER[0], CORNER[1] - side, CORNER[0] + side, CORNER[1]))


@pytest.fixture
def maps(tmp_path):
    return LabelMaps(
        Catalogue(name="c", url=str(tmp_path), collections=(), kind="static", offset_rule="metadata")
    )


def grid(pixel_m, shape=(250, 250)):
    x, y = Transformer.from_crs(4326, 32629, always_xy=True).transform(-8.99, 50.01)
    x, y = (round(v / pixel_m) * pixel_m for v in (x, y))
    return GeoBox(shape, Affine(pixel_m, 0, x, 0, -pixel_m, y), "EPSG:32629")


def nearest_by_hand(values, geobox):
    """The value under each pixel's middle, one by one."""
    to_lonlat = Transformer.from_crs(32629, 4326, always_xy=True)
    rows, cols = np.indices(tuple(geobox.shape))
    lon, lat = to_lonlat.transform(*(geobox.affine @ (cols + 0.5, rows + 0.5)))
    down = np.floor((CORNER[1] - lat) / PIXEL_DEG).astype(int)
    across = np.floor((lon - CORNER[0]) / PIXEL_DEG).astype(int)
    inside = (down >= 0) & (down < 480) & (across >= 0) & (across < 480)
    return np.where(inside, values[down.clip(0, 479), across.clip(0, 479)], 0)


def test_a_pixel_has_a_label_where_its_eight_neighbours_have_the_same(maps, tile):
    target = grid(10)
    with rasterio.open(tile.href) as file:
        there = nearest_by_hand(file.read(1), target)
    labels = maps.pure(tile, target)
    padded = np.pad(there, 1)
    around = np.stack([padded[r : r + 250, c : c + 250] for r in range(3) for c in range(3)])
    expected = np.where((around == there).all(axis=0), there, 0)
    np.testing.assert_array_equal(labels, expected)
    assert set(np.unique(labels)) == {0, 10, 40}
    assert (labels == 40).sum() < (there == 40).sum()


def test_a_coarser_pixel_has_a_label_where_all_of_the_finer_ones_agree(maps, tile):
    labels, fine = maps.pure(tile, grid(30, (80, 80))), maps.pure(tile, grid(10, (240, 240)))
    assert {10, 40} <= set(np.unique(labels))
    blocks = fine.reshape(80, 3, 80, 3)
    # Its neighbours reach further than those of the finer pixels, so that it has a label less often.
    unanimous = (blocks == blocks[:, 1:2, :, 1:2]).all(axis=(1, 3))
    assert unanimous[labels > 0].all()
    np.testing.assert_array_equal(labels[labels > 0], blocks[:, 1, :, 1][labels > 0])
    assert (labels > 0).sum() < unanimous.sum()


def test_beyond_the_map_there_are_no_labels(maps, tile):
    away = GeoBox((50, 50), Affine(10, 0, 600_000, 0, -10, 5_000_000), "EPSG:32629")
    assert not maps.pure(tile, away).any()


def test_an_overview_covers_the_tile(maps, tile):
    part = maps.look(tile, coarsest_m=100.0)
    assert part.pixel_m <= 100.0
    assert part.transform @ (0, 0) == pytest.approx(CORNER)
    height, width = part.values.shape
    assert part.transform @ (width, height) == pytest.approx((tile.bbox.east, tile.bbox.south))


def halves(shape=(500, 500)):
    labels = np.full(shape, 10, dtype=np.uint8)
    labels[:, shape[1] // 2 :] = 40
    labels[:15, :15] = 80
    return labels


def test_pixels_are_spread_over_blocks_that_keep_their_distance():
    picks = pick_pixels(halves(), 10.0, most=1000, rng=np.random.default_rng(0))
    assert picks.by_class == {"tree cover": 500, "cropland": 500}
    for value in (10, 40):
        sizes = np.unique(picks.groups[picks.values == value], return_counts=True)[1]
        assert sizes.size == 50
        assert sizes.min() == sizes.max() == 10
    np.testing.assert_array_equal(picks.values, halves()[picks.rows, picks.cols])
    np.testing.assert_array_equal(picks.groups, picks.rows // 50 * 10 + picks.cols // 50)
    places = np.column_stack([picks.rows, picks.cols])
    assert len(np.unique(places, axis=0)) == len(places)
    apart = np.abs(places[:, None] - places[None]).max(axis=2)
    assert apart[picks.groups[:, None] != picks.groups[None]].min() > 6


def test_frequent_classes_give_more_pixels_but_not_in_proportion():
    labels = np.full((500, 500), 10, dtype=np.uint8)
    labels[:, 250:275] = 40
    picks = pick_pixels(labels, 10.0, most=1000, rng=np.random.default_rng(0))
    found = picks.by_class
    assert 3 < found["tree cover"] / found["cropland"] < 6
    assert sum(found.values()) == 1000


def test_a_small_class_gives_enough_to_learn_from_and_to_ask_for():
    labels = np.full((500, 500), 10, dtype=np.uint8)
    for block in range(LEAST_BLOCKS):
        labels[20:25, 50 * block + 20 : 50 * block + 25] = 50
    picks = pick_pixels(labels, 10.0, most=100, rng=np.random.default_rng(0))
    assert picks.by_class["built-up"] >= LEAST_PIXELS


def test_the_same_seed_picks_the_same_pixels():
    one, same, other = (
        pick_pixels(halves(), 10.0, most=300, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.rows, same.rows)
    assert not np.array_equal(one.rows, other.rows)


@pytest.mark.parametrize("labels", [np.full((500, 500), 60), np.zeros((500, 500)), halves((90, 90))])
def test_a_region_of_one_class_makes_no_task(labels):
    with pytest.raises(UnsuitableRegionError, match="fewer than two classes have 20 pixels"):
        refuse_uniform(labels.astype(np.uint8), 10.0)


def test_coarse_pixels_have_blocks_of_the_same_size():
    picks = pick_pixels(halves((170, 170)), 30.0, most=500, rng=np.random.default_rng(0))
    assert np.unique(picks.groups).size == 100


def test_a_download_is_estimated_from_the_blocks_that_a_region_meets():
    sentinel = Catalogue(
        name="s", url="https://e.org", collections=("sentinel-2-l2a",), kind="api", offset_rule="baseline"
    )
    day = bytes_of_a_day(sentinel, 5.0)
    assert 10e6 < day < 60e6
    assert bytes_of_a_day(sentinel, 2.0) < day
    whole, seconds = estimate_download(sentinel, size_km=5.0, regions=300, steps=4, days_per_step=3)
    assert whole == pytest.approx(300 * 4 * 3 * day)
    assert seconds == pytest.approx(whole / 20e6)


def test_a_folder_without_the_map_is_refused(tmp_path):
    (tmp_path / "catalog.json").write_text(
        '{"type": "Catalog", "stac_version": "1.0.0", "id": "c", "description": "d", "links": []}'
    )
    empty = Catalogue(
        name="empty",
        url=str(tmp_path / "catalog.json"),
        collections=(),
        kind="static",
        offset_rule="metadata",
    )
    with pytest.raises(TrainingRegionsError, match="empty has no map of ESA WorldCover 2021"):
        label_tiles(empty)


def test_the_real_map_is_signed_when_it_is_read():
    assert PLANETARY_COMPUTER.sign == "planetary-computer"
    assert PLANETARY_COMPUTER.collections == ("esa-worldcover",)

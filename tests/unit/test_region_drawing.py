"""Drawing training regions: over a planet that is made up, so that nothing has to be read."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from geodata.grid import BoundingBox
from geodata.grid_choice import area_km2
from geodata.imagery.stac.reading import NativePart
from geodata.regions.allotment import allot
from geodata.regions.cells import counts_in, random_cells
from geodata.regions.drawing import Draw, DrawSettings, candidates, draw, tiles_to_look_at
from geodata.regions.errors import TrainingRegionsError
from geodata.regions.strata import stratum_of
from geodata.regions.worldcover import LabelTile

PIXELS = 360


def tile(west, south):
    name = f"{'S' if south < 0 else 'N'}{abs(south):02d}{'W' if west < 0 else 'E'}{abs(west):03d}"
    return LabelTile(name, f"https://example.org/{name}.tif", BoundingBox(west, south, west + 3, south + 3))


def overview(of, values):
    box = of.bbox
    side = box.width / values.shape[1]
    return NativePart(
        values, Affine(side, 0, box.west, 0, -side, box.north), "EPSG:4326", side * 111_320, (0, 0, 0)
    )


def land(of):
    """Forest and crops in patches of 30 km, sea in the south of each tile."""
    rng = np.random.default_rng(zlib.crc32(of.name.encode()))
    patches = rng.choice([10, 30, 40, 60], (PIXELS // 30, PIXELS // 30), p=[0.5, 0.3, 0.19, 0.01])
    values = patches.astype(np.uint8).repeat(30, axis=0).repeat(30, axis=1)
    values[rng.random(values.shape) < 0.2] = 20
    values[-PIXELS // 4 :] = 80
    return overview(of, values)


WORLD = [tile(west, south) for west in range(-180, 180, 12) for south in range(-60, 81, 6)]


def drawn(count=100, seed=0, size_km=5.0, tiles=WORLD):
    settings = DrawSettings(count=count, seed=seed, size_km=size_km)
    looks = (candidates(one, land(one), settings) for one in tiles_to_look_at(tiles, settings))
    return draw(settings, len(tiles), looks)


def counts(**share):
    values = {"nothing": 0, "trees": 10, "shrub": 20, "grass": 30, "crops": 40, "built": 50, "bare": 60} | {
        "snow": 70, "water": 80, "wetland": 90, "mangroves": 95, "moss": 100,
    }  # fmt: skip
    made = np.zeros(256, dtype=np.int64)
    for name, part in share.items():
        made[values[name]] = part
    return made


@pytest.mark.parametrize(
    ("latitude", "share", "stratum"),
    [
        (51.0, counts(crops=60, trees=40), "temperate-crops"),
        (-51.0, counts(shrub=30, grass=30, trees=40), "temperate-grass-and-shrub"),
        (3.0, counts(trees=90, grass=10), "tropical-trees"),
        (-27.0, counts(bare=80, shrub=20), "subtropical-bare"),
        (62.0, counts(trees=80, wetland=20), "boreal-wetland"),
        (2.0, counts(trees=80, mangroves=20), "tropical-wetland"),
        (48.0, counts(crops=85, built=15), "temperate-built-up"),
        (70.0, counts(moss=40, snow=40, bare=20), "polar-snow-and-moss"),
        (45.0, counts(water=60, trees=40), "temperate-water"),
        (23.5, counts(trees=50, grass=50), "tropical-trees"),
        (45.0, counts(water=90, trees=10), None),
        (45.0, counts(trees=97, grass=3), None),
        (45.0, counts(nothing=50, trees=25, grass=25), None),
        (45.0, counts(nothing=100), None),
        (45.0, counts(), None),
    ],
)
def test_a_place_belongs_to_a_belt_and_a_cover(latitude, share, stratum):
    assert stratum_of(latitude, share) == stratum


@given(
    st.integers(0, 500),
    st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 2000), max_size=12),
)
def test_all_places_are_allotted_and_no_kind_gets_more_than_it_has(total, available):
    places = allot(total, available)
    assert places.keys() == available.keys()
    assert sum(places.values()) == min(total, sum(available.values()))
    assert all(0 <= places[name] <= count for name, count in available.items())
    assert places == allot(total, dict(reversed(available.items())))
    for one, other in combinations(available, 2):  # more of it is never fewer places, but for rounding
        if available[one] > available[other]:
            assert places[one] >= places[other] - 1


def test_places_go_by_the_square_root():
    assert allot(110, {"rare": 100, "common": 10_000}) == {"rare": 10, "common": 100}
    assert allot(10, {"few": 1, "many": 16}) == {"few": 1, "many": 9}
    assert allot(6, {"few": 3, "more": 4, "none": 0}) == {"few": 3, "more": 3, "none": 0}


@pytest.mark.parametrize(("west", "south"), [(0, 0), (177, -60), (-180, 81), (9, 48)])
@pytest.mark.parametrize("size_km", [1.0, 5.0, 20.0])
def test_places_of_a_tile_are_squares_inside_it_that_do_not_overlap(west, south, size_km):
    of = tile(west, south)
    cells = [cell for _, cell in random_cells(of, size_km, most=40, seed=1)]
    whole = box(of.bbox.west - 1e-6, of.bbox.south - 1e-6, of.bbox.east + 1e-6, of.bbox.north + 1e-6)
    shapes = [box(c.bbox.west, c.bbox.south, c.bbox.east, c.bbox.north) for c in cells]
    assert len(cells) == 40 or size_km == 20
    assert len({cell.name for cell in cells}) == len(cells)
    assert all(shape.within(whole) for shape in shapes)
    overlaps = [one.intersection(other).area / one.area for one, other in combinations(shapes, 2)]
    assert max(overlaps) < 1e-3
    for cell in cells:
        assert area_km2(cell.bbox) == pytest.approx(size_km**2, rel=0.02)


def test_what_a_place_shows_is_counted_pixel_by_pixel():
    of = tile(6, 48)
    values = np.full((300, 300), 10, dtype=np.uint8)
    values[100:110, 200:220] = 40  # 49.9 to 50.0 north, 8.0 to 8.2 east
    part = overview(of, values)
    found = counts_in(part, BoundingBox(8.0, 49.85, 8.2, 50.05))
    assert found[40] == 200
    assert found[10] == 200
    assert found.sum() == 400
    assert counts_in(part, BoundingBox(9.5, 50.0, 9.6, 50.1)).sum() == 0


def test_regions_are_spread_over_belts_and_covers_and_tiles():
    made = drawn(count=100)
    assert sum(made.places.values()) == 100
    assert {name.split("-")[0] for name in made.places} == {
        "tropical",
        "subtropical",
        "temperate",
        "boreal",
        "polar",
    }
    chosen = made.chosen
    assert len(chosen) == 100
    assert len({cell.name for _, cell in chosen}) == 100
    assert Counter(name for name, _ in chosen) == Counter(made.places)
    in_a_tile = Counter((name, cell.tile) for name, cell in chosen)
    assert max(in_a_tile.values()) <= 2
    rare, common = min(made.shares, key=made.shares.get), max(made.shares, key=made.shares.get)
    ratio = made.shares[common] / made.shares[rare]
    assert made.places[common] / made.places[rare] < ratio**0.5 * 2
    first = Counter(name for name, _ in chosen[:50])
    assert all(abs(first[name] - places / 2) <= 1 for name, places in made.places.items())


def test_the_sea_is_no_region():
    for _, cell in drawn(count=100).chosen:
        bottom = np.floor((cell.bbox.south + 60) / 3) * 3 - 60
        assert cell.bbox.north > bottom + 0.75


def test_the_draw_follows_from_the_seed_alone():
    one = drawn(seed=3)
    assert drawn(seed=3, tiles=WORLD[::-1]).to_json() == one.to_json()
    assert Draw.from_json(json.loads(json.dumps(one.to_json()))).chosen == one.chosen
    other = {cell.name for _, cell in drawn(seed=4).chosen}
    assert len(other & {cell.name for _, cell in one.chosen}) < 20


def test_tiles_are_looked_at_as_often_as_they_are_large():
    settings = DrawSettings(count=60, seed=0, size_km=5)
    looked = tiles_to_look_at(WORLD, settings)
    assert len(looked) == 180
    far = [one for one in WORLD if one.bbox.south >= 60]
    near = [one for one in WORLD if -21 <= one.bbox.south < 21]
    share_far = len([one for one in looked if one in far]) / len(far)
    share_near = len([one for one in looked if one in near]) / len(near)
    assert share_near > 2 * share_far > 0
    without_one = tiles_to_look_at([one for one in WORLD if one != looked[0]], settings)
    assert len(set(looked) - set(without_one)) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"count": 0}, "count is 0; give 1 to 5000"),
        ({"count": 6000}, "count is 6000; give 1 to 5000"),
        ({"seed": -1}, "seed is -1"),
        ({"size_km": 0.2}, "size-km is 0.2; give 1 to 20"),
        ({"size_km": float("nan")}, "size-km is nan"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, said):
    with pytest.raises(TrainingRegionsError, match=said):
        DrawSettings(**{"count": 10, "seed": 0, "size_km": 5.0} | given)


def test_more_regions_than_the_land_has_room_for_are_refused():
    with pytest.raises(
        TrainingRegionsError, match=r"there is room for .* and 500 are asked for; give a smaller"
    ):
        drawn(count=500, tiles=WORLD[:2])

from __future__ import annotations

from stac_items import earth_search_item, planetary_computer_item, square

from geodata.imagery.stac.catalogue import PRESETS
from geodata.imagery.stac.duplicates import Version, newest_only
from geodata.imagery.stac.items import generated, scene_of, tile_of

S2 = PRESETS["earth-search-sentinel-2-l2a"]


def versions(*items):
    return [
        Version(scene_of(one, None, S2, near=0), tile_of(one["properties"]), generated(one)) for one in items
    ]


def kept(*items):
    scenes, replaced = newest_only(versions(*items))
    assert len(scenes) + len(replaced) == len(items)
    assert all(old.id != new.id and new in scenes for old, new in replaced)
    return sorted(scene.id for scene in scenes)


def test_the_newest_baseline_of_an_acquisition_is_kept():
    first = planetary_computer_item("a", s2__processing_baseline="02.14", time="2020-02-10T07:30:31.024Z")
    again = planetary_computer_item("b", s2__processing_baseline="05.00", time="2020-02-10T07:30:31.024Z")
    untold = planetary_computer_item("c", s2__processing_baseline=None, time="2020-02-10T07:30:38Z")
    assert kept(first, again, untold) == kept(untold, again, first) == ["b"]


def test_of_one_baseline_what_was_made_last_is_kept_and_then_the_last_name():
    one = earth_search_item("S2A_30SUF_20190208_0_L2A", s2__generation_time="2019-02-08T15:00:00Z")
    two = earth_search_item("S2A_30SUF_20190208_1_L2A", s2__generation_time="2019-02-08T14:00:00Z")
    assert kept(one, two) == ["S2A_30SUF_20190208_0_L2A"]
    for item in (one, two):
        del item["properties"]["s2:generation_time"]
    assert kept(one, two) == ["S2A_30SUF_20190208_1_L2A"]


def test_both_parts_of_a_cell_that_was_cut_in_two_are_kept():
    north = earth_search_item("north", geometry=square(3, 50.4, 1))
    south = earth_search_item("south", geometry=square(3, 49.8, 1), s2__processing_baseline="05.00")
    assert kept(north, south) == ["north", "south"]


def test_other_cells_satellites_and_orbits_are_other_acquisitions():
    base = earth_search_item("base")
    cell = earth_search_item("cell", grid__code="MGRS-31UFT")
    satellite = earth_search_item("satellite", platform="sentinel-2b")
    orbit = earth_search_item("orbit", time="2022-06-01T12:16:31Z")
    assert kept(base, cell, satellite, orbit) == ["base", "cell", "orbit", "satellite"]

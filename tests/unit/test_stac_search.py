from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from servers.surroundings import free_port
from stac_items import earth_search_item, landsat_item, planetary_computer_item, square
from stac_server import CORE, ITEM_SEARCH, QUERY, stac_api

from geodata.errors import CatalogueError, NoScenesError, PeriodError, RegionError
from geodata.grid import BoundingBox
from geodata.imagery.stac.catalogue import PRESETS, Catalogue
from geodata.imagery.stac.search import Period, find_scenes, nearest_scenes, search

BOX = BoundingBox(3.2, 50.2, 3.4, 50.4)
SUMMER = Period(date(2022, 6, 1), date(2022, 8, 31))
PRESET = PRESETS["earth-search-sentinel-2-l2a"]


def at(day, **more):
    return earth_search_item(f"S2A_{day}", time=f"{day}T10:36:31Z", **more)


def ids(scenes):
    return [scene.id for scene in scenes]


def catalogue(api, **more):
    return replace(PRESET, url=api.url, **more)


def test_scenes_come_sorted_from_all_pages_and_a_server_that_sends_too_much_is_filtered():
    days = ["2022-08-31", "2022-06-01", "2022-07-15", "2022-06-30"]
    wrong = [
        at("2022-05-31"),
        at("2022-09-01"),
        at("2022-07-01", geometry=square(4.0)),
        at("2022-07-02", geometry=square(3.4, 50.4)),  # touches the box's corner only
        at("2022-07-03", collection="sentinel-2-l1c"),
    ]
    with stac_api(*map(at, days), *wrong, page=2) as api:
        found = search(catalogue(api), BOX, SUMMER)
        assert ids(found.scenes) == [f"S2A_{day}" for day in sorted(days)]
        assert found.left_out == ()
        assert find_scenes(catalogue(api), BOX, SUMMER) == list(found.scenes)
        [asked, _] = api.searches
        assert asked["collections"] == ["sentinel-2-l2a"]
        assert asked["datetime"] == "2022-05-31T10:00:00Z/2022-09-01T13:59:59Z"
        assert asked["bbox"] == [3.2, 50.2, 3.4, 50.4]
        assert "query" not in asked


@pytest.mark.parametrize(
    ("west", "inside", "outside"),
    [
        (
            3.0,
            ["2022-06-01T00:00:00Z", "2022-08-31T20:00:00-03:00"],
            ["2022-05-31T23:00:00Z", "2022-09-01T00:00:00Z"],
        ),
        (
            150.0,
            ["2022-05-31T23:50:00Z", "2022-08-31T00:10:00Z"],
            ["2022-05-31T00:10:00Z", "2022-08-31T23:50:00Z"],
        ),
        (
            -158.0,
            ["2022-06-01T21:00:00Z", "2022-09-01T00:30:00Z"],
            ["2022-06-01T00:30:00Z", "2022-09-01T21:00:00Z"],
        ),
    ],
)
def test_the_days_of_a_period_are_those_of_the_sun_there(west, inside, outside):
    place = BoundingBox(west + 0.2, 50.2, west + 0.4, 50.4)
    items = [earth_search_item(time, time=time, geometry=square(west)) for time in [*outside, *inside]]
    with stac_api(*items) as api:
        found = search(catalogue(api), place, SUMMER)
        assert ids(found.scenes) == inside
        assert found.left_out == ()
        assert nearest_scenes(catalogue(api), place, Period(date(2022, 6, 2), date(2022, 8, 30))) == (
            date(2022, 6, 1),
            date(2022, 8, 31),
        )


@pytest.mark.parametrize("understands", [False, True])
def test_filters_hold_whether_or_not_the_server_understands_them(understands):
    items = [
        at("2022-06-01", eo__cloud_cover=79.9),
        at("2022-06-03", eo__cloud_cover=80.1),
        at("2022-06-05", eo__cloud_cover=None),
        at("2022-06-07", platform="Sentinel-2B"),
        at("2022-06-09", s2__processing_baseline="03.01"),
        at("2022-06-11", s2__processing_baseline=None),
    ]
    wanted = {"platforms": ("SENTINEL_2A", "sentinel-2c"), "min_baseline": "04.00", "max_cloud_cover": 80}
    with stac_api(*items, conforms_to=[CORE, ITEM_SEARCH, *[QUERY] * understands]) as api:
        found = search(catalogue(api, **wanted), BOX, SUMMER)
        assert api.searches[0].get("query") == ({"eo:cloud_cover": {"lte": 80}} if understands else None)
    assert ids(found.scenes) == ["S2A_2022-06-01", "S2A_2022-06-05"]
    assert [(one.id, one.cause) for one in found.left_out] == [
        ("S2A_2022-06-03", "cloudy"),
        ("S2A_2022-06-07", "unwanted"),
        ("S2A_2022-06-09", "unwanted"),
        ("S2A_2022-06-11", "unwanted"),
    ]
    reasons = [one.reason for one in found.left_out]
    assert reasons[0] == "80 % of it are cloudy; up to 80 % are taken"
    assert reasons[1] == "its satellite is sentinel-2b; sentinel-2a, sentinel-2c are taken"
    assert reasons[3] == "its processing baseline is not told; 04.00 and later are taken"


def test_flawed_items_and_replaced_ones_are_left_out_by_name():
    flawed = at("2022-06-03")
    del flawed["assets"]["swir22"], flawed["assets"]["swir22-jp2"]
    broken = at("2022-06-05")
    broken["properties"]["datetime"] = "soon"
    again = planetary_computer_item("newer", s2__processing_baseline="05.10")
    with stac_api(planetary_computer_item("older"), again, flawed, broken) as api:
        found = search(catalogue(api), BOX, SUMMER)
    assert ids(found.scenes) == ["newer"]
    assert {one.id: one.cause for one in found.left_out} == {
        "older": "replaced",
        "S2A_2022-06-03": "flawed",
        "S2A_2022-06-05": "flawed",
    }
    assert "newer is the same acquisition, processed later" in {one.reason for one in found.left_out}
    assert "no asset shows band B12" in {one.reason for one in found.left_out}


def test_a_box_over_the_antimeridian_is_asked_for_in_two_parts():
    items = [
        earth_search_item("east", geometry=square(178.5, 50), grid__code="MGRS-60UXV"),
        earth_search_item("west", geometry=square(-179.5, 50), grid__code="MGRS-01UAB"),
        earth_search_item("across", geometry=square(179.5, 50), grid__code="MGRS-60UYV"),
        earth_search_item("home", geometry=square(0.0, 50)),
    ]
    across = BoundingBox(179.0, 50.2, -179.0, 50.4)
    with stac_api(*items) as api:
        found = find_scenes(catalogue(api), across, SUMMER)
        assert [asked["bbox"] for asked in api.searches] == [
            [179.0, 50.2, 180.0, 50.4],
            [-180.0, 50.2, -179.0, 50.4],
        ]
    assert ids(found) == ["across", "east", "west"]
    assert len({scene.solar_day for scene in found}) == 1


def test_more_scenes_than_a_map_can_have_are_refused_before_they_are_all_read():
    days = [(date(2022, 6, 1) + timedelta(n)).isoformat() for n in range(60)]
    with stac_api(*map(at, days), page=10) as api:
        assert len(find_scenes(catalogue(api, max_scenes=60), BOX, SUMMER)) == 60
        api.requests = 0
        with pytest.raises(RegionError, match=r"more than 25 scenes .* a shorter period or a smaller box"):
            find_scenes(catalogue(api, max_scenes=25), BOX, SUMMER)
        assert api.requests == 1 + 3


def test_passing_failures_are_waited_for():
    with stac_api(at("2022-06-01"), failures=[503, 200, 502]) as api:
        assert len(find_scenes(catalogue(api), BOX, SUMMER)) == 1
        assert api.requests == 4


def test_a_catalogue_that_is_not_there_is_named_with_what_to_do():
    port = free_port()
    gone = replace(PRESET, url=f"http://127.0.0.1:{port}/v1")
    with pytest.raises(
        CatalogueError, match=rf"sentinel-2-l2a at 127.0.0.1:{port} cannot be reached"
    ) as caught:
        find_scenes(gone, BOX, SUMMER)
    assert "check the source's url in the server's settings" in caught.value.detail
    local = replace(PRESET, kind="static", url="/nowhere/collection.json")
    with pytest.raises(CatalogueError, match="on this machine cannot be reached"):
        find_scenes(local, BOX, SUMMER)


def test_a_refusal_a_web_page_and_a_catalogue_without_search_are_told_apart():
    with stac_api(failures=[401]) as api, pytest.raises(CatalogueError, match="it answered 401"):
        find_scenes(catalogue(api), BOX, SUMMER)
    with (
        stac_api(body=b"<html>") as api,
        pytest.raises(CatalogueError, match="does not answer as a STAC API"),
    ):
        find_scenes(catalogue(api), BOX, SUMMER)
    page = json.dumps(
        {"type": "Catalog", "stac_version": "1.0.0", "id": "a", "description": "b", "links": []}
    )
    with (
        stac_api(body=page.encode()) as api,
        pytest.raises(CatalogueError, match=r'offers no search.*"static"'),
    ):
        find_scenes(catalogue(api), BOX, SUMMER)


def test_a_landing_page_that_does_not_say_what_it_conforms_to_is_searched_all_the_same():
    with stac_api(at("2022-06-01"), conforms_to=None) as api:
        assert len(find_scenes(catalogue(api), BOX, SUMMER)) == 1
    with stac_api(conforms_to=[CORE]) as api, pytest.raises(CatalogueError, match="ITEM_SEARCH"):
        find_scenes(catalogue(api), BOX, SUMMER)


def test_credentials_in_a_url_are_not_repeated():
    url = "http://user:secret@127.0.0.1:9/v1"
    with pytest.raises(CatalogueError) as caught:
        find_scenes(replace(PRESET, url=url), BOX, SUMMER)
    assert "secret" not in caught.value.detail


@pytest.mark.parametrize("understands", [False, True])
def test_where_everything_is_cloudy_it_says_so_and_what_is_nearest(understands):
    cloudy = [at(f"2022-06-{day:02d}", eo__cloud_cover=90 + day) for day in range(1, 6)]
    clear = [at("2022-05-20"), at("2021-05-20"), at("2022-09-03"), at("2022-11-03")]
    conforms_to = [CORE, ITEM_SEARCH, *[QUERY] * understands]
    with stac_api(*cloudy, *clear, conforms_to=conforms_to) as api, pytest.raises(NoScenesError) as caught:
        find_scenes(catalogue(api), BOX, SUMMER)
    assert caught.value.detail == (
        "all 5 scenes of earth-search-sentinel-2-l2a between 2022-06-01 and 2022-08-31 are cloudier than 80 %; "
        "the nearest usable scenes are of 2022-05-20 (12 days before) and 2022-09-03 (3 days after); "
        "widen the period, or raise max_cloud_cover"
    )


def test_where_there_is_nothing_in_the_period_the_nearest_is_told_however_far():
    with stac_api(at("2017-01-02")) as api:
        with pytest.raises(
            NoScenesError, match=r"there is no scene .* is of 2017-01-02 \(1976 days before\)"
        ):
            find_scenes(catalogue(api), BOX, SUMMER)
        assert nearest_scenes(catalogue(api), BOX, SUMMER) == (date(2017, 1, 2), None)
        assert nearest_scenes(catalogue(api), BoundingBox(-30, 30, -29, 31), SUMMER) == (None, None)


def test_the_nearest_scenes_are_usable_ones():
    items = [at("2022-05-31", eo__cloud_cover=99), at("2022-05-01"), at("2022-09-05", platform="sentinel-2b")]
    with stac_api(*items) as api:
        taken = catalogue(api, platforms=("sentinel-2a",))
        assert nearest_scenes(taken, BOX, SUMMER) == (date(2022, 5, 1), None)


def test_a_box_in_the_ocean_is_told_that_there_is_never_anything():
    with stac_api() as api, pytest.raises(NoScenesError, match=r"at any time: it lies over the open sea"):
        find_scenes(catalogue(api), BOX, SUMMER)


def test_where_nothing_can_be_used_the_reasons_are_told():
    items = [at(f"2022-06-0{day}", platform="sentinel-2b") for day in range(1, 6)]
    with stac_api(*items) as api, pytest.raises(NoScenesError) as caught:
        find_scenes(catalogue(api, platforms=("sentinel-2a",)), BOX, SUMMER)
    assert "none of the 5 scenes" in caught.value.detail
    assert "S2A_2022-06-01: its satellite is sentinel-2b; sentinel-2a are taken" in caught.value.detail
    assert "; and 2 more)" in caught.value.detail


def test_landsat_is_found_by_its_preset():
    items = [landsat_item(), landsat_item("LE07", platform="landsat-7")]
    with stac_api(*items) as api:
        landsat = replace(PRESETS["planetary-computer-landsat-c2-l2"], url=api.url)
        [scene] = find_scenes(landsat, BOX, SUMMER)
    assert (scene.sensor, len(scene.bands), scene.mask.kind) == ("landsat-9", 6, "qa_pixel")


def test_satellites_with_other_bands_are_not_mixed():
    items = [
        landsat_item("a", platform="landsat-8", time="2022-06-02T10:00:00Z"),
        landsat_item("b", platform="landsat-9", time="2022-06-09T10:00:00Z"),
        landsat_item("c", platform="landsat-7", time="2022-06-16T10:00:00Z"),
    ]
    with stac_api(*items) as api:
        everything = replace(PRESETS["planetary-computer-landsat-c2-l2"], url=api.url, platforms=())
        found = search(everything, BOX, SUMMER)
        only_7 = search(replace(everything, platforms=("landsat-7",)), BOX, SUMMER)
    assert ids(found.scenes) == ["a", "b"]
    [odd] = found.left_out
    assert (odd.id, odd.cause) == ("c", "unwanted")
    assert "its bands, of landsat-7, do not go with those of most scenes, of landsat-" in odd.reason
    assert ids(only_7.scenes) == ["c"]


def write_static(folder, items, **extent):
    """A catalogue of one collection of one item a file, as pystac writes them."""
    links = [{"rel": "item", "href": f"./{item['id']}/{item['id']}.json"} for item in items]
    spatial = extent.get("spatial", [3.0, 50.0, 4.0, 51.0])
    interval = extent.get("interval", ["2022-01-01T00:00:00Z", None])
    collection = {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": "sentinel-2-l2a",
        "description": "of a test",
        "license": "proprietary",
        "extent": {"spatial": {"bbox": [spatial]}, "temporal": {"interval": [interval]}},
        "links": [*links, {"rel": "root", "href": "../catalog.json"}],
    }
    root = {
        "type": "Catalog",
        "stac_version": "1.0.0",
        "id": "root",
        "description": "of a test",
        "links": [
            {"rel": "child", "href": "./s2/collection.json"},
            {"rel": "child", "href": "./catalog.json"},
        ],
    }
    for item in items:
        path = folder / "s2" / item["id"] / f"{item['id']}.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({**item, "links": []}))
    (folder / "s2" / "collection.json").write_text(json.dumps(collection))
    (folder / "catalog.json").write_text(json.dumps(root))
    return replace(PRESET, kind="static", url=str(folder / "catalog.json"))


def test_a_static_catalogue_is_walked_and_its_loops_are_not(tmp_path):
    items = [at("2022-06-03"), at("2022-06-01"), at("2023-06-01"), at("2022-06-02", eo__cloud_cover=95)]
    static = write_static(tmp_path, items)
    found = search(static, BOX, SUMMER)
    assert ids(found.scenes) == ["S2A_2022-06-01", "S2A_2022-06-03"]
    assert [one.cause for one in found.left_out] == ["cloudy"]
    assert found.scenes[0].href == str(tmp_path / "s2" / "S2A_2022-06-01" / "S2A_2022-06-01.json")
    assert search(replace(static, collections=()), BOX, SUMMER) == found
    assert not search(replace(static, collections=("other",)), BOX, SUMMER).scenes
    for deeper in ("s2/collection.json", "s2/S2A_2022-06-01/S2A_2022-06-01.json"):
        part = search(replace(static, url=str(tmp_path / deeper)), BOX, SUMMER)
        assert part.scenes[0] == found.scenes[0]


def test_collections_elsewhere_or_of_other_years_are_passed_over(tmp_path):
    far = write_static(tmp_path / "a", [at("2022-06-01")], spatial=[10, 50, 11, 51])
    old = write_static(
        tmp_path / "b", [at("2022-06-01")], interval=["2018-01-01T00:00:00Z", "2019-01-01T00:00:00Z"]
    )
    for static in (far, old):
        assert search(static, BOX, SUMMER).scenes == ()


def test_a_file_of_many_items_is_a_catalogue_too(tmp_path):
    path = tmp_path / "items.json"
    features = [at("2022-06-01"), at("2022-06-03")]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    static = replace(PRESET, kind="static", url=str(path))
    found = find_scenes(static, BOX, SUMMER)
    assert [scene.href for scene in found] == [f"https://stac.example/items/{scene.id}" for scene in found]


def test_a_static_catalogue_that_is_none_is_refused(tmp_path):
    path = tmp_path / "a.json"
    for text in ("{}", "[]", "no json", '{"type": "Topology"}'):
        path.write_text(text)
        with pytest.raises(CatalogueError, match="does not answer as a STAC catalogue does"):
            find_scenes(replace(PRESET, kind="static", url=str(path)), BOX, SUMMER)
    static = write_static(tmp_path / "b", [at("2022-06-01")])
    (tmp_path / "b" / "s2" / "S2A_2022-06-01" / "S2A_2022-06-01.json").unlink()
    with pytest.raises(CatalogueError, match="cannot be reached"):
        find_scenes(static, BOX, SUMMER)


def test_periods_that_cannot_be_are_refused():
    with pytest.raises(
        PeriodError, match=r"runs backwards: start \(2022-06-02\) is after end \(2022-06-01\)"
    ):
        Period(date(2022, 6, 2), date(2022, 6, 1))
    today = datetime.now(UTC).date()
    with pytest.raises(PeriodError, match="in the future"):
        Period(date(2022, 6, 2), today + timedelta(3))
    assert Period(today, today).start == today


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"collections": ()}, "source earth-search-sentinel-2-l2a: collections is empty"),
        ({"url": "/etc"}, "url is no web address"),
        ({"max_cloud_cover": 130}, "max_cloud_cover is 130; give 0 to 100"),
        ({"max_failed_share": -1}, "max_failed_share is -1; give 0 to 1"),
        ({"min_baseline": "new"}, "min_baseline is 'new'; a baseline looks like '04.00'"),
        ({"timeout_s": 0}, "timeout_s is 0; give 0.1 to 600"),
    ],
)
def test_settings_that_cannot_work_are_refused(wrong, message):
    with pytest.raises(CatalogueError, match=message):
        replace(PRESET, **wrong)


def test_presets_are_those_of_the_documentation():
    assert {name: (preset.offset_rule, preset.sign) for name, preset in PRESETS.items()} == {
        "earth-search-sentinel-2-l2a": ("earth-search", None),
        "earth-search-sentinel-2-c1-l2a": ("always", None),
        "planetary-computer-sentinel-2-l2a": ("baseline", "planetary-computer"),
        "planetary-computer-landsat-c2-l2": ("landsat", "planetary-computer"),
    }
    assert all(isinstance(preset, Catalogue) and preset.name == name for name, preset in PRESETS.items())

"""The operator's file of sources: what it may hold, and what a mistake in it is answered with."""

from __future__ import annotations

import pytest
from images import stored_numbers, write_image

from app.settings import SettingsError
from app.sources.images import ImageSource
from app.sources.stac import Reading, StacSource
from app.sources.tables import sources_of
from geodata.imagery.stac.catalogue import PRESETS


@pytest.fixture
def sources(tmp_path):
    def read(text):
        path = tmp_path / "sources.toml"
        path.write_text(text)
        return sources_of(path, Reading(tmp_path / "cache"))

    return read


def test_a_preset_is_enough(sources):
    [(name, source)] = sources('[sentinel]\npreset = "earth-search-sentinel-2-l2a"').items()
    assert isinstance(source, StacSource)
    assert (name, source.name, source.catalogue.name) == ("sentinel",) * 3
    assert source.catalogue.url == PRESETS["earth-search-sentinel-2-l2a"].url


def test_every_key_of_a_table_can_be_said(sources):
    source = sources(
        """
        [mine]
        kind = "api"
        url = "https://stac.example.org/v1"
        collections = ["sentinel-2-l2a"]
        offset_rule = "baseline"
        sign = "planetary-computer"
        token_url = "https://tokens.example.org"
        signed_hosts = [".example.org"]
        bands = ["B02", "B03", "B04", "B08"]
        platforms = ["sentinel-2a"]
        max_cloud_cover = 40
        min_baseline = "02.12"
        needs_mask = false
        resolution_m = 20
        steps = "month"
        scenes_per_step = 4
        statistic = "geometric-median"
        max_failed_share = 0.5
        max_scenes = 500
        timeout_s = 10
        area_limit_km2 = 2500
        max_period_days = 400
        attempts = 3

        [mine.mask]
        scl_excluded = [0, 1, 3, 7, 8, 9, 10]
        dilation_m = 120
        """
    )["mine"]
    catalogue = source.catalogue
    assert (catalogue.max_cloud_cover, catalogue.steps, catalogue.statistic) == (
        40,
        "month",
        "geometric-median",
    )
    assert catalogue.mask.scl_excluded == (0, 1, 3, 7, 8, 9, 10)
    assert catalogue.mask.dilation_m == 120
    assert catalogue.mask.qa_excluded == (0, 1, 2, 3, 4)
    assert (source.limits.area_km2, source.limits.period_days, source.limits.attempts) == (2500, 400, 3)
    assert source.settings().patience.attempts == 3
    assert source.described()["needs"] == ["start", "end"]


def test_what_a_preset_says_can_be_changed_one_by_one(sources):
    source = sources(
        '[landsat]\npreset = "planetary-computer-landsat-c2-l2"\nplatforms = ["landsat-9"]\n'
        "[landsat.mask]\ndilation_m = 0"
    )["landsat"]
    preset = PRESETS["planetary-computer-landsat-c2-l2"]
    assert source.catalogue.platforms == ("landsat-9",)
    assert source.catalogue.offset_rule == preset.offset_rule
    assert source.catalogue.mask.qa_excluded == preset.mask.qa_excluded
    assert source.catalogue.mask.dilation_m == 0


def test_files_and_static_catalogues_are_found_beside_the_file_of_sources(sources, tmp_path):
    write_image(tmp_path / "scene.tif", stored_numbers())
    found = sources(
        '[scene]\nkind = "file"\npath = "scene.tif"\n'
        '[static]\nkind = "static"\nurl = "catalog/collection.json"\n'
        '[web]\nkind = "static"\nurl = "https://example.org/catalog.json"\n'
    )
    assert isinstance(found["scene"], ImageSource)
    assert found["scene"].described()["kind"] == "file"
    assert found["static"].catalogue.url == str(tmp_path / "catalog" / "collection.json")
    assert found["static"].catalogue.offset_rule == "metadata"
    assert found["static"].folder == tmp_path / "catalog"
    assert found["web"].folder is None
    assert list(found) == ["scene", "static", "web"]


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ("[a]\n", "[a] kind", "is missing; give api, static, file or simulated, or a preset"),
        ('[a]\nkind = "wms"', "[a] kind", "is 'wms'; give api, static, file or simulated"),
        ('[a]\npreset = "earth"', "[a] preset", "is 'earth'; there are earth-search-sentinel-2-l2a"),
        (
            '[a]\npreset = "earth-search-sentinel-2-l2a"\nmax_clouds = 3',
            "[a] max_clouds",
            "is not a key of this",
        ),
        (
            '[a]\npreset = "earth-search-sentinel-2-l2a"\nmax_cloud_cover = "x"',
            "[a] max_cloud_cover",
            "should be a valid number",
        ),
        (
            '[a]\npreset = "earth-search-sentinel-2-l2a"\nmax_cloud_cover = 120',
            "[a] max_cloud_cover",
            "is 120; give 0 to 100",
        ),
        ('[a]\npreset = "earth-search-sentinel-2-l2a"\nsteps = "week"', "[a] steps", "should be 'month'"),
        (
            '[a]\npreset = "earth-search-sentinel-2-l2a"\nmask.scl_excluded = [12]',
            "[a] scl_excluded",
            "there is no 12",
        ),
        ('[a]\nkind = "api"\nurl = "https://x.org"', "[a] collections", "is empty"),
        ('[a]\nkind = "static"', "[a] url", "is missing; give the catalogue's address"),
        ('[a]\nkind = "file"', "[a] path", "is missing"),
        ('[a]\nkind = "file"\npath = "x.tif"\nstart = 3', "[a] start", "is not a key of this table"),
        ('[a]\nkind = "simulated"\nwidth = 0', "[a]", "rows and columns can be simulated"),
        ('a = "https://x.org"', "[a]", "is no table"),
        ('["../x"]\npreset = "earth-search-sentinel-2-l2a"', "[../x]", "is no name of a source"),
    ],
)
def test_a_mistake_is_named_by_table_and_key(sources, tmp_path, text, where, reason):
    with pytest.raises(SettingsError) as refusal:
        sources(text)
    assert str(tmp_path / "sources.toml") in refusal.value.detail
    [fault] = refusal.value.faults
    assert fault.where == where
    assert reason in fault.reason


def test_all_mistakes_are_named_at_once(sources):
    with pytest.raises(SettingsError) as refusal:
        sources('[a]\nkind = "wms"\n[b]\npreset = "x"\n[c]\nkind = "static"')
    assert [fault.where for fault in refusal.value.faults] == ["[a] kind", "[b] preset", "[c] url"]


def test_what_is_no_toml_is_told_with_its_line(sources):
    with pytest.raises(SettingsError, match=r"is not TOML: .*line 2"):
        sources("[a]\nkind = api")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        sources_of(tmp_path / "none.toml", Reading(tmp_path))

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from images import stored_numbers, write_image
from pydantic import ValidationError

from app import __version__
from app.settings import Settings, SettingsError, settings_of
from app.sources.opening import open_sources


def test_a_server_listens_on_loopback_only_unless_told_otherwise():
    assert Settings().host == "127.0.0.1"


def test_everything_can_be_set_in_the_environment(monkeypatch, tmp_path):
    scenes = [
        {"name": "wales", "path": str(tmp_path / "a.tif"), "sensor": "sentinel-2", "bands": ["B02", "B03"]}
    ]
    monkeypatch.setenv("LANDSHOT_IMAGERY", json.dumps(scenes))
    monkeypatch.setenv("LANDSHOT_PORT", "9001")
    monkeypatch.setenv("LANDSHOT_DATA_DIR", str(tmp_path))
    settings = Settings()
    assert settings.port == 9001
    assert settings.data_dir == tmp_path
    assert settings.imagery[0].name == "wales"
    assert settings.imagery[0].bands == ("B02", "B03")


def test_arguments_win_over_the_environment(monkeypatch):
    monkeypatch.setenv("LANDSHOT_PORT", "9001")
    assert Settings(port=9002).port == 9002


def test_two_scenes_cannot_share_a_name():
    scenes = [{"name": "a", "path": "one.tif"}, {"name": "a", "path": "two.tif"}]
    with pytest.raises(ValidationError, match="each scene needs its own name; a is given twice"):
        Settings(imagery=scenes)


@pytest.mark.parametrize("name", ["", "../etc", "a/b", "http://x", ".hidden", "a" * 65, "a b"])
def test_names_that_could_be_paths_or_urls_are_refused(name):
    with pytest.raises(ValidationError, match="imagery"):
        Settings(imagery=[{"name": name, "path": "one.tif"}])


def test_unknown_settings_of_a_scene_are_refused():
    with pytest.raises(ValidationError, match="scael"):
        Settings(imagery=[{"name": "a", "path": "one.tif", "scael": 1}])


def test_settings_cannot_change_while_the_server_runs():
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


def test_paths_become_paths():
    assert Settings(imagery=[{"name": "a", "path": "one.tif"}]).imagery[0].path == Path("one.tif")


def test_the_code_and_the_installed_package_say_the_same_version():
    assert version("landshot") == __version__


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch):
    for name in ("SOURCES", "PORT", "IMAGERY"):
        monkeypatch.setenv(f"LANDSHOT_{name}", "")
    settings = Settings()
    assert (settings.sources, settings.port, settings.imagery) == (None, 8000, ())


def test_settings_that_cannot_be_are_named(monkeypatch):
    with pytest.raises(SettingsError) as refusal:
        settings_of(port=-1, max_labels=1)
    assert [fault.where for fault in refusal.value.faults] == ["port", "max_labels"]
    monkeypatch.setenv("LANDSHOT_IMAGERY", "scene.tif")
    with pytest.raises(SettingsError, match="LANDSHOT_IMAGERY is JSON"):
        settings_of()


def test_a_name_is_given_once_in_all_settings_together(tmp_path):
    image = write_image(tmp_path / "scene.tif", stored_numbers())
    sources = tmp_path / "sources.toml"
    sources.write_text('[wales]\npreset = "earth-search-sentinel-2-l2a"\n')
    given = {"sources": sources, "data_dir": tmp_path}
    both = open_sources(Settings(imagery=[{"name": "leipzig", "path": image}], **given))
    assert list(both) == ["leipzig", "wales"]
    with pytest.raises(SettingsError, match="wales is in"):
        open_sources(Settings(imagery=[{"name": "wales", "path": image}], **given))

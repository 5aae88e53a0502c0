from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from pydantic import ValidationError

from app import __version__
from app.settings import Settings


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

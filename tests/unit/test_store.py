from __future__ import annotations

import os
import threading
import time

import pytest

from app.store import ABANDONED_AFTER_S, FILES, MapStore, map_id
from geodata.errors import NotFoundError, OutputError

NAME = "0123456789abcdef0123456789abcdef"


def make(store, name=NAME, text="1"):
    with store.writing(name) as folder:
        for file in FILES:
            (folder / file).write_text(f'{{"made": "{text}"}}')


def test_a_map_is_there_with_all_its_files_once_it_is_made(tmp_path):
    store = MapStore(tmp_path / "maps")
    assert not store.has(NAME)
    make(store)
    assert store.has(NAME)
    assert store.identifiers() == [NAME]
    assert [store.path(NAME, file).is_file() for file in FILES] == [True] * len(FILES)
    assert store.item(NAME) == {"made": "1"}


def test_a_map_that_fails_half_way_leaves_nothing(tmp_path):
    store = MapStore(tmp_path / "maps")

    def fail():
        with store.writing(NAME) as folder:
            (folder / FILES[0]).write_text("half")
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        fail()
    assert not store.has(NAME)
    assert list((tmp_path / "maps").iterdir()) == []


def test_a_map_in_the_making_is_not_listed(tmp_path):
    store = MapStore(tmp_path / "maps")
    with store.writing(NAME) as folder:
        (folder / "item.json").write_text("{}")
        assert store.identifiers() == []
        assert not store.has(NAME)
        for file in FILES:
            (folder / file).write_text("{}")


def test_making_a_map_again_replaces_its_files_and_never_removes_it(tmp_path):
    store = MapStore(tmp_path / "maps")
    make(store, text="old")
    stop = threading.Event()
    missing = []

    def watch():
        while not stop.is_set():
            if not store.has(NAME):
                missing.append(time.time())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(20):
        make(store, text=str(number))
    stop.set()
    watcher.join()
    assert store.item(NAME) == {"made": "19"}
    assert missing == []
    assert [entry.name for entry in (tmp_path / "maps").iterdir()] == [NAME]


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a" * 31, "A" * 32, f"{NAME}/..", f"{NAME}\n", "/etc/passwd"]
)
def test_nothing_but_a_map_name_leads_to_a_file(tmp_path, name):
    store = MapStore(tmp_path / "maps")
    make(store)
    (tmp_path / "item.json").write_text("{}")
    with pytest.raises(NotFoundError, match="There is no map"):
        store.path(name, "item.json")


def test_the_newest_map_comes_first(tmp_path):
    store = MapStore(tmp_path / "maps")
    names = ["a" * 32, "b" * 32, "c" * 32]
    for age, name in zip((50, 10, 30), names, strict=True):
        make(store, name)
        os.utime(tmp_path / "maps" / name, (1e9 - age, 1e9 - age))
    assert store.identifiers() == ["b" * 32, "c" * 32, "a" * 32]


def test_only_abandoned_leftovers_are_swept(tmp_path):
    store = MapStore(tmp_path)
    old, new = tmp_path / ".making-old", tmp_path / ".making-new"
    old.mkdir()
    new.mkdir()
    long_ago = time.time() - ABANDONED_AFTER_S - 60
    os.utime(old, (long_ago, long_ago))
    store.sweep()
    assert not old.exists()
    assert new.exists()


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path):
    (tmp_path / "file").write_text("")
    store = MapStore(tmp_path / "file" / "maps")
    assert not store.is_writable()
    with (
        pytest.raises(OutputError, match=r"no map can be kept in .*maps: Not a directory"),
        store.writing(NAME),
    ):
        pass


def test_the_name_depends_on_the_content_and_not_on_the_order_of_its_keys():
    assert map_id({"a": 1, "b": [1.5, None]}) == map_id({"b": [1.5, None], "a": 1})
    assert map_id({"a": 1}) != map_id({"a": 2})
    assert len(map_id({"a": 1})) == 32

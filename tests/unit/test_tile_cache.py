from __future__ import annotations

import multiprocessing
import os
import threading
import time

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox

from geodata.errors import OutputError
from geodata.grid import Window
from geodata.imagery.tile_cache import TileCache, content_key

GRID = GeoBox((256, 256), Affine(10, 0, 500_000, 0, -10, 5_600_000), "EPSG:32631")


def values(seed=0, dtype=np.int16):
    return np.random.default_rng(seed).integers(-3000, 3000, (3, 256, 256)).astype(dtype)


def key(number):
    return content_key({"number": number})


def test_what_is_kept_comes_back_whole_and_in_parts(tmp_path):
    cache = TileCache(tmp_path)
    assert cache.get(key(1)) is None
    for dtype in (np.int16, np.int32):
        cache.put(key(1), values(dtype=dtype), GRID)
        assert cache.has(key(1))
        again = TileCache(tmp_path)
        found = again.get(key(1))
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, values(dtype=dtype))
        part = again.get(key(1), Window(100, 120, 50, 60), layers=[-1])
        np.testing.assert_array_equal(part, values(dtype=dtype)[2:, 100:150, 120:180])


def test_a_key_is_that_of_the_content_and_nothing_else_is_one(tmp_path):
    assert content_key({"a": 1, "b": [1, 2]}) == content_key({"b": [1, 2], "a": 1})
    assert content_key({"b": [2, 1]}) != content_key({"b": [1, 2]})
    for wrong in ("", "..", "../../etc/passwd", "A" * 64, f"{key(1)}/x"):
        with pytest.raises(ValueError, match="no key"):
            TileCache(tmp_path).get(wrong)


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "other"])
def test_a_damaged_entry_is_dropped(tmp_path, caplog, damage):
    TileCache(tmp_path).put(key(1), values(), GRID)
    (path,) = tmp_path.glob("??/*.tif")
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        {
            "cut": content[:middle],
            "bit": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "empty": b"",
            "other": b"<html>" * 99,
        }[damage]
    )
    cache = TileCache(tmp_path)
    assert cache.get(key(1)) is None
    assert "damaged" in caplog.text
    assert not path.exists()
    cache.put(key(1), values(), GRID)
    np.testing.assert_array_equal(cache.get(key(1)), values())


def test_an_entry_that_is_cut_off_while_the_process_runs_is_dropped_too(tmp_path):
    cache = TileCache(tmp_path)
    cache.put(key(1), values(), GRID)
    assert cache.get(key(1)) is not None
    (path,) = tmp_path.glob("??/*.tif")
    os.truncate(path, path.stat().st_size // 2)
    assert cache.get(key(1)) is None


def test_the_entries_not_used_for_longest_make_room(tmp_path):
    TileCache(tmp_path).put(key(0), values(), GRID)
    size = TileCache(tmp_path).size()
    cache = TileCache(tmp_path, max_bytes=int(4.5 * size))
    for number in range(1, 4):
        cache.put(key(number), values(number), GRID)
        time.sleep(0.02)
    assert cache.get(key(0)) is not None  # used again
    cache.put(key(4), values(4), GRID)
    assert cache.size() <= cache.max_bytes
    assert [cache.has(key(number)) for number in range(5)] == [True, False, True, True, True]


def test_what_a_killed_process_left_is_removed_but_not_what_is_being_written(tmp_path):
    cache = TileCache(tmp_path)
    cache.put(key(1), values(), GRID)
    (folder,) = tmp_path.glob("??")
    old, new = folder / ".making-old", folder / ".making-new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1e9, 1e9))
    assert cache.size() > 0
    assert not old.exists()
    assert new.exists()


def test_a_folder_that_cannot_be_written_is_an_error_that_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot be kept in .*file.*Free some space"):
        TileCache(tmp_path / "file").put(key(1), values(), GRID)
    with pytest.raises(ValueError, match="holds nothing"):
        TileCache(tmp_path, max_bytes=0)


def _work(folder, seed, failures):
    cache = TileCache(folder, max_bytes=600_000)
    rng = np.random.default_rng(seed)
    for number in rng.integers(0, 6, 40).tolist():
        found = cache.get(key(number))
        if found is None:
            cache.put(key(number), values(number), GRID)
        elif not np.array_equal(found, values(number)):
            failures.put(number)


def test_processes_and_threads_share_a_folder(tmp_path):
    context = multiprocessing.get_context("spawn")
    failures = context.Queue()
    workers = [context.Process(target=_work, args=(tmp_path, seed, failures)) for seed in range(2)]
    workers += [threading.Thread(target=_work, args=(tmp_path, seed, failures)) for seed in range(2, 4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers[:2]] == [0, 0]
    assert failures.empty()
    assert not list(tmp_path.glob("??/.making-*"))

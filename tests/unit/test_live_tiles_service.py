from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest

from app.errors import TileTimeoutError
from app.live.grid import Tile
from app.live.kept import KeptTiles
from app.live.layers import Layer, TileFormat
from app.live.lookup import Target
from app.live.picked import Picked
from app.live.service import LiveTiles
from app.operations.metrics import Metrics


@pytest.fixture
def live():
    service = SimpleNamespace(adaptations=None, metrics=Metrics())
    made = LiveTiles(service, timeout_s=0.05)
    yield made
    made.close()


def picked(x=0):
    target = Target("a" * 32, "m" * 32, has_map=False, version=None, grid=None, is_adaptation=True)
    return Picked(target, Layer.CLASSES, Tile(1, x, 0, 256), TileFormat.PNG)


def test_a_tile_that_takes_too_long_is_there_for_whoever_comes_next(live, monkeypatch):
    gate = threading.Event()
    calls = []

    def slowly(asked):
        calls.append(asked)
        gate.wait(10)
        return b"tile"

    monkeypatch.setattr(live, "_made", slowly)

    async def ask():
        with pytest.raises(TileTimeoutError, match=r"0\.05 s"):
            await live.get(picked())
        gate.set()
        while True:
            try:
                return await live.get(picked())
            except TileTimeoutError:
                continue

    assert asyncio.run(ask()) == b"tile"
    assert len(calls) == 1


def test_the_same_tile_is_made_once_for_all_who_wait(live, monkeypatch):
    calls = []

    def made(asked):
        calls.append(asked.tile.x)
        return b"%d" % asked.tile.x

    monkeypatch.setattr(live, "_made", made)

    async def ask():
        return await asyncio.gather(*(live.get(picked(number % 2)) for number in range(20)))

    assert asyncio.run(ask()) == [b"0", b"1"] * 10
    assert sorted(calls) == [0, 1]


def test_a_failure_is_told_to_all_and_not_kept(live, monkeypatch):
    outcomes = [RuntimeError("once"), b"tile"]

    def made(_):
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(live, "_made", made)

    async def ask():
        found = await asyncio.gather(live.get(picked()), live.get(picked()), return_exceptions=True)
        assert [str(error) for error in found] == ["once", "once"]
        return await live.get(picked())

    assert asyncio.run(ask()) == b"tile"


def test_kept_tiles_take_bounded_memory():
    kept = KeptTiles(most_bytes=10)
    kept.keep("a", b"1234")
    kept.keep("b", b"1234")
    assert kept.get("a") == b"1234"
    kept.keep("c", b"1234")
    assert kept.get("b") is None
    assert (kept.get("a"), kept.get("c")) == (b"1234", b"1234")

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from geodata.errors import OutputError
from geodata.imagery.stac.read_ahead import ReadAhead


def eventually(condition):
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def test_it_stays_a_little_ahead_of_those_who_ask():
    made = []
    with ThreadPoolExecutor(2) as pool:
        ahead = ReadAhead([[partial(made.append, n)] for n in range(10)], pool, at_once=2, ahead=3)
        with ahead.working():
            assert eventually(lambda: len(made) == 3)
            ahead.reached(4)
            ahead.reached(1)
            assert eventually(lambda: len(made) == 8)
            time.sleep(0.05)
            assert sorted(made) == list(range(8))
            ahead.reached(9)
            assert eventually(lambda: len(made) == 10)


def test_it_makes_no_more_at_once_than_it_may_and_ends_with_its_block():
    busy, most, lock, go = 0, [0], threading.Lock(), threading.Event()

    def make():
        nonlocal busy
        with lock:
            busy += 1
            most[0] = max(most[0], busy)
        go.wait(5)
        with lock:
            busy -= 1

    with ThreadPoolExecutor(8) as pool:
        ahead = ReadAhead([[make] * 4] * 50, pool, at_once=3, ahead=100)
        with ahead.working():
            assert eventually(lambda: busy == 3)
            time.sleep(0.05)
            go.set()
        assert most[0] == 3
        assert busy == 0


def test_an_error_ends_it_quietly():
    made = []

    def fail():
        raise OutputError("the disk is full")

    with ThreadPoolExecutor(1) as pool:
        ahead = ReadAhead(
            [[partial(made.append, 0)], [fail], [partial(made.append, 2)] * 99], pool, at_once=1, ahead=9
        )
        with ahead.working():
            assert eventually(lambda: made != [])
            time.sleep(0.05)
    assert len(made) < 99

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.adaptations.kept import Kept
from app.adaptations.version import Version


def version(number):
    return Version("a" * 32, number, None, 0.0, {}, "m" * 32, None, 1)


def test_what_many_ask_for_at_once_is_found_out_once():
    kept, gate, calls = Kept(4), threading.Event(), []

    def find_out():
        calls.append(1)
        gate.wait(10)
        return "found"

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(kept.get, version(1), find_out) for _ in range(8)]
        assert kept.known(version(1)) is None
        gate.set()
        assert {each.result() for each in waiting} == {"found"}
    assert len(calls) == 1
    assert kept.known(version(1)).result() == "found"


def test_the_versions_that_were_asked_for_last_are_kept():
    kept = Kept(2)
    for number in (1, 2, 1, 3):
        kept.get(version(number), lambda number=number: number)
    assert [number for number in (1, 2, 3) if kept.known(version(number))] == [1, 3]


def test_a_failure_is_told_to_who_waits_and_tried_again_for_the_next():
    kept = Kept(2)

    def fail():
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        kept.get(version(1), fail)
    assert kept.known(version(1)) is None
    assert kept.get(version(1), lambda: "found") == "found"

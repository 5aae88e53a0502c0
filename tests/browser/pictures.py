"""What the map shows, as pixels."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

import numpy as np
from on_the_map import wait_for_map
from PIL import Image

if TYPE_CHECKING:
    from browsing import Visit

PATIENCE_S = 30.0
CARDS = {"top": 120, "foot": 60}
"""Rows of the map that tools and the scale may lie on."""


def picture(visit: Visit) -> np.ndarray:
    """(H, W, 3) of the map between the cards at its top and its foot, once nothing changes any more."""
    deadline = time.monotonic() + PATIENCE_S
    before = None
    while True:
        wait_for_map(visit)
        now = _picture(visit)
        if before is not None and np.array_equal(before, now):
            return now
        assert time.monotonic() < deadline, "the map never rests"
        before = now
        visit.page.wait_for_timeout(150)


def other_picture(visit: Visit, than: np.ndarray) -> np.ndarray:
    """The same, once it is another one; tiles may not have been asked for yet when this is called."""
    deadline = time.monotonic() + PATIENCE_S
    while (now := picture(visit)).shape != than.shape or differing(now, than) < 0.01:
        assert time.monotonic() < deadline, "the map looks as before"
    return now


def differing(one: np.ndarray, other: np.ndarray, by: int = 16) -> float:
    """Share of the pixels that differ by more than so much in any colour."""
    return float(np.mean(np.abs(one.astype(int) - other).max(axis=-1) > by))


def _picture(visit: Visit) -> np.ndarray:
    box = visit.page.locator(".map").bounding_box()
    assert box
    clip = box | {"y": box["y"] + CARDS["top"], "height": box["height"] - CARDS["top"] - CARDS["foot"]}
    return np.asarray(Image.open(io.BytesIO(visit.page.screenshot(clip=clip))).convert("RGB"))

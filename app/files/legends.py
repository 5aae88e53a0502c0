"""Legends to begin with, and colours for classes that are added to them."""

from __future__ import annotations

from typing import Any

from geodata.legend import Legend
from geodata.palettes import PALETTE, WORLDCOVER


def known_legends() -> dict[str, Any]:
    """As JSON values."""
    worldcover = {
        "id": "esa-worldcover",
        "title": "ESA WorldCover",
        "classes": Legend.worldcover().to_json(),
        "names": {name: value for value, _, _, names in WORLDCOVER for name in names},
    }
    return {"legends": [worldcover], "palette": list(PALETTE)}

"""What is where in the simulated region: places of each class that the page's own labels do not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.bundled import NAME

if TYPE_CHECKING:
    from pathlib import Path

    from browsing import Visit
    from serving_scenes import RestartableServer

Place = tuple[float, float]
"""Longitude, latitude."""


def folder_of(server: RestartableServer) -> Path:
    """Of a server that has the simulated region: `imagery.tif`, `truth.tif` and labels."""
    return server.data_dir / NAME


def places_of(server: RestartableServer) -> dict[str, list[Place]]:
    """Class -> a hundred places within its fields, away from their borders."""
    found: dict[str, list[Place]] = {}
    for feature in json.loads((folder_of(server) / "labels_test.geojson").read_text())["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        found.setdefault(feature["properties"]["class"], []).append((lon, lat))
    return found


def wait_for_region(visit: Visit) -> None:
    """Until the map has gone there: only then does the page's address tell where a place is on the screen."""
    visit.page.wait_for_function("() => /[#&]view=1[0-9]/.test(location.hash)")

"""One region through two publishers, who name files differently and store other numbers for the same light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from catalogues import PERIOD, SUMMER, app_with, bbox_of, labels_of, table_of
from rasterio.io import MemoryFile


def layers(client, made):
    body = {"imagery": "summer", "labels": labels_of(made), "bbox": bbox_of(made), **PERIOD}
    response = client.post("/adapt", json=body, headers={"accept": "application/json"})
    assert response.status_code == 200, response.text
    item = response.json()
    found = {}
    for name in ("landcover", "confidence", "observations"):
        content = client.get(item["assets"][name]["href"]).content
        with MemoryFile(content) as memory, memory.open() as file:
            found[name] = file.read(1)
    return found, item["properties"]


def test_earth_search_and_planetary_computer_give_the_same_map(simulated_catalogue, serve_stac, tmp_path):
    earth_search = simulated_catalogue(SUMMER)
    planetary_computer = simulated_catalogue(replace(SUMMER, publisher="planetary-computer"))
    maps, said = [], []
    for made in (earth_search, planetary_computer):
        folder = tmp_path / made.options.publisher
        folder.mkdir()
        with app_with(folder, {"summer": table_of(made, serve_stac(made.folder))}) as client:
            found, properties = layers(client, made)
        maps.append(found)
        said.append(properties)
    assert "stored number * 0.0001 (9" in said[0]["landshot:scaling"]
    assert "stored number * 0.0001 - 0.1 (9" in said[1]["landshot:scaling"]
    assert all("boa_offset_applied" in scene["radiometry"] for scene in said[0]["landshot:scenes"])
    assert all("processing baseline" in scene["radiometry"] for scene in said[1]["landshot:scenes"])
    # Not even a rounding error apart: the offset is taken out of whole numbers.
    for name, layer in maps[0].items():
        np.testing.assert_array_equal(layer, maps[1][name])

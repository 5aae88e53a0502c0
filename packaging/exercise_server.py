# ruff: noqa: INP001, S310 -- a script that image_test.sh runs, imported by nobody; the URL is its own server's
"""Make a map over HTTP and check that it is one.

Usage: python exercise_server.py URL

Asks a server that was given no imagery for its simulated scene and the example request of its OpenAPI
document, posts that request, and reads the GeoTIFF that comes back. The API key is in LANDSHOT_KEY. Exits with
an error where anything is not as promised. Runs inside the container, with the image's own Python.
"""

import json
import os
import re
import sys
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import rasterio


def get_json(url: str) -> dict[str, Any]:
    """The JSON document at `url`."""
    with urlopen(Request(url, headers=authorization()), timeout=30) as response:
        document: dict[str, Any] = json.load(response)
    return document


def authorization() -> dict[str, str]:
    """The header that opens the server."""
    return {"authorization": f"Bearer {os.environ['LANDSHOT_KEY']}"}


def check_page(server: str) -> None:
    """The map page is there, for browsers without a key, with all that it loads."""
    with urlopen(Request(f"{server}/", headers={"accept": "text/html"}), timeout=30) as response:
        page = response.read().decode()
    loaded = re.findall(r'(?:src|href)="\./(page/[^"]+)"', page)
    expect(len(loaded) >= 2, f"a page with scripts and styles, not {page[:200]!r}")
    for address in loaded:
        with urlopen(f"{server}/{address}", timeout=30) as response:
            expect(response.status == 200, f"{address} is there")
    sys.stdout.write(f"the map page and {len(loaded)} files of it\n")


def main() -> None:
    """Ask, post, check, and tell what came back."""
    server = sys.argv[1].rstrip("/")
    check_page(server)
    (scene,) = get_json(f"{server}/imagery")["imagery"]
    described = get_json(f"{server}/openapi.json")
    body = described["paths"]["/adapt"]["post"]["requestBody"]["content"]["application/json"]["example"]
    labels = body["labels"]["features"]
    classes = sorted({label["properties"]["class"] for label in labels})

    began = time.perf_counter()
    asked = Request(
        f"{server}/adapt",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json", "accept": "image/tiff", **authorization()},
    )
    with urlopen(asked, timeout=120) as response:
        content, location = response.read(), response.headers["location"]
        content_type = response.headers["content-type"]
    seconds = time.perf_counter() - began
    expect(content_type.startswith("image/tiff"), f"a GeoTIFF, not {content_type}")

    with rasterio.MemoryFile(content) as file, file.open() as tif:
        land_cover = tif.read(1)
        legend = {entry["value"]: entry["name"] for entry in json.loads(tif.tags()["CLASSES"])}
        expect(tif.shape == (scene["height"], scene["width"]), f"the whole scene, not {tif.shape}")
        expect(tif.nodata == 0, f"nodata 0, not {tif.nodata}")
    expect(sorted(legend.values()) == classes, f"the classes {classes}, not {sorted(legend.values())}")
    found = set(np.unique(land_cover).tolist()) - {0}
    expect(len(found) > 1, "several classes in the map")
    expect(found <= set(legend), f"only classes of the legend, not {sorted(found - set(legend))}")

    try:
        urlopen(f"{server}{location}", timeout=30)
    except HTTPError as refusal:
        expect(refusal.code == 401, f"401 without a key, not {refusal.code}")
    else:
        expect(holds=False, what="nothing without a key")
    item = get_json(f"{server}{location}")
    expect(item["type"] == "Feature", f"a STAC Item at {location}")
    sys.stdout.write(
        f"{len(labels)} labels of {len(classes)} classes -> {scene['width']} x {scene['height']} pixels, "
        f"{len(found)} classes, {len(content) / 1e3:.0f} kB, in {seconds:.2f} s, kept at {location}\n"
    )


def expect(holds: object, what: str) -> None:
    """Stop with a message unless `holds`."""
    if not holds:
        sys.exit(f"expected {what}")


if __name__ == "__main__":
    main()

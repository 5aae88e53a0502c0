from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from affine import Affine
from guarded import running_guarded
from processes import running_server
from pyproj import Transformer
from servers.surroundings import environment

if TYPE_CHECKING:
    from pathlib import Path

SPECTRA = {  # reflectance in B02, B03, B04, B08, B11, B12
    "tree cover": (0.02, 0.04, 0.02, 0.35, 0.15, 0.07),
    "cropland": (0.05, 0.08, 0.07, 0.30, 0.28, 0.18),
    "built-up": (0.12, 0.14, 0.16, 0.22, 0.25, 0.24),
    "water": (0.05, 0.05, 0.03, 0.02, 0.01, 0.01),
}
SIZE = (192, 256)
ORIGIN = (600_000.0, 5_700_000.0)
CRS = "EPSG:32631"


@dataclass(frozen=True)
class Scene:
    """A small scene of four blocks side by side, a corner of which is nodata."""

    path: Path
    labels: dict
    bbox: tuple[float, float, float, float]

    def lonlat(self, row: float, col: float) -> list[float]:
        x, y = ORIGIN[0] + 10 * col, ORIGIN[1] - 10 * row
        return [round(value, 7) for value in Transformer.from_crs(CRS, 4326, always_xy=True).transform(x, y)]

    def point(self, row: int, col: int, name: str) -> dict:
        geometry = {"type": "Point", "coordinates": self.lonlat(row + 0.5, col + 0.5)}
        return {"type": "Feature", "geometry": geometry, "properties": {"class": name}}

    def collection(self, *features: dict) -> dict:
        return {"type": "FeatureCollection", "features": list(features)}

    def truth(self) -> np.ndarray:
        """(H, W) position of the class in SPECTRA."""
        return np.repeat(np.arange(4), SIZE[1] // 4)[None, :].repeat(SIZE[0], axis=0)


@pytest.fixture(scope="session")
def scene(tmp_path_factory) -> Scene:
    path = tmp_path_factory.mktemp("scene") / "blocks.tif"
    made = Scene(path, {}, (0.0, 0.0, 0.0, 0.0))
    rng = np.random.default_rng(1)
    spectra = np.array(list(SPECTRA.values()))  # (class, band)
    image = spectra[made.truth()].transpose(2, 0, 1)
    image = image * rng.normal(1, 0.05, image.shape) + rng.normal(0, 0.003, image.shape)
    stored = np.clip(np.round(image * 1e4), 1, 65535).astype(np.uint16)
    stored[:, :20, :20] = 0
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=SIZE[1],
        height=SIZE[0],
        count=6,
        dtype="uint16",
        nodata=0,
        crs=CRS,
        transform=Affine(10, 0, ORIGIN[0], 0, -10, ORIGIN[1]),
        tiled=True,
        blockxsize=64,
        blockysize=64,
    ) as file:
        file.write(stored)
        file.descriptions = ("B02", "B03", "B04", "B08", "B11", "B12")
        file.scales = [1e-4] * 6
        file.update_tags(TIFFTAG_DATETIME="2025:06:14 10:30:00")
    features = [
        made.point(30 + 40 * index, 64 * position + 15 + 10 * index, name)
        for position, name in enumerate(SPECTRA)
        for index in range(4)
    ]
    corners = [made.lonlat(row, col) for row in (0, SIZE[0]) for col in (0, SIZE[1])]
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    return Scene(path, made.collection(*features), (west, south, east, north))


@pytest.fixture(scope="session")
def server(scene, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data"), "--imagery", f"blocks={scene.path}") as running:
        yield running


@pytest.fixture(scope="session")
def guarded(scene, tmp_path_factory):
    """A server that asks for keys, with a map of `guarded.mine` and none of `guarded.other`."""
    with running_guarded(tmp_path_factory.mktemp("guarded"), scene) as running:
        yield running


@pytest.fixture(scope="session")
def client(server):
    import httpx2  # noqa: PLC0415 - only where a server runs

    with httpx2.Client(base_url=server.url, timeout=60) as http:
        yield http


@pytest.fixture(scope="session")
def made(client, scene):
    """A map of the small scene, as POST /adapt answered."""
    response = client.post("/adapt", json={"imagery": "blocks", "labels": scene.labels})
    assert response.status_code == 200, response.text
    return response


@pytest.fixture
def label_file(scene, tmp_path) -> Path:
    path = tmp_path / "labels.geojson"
    path.write_text(json.dumps(scene.labels))
    return path


@pytest.fixture
def landshot(tmp_path):
    """Run the command line in an empty folder, as a user would."""
    folder = tmp_path / "work"
    folder.mkdir()

    def run(*arguments, code=0, variables=None, **more):
        command = [sys.executable, "-m", "app", *map(str, arguments)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment() | (variables or {}),
            timeout=120,
            check=False,
            **more,
        )
        assert done.returncode == code, done.stderr + done.stdout
        assert "Traceback" not in done.stderr
        assert "\r" not in done.stderr + done.stdout
        return done

    run.folder = folder
    return run


@pytest.fixture
def adapt(landshot, scene, label_file):
    """`landshot adapt` with options changed; nothing may be left behind where it is refused."""

    def run(*more, code=0, labels=label_file, imagery=scene.path, output="map.tif", **options):
        arguments = ["adapt", "--imagery", imagery, "--labels", labels, "--output", output, *more]
        done = landshot(*arguments, code=code, **options)
        if code:
            assert [entry.name for entry in landshot.folder.iterdir()] == []
            assert done.stderr.splitlines()[-1:] != [""]
        return done

    run.folder, run.imagery, run.labels = landshot.folder, scene.path, label_file
    return run

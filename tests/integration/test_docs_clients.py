"""docs/clients.md works as pasted: its curl and Python blocks, one after the other, on one server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import rasterio
from PIL import Image
from processes import running_server
from servers.surroundings import environment

DOCS = Path(__file__).parents[2] / "docs" / "clients.md"
HERE = "http://127.0.0.1:8000"

HTTPX = "import sys, httpx2; sys.modules['httpx'] = httpx2\n"
"""The tests' client is httpx2, whose API is httpx's."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def blocks(heading: str, language: str = "") -> list[str]:
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", DOCS.read_text(), re.DOTALL | re.MULTILINE)[1]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_curl_walk_through_works_as_pasted(server, tmp_path):
    commands = "".join(blocks("curl")).replace("curl -s", "curl --fail-with-body -s")
    assert commands.count("curl --fail") >= 13
    said = run(["bash", "-c", "set -e\n" + commands.replace(HERE, server.url)], tmp_path)
    assert "?version=2" in said
    with Image.open(tmp_path / "tile.png") as tile:
        assert tile.size == (256, 256)
        assert tile.convert("RGBA").getextrema()[3][1] == 255  # it shows something
    document = {
        name: json.loads((tmp_path / f"{name}.json").read_text()) for name in ("corrected", "undone", "areas")
    }
    assert document["corrected"]["version"] == 2
    assert document["undone"]["version"] == 1
    assert '"status": "successful"' in (tmp_path / "events.txt").read_text()
    with rasterio.open(tmp_path / "map.tif") as made:
        assert made.read(1).any()
    assert sum(row["share"] for row in document["areas"]["classes"]) > 0.9


def test_the_python_scripts_work_as_pasted(server, tmp_path):
    first, second = blocks("Python", "python")
    said = run([sys.executable, "-c", HTTPX + first.replace(HERE, server.url)], tmp_path)
    assert "version 2 has its tiles at" in said
    assert re.search(r"^422 \['is no GeoJSON Feature", said, re.MULTILINE)
    with rasterio.open(tmp_path / "map.tif") as made:
        assert made.read(1).any()
    assert run([sys.executable, "-c", second.replace(HERE, server.url)], tmp_path).startswith("(64, 64) (")


def test_a_stac_client_finds_the_maps(server, tmp_path):
    with httpx2.Client(base_url=server.url, timeout=60) as http:
        operation = http.get("/openapi.json").json()["paths"]["/adapt"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["example"]
        made = http.post("/adapt", json=body).headers["location"].removeprefix("/maps/")
    (script,) = blocks("STAC clients", "python")
    said = run([sys.executable, "-W", "error::UserWarning", "-c", script.replace(HERE, server.url)], tmp_path)
    assert made in {line.split()[0] for line in said.splitlines()}

"""docs/jobs.md works as pasted."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import rasterio
from processes import running_server
from servers.surroundings import environment

DOCS = Path(__file__).parents[2] / "docs" / "jobs.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_walk_through_works_as_pasted(tmp_path):
    blocks = re.findall(r"```\n(.*?)```", DOCS.read_text(), re.DOTALL)
    commands = "".join(block for block in blocks if re.match(r"curl|python3", block))
    assert commands.count("curl") >= 9
    folder = tmp_path / "work"
    folder.mkdir()
    with running_server(tmp_path / "data") as server:
        script = "set -e\n" + commands.replace("http://127.0.0.1:8000", server.url)
        done = subprocess.run(
            ["bash", "-c", script], cwd=folder, env=environment(), capture_output=True, text=True, timeout=200,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    assert '"result-not-ready' not in done.stdout
    assert done.stdout.count('"status": "successful"') == 1
    assert '"status":"dismissed"' in done.stdout
    assert json.loads((folder / "job.json").read_text())["status"] == "accepted"
    assert "preference-applied: respond-async" in (folder / "headers.txt").read_text()
    with rasterio.open(folder / "map.tif") as made:
        assert made.read(1).any()
    assert done.stdout.endswith("}}")  # the results of the execution
    assert "no-such" not in done.stdout

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ("servers.fixtures",)

# Torch's threads spin while they wait for each other: beside another busy process, such as the other half of the tests,
# that is six times slower. This is read when torch is loaded, which no plugin does before this file.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of labelled satellite data, which is no part of the repository."""
    folder = Path(os.environ.get("LANDSHOT_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not (folder / "eval").is_dir():
        pytest.skip(f"no labelled satellite data in {folder}; set LANDSHOT_DATA")
    return folder

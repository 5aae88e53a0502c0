from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ("servers.fixtures",)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of labelled satellite data, which is no part of the repository."""
    folder = Path(os.environ.get("LANDSHOT_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not (folder / "eval").is_dir():
        pytest.skip(f"no labelled satellite data in {folder}; set LANDSHOT_DATA")
    return folder

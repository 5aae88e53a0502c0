"""Debian's Chromium, driven by Playwright, against the real server: what a user of the map page sees and does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from browsing import Visit, launched
from servers.pages import CHROMIUM
from serving_scenes import RestartableServer, options_of

from app.page import is_built

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nothing of it can run without a page and a browser; each test says which is missing."""
    missing = "the map page is not built: `make page` does that" if not is_built() else ""
    missing = missing or ("" if CHROMIUM else "Chromium is not installed (Debian's package chromium)")
    if missing:
        for item in items:
            if "/browser/" in item.path.as_posix():
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for each file: while Playwright runs, its event loop would be in the way of other tests'."""
    with launched() as browser:
        yield browser


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A new user: nothing kept in the browser. At the end the console has to be empty."""
    settings: dict[str, Any] = getattr(request, "param", {})
    with Visit.begun(chromium, **settings) as begun:
        yield begun
        begun.expect_quiet_console()


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestartableServer]:
    """A server as `landshot serve` starts it where nobody has said anything: with the simulated region."""
    with RestartableServer(tmp_path_factory.mktemp("simulated")) as server:
        yield server


@pytest.fixture(scope="session")
def aberystwyth(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestartableServer]:
    """A server with the real scene."""
    scene = real_data / "eval" / "scenes" / "aberystwyth" / "image_utm.tif"
    with RestartableServer(tmp_path_factory.mktemp("aberystwyth"), *options_of(aberystwyth=scene)) as server:
        yield server


@pytest.fixture(scope="session")
def aberystwyth_labels(real_data: Path) -> dict[str, Any]:
    """Some thousand points of four classes."""
    folder = real_data / "eval" / "scenes" / "aberystwyth"
    found: dict[str, Any] = json.loads((folder / "labels_test.geojson").read_text())
    return found

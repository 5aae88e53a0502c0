from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def maps_app(tmp_path_factory):
    """A server with the maps of `finished`; its model is not loaded."""
    from app.main import create_app  # noqa: PLC0415 - most tests need no server
    from app.settings import Settings  # noqa: PLC0415

    return create_app(Settings(data_dir=tmp_path_factory.mktemp("maps")))


@pytest.fixture(scope="session")
def finished(maps_app):
    """The maps of `finished_maps.three_maps` by their ids."""
    from finished_maps import three_maps  # noqa: PLC0415

    return {made.map_id: made for made in three_maps(maps_app.state.service.store)}


@pytest.fixture(scope="session")
def maps_client(maps_app, finished):
    from starlette.testclient import TestClient  # noqa: PLC0415

    assert finished
    return TestClient(maps_app)  # not entered: no thread of the server is needed

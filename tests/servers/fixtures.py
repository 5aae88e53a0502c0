"""Servers and simulated catalogues for tests; `tests/conftest.py` registers them."""

from __future__ import annotations

import uuid
from contextlib import ExitStack

import pytest
from servers import postgres
from servers.range_server import RangeServer
from servers.stac_service import StacService
from sqlalchemy import create_engine, text

from geodata.simulation.catalogue import write_catalogue
from geodata.simulation.catalogue_options import CatalogueOptions


@pytest.fixture(scope="session")
def simulated_catalogue(tmp_path_factory):
    """`simulated_catalogue(publisher="landsat", ...)`: written once a session for the same options.

    Options are those of `CatalogueOptions`, or one of these itself. Tests leave the files as they are.
    """
    made = {}

    def make(options=None, **given):
        options = options or CatalogueOptions(**given)
        if options not in made:
            folder = tmp_path_factory.mktemp("catalogue") / "files"
            made[options] = write_catalogue(options, folder)
        return made[options]

    return make


@pytest.fixture
def serve_files():
    """`serve_files(folder, signed=True)`: a running RangeServer, stopped when the test ends."""
    with ExitStack() as running:
        yield lambda folder, **options: running.enter_context(RangeServer(folder, **options))


@pytest.fixture
def serve_stac():
    """`serve_stac(folder)`: a running StacService over a static catalogue, stopped when the test ends."""
    with ExitStack() as running:
        yield lambda folder, **options: running.enter_context(StacService(folder, **options))


@pytest.fixture(scope="session")
def flanders(real_data):
    """The folder of a real static catalogue: 40 dates of Sentinel-2 over 640 m."""
    return real_data / "eval" / "scenes" / "flanders_b424a"


@pytest.fixture(scope="session")
def postgresql_server():
    """The address of a PostgreSQL server that lasts as long as the tests; its databases are made by `database_url`."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed; .ci/run installs Debian's")
    with postgres.postgresql() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The address of a new, empty database; each test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'jobs.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.rpartition("/")[0] + f"/{name}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()

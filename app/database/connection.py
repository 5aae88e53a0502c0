"""The database of a server: opened once, its tables made where they are missing, short transactions in threads."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from app.database.tables import metadata, versions
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

RELEASE = 1
"""Of the tables; a database of another release is refused rather than guessed at."""

_WRITING = "landshot_writing"
_LOCK_WAIT_S = 30.0
_MAKING_TABLES = 7_205_441  # any number that no other use of this PostgreSQL database locks


class DatabaseError(LandshotError):
    """A database that cannot be opened or does not answer."""

    code = "database-unavailable"
    title = "The database is not available"
    users_to_mend = False


class Database:
    """Transactions on the tables of `app.database.tables`; many threads and processes may use one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str | None, data_dir: Path) -> Database:
        """Connect, and make the tables where there are none.

        Args:
            url: of SQLAlchemy, `postgresql+psycopg://...` or `sqlite:///...`; None: `landshot.db` in the data folder.
            data_dir: is made where it is missing.

        Raises:
            DatabaseError: it cannot be reached, or belongs to another release of Landshot.
        """
        try:
            if url is None:
                data_dir.mkdir(parents=True, exist_ok=True)
                url = f"sqlite:///{(data_dir / 'landshot.db').absolute()}"
            database = cls(_engine(url))
            database._make_tables()
        except (ArgumentError, ModuleNotFoundError) as error:
            raise DatabaseError(
                f"LANDSHOT_DATABASE is no address that can be used ({type(error).__name__}): give "
                "sqlite:///PATH, or postgresql+psycopg://USER:PASSWORD@HOST/NAME with landshot[postgres] installed"
            ) from None
        except (SQLAlchemyError, OSError) as error:
            shown = make_url(url).render_as_string(hide_password=True) if url else str(data_dir)
            raise DatabaseError(f"the database {shown} cannot be opened: {_short(error)}") from error
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing.

        Raises:
            DatabaseError: it cannot be reached.
        """
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept when the block ends without an error; in SQLite one at a time.

        Raises:
            DatabaseError: it cannot be reached, or stays locked.
        """
        with self._transaction(**{_WRITING: True}) as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _transaction(self, **options: Any) -> Iterator[Connection]:  # noqa: ANN401 - SQLAlchemy's own options
        try:
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise DatabaseError(f"the database does not answer: {_short(error)}") from error

    def _make_tables(self) -> None:
        with self.writing() as connection:
            if self.engine.dialect.name == "postgresql":  # servers that start together make them one by one
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MAKING_TABLES})"))
            if not inspect(connection).has_table(versions.name):
                metadata.create_all(connection)
                connection.execute(insert(versions).values(release=RELEASE))
            found = connection.execute(select(versions.c.release)).scalar_one()
        if found != RELEASE:
            raise DatabaseError(
                f"the database has tables of release {found}, and this Landshot needs {RELEASE}; "
                "give it another database, or use the Landshot that made this one"
            )


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=30)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=10,
        max_overflow=30,
        connect_args={"timeout": _LOCK_WAIT_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's connection
        connection.isolation_level = None  # the driver would begin transactions when it likes
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail where another has written in between.
        writing = connection.get_execution_options().get(_WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _short(error: BaseException) -> str:
    """The driver's own sentence, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]

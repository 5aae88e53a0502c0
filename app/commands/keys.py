"""`landshot keys`: who may use a server that others can reach."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.keys.key import Key
    from app.keys.store import KeyStore


def _where(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which server's keys are meant."""
    data_dir = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="The server's data folder.  [default: landshot-data]",
    )
    database = click.option("--database", help="Address of its database.  [default: in the data folder]")
    return data_dir(database(command))


@click.group()
def keys() -> None:
    """API keys: make, list and revoke them.

    A running server takes a new key at once, and refuses a revoked one within seconds. Data folder and database can
    be set in the environment too (LANDSHOT_DATA_DIR, LANDSHOT_DATABASE), as for `landshot serve`.
    """


@keys.command("create")
@click.argument("name")
@click.option("--max-queued-jobs", type=click.IntRange(1), help="Jobs that may wait or run.")
@click.option("--max-running-jobs", type=click.IntRange(1), help="Jobs that may run at a time.")
@click.option("--max-requests-per-minute", type=click.IntRange(1), help="Requests of any kind.")
@_where
def create(name: str, *, data_dir: Path | None, database: str | None, **quotas: int | None) -> None:
    """Make a key for NAME, and print it: this once, because only a hash of it is kept.

    Quotas that are left out are the server's settings. The key alone goes to standard output:
    LANDSHOT_KEY=$(landshot keys create me).
    """
    with _store(data_dir, database) as store:
        key, written = store.create(name, {quota: most for quota, most in quotas.items() if most is not None})
    click.echo(f"key {key.id} for {key.name}; keep it safe, it is not shown again:", err=True)
    click.echo(written)


@keys.command("list")
@_where
def list_keys(*, data_dir: Path | None, database: str | None) -> None:
    """List all keys, without their secrets."""
    with _store(data_dir, database) as store:
        found = store.all()
    for key in found:
        click.echo(_line(key))
    if not found:
        click.echo("there are no keys; `landshot keys create NAME` makes one", err=True)


@keys.command("revoke")
@click.argument("key_id", metavar="ID")
@_where
def revoke(key_id: str, *, data_dir: Path | None, database: str | None) -> None:
    """Withdraw the key ID; what it signed stops being good with it. Its maps stay on disk."""
    with _store(data_dir, database) as store:
        click.echo(_line(store.revoke(key_id)))


@contextmanager
def _store(data_dir: Path | None, database: str | None) -> Iterator[KeyStore]:
    from app.database.connection import Database  # noqa: PLC0415 - only these commands need a database
    from app.keys.store import KeyStore  # noqa: PLC0415
    from app.settings import settings_of  # noqa: PLC0415

    given = {"data_dir": data_dir, "database": database}
    settings = settings_of(**{name: value for name, value in given.items() if value is not None})
    with closing(Database.open(settings.database, settings.data_dir)) as opened:
        yield KeyStore(opened)


def _line(key: Key) -> str:
    state = f"revoked {_day(key.revoked)}" if key.revoked is not None else "good"
    quotas = "".join(f", {name} {most}" for name, most in key.quotas.items())
    return f"{key.id}  {key.name}  made {_day(key.created)}, {state}{quotas}"


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()

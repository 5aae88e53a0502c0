"""`landshot serve`: the HTTP service."""

from __future__ import annotations

import errno
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geodata.errors import LandshotError

if TYPE_CHECKING:
    from app.settings import Settings


class AddressError(LandshotError):
    """An address that the server cannot listen on."""

    code = "address-unavailable"
    title = "The server cannot listen there"
    users_to_mend = False


@click.command()
@click.option(
    "--imagery", multiple=True, metavar="[NAME=]PATH", help="A scene to offer; may be given several times."
)
@click.option(
    "--sources",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file with more imagery, catalogues among it.",
)
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.  [default: 8000]")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where maps are kept.  [default: landshot-data]",
)
@click.option(
    "--cache-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where what was read of catalogues is kept.  [default: cache in the data folder]",
)
@click.option("--tile-size", type=click.IntRange(16, 8192), help="Pixels a side in memory.  [default: 512]")
@click.option(
    "--database", metavar="URL", help="PostgreSQL for jobs and keys.  [default: a file in the data folder]"
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes that make the maps of jobs.  [default: 1]"
)
def serve(
    *,
    imagery: tuple[str, ...],
    sources: Path | None,
    host: str | None,
    port: int | None,
    data_dir: Path | None,
    cache_dir: Path | None,
    tile_size: int | None,
    database: str | None,
    workers: int | None,
) -> None:
    """Serve the map page and the HTTP API, which is described at /docs.

    Every option can be set in the environment too (LANDSHOT_PORT, LANDSHOT_IMAGERY as JSON, ...); options
    win. Without any imagery or sources a simulated region is served.
    """
    given = {
        "host": host,
        "port": port,
        "data_dir": data_dir,
        "cache_dir": cache_dir,
        "tile_size": tile_size,
        "sources": sources,
        "database": database,
        "workers": workers,
    }
    settings = _settings({name: value for name, value in given.items() if value is not None}, imagery)
    with _listening(settings.host, settings.port) as listener:
        _refuse_exposure(settings)
        _run(settings, listener)


def _settings(given: dict[str, Any], imagery: tuple[str, ...]) -> Settings:
    from app.bundled import IMAGERY, NAME, bundled_scene  # noqa: PLC0415
    from app.settings import settings_of  # noqa: PLC0415 - only the server needs pydantic

    if imagery:
        given["imagery"] = [_scene(text) for text in imagery]
    settings = settings_of(**given)
    if not settings.imagery and settings.sources is None:
        click.echo("no imagery was given: serving the simulated region that comes with Landshot")
        scene = {"name": NAME, "path": bundled_scene(settings.data_dir) / IMAGERY}
        settings = settings_of(**{**given, "imagery": [scene]})
    return settings


def _scene(text: str) -> dict[str, str]:
    """`name=path` or `path`, whose stem is then the name."""
    name, equals, path = text.partition("=")
    return {"name": name, "path": path} if equals else {"name": Path(text).stem, "path": text}


def _listening(host: str, port: int) -> socket.socket:
    """A socket that is bound before anything heavy is loaded, so that a port in use is known at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressError(
                f"port {port} of {host} is in use; stop what uses it, or give another --port"
            ) from None
        raise AddressError(f"cannot listen on {host}, port {port}: {error.strerror}") from None
    return listener


def _refuse_exposure(settings: Settings) -> None:
    """Before anything heavy is loaded; on loopback nothing has to be looked up."""
    from app.database.connection import Database  # noqa: PLC0415 - only the server needs a database
    from app.keys.exposure import check_exposure, is_loopback  # noqa: PLC0415

    if not is_loopback(settings.host):
        with closing(Database.open(settings.database, settings.data_dir)) as database:
            check_exposure(settings, database)


def _run(settings: Settings, listener: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415 - only the server needs it

    from app.limits_protocol import guarded_protocol  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415
    from app.operations.logs import configure_logging  # noqa: PLC0415
    from app.operations.tracing import traced  # noqa: PLC0415
    from app.page import HOW_TO_BUILD, is_built  # noqa: PLC0415

    # Threads that draw tiles give the event loop its turn after a millisecond, not after five.
    sys.setswitchinterval(0.001)
    configure_logging(settings)
    with traced():
        app = create_app(settings)
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        names = ", ".join(app.state.service.sources) or "none"
        listener.listen()  # who reads the next line may connect at once
        click.echo(
            f"Landshot on http://{shown}:{port} (open it in a browser; API at /docs); imagery: {names}; "
            f"maps in {settings.data_dir}"
        )
        if not is_built():
            click.echo(HOW_TO_BUILD, err=True)
        config = uvicorn.Config(
            app,
            log_config=None,  # its lines go where all others do
            log_level="warning",
            access_log=False,  # app.operations.middleware writes a line for each request
            timeout_graceful_shutdown=30,
            server_header=False,
            http=guarded_protocol(settings),
        )
        uvicorn.Server(config).run(sockets=[listener])

"""`landshot worker`: one more process that makes maps of a server's jobs."""

from __future__ import annotations

import click


@click.command()
def worker() -> None:
    """Make maps of the jobs of a server that runs elsewhere, until SIGTERM.

    Settings come from the environment and have to be the server's own: LANDSHOT_DATABASE (PostgreSQL, where it is
    another machine), LANDSHOT_DATA_DIR (a folder that both share), LANDSHOT_IMAGERY or LANDSHOT_SOURCES.
    """
    from app.jobs.worker import new_name, run_worker  # noqa: PLC0415 - the server's libraries
    from app.operations.logs import configure_logging  # noqa: PLC0415
    from app.settings import settings_of  # noqa: PLC0415

    settings = settings_of()
    configure_logging(settings)
    name = new_name()
    click.echo(f"{name} looks for jobs in {settings.data_dir}")
    run_worker(settings, name, ends_with_input=False)

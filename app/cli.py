"""`landshot` and its commands; each imports what is heavy when it runs, not before."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from app import __version__
from app.commands.adapt import adapt
from app.commands.evaluate import evaluate
from app.commands.keys import keys
from app.commands.others import demo, meta_train, models
from app.commands.plan import plan
from app.commands.regions import regions
from app.commands.serve import serve
from app.commands.worker import worker
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from types import FrameType

BAD_INPUT, FAILURE = 2, 1
"""Exit codes: what the user can say otherwise, and what went wrong all the same."""


class _Commands(click.Group):
    """Turns every error into a message and an exit code; tracebacks only where LANDSHOT_DEBUG is set."""

    def main(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as click declares it
        """Run a command, and end the process."""
        try:
            return super().main(*arguments, **named)
        except SystemExit as end:
            # All is closed and joined by now. Taking torch apart, module by module, would take half a second.
            if "torch" in sys.modules and isinstance(end.code, int):
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(end.code)
            raise

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click declares it
        signal.signal(signal.SIGTERM, _terminated)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except LandshotError as error:
            _stop(str(error), BAD_INPUT if error.users_to_mend else FAILURE)
        except KeyboardInterrupt:
            _stop("interrupted; nothing was left half-written", 130)
        except MemoryError:
            _stop("out of memory; try a smaller --tile-size or --bbox", FAILURE)
        except Exception as error:
            if os.environ.get("LANDSHOT_DEBUG"):
                raise
            told = f"unexpected {type(error).__name__}: {error}"
            _stop(f"{told}\n  LANDSHOT_DEBUG=1 shows where; please report it.", FAILURE)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="landshot")
def main() -> None:
    """Land-cover maps of any region from a handful of labelled pixels."""


for _command in (serve, adapt, plan, demo, models, meta_train, evaluate, regions, keys, worker):
    main.add_command(_command)


def _stop(message: str, code: int) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    sys.exit(code)


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    """Leave through the exits that tidy up."""
    sys.exit(128 + signal.SIGTERM)

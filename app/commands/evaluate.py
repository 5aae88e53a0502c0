"""`landshot evaluate`: methods against each other on labelled pixels of real regions."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.options import COMMA_NAMES, CommaSeparated
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from geodata.pixel_tasks import PixelTask
    from model.evaluation import Outcome

_OUTPUT = click.Path(dir_okay=False, path_type=Path)


class ResultsError(LandshotError):
    """Names of result files that cannot be used."""

    code = "invalid-results"
    title = "The results cannot be written there"


class NothingFitError(LandshotError):
    """An evaluation without a single figure."""

    code = "nothing-fit"
    title = "No method could be fit"


def _shot_count(text: str) -> int:
    if (count := int(text)) < 1:
        raise ValueError("no labels, nothing to learn from")
    return count


@click.command()
@click.option(
    "--tasks",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pixel task files (.npz).",
)
@click.option(
    "--methods",
    type=COMMA_NAMES,
    metavar="NAME,NAME,...",
    help="What to compare.  [default: the default method and all user baselines]",
)
@click.option(
    "--shots",
    type=CommaSeparated(_shot_count, "whole numbers of labels a class, from 1"),
    metavar="1,5,20",
    default="1,5,20",
    show_default=True,
    help="Labels a class.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Random draws of labels, the same for every method.",
)
@click.option("--json", "json_file", type=_OUTPUT, help="Write all figures here.")
@click.option("--plot", type=_OUTPUT, help="Draw accuracy against labels here (.png, .svg, .pdf).")
@click.option("--markdown", type=_OUTPUT, help="Write the tables here, and one of each task.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    show_default="number of cores",
    help="Processes; the figures do not depend on it.",
)
def evaluate(
    *,
    tasks: Path,
    methods: tuple[str, ...] | None,
    shots: tuple[int, ...],
    draws: int,
    json_file: Path | None,
    plot: Path | None,
    markdown: Path | None,
    jobs: int,
) -> None:
    """Compare methods on labelled pixels: a few labels to learn from, pixels of other groups to be judged by."""
    from app.evaluation_files import read_tasks  # noqa: PLC0415 - heavy from here on
    from app.evaluation_plot import check_plot, write_plot  # noqa: PLC0415
    from app.evaluation_tables import report  # noqa: PLC0415
    from geodata.whole_files import complete, write_document  # noqa: PLC0415
    from model.evaluation_report import evaluation_document  # noqa: PLC0415
    from model.methods.registry import DEFAULT, USER_BASELINES  # noqa: PLC0415

    chosen = _known(methods or (DEFAULT, *USER_BASELINES))
    _check_results(json_file, plot, markdown)
    if plot:
        check_plot(plot)
    found = read_tasks(tasks)
    outcomes = _outcomes(found, chosen, sorted(set(shots)), draws, jobs)
    document = evaluation_document(outcomes, default=DEFAULT, baselines=USER_BASELINES)
    click.echo(report(document, tasks=False))
    if json_file:
        write_document(json_file, document)
    if markdown:
        with complete(markdown) as partial:
            partial.write_text(report(document, tasks=True), "utf-8")
    if plot:
        write_plot(plot, document)
    if written := [str(path) for path in (json_file, markdown, plot) if path]:
        click.echo(f"written: {', '.join(written)}")
    if not document["records"]:
        raise NothingFitError("no method could be fit to any draw; the reasons stand above")


def _known(methods: tuple[str, ...]) -> tuple[str, ...]:
    """Each method once, all of them there and able to run."""
    from model.methods.registry import METHODS, entry  # noqa: PLC0415 - loaded by now

    if unknown := [name for name in methods if name not in METHODS]:
        named = ", ".join(repr(name) for name in unknown)
        raise click.BadParameter(
            f"there is no method {named}; there are {', '.join(METHODS)}", param_hint="--methods"
        )
    for name in methods:
        entry(name)
    return tuple(dict.fromkeys(methods))


def _check_results(*paths: Path | None) -> None:
    """Find out before the work whether there is a place for its results."""
    given = [path for path in paths if path]
    for path in given:
        if not path.parent.is_dir():
            raise ResultsError(f"{path}: there is no folder {path.parent}; make it first")
    if len({path.resolve() for path in given}) < len(given):
        raise ResultsError("--json, --plot and --markdown must be different files")


def _outcomes(
    tasks: list[PixelTask], methods: tuple[str, ...], shots: list[int], draws: int, jobs: int
) -> list[Outcome]:
    from app.training_progress import training_progress  # noqa: PLC0415 - loaded by now
    from model.evaluation_runs import evaluate as run  # noqa: PLC0415

    progress = training_progress(sys.stderr)
    try:
        return run(
            tasks,
            methods,
            shots,
            draws,
            jobs=jobs,
            report=lambda done, total: progress("evaluating", done, total, {}),
        )
    finally:
        progress.close()

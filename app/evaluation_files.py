"""The files of an evaluation: task files that are read, results that are complete or not there."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from geodata.errors import LandshotError, OutputError
from geodata.pixel_tasks import read_task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from geodata.pixel_tasks import PixelTask


class NoTasksError(LandshotError):
    """A folder without pixel task files."""

    code = "no-tasks"
    title = "There is nothing to evaluate on"


def read_tasks(folder: Path) -> list[PixelTask]:
    """Every `.npz` directly in the folder, by name.

    Raises:
        NoTasksError: there is none.
        TaskFileError: one cannot be read; nothing is left out silently.
    """
    paths = sorted(path for path in folder.glob("*.npz") if path.is_file())
    if not paths:
        others = sorted(path.name for path in folder.iterdir())
        held = (
            f"it holds {', '.join(others[:5])}{' ...' if len(others) > 5 else ''}"
            if others
            else "it is empty"
        )
        raise NoTasksError(f"{folder} has no pixel task file (.npz) in it: {held}")
    return [read_task(path) for path in paths]


def write_document(path: Path, document: Mapping[str, object]) -> None:
    """Write JSON.

    Raises:
        OutputError: see `complete`.
    """
    with complete(path) as partial:
        partial.write_text(
            json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", "utf-8"
        )


@contextmanager
def complete(path: Path) -> Iterator[Path]:
    """A name to write to; the file gets its final name when the block ends well, and is gone when it does not.

    Raises:
        OutputError: the folder cannot be written to, or the disk is full.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            partial.unlink()

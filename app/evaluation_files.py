"""The task files of a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.errors import LandshotError
from geodata.pixel_tasks import read_task

if TYPE_CHECKING:
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

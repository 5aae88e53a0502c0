"""How much room the disk of the data folder has, and what to say when it is too little."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def free_bytes(data_dir: Path) -> int:
    """Room on the disk of a folder, which need not be there yet.

    Raises:
        OSError: it cannot be looked at.
    """
    folder = data_dir.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def shortage(data_dir: Path, min_free_bytes: int) -> str | None:
    """Why no job should begin now, and what would help; None: there is room.

    The sentence is for clients too, so it names no path.

    Args:
        data_dir: of the server.
        min_free_bytes: what has to be free.
    """
    try:
        free = free_bytes(data_dir)
    except OSError as error:
        return f"the data folder cannot be looked at ({error.strerror}); jobs go on once it is there"
    if free >= min_free_bytes:
        return None
    return (
        f"the data folder's disk has {_size(free)} left, and jobs need {_size(min_free_bytes)} "
        "(LANDSHOT_MIN_FREE_BYTES); remove maps or caches, or give it more room: jobs go on by themselves"
    )


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 10**9 else f"{count / 1e6:,.1f} MB"

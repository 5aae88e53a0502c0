"""Files that are made to be sent once."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

_PIECE = 2**18


def made_once(folder: Path, name: str, make: Callable[[Path], None]) -> BinaryIO:
    """Have a file made, and open it; its name is gone by then, and its room when it is closed.

    Args:
        folder: of the maps; a disk with room for them, which is swept of what a killed process left.
        name: of the file, while it has one; some writers go by its ending.
        make: writes the file; may make others beside it.

    Raises:
        OutputError: the disk is full or read-only.
    """
    with workspace(folder) as private:
        made = private / name
        make(made)
        return made.open("rb")


def size_of(file: BinaryIO) -> int:
    """Bytes."""
    return os.fstat(file.fileno()).st_size


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """All of a file, which is closed at the end, or when whoever reads gives up."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


@contextmanager
def workspace(folder: Path) -> Iterator[Path]:
    """A folder of its own, which nobody else on this machine may look into; gone at the end, whatever happens.

    Args:
        folder: of the maps; see `made_once`.

    Raises:
        OutputError: the disk is full or read-only.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        private = Path(tempfile.mkdtemp(prefix=".making-", dir=folder))
    except OSError as error:
        raise OutputError(f"nothing can be made in {folder}: {error.strerror}") from error
    try:
        yield private
    except OSError as error:
        raise OutputError(f"a file cannot be made in {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(private, ignore_errors=True)

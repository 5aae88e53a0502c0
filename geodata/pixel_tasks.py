"""Pixel task files: labelled pixels of one region, with spatial groups (docs/cli.md, "Task files")."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile, is_zipfile

import numpy as np

from geodata.errors import LandshotError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class TaskFileError(LandshotError):
    """A pixel task file that cannot be read, or lacks an array."""

    code = "invalid-task-file"
    title = "The pixel task file cannot be used"


@dataclass(frozen=True, slots=True)
class PixelTask:
    """The labelled pixels of one region."""

    name: str
    reflectance: NDArray[np.float32]
    """(n, T, B), NaN = missing."""
    class_names: tuple[str, ...]
    class_index: NDArray[np.int64]
    """(n,) into `class_names`."""
    wavelengths_nm: NDArray[np.float64]
    """(B,)."""
    day_of_year: NDArray[np.int64]
    """(T,), -1 = unknown or annual composite."""
    group: NDArray[np.int64]
    """(n,) polygon, field or block."""

    @property
    def source(self) -> str:
        """The part of the name before the first underscore: tasks of one source are alike."""
        return self.name.split("_", maxsplit=1)[0]


def read_task(path: Path) -> PixelTask:
    """Read a `.npz` pixel task file; never unpickles.

    Raises:
        TaskFileError: unreadable, an array is missing, or shapes disagree.
    """
    try:
        if not is_zipfile(path):  # numpy would take a single array too, which has no names
            raise BadZipFile("it is no .npz archive, or was cut off")  # noqa: TRY301 - told like what numpy finds
        with np.load(path, allow_pickle=False) as data:
            names, index = np.unique(data["y"], return_inverse=True)
            task = PixelTask(
                path.stem,
                np.asarray(data["x"], dtype=np.float32),
                tuple(str(name) for name in names),
                index.astype(np.int64),
                np.asarray(data["wavelength_nm"], dtype=np.float64),
                np.asarray(data["day_of_year"], dtype=np.int64),
                np.asarray(data["group"], dtype=np.int64),
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise TaskFileError(f"{path} is no pixel task file: {error}") from error
    if task.reflectance.ndim != 3 or not task.reflectance.size:
        raise TaskFileError(
            f"{path}: x must be pixels x dates x bands, and has shape {task.reflectance.shape}"
        )
    n, _, bands = task.reflectance.shape
    if task.group.shape != (n,) or task.class_index.shape != (n,) or task.wavelengths_nm.shape != (bands,):
        raise TaskFileError(f"{path}: x, y, group and wavelength_nm disagree in length")
    return task

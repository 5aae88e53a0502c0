"""Files that are complete or not there."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from geodata.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


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

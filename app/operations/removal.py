"""Folders are removed under another name, so that nobody finds half of one."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_REMOVED: Final = ".removed-"


def set_aside(folder: Path) -> bool:
    """Hide a folder from everybody; whether it was there, and no other process has done so before."""
    try:
        folder.rename(folder.with_name(f"{_REMOVED}{folder.name}-{secrets.token_hex(4)}"))
    except FileNotFoundError:
        return False
    return True


def finish_removals(parent: Path) -> None:
    """Remove all that was set aside, also by a process that did not get that far."""
    for folder in parent.glob(f"{_REMOVED}*"):
        shutil.rmtree(folder, ignore_errors=True)

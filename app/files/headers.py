"""How files of an adaptation's labels are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.adaptations.version import Version


def labels_headers(version: Version, suffix: str) -> dict[str, str]:
    """Of a file to keep.

    Args:
        version: whose labels they are.
        suffix: of the file's name, without the dot.
    """
    name = f"{version.adaptation_id}_v{version.number}_labels.{suffix}"
    return {"Cache-Control": "no-cache", "Content-Disposition": f'attachment; filename="{name}"'}

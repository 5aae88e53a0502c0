"""The legend as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from geodata.spreadsheets import guarded

if TYPE_CHECKING:
    from app.results.classes import MappedClasses

COLUMNS = ("value", "name", "title", "color", "pixels", "area_ha")


def legend_csv(mapped: MappedClasses) -> bytes:
    """UTF-8, comma-separated, a line for each class."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in mapped:
        area = f"{entry.area_m2 / 10_000:.4f}"
        writer.writerow(
            (entry.value, guarded(entry.name), guarded(entry.title), entry.color, entry.pixels, area)
        )
    return text.getvalue().encode()

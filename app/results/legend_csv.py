"""The legend as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

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
            (entry.value, _harmless(entry.name), _harmless(entry.title), entry.color, entry.pixels, area)
        )
    return text.getvalue().encode()


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: such ones get an apostrophe in front."""
    # Also in the wide forms of Chinese and Japanese keyboards, and behind spaces.
    return f"'{text}" if text.lstrip()[:1] in set("=+-@＝＋－＠\t\r\n|%") else text  # noqa: RUF001

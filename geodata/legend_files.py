"""Legends from files: this program's own table and JSON, a QGIS style, a text file of colours."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final

from geodata.errors import Fault, LegendError
from geodata.legend import Legend, class_key
from geodata.legend_qml import read_qml
from geodata.legend_text import Entry, read_color_text, whole_number
from geodata.spreadsheets import unguarded

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ENTRIES: Final = 1000
"""Of a file; a legend has 254 at most, and some lines are none of its classes."""


def read_legend(content: bytes, name: str) -> Legend:
    """Read a legend from the bytes of a file; what it is, its first characters tell.

    - a QGIS style with a paletted renderer (`.qml`)
    - a table with the columns value and name, and perhaps title and color, as `legend.csv` of a map
    - JSON, as the member `legend` of a request
    - lines `value R G B A title`, as GDAL reads them and QGIS exports them

    Styles and lines of colours have titles only: those name the classes too. What they say of nodata is left out.

    Args:
        content: of the file.
        name: what to call it in messages.

    Raises:
        LegendError: it is none of these; or entries cannot be used, and `faults` names each by its line.
    """
    try:
        text = content.decode("utf-8-sig").strip("\0")
    except UnicodeDecodeError as error:
        raise LegendError(f"{name}: byte {error.start}: this is not UTF-8; save the file as UTF-8") from error
    begin = text.lstrip()[:1]
    if not begin:
        raise LegendError(
            f"{name}: the file is empty; it should hold classes, each with its value and colour"
        )
    if begin in "[{":
        return _read_json(text, name)
    if begin == "<":
        return _legend_of(read_qml(content, name), name)
    if _is_table(text):
        return _legend_of(_read_csv(text, name), name)
    return _legend_of(read_color_text(text, name), name)


def _read_json(text: str, name: str) -> Legend:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise LegendError(f"{name}: {where}: this is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise LegendError(f"{name}: the JSON is nested too deep to be a legend") from error
    except ValueError as error:  # a number with thousands of digits
        raise LegendError(f"{name}: this is not JSON that can be read: {error}") from error
    return Legend.from_json(document)


def _is_table(text: str) -> bool:
    return {"value", "name"} <= {cell.strip().lower() for cell in _cells(text.lstrip().split("\n", 1)[0])}


def _cells(line: str) -> list[str]:
    return next(iter(csv.reader([line], delimiter=_delimiter(line))), [])


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _read_csv(text: str, name: str) -> list[Entry]:
    """The lines of a table; names that were guarded from spreadsheets lose their apostrophe."""
    lines = text.lstrip()
    reader = csv.reader(io.StringIO(lines), delimiter=_delimiter(lines.split("\n", 1)[0]))
    before = text[: len(text) - len(lines)].count("\n")
    header: list[str] = []
    entries: list[Entry] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not header:
                header = [_SPELLINGS.get(cell.lower(), cell.lower()) for cell in cells]
            elif any(cells):
                given = {column: cell for column, cell in zip(header, cells, strict=False) if cell}
                entries.append(_entry(given, f"line {reader.line_num + before}"))
            _refuse_too_many(entries, name)
    except csv.Error as error:
        raise LegendError(f"{name}: this is not a table of comma-separated values: {error}") from error
    return entries


_SPELLINGS: Final = {"colour": "color"}


def _entry(given: dict[str, str], where: str) -> Entry:
    return Entry(
        where=where,
        value=whole_number(given.get("value", "")),
        name=unguarded(given.get("name", "")),
        title=unguarded(given["title"]) if "title" in given else None,
        color=given.get("color"),
    )


def _refuse_too_many(entries: Sequence[Entry], name: str) -> None:
    if len(entries) > MOST_ENTRIES:
        raise LegendError(
            f"{name}: the file has more than {MOST_ENTRIES:,} classes, and a map has at most 254"
        )


def _legend_of(entries: Sequence[Entry], name: str) -> Legend:
    """Raises LegendError; its faults name the entries as their file does."""
    _refuse_too_many(entries, name)
    if not entries:
        raise LegendError(f"{name}: no class was found in the file")
    taken: set[str] = set()
    document: list[dict[str, Any]] = []
    for entry in entries:
        called = entry.name if entry.name is not None else _free_name(entry, taken)
        taken.add(class_key(called))
        known = {"value": entry.value, "name": called, "title": entry.title, "color": entry.color}
        document.append({member: given for member, given in known.items() if given is not None})
    try:
        return Legend.from_json(document)
    except LegendError as error:
        wheres = [entry.where for entry in entries]
        faults = tuple(_by_line(fault, wheres) for fault in error.faults)
        raise LegendError(f"{name}: {error.detail}", faults) from None


def _free_name(entry: Entry, taken: set[str]) -> str:
    """For a class that has a title only; titles may repeat, names may not."""
    title = " ".join((entry.title or "").split())[:90]
    called = title or f"class {entry.value}"
    return f"{called} {entry.value}" if class_key(called) in taken else called


def _by_line(fault: Fault, wheres: Sequence[str]) -> Fault:
    """`legend[3].color: is ...` -> `line 5: its color is ...`."""

    def where(match: re.Match[str]) -> str:
        return wheres[int(match[1])]

    member = fault.where.rpartition(".")[2]
    reason = re.sub(r"legend\[(\d+)\]", where, fault.reason)
    return Fault(re.sub(r"legend\[(\d+)\].*", where, fault.where), f"{member}: {reason}")

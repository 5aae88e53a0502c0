"""GeoPackages of others are SQLite databases of others: only plain ones are opened.

A database may hold views, computed columns and virtual tables, which compute whatever their author wants, for as long
as he wants, when a table is read; and its pages may be tied so that a small file has endless contents. No program that
saves labels makes any of these. See sqlite.org/security.html, "Untrusted SQLite Database Files".
"""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from geodata.errors import LabelsError

if TYPE_CHECKING:
    from pathlib import Path

MOST_SECONDS: Final = 2.0
"""Looking at a file takes no longer; 32 MB take a tenth of it."""

_MAGIC: Final = b"SQLite format 3\0"
_APPLICATIONS: Final = (b"GPKG", b"GP10", b"GP11")
"""What a GeoPackage of version 1.2 and later, 1.0 and 1.1 calls itself, at byte 68."""

_SPATIAL_INDEX: Final = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s+\S+\s+USING\s+rtree\s*\(", re.IGNORECASE)
_STEPS: Final = 100_000  # of SQLite's machine, between two looks at the clock


def refuse_unusual(path: Path, name: str) -> None:
    """Refuse a file that is no plain GeoPackage.

    Args:
        path: of the file, which is only read.
        name: what to call it in messages.

    Raises:
        LabelsError: it is none, is damaged, or would have SQLite compute something.
    """
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(_MAGIC) or header[68:72] not in _APPLICATIONS:
        raise LabelsError(f"{name}: this is not a readable GeoPackage: it does not begin like one")
    deadline = time.monotonic() + MOST_SECONDS
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, path.stat().st_size + 1000)
            database.execute("PRAGMA trusted_schema = OFF")
            _look_at(database, name)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise LabelsError(f"{name}: this is not a readable GeoPackage: {error}") from error


def _look_at(database: sqlite3.Connection, name: str) -> None:
    plain = []
    for kind, table, sql in database.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        if kind == "view":
            raise _unusual(name, f"a view, {table!r}")
        if kind == "table" and re.match(r"\s*CREATE\s+VIRTUAL", sql or "", re.IGNORECASE):
            if not _SPATIAL_INDEX.match(sql):
                raise _unusual(name, f"a virtual table, {table!r}")
        elif kind == "table":
            plain.append(table)
    for table in plain:
        columns = database.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,)).fetchall()
        computed = [column for column, hidden in columns if hidden in (2, 3)]
        if computed:
            raise _unusual(name, f"a computed column, {computed[0]!r}")
    # Pages that belong to two tables at once, among others.
    ((said, *_),) = database.execute("PRAGMA quick_check(1)").fetchall()
    if said != "ok":
        raise LabelsError(f"{name}: this is not a readable GeoPackage: it is damaged")


def _unusual(name: str, what: str) -> LabelsError:
    return LabelsError(
        f"{name}: the GeoPackage has {what[:200]}, which is not read; save the labels as a new file "
        "(in QGIS: Export > Save Features As)"
    )

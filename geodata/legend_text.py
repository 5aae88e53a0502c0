"""Text files of colours: `value R G B A title`, as GDAL's tools read them and QGIS exports them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from geodata.errors import Fault, LegendError

MOST_FAULTS: Final = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A class as a file has it; what is wrong with it, the legend says."""

    where: str
    """In the file: `line 5`."""

    value: int | str
    """A whole number, or what stands where one should."""

    name: str | None
    """None: the file has titles only."""

    title: str | None
    color: str | None
    """`#RRGGBB`, or what stands where one should."""


def read_color_text(text: str, name: str) -> list[Entry]:
    """Entries in the order of the lines; comments, nodata and QGIS's own line are passed over.

    Args:
        text: separated by commas, colons, spaces or tabs; A may be left out.
        name: what to call the file in messages.

    Raises:
        LegendError: `faults` names each line that is none of a colour.
    """
    entries: list[Entry] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.strip()
        if not content or content.startswith(("#", "INTERPOLATION:")):
            continue
        match = _LINE.fullmatch(content)
        if match is None:
            faults.append(Fault(f"line {number}", f"{_short(content)} is no 'value R G B A title'"))
        elif any(int(part) > 255 for part in match.group("r", "g", "b", "a") if part):
            faults.append(Fault(f"line {number}", f"{_short(content)} has a colour beyond 0..255"))
        elif not is_nodata(match["value"], match["a"] or "255", match["title"] or ""):
            red, green, blue = (int(part) for part in match.group("r", "g", "b"))
            color = f"#{red:02X}{green:02X}{blue:02X}"
            title = (match["title"] or "").strip() or None
            entries.append(Entry(f"line {number}", whole_number(match["value"]), None, title, color))
        if len(faults) >= MOST_FAULTS:
            break
    if faults and not entries:
        raise LegendError(
            f"{name}: this is no legend: a style of QGIS (.qml), a table with value and name, JSON, or lines "
            "'value R G B A title'",
            (faults[0],),
        )
    if faults:
        raise LegendError(f"{name}: the legend has lines that cannot be used", tuple(faults))
    return entries


def is_nodata(value: str, alpha: str, title: str) -> bool:
    """Whether an entry says how nodata looks, and is no class."""
    if value.strip().lower() == "nv":
        return True
    is_none = whole_number(value) in (0, 255)
    return is_none and (alpha.strip() == "0" or re.sub(r"[\s_-]", "", title).lower() in ("nodata", "novalue"))


def whole_number(text: str) -> int | str:
    """`10` and `10.0` as a number; everything else stays what it is."""
    match = re.fullmatch(r"\s*([+-]?[0-9]{1,9})(?:\.0*)?\s*", text)
    return int(match[1]) if match else text


_LINE: Final = re.compile(
    r"(?P<value>[^\s,:]+)[\s,:]+(?P<r>[0-9]{1,3})[\s,:]+(?P<g>[0-9]{1,3})[\s,:]+(?P<b>[0-9]{1,3})"
    r"(?:[\s,:]+(?P<a>[0-9]{1,3})(?=[\s,:]|$))?(?:[\s,:]+(?P<title>.*))?"
)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")

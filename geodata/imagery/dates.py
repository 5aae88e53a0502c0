"""When an image was taken, as far as its file says."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAGS = (
    "ACQUISITIONDATETIME",
    "ACQUISITION_DATE",
    "DATE_ACQUIRED",
    "SENSING_TIME",
    "DATATAKE_1_DATATAKE_SENSING_START",
    "PRODUCT_START_TIME",
    "DATETIME",
)
"""Metadata items that name the day of acquisition, as GDAL, ESA, USGS and STAC tools write them."""


def date_of(tags: Mapping[str, str], file_name: str) -> date | None:
    """The day an image was taken: from its metadata, else its file name, else the TIFF's own date.

    The TIFF's date comes last, because most programs write there when the file was made.
    """
    known = {key.upper(): value for key, value in tags.items()}
    texts = [*(known[tag] for tag in _TAGS if tag in known), file_name, known.get("TIFFTAG_DATETIME", "")]
    return next((found for found in map(_find, texts) if found is not None), None)


_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-:_]?)(\d\d)\2(\d\d)(?!\d)")


def _find(text: str) -> date | None:
    """The first day in a text: 20210527, 2021-05-27, 2021:05:27."""
    for match in _DAY.finditer(text):
        year, _, month, day = match.groups()
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None

"""Processing baselines: the version of the software that made a Sentinel-2 product."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Baseline(NamedTuple):
    """Such as 05.09; newer ones are greater."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major:02d}.{self.minor:02d}"


OFFSET_SINCE: Final = Baseline(4, 0)
"""From here on ESA adds 1000 to every stored number, so that negative reflectance can be stored (2022-01-25)."""


def baseline_of(text: str | None) -> Baseline | None:
    """The baseline as catalogues write it (`05.09`, `5.9`, `0509`, `N0509`); None where it is none."""
    match = re.fullmatch(r"[Nn]?(\d{1,2})(?:\.(\d{1,2})|(\d\d))", (text or "").strip())
    return Baseline(int(match[1]), int(match[2] or match[3])) if match else None


def baseline_in(product: str) -> str | None:
    """The baseline in a product's name, `S2A_MSIL2A_20230701T103631_N0509_R008_T31UFU_...`."""
    match = re.search(r"_N(\d\d)(\d\d)_", product)
    return f"{match[1]}.{match[2]}" if match else None

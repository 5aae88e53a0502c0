"""Whose data a folder of regions is made from, and under which licence they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.regions.worldcover import CREDIT, LICENCE, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geodata.imagery.stac.period import Period

_COPERNICUS = (
    "Copernicus Sentinel data: free, full and open access, with attribution (EU regulation 1159/2013)"
)


def of_labels(source: str) -> dict[str, Any]:
    """Of WorldCover, as JSON values."""
    return {
        "source": source,
        "product": f"ESA WorldCover 10 m 2021, version {VERSION}",
        "url": "https://doi.org/10.5281/zenodo.7254221",
        "licence": LICENCE,
        "credit": CREDIT,
    }


def of_imagery(source: str, sensors: Iterable[str], period: Period) -> dict[str, Any]:
    """Of Sentinel-2 or Landsat scenes of a period, as JSON values.

    Args:
        source: name of the catalogue.
        sensors: keys of `SENSORS`; none yet means nothing is known.
        period: when they were taken.
    """
    years = ", ".join(str(year) for year in range(period.start.year, period.end.year + 1))
    said = {
        "sentinel-2": (_COPERNICUS, f"Contains modified Copernicus Sentinel data ({years})"),
        "landsat": (
            "public domain",
            "Landsat Level-2 science products courtesy of the U.S. Geological Survey",
        ),
    }
    kinds = sorted({"sentinel-2" if name == "sentinel-2" else "landsat" for name in sensors})
    return {
        "source": source,
        "licence": "; ".join(said[kind][0] for kind in kinds),
        "credit": "; ".join(said[kind][1] for kind in kinds),
    }

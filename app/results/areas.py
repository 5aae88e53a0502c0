"""How much ground each class covers, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.areas import row_areas_m2

if TYPE_CHECKING:
    from app.results.classes import MappedClasses


def area_table(map_id: str, mapped: MappedClasses) -> dict[str, Any]:
    """Pixels, square metres on the ellipsoid, and shares of the whole region (0..1), nodata among them."""
    height, width = (int(n) for n in mapped.geobox.shape)
    total = float(row_areas_m2(mapped.geobox).sum()) * width
    pixels = sum(entry.pixels for entry in mapped)
    without = height * width - pixels
    nodata = max(0.0, total - sum(entry.area_m2 for entry in mapped)) if without else 0.0
    return {
        "map": map_id,
        "total": {"pixels": height * width, "area_m2": round(total, 2)},
        "nodata": {"pixels": without, "area_m2": round(nodata, 2), "share": _share(nodata, total)},
        "classes": [
            {
                "value": entry.value,
                "name": entry.name,
                "title": entry.title,
                "color": entry.color,
                "pixels": entry.pixels,
                "area_m2": entry.area_m2,
                "share": _share(entry.area_m2, total),
            }
            for entry in mapped
        ],
    }


def _share(part: float, whole: float) -> float:
    return round(part / whole, 6)

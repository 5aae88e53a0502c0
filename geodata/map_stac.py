"""The STAC Item that describes a map to catalogues and to other programs."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from geodata.footprints import lonlat_rings
from geodata.grid import lonlat_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from odc.geo.geobox import GeoBox

    from geodata.legend import Legend
    from geodata.maps import MapFiles

COG_MEDIA_TYPE = "image/tiff; application=geotiff; profile=cloud-optimized"

_EXTENSIONS = (
    "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "https://stac-extensions.github.io/processing/v1.1.0/schema.json",
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
)

_PROCESSING = {
    "processing:level": "L4",  # what no instrument measures
    "processing:lineage": "Each pixel's class is predicted by a network that was adapted to labels of the region.",
}


def map_item(
    item_id: str,
    files: MapFiles,
    geobox: GeoBox,
    legend: Legend,
    *,
    datetime: date | None,
    properties: Mapping[str, Any],
    period: tuple[date, date] | None = None,
    links: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Describe a map as a STAC 1.1 Item, with relative links to files in the Item's own folder.

    Args:
        item_id: the Item's `id`.
        files: the finished map.
        geobox: its grid.
        legend: its classes.
        datetime: day that the imagery was taken, where it is known.
        properties: what else to say; extension fields carry their prefix.
        period: first and last day of the imagery, where it was taken on several; then `datetime` is not used.
        links: what it is related to, such as the scenes that it was made from.

    Returns:
        The Item as JSON; the same map gives the same Item.
    """
    # Small and fixed: pystac, which the tests hold it against, would cost each start 30 ms.
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": list(_EXTENSIONS),
        "id": item_id,
        "geometry": _geometry(geobox),
        "bbox": [_degrees(v) for v in lonlat_bounds(geobox)],
        "properties": _when(datetime, period) | _projection(geobox) | _PROCESSING | dict(properties),
        "links": [dict(link) for link in links],
        "assets": {
            "landcover": _asset(
                files.landcover,
                "Land cover",
                COG_MEDIA_TYPE,
                "data",
                {
                    "name": "land_cover",
                    "data_type": "uint8",
                    "nodata": 0,
                    "classification:classes": _classes(legend, files.counts),
                },
            ),
            "confidence": _asset(
                files.confidence,
                "Confidence of the class, in per cent",
                COG_MEDIA_TYPE,
                "data",
                {"name": "confidence", "data_type": "uint8", "nodata": 255, "unit": "%"},
            ),
            "attributes": _asset(
                files.aux_xml,
                "Category names and area of each class, for GDAL and QGIS",
                "application/xml",
                "metadata",
            ),
        }
        | _observations(files),
    }


def _observations(files: MapFiles) -> dict[str, Any]:
    if files.observations is None:
        return {}
    band = {"name": "clear_observations", "data_type": "uint16"}
    title = "How many days each pixel was seen clear"
    return {"observations": _asset(files.observations, title, COG_MEDIA_TYPE, "metadata", band)}


def _geometry(geobox: GeoBox) -> dict[str, Any]:
    rings = [[[_degrees(v) for v in point] for point in ring] for ring in lonlat_rings(geobox)]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings}
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def _when(day: date | None, period: tuple[date, date] | None) -> dict[str, str | None]:
    if period is not None:
        first, last = period
        return {
            "datetime": None,
            "start_datetime": f"{first.isoformat()}T00:00:00Z",
            "end_datetime": f"{last.isoformat()}T23:59:59Z",
        }
    if day is not None:
        return {"datetime": f"{day.isoformat()}T00:00:00Z"}
    # STAC wants an interval where the time is not known; the first Landsat was launched on its first day.
    return {
        "datetime": None,
        "start_datetime": "1972-07-23T00:00:00Z",
        "end_datetime": "9999-12-31T23:59:59Z",
    }


def _projection(geobox: GeoBox) -> dict[str, Any]:
    crs = geobox.crs
    assert crs is not None, "a map has a CRS"
    height, width = geobox.shape
    box = geobox.boundingbox
    described: dict[str, Any] = {"proj:code": f"EPSG:{crs.epsg}"}
    if crs.epsg is None:
        described = {"proj:code": None, "proj:wkt2": crs.to_wkt()}
    return described | {
        "proj:shape": [int(height), int(width)],
        "proj:transform": [float(v) for v in geobox.affine[:6]],
        "proj:bbox": [float(v) for v in (box.left, box.bottom, box.right, box.top)],
    }


def _classes(legend: Legend, counts: Mapping[int, int]) -> list[dict[str, Any]]:
    mapped = sum(counts.values())
    listed: list[dict[str, Any]] = [{"value": 0, "name": "nodata", "title": "No data", "nodata": True}]
    taken = {"nodata"}
    for entry in legend:
        # STAC's names are for machines; what does not fit is still told by the title.
        name = re.sub(r"[^0-9A-Za-z_-]+", "_", entry.name).strip("_")
        if not name or name in taken:
            name = f"class_{entry.value}"
        taken.add(name)
        listed.append(
            {
                "value": entry.value,
                "name": name,
                "title": entry.title,
                "color_hint": entry.color.removeprefix("#"),
                "count": counts[entry.value],
                "percentage": round(100 * counts[entry.value] / mapped, 4) if mapped else 0.0,
            }
        )
    return listed


def _asset(
    path: Path, title: str, media_type: str, role: str, band: dict[str, Any] | None = None
) -> dict[str, Any]:
    bands = {"bands": [band]} if band else {}
    described = {"href": f"./{path.name}", "title": title, "type": media_type, "roles": [role]}
    return described | _file_info(path) | bands


def _file_info(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # A multihash: 12 is SHA-256, 20 its length (32 bytes).
    return {"file:size": path.stat().st_size, "file:checksum": f"1220{digest}"}


def _degrees(value: float) -> float:
    """Seven decimals are a centimetre."""
    return round(value, 7)

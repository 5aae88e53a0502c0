"""STAC documents of simulated scenes, in the manners of each publisher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely import MultiPolygon, Polygon, affinity, box, set_precision
from shapely.geometry import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geodata.simulation.catalogue_grid import CellGrid
    from geodata.simulation.catalogue_plan import Plan, PlannedScene
    from geodata.simulation.catalogue_publishers import BandFile
    from geodata.simulation.catalogue_scenes import SceneFacts

_COG = "image/tiff; application=geotiff; profile=cloud-optimized"
_EXTENSIONS = [
    "https://stac-extensions.github.io/eo/v1.1.0/schema.json",
    "https://stac-extensions.github.io/projection/v1.1.0/schema.json",
    "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
]


def item_id(plan: Plan, scene: PlannedScene) -> str:
    """Unique within the catalogue, as the publisher forms it."""
    overpass, tile = scene.overpass, scene.granule.tile
    satellite, day = f"S2{'AB'[overpass.satellite]}", f"{overpass.time:%Y%m%d}"
    at = f"{overpass.time:%Y%m%dT%H%M%S}"
    old = scene.reprocessed
    match plan.published_as.name:
        case "earth-search":
            return f"{satellite}_{tile}_{day}_{0 if old else 1}_L2A"
        case "earth-search-c1":
            return f"{satellite}_T{tile}_{at}_L2A" + ("_OLD" if old else "")
        case "planetary-computer":
            processed = f"{overpass.time:%Y%m%d}T2{0 if old else 1}0000"
            return f"{satellite}_MSIL2A_{at}_R{51 + overpass.orbit:03d}_T{tile}_{processed}"
        case _:
            row = 25 + scene.granule.number
            return f"LC0{8 + overpass.satellite}_L2SP_{204 + overpass.orbit}{row:03d}_{day}_02_T1"


def item_document(
    plan: Plan, scene: PlannedScene, facts: SceneFacts, files: Iterable[BandFile]
) -> dict[str, Any]:
    """A STAC Item whose assets lie beside it."""
    grid, new = scene.granule.grid, plan.options.bands_of_stac_1_1
    outline = plan.to_lonlat(scene.outline)
    assets = {file.key: _band_asset(plan, scene, file, grid) for file in files}
    mask = plan.published_as
    assets[mask.mask_key] = {
        "href": f"./{mask.mask_file}", "type": _COG, "roles": ["data"],
        "title": "Scene classification map (SCL)" if mask.mask == "scl" else "Pixel Quality Assessment Band",
    } | _shape(grid.coarser(mask.mask_cells))  # fmt: skip
    parent = {"href": "../collection.json", "type": "application/json"}
    return {
        "type": "Feature",
        "stac_version": "1.1.0" if new else "1.0.0",
        "stac_extensions": [name.replace("v1.1.0", "v2.0.0") if new else name for name in _EXTENSIONS],
        "id": item_id(plan, scene),
        "collection": plan.published_as.collection,
        "bbox": _bbox(outline),
        "geometry": mapping(set_precision(_within_180(outline), 1e-7)),
        "properties": _properties(plan, scene, facts),
        "links": [{"rel": rel, **parent} for rel in ("collection", "parent", "root")],
        "assets": assets | _decoys(plan),
    }


def collection_document(plan: Plan, items: list[dict[str, Any]]) -> dict[str, Any]:
    """A STAC Collection with a link to every Item; each lies in a folder of its own name."""
    times = sorted(item["properties"]["datetime"] for item in items)
    return {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": plan.published_as.collection,
        "title": plan.published_as.title,
        "description": "Simulated scenes over land that does not exist.",
        "license": "CC0-1.0",
        "extent": {
            "spatial": {"bbox": [_bbox(plan.to_lonlat(box(*plan.region.bounds)))]},
            "temporal": {"interval": [[times[0], times[-1]]]},
        },
        "links": [
            {"rel": "root", "href": "./collection.json", "type": "application/json"},
            *(
                {"rel": "item", "href": f"./{item['id']}/{item['id']}.json", "type": "application/geo+json"}
                for item in items
            ),
        ],
    }


def _properties(plan: Plan, scene: PlannedScene, facts: SceneFacts) -> dict[str, Any]:
    overpass, published, tile = scene.overpass, plan.published_as, scene.granule.tile
    common = {
        "datetime": f"{overpass.time:%Y-%m-%dT%H:%M:%SZ}",
        "eo:cloud_cover": round(facts.cloud_cover, 4),
        "proj:code" if plan.options.bands_of_stac_1_1 else "proj:epsg": (
            f"EPSG:{scene.granule.grid.epsg}" if plan.options.bands_of_stac_1_1 else scene.granule.grid.epsg
        ),
    }
    if published.mask == "qa_pixel":
        return common | {
            "platform": f"landsat-{8 + overpass.satellite}", "instruments": ["oli", "tirs"], "gsd": 30,
            "landsat:cloud_cover_land": round(facts.cloud_cover, 4), "landsat:collection_category": "T1",
            "landsat:collection_number": "02", "landsat:correction": "L2SP",
            "landsat:wrs_path": f"{204 + overpass.orbit}", "landsat:wrs_row": f"{25 + scene.granule.number:03d}",
        }  # fmt: skip
    letter = "ab"[overpass.satellite]
    sentinel = common | {
        "constellation": "sentinel-2", "instruments": ["msi"],
        "s2:processing_baseline": scene.baseline, "s2:nodata_pixel_percentage": round(facts.unseen, 4),
        "s2:generation_time": f"{overpass.time:%Y-%m-%d}T{20 if scene.reprocessed else 21}:00:00Z",
    }  # fmt: skip
    if published.name == "planetary-computer":
        return sentinel | {"platform": f"Sentinel-2{letter.upper()}", "s2:mgrs_tile": tile}
    named = sentinel | {"platform": f"sentinel-2{letter}", "grid:code": f"MGRS-{tile}"}
    if published.name == "earth-search":
        shifted_back = scene.baseline >= "04.00" and not plan.options.contradicted
        named["earthsearch:boa_offset_applied"] = shifted_back
    return named


def _band_asset(plan: Plan, scene: PlannedScene, file: BandFile, grid: CellGrid) -> dict[str, Any]:
    pixels = grid.coarser(file.cells)
    asset = {
        "href": f"./{file.file}", "type": _COG, "title": f"{file.key} - {pixels.size:g}m", "gsd": pixels.size,
        "roles": ["data", "reflectance"],
    } | _shape(pixels)  # fmt: skip
    centre = {
        "center_wavelength": round(file.band.wavelength_nm / 1000, 3),
        "full_width_half_max": round(file.band.fwhm_nm / 1000, 3),
    }
    common = {"common_name": file.common_name} if file.common_name else {}
    raster = _raster(plan, scene, pixels)
    if plan.options.bands_of_stac_1_1:
        stored = {
            ("nodata" if k == "nodata" else k if k == "data_type" else f"raster:{k}"): v
            for k, v in raster.items()
        }
        described = {f"eo:{k}": v for k, v in (common | centre).items()}
        return asset | {"bands": [{"name": file.name, **described, **stored}]}
    asset["eo:bands"] = [{"name": file.name, **common, **centre}]
    return asset | ({"raster:bands": [raster]} if raster else {})


def _raster(plan: Plan, scene: PlannedScene, pixels: CellGrid) -> dict[str, Any]:
    """What the publisher says of the numbers, whether it is true or not."""
    stored: dict[str, Any] = {"nodata": 0, "data_type": "uint16", "spatial_resolution": pixels.size}
    match plan.published_as.name:
        case "landsat":
            return stored | {"scale": 2.75e-5, "offset": -0.2}
        case "planetary-computer":
            return {}
        case _:
            # Earth Search says so too where it has shifted the numbers back itself.
            return stored | {"scale": 0.0001, "offset": -0.1 if scene.baseline >= "04.00" else 0}


def _decoys(plan: Plan) -> dict[str, Any]:
    """Assets of real catalogues that a reader must not take for bands; their files do not exist."""
    if plan.published_as.mask == "qa_pixel":
        thermal = {"name": "ST_B10", "common_name": "lwir11", "center_wavelength": 10.9}
        return {
            "lwir11": {"href": "./ST_B10.TIF", "type": _COG, "roles": ["temperature"], "eo:bands": [thermal]},
            "qa_radsat": {"href": "./QA_RADSAT.TIF", "type": _COG, "roles": ["saturation"]},
        }
    picture = [
        {"name": name, "common_name": common, "center_wavelength": um}
        for name, common, um in (("B04", "red", 0.665), ("B03", "green", 0.56), ("B02", "blue", 0.493))
    ]
    decoys: dict[str, Any] = {
        "visual": {"href": "./TCI.tif", "type": _COG, "roles": ["visual"], "eo:bands": picture},
        "product_metadata": {"href": "./metadata.xml", "type": "application/xml", "roles": ["metadata"]},
    }
    if plan.published_as.name == "earth-search":
        decoys["red-jp2"] = {
            "href": "s3://sentinel-s2-l2a/B04.jp2", "type": "image/jp2", "roles": ["data", "reflectance"],
            "eo:bands": picture[:1],
        }  # fmt: skip
    return decoys


def _shape(pixels: CellGrid) -> dict[str, Any]:
    return {
        "proj:shape": [pixels.rows, pixels.cols],
        "proj:transform": [pixels.size, 0, pixels.west, 0, -pixels.size, pixels.north],
    }


def _within_180(outline: Polygon) -> Polygon | MultiPolygon:
    """Cut in two at the antimeridian, where it crosses that."""
    west, _, east, _ = outline.bounds
    if west >= -180.0 and east <= 180.0:
        return outline
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        part = outline.intersection(box(-180.0 + turn, -90.0, 180.0 + turn, 90.0))
        if isinstance(part, Polygon) and part.area > 0:
            parts.append(Polygon(affinity.translate(part, -turn)))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _bbox(outline: Polygon) -> list[float]:
    """West, south, east, north; west is the larger where it crosses the antimeridian (RFC 7946, 5.2)."""
    west, south, east, north = outline.bounds
    west, east = ((lon + 180.0) % 360.0 - 180.0 for lon in (west, east))
    return [round(v, 7) for v in (west, south, east, north)]

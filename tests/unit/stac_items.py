"""STAC Items as the well-known catalogues write them."""

from __future__ import annotations

GRID = (  # agency's name, Earth Search's key, its common name, micrometres, metres
    ("B01", "coastal", "coastal", 0.443, 60),
    ("B02", "blue", "blue", 0.49, 10),
    ("B03", "green", "green", 0.56, 10),
    ("B04", "red", "red", 0.665, 10),
    ("B05", "rededge1", "rededge", 0.704, 20),
    ("B06", "rededge2", "rededge", 0.74, 20),
    ("B07", "rededge3", "rededge", 0.783, 20),
    ("B08", "nir", "nir", 0.842, 10),
    ("B8A", "nir08", "nir08", 0.865, 20),
    ("B09", "nir09", "nir09", 0.945, 60),
    ("B11", "swir16", "swir16", 1.61, 20),
    ("B12", "swir22", "swir22", 2.19, 20),
)
_SINCE_1_1 = {"rededge1": "rededge071", "rededge2": "rededge075", "rededge3": "rededge078"}
TIFF = "image/tiff; application=geotiff; profile=cloud-optimized"


def square(west=3.0, south=50.0, side=1.0):
    """A polygon in degrees; its longitudes are wrapped to -180..180."""
    east, north = (west + side + 180) % 360 - 180, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def item(name, assets, *, collection="sentinel-2-l2a", time="2022-06-01T10:36:31Z", geometry=None, **more):
    properties = {"datetime": time, "eo:cloud_cover": 10.0}
    properties.update({key.replace("__", ":"): value for key, value in more.items()})
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": collection,
        "geometry": geometry or square(),
        "properties": properties,
        "links": [{"rel": "self", "href": f"https://stac.example/items/{name}"}],
        "assets": assets,
    }


def earth_search_assets(host="https://cogs.example/a"):
    """Keys by common name, TIFF and JPEG 2000 side by side, numbers described by `raster:bands`."""
    assets = {}
    for _, key, common, centre, metres in GRID:
        described = {
            "eo:bands": [{"name": key, "common_name": common, "center_wavelength": centre}],
            "raster:bands": [{"nodata": 0, "spatial_resolution": metres, "scale": 0.0001, "offset": -0.1}],
            "roles": ["data", "reflectance"],
        }
        jp2 = {**described, "href": f"s3://jp2.example/{key}.jp2", "type": "image/jp2"}
        assets[f"{key}-jp2"] = jp2
        assets[key] = {**described, "href": f"{host}/{key}.tif", "type": TIFF, "gsd": metres}
    rgb = [{"name": name, "common_name": name} for name in ("red", "green", "blue")]
    assets["visual"] = {"href": f"{host}/TCI.tif", "type": TIFF, "eo:bands": rgb, "roles": ["visual"]}
    assets["thumbnail"] = {"href": f"{host}/thumbnail.jpg", "type": "image/jpeg", "roles": ["thumbnail"]}
    assets["scl"] = {"href": f"{host}/scl.tif", "type": TIFF, "raster:bands": [{"nodata": 0}]}
    assets["scl-jp2"] = {"href": "s3://jp2.example/scl.jp2", "type": "image/jp2"}
    return assets


def planetary_computer_assets(host="https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/31"):
    """Keys by ESA's names; four bands have the common name `rededge`; nothing about scale and offset."""
    assets = {}
    for name, _, common, centre, metres in GRID:
        band = {"name": name, "center_wavelength": centre}
        if name != "B09":
            band["common_name"] = "rededge" if name == "B8A" else common
        assets[name] = {
            "href": f"{host}/{name}.tif",
            "type": TIFF,
            "roles": ["data"],
            "gsd": metres,
            "eo:bands": [band],
        }
    rgb = [{"name": name} for name in ("B04", "B03", "B02")]
    assets["visual"] = {"href": f"{host}/TCI.tif", "type": TIFF, "roles": ["data"], "eo:bands": rgb}
    assets["SCL"] = {"href": f"{host}/SCL.tif", "type": TIFF, "roles": ["data"], "gsd": 20}
    assets["AOT"] = {"href": f"{host}/AOT.tif", "type": TIFF, "roles": ["data"], "gsd": 10}
    return assets


def copernicus_assets(host="s3://eodata/31"):
    """STAC 1.1: `bands`, several resolutions of the same band, JPEG 2000 only."""
    assets = {}
    for name, key, common, centre, metres in GRID:
        for size in (60, 20, 10):
            if size >= metres:
                band = {
                    "name": name,
                    "eo:common_name": _SINCE_1_1.get(key, common),
                    "eo:center_wavelength": centre,
                }
                assets[f"{name}_{size}m"] = {
                    "href": f"{host}/{name}_{size}m.jp2",
                    "type": "image/jp2",
                    "roles": ["data", "reflectance"],
                    "gsd": size,
                    "nodata": 0,
                    "raster:scale": 0.0001,
                    "raster:offset": -0.1,
                    "bands": [band],
                }
    assets["SCL_20m"] = {"href": f"{host}/SCL_20m.jp2", "type": "image/jp2", "gsd": 20}
    assets["SCL_60m"] = {"href": f"{host}/SCL_60m.jp2", "type": "image/jp2", "gsd": 60}
    return assets


def landsat_assets(
    host="https://landsateuwest.blob.core.windows.net/landsat-c2/193", *, thematic_mapper=False
):
    if thematic_mapper:
        rows = (
            ("blue", "TM_B1", 0.49),
            ("green", "TM_B2", 0.56),
            ("red", "TM_B3", 0.66),
            ("nir08", "TM_B4", 0.83),
            ("swir16", "TM_B5", 1.65),
            ("swir22", "TM_B7", 2.22),
        )
    else:
        rows = (
            ("coastal", "OLI_B1", 0.44),
            ("blue", "OLI_B2", 0.48),
            ("green", "OLI_B3", 0.56),
            ("red", "OLI_B4", 0.65),
            ("nir08", "OLI_B5", 0.87),
            ("swir16", "OLI_B6", 1.61),
            ("swir22", "OLI_B7", 2.2),
        )
    assets = {
        key: {
            "href": f"{host}/SR_{name}.TIF",
            "type": TIFF,
            "roles": ["data", "reflectance"],
            "eo:bands": [{"name": name, "common_name": key, "center_wavelength": centre}],
            "raster:bands": [{"nodata": 0, "spatial_resolution": 30, "scale": 2.75e-05, "offset": -0.2}],
        }
        for key, name, centre in rows
    }
    assets["lwir11"] = {
        "href": f"{host}/ST_B10.TIF",
        "type": TIFF,
        "eo:bands": [{"name": "TIRS_B10", "common_name": "lwir11", "center_wavelength": 10.9}],
    }
    assets["qa_pixel"] = {"href": f"{host}/QA_PIXEL.TIF", "type": TIFF, "raster:bands": [{"nodata": 1}]}
    assets["qa_radsat"] = {"href": f"{host}/QA_RADSAT.TIF", "type": TIFF}
    return assets


def earth_search_item(name="S2A_31UFS_20220601_0_L2A", **more):
    more = {
        "platform": "sentinel-2a",
        "constellation": "sentinel-2",
        "grid__code": "MGRS-31UFS",
        "proj__epsg": 32631,
        "s2__processing_baseline": "04.00",
        "earthsearch__boa_offset_applied": True,
        **more,
    }
    return item(name, more.pop("assets", None) or earth_search_assets(), **more)


def planetary_computer_item(name="S2A_MSIL2A_20220601T103631_R008_T31UFS_20220601T200058", **more):
    more = {
        "platform": "Sentinel-2A",
        "constellation": "Sentinel 2",
        "s2__mgrs_tile": "31UFS",
        "proj__epsg": 32631,
        "s2__processing_baseline": "04.00",
        **more,
    }
    return item(name, more.pop("assets", None) or planetary_computer_assets(), **more)


def landsat_item(name="LC09_L2SP_193026_20220601_02_T1", **more):
    more = {
        "platform": "landsat-9",
        "landsat__wrs_path": "193",
        "landsat__wrs_row": "026",
        "proj__epsg": 32632,
        "collection": "landsat-c2-l2",
        **more,
    }
    return item(name, more.pop("assets", None) or landsat_assets(), **more)

"""From a STAC Item to a scene."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pystac.utils import make_absolute_href, str_to_datetime

from geodata.errors import BandsError
from geodata.imagery.stac.asset_bands import band_assets, mask_asset, usual_bands
from geodata.imagery.stac.baselines import baseline_in
from geodata.imagery.stac.outlines import centre_longitude, outline_of_item
from geodata.imagery.stac.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from geodata.imagery.stac.catalogue import Catalogue


class UnusableItemError(Exception):
    """An Item that is no scene that can be used; its text says why."""


def scene_of(item: Mapping[str, Any], href: str | None, catalogue: Catalogue, *, near: float) -> Scene:
    """The scene that an Item describes.

    Args:
        item: as the catalogue gave it.
        href: where it was read, or is published; relative hrefs of its assets start there.
        catalogue: where it comes from.
        near: longitude of the map's centre; see `Scene.solar_day`.

    Raises:
        UnusableItemError: something is missing or wrong in it.
    """
    properties: Mapping[str, Any] = item.get("properties") or {}
    try:
        time = time_of(item)
        outline = outline_of_item(item)
        platform = platform_of(properties)
        sensor = _sensor(properties, platform)
        bands = usual_bands(sensor, catalogue.bands)
        assets: Mapping[str, Mapping[str, Any]] = item.get("assets") or {}

        def absolute(asset_href: str) -> str:
            return absolute_href(asset_href, href, catalogue)

        mask = mask_asset(assets, sensor, absolute)
        if mask is None and catalogue.needs_mask:
            raise UnusableItemError("no asset is a cloud mask (SCL or QA_PIXEL)")
        return Scene(
            id=str(item["id"]),
            collection=str(item.get("collection") or ""),
            href=href,
            time=time,
            solar_day=(time + timedelta(hours=centre_longitude(outline, near) / 15.0)).date(),
            sensor=sensor,
            platform=platform,
            cloud_cover=_cloud_cover(properties),
            processing_baseline=_baseline(properties),
            boa_offset_applied=_flag(properties),
            crs=_crs(item, properties),
            outline=outline,
            bands=band_assets(assets, sensor, bands, absolute),
            mask=mask,
        )
    except BandsError as error:
        raise UnusableItemError(error.detail) from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UnusableItemError(f"its description is damaged ({error!r})") from error


def time_of(item: Mapping[str, Any]) -> datetime:
    """When it was taken, UTC.

    Raises:
        ValueError: the Item does not tell.
    """
    properties = item["properties"]
    text = properties.get("datetime") or properties.get("start_datetime")
    if not text:
        raise ValueError("datetime is missing")
    time = str_to_datetime(text)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def platform_of(properties: Mapping[str, Any]) -> str | None:
    """The satellite, spelled one way: `sentinel-2a`, `landsat-8`."""
    return plain_platform(str(properties["platform"])) if properties.get("platform") else None


def plain_platform(name: str) -> str:
    """`Sentinel-2A`, `LANDSAT_8` and the like in the spelling of `platform_of`."""
    return re.sub(r"[ _]+", "-", name.strip().lower())


def tile_of(properties: Mapping[str, Any]) -> str | None:
    """The cell of the satellite's own grid, spelled one way: `31UDS`, `193/026`."""
    if row := properties.get("landsat:wrs_row"):
        return f"{int(properties['landsat:wrs_path']):03d}/{int(row):03d}"
    text = str(properties.get("s2:mgrs_tile") or properties.get("grid:code") or "")
    return text.removeprefix("MGRS-").removeprefix("WRS2-").removeprefix("T").upper() or None


def generated(item: Mapping[str, Any]) -> str:
    """When the product was made, as text that sorts by time; empty where nobody says."""
    properties = item.get("properties") or {}
    names = ("s2:generation_time", "processing:datetime", "created", "updated")
    return next((str(properties[name]) for name in names if properties.get(name)), "")


def absolute_href(href: str, item_href: str | None, catalogue: Catalogue) -> str:
    """Absolute, and of a kind that this catalogue may point to.

    What comes over the network must not point at files of this machine.

    Args:
        href: of an asset.
        item_href: where its Item was read, or is published.
        catalogue: the Item's.

    Raises:
        BandsError: it may not be read.
    """
    absolute = make_absolute_href(href, item_href or catalogue.url)
    scheme = urlsplit(absolute).scheme
    if scheme in ("http", "https", "s3"):
        return absolute
    if catalogue.kind == "static" and "://" not in catalogue.url:
        path = url2pathname(urlsplit(absolute).path) if scheme == "file" else absolute
        if Path(path).is_absolute() and not path.startswith("/vsi"):
            return path
    raise BandsError(f"an href begins with {absolute.split('/', 1)[0] or '/'!r}; http, https and s3 are read")


def _sensor(properties: Mapping[str, Any], platform: str | None) -> str:
    if platform in ("landsat-4", "landsat-5"):  # both Thematic Mappers, with the same bands
        return "landsat-5"
    if platform in ("landsat-7", "landsat-8", "landsat-9"):
        return platform
    constellation = plain_platform(str(properties.get("constellation") or platform or ""))
    if constellation.startswith("sentinel-2"):
        return "sentinel-2"
    raise UnusableItemError(
        f"nothing is known of its satellite (platform: {properties.get('platform')}, "
        f"constellation: {properties.get('constellation')})"
    )


def _baseline(properties: Mapping[str, Any]) -> str | None:
    for name in ("s2:processing_baseline", "sentinel:processing_baseline", "processing:version"):
        if properties.get(name):
            return str(properties[name])
    return baseline_in(str(properties.get("s2:product_uri") or ""))


def _flag(properties: Mapping[str, Any]) -> bool | None:
    names = ("earthsearch:boa_offset_applied", "sentinel:boa_offset_applied")
    said = next((properties[name] for name in names if properties.get(name) is not None), None)
    return said if isinstance(said, bool) else None


def _cloud_cover(properties: Mapping[str, Any]) -> float | None:
    cover = properties.get("eo:cloud_cover")
    # The USGS writes -1 where it did not look.
    return float(cover) if isinstance(cover, int | float) and cover >= 0 else None


def _crs(item: Mapping[str, Any], properties: Mapping[str, Any]) -> str | None:
    for described in (properties, *(item.get("assets") or {}).values()):
        if described.get("proj:code"):
            return str(described["proj:code"])
        if described.get("proj:epsg"):
            return f"EPSG:{described['proj:epsg']}"
    return None

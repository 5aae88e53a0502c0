"""From a STAC Item's assets to the bands of its sensor, and to its cloud mask."""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from geodata.band_names import NO_REFLECTANCE, spelling, spellings_of
from geodata.errors import BandsError
from geodata.imagery.stac.scene import BandAsset, MaskAsset
from geodata.sensors import SENSORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from geodata.sensors import Band, Sensor

USUAL: Final[Mapping[str, str]] = {
    # Those of 60 m see the air rather than the ground, and so does Landsat's coastal band.
    "sentinel-2": "B02 B03 B04 B05 B06 B07 B08 B8A B11 B12",
    "landsat-9": "B2 B3 B4 B5 B6 B7",
    "landsat-8": "B2 B3 B4 B5 B6 B7",
    "landsat-7": "B1 B2 B3 B4 B5 B7",
    "landsat-5": "B1 B2 B3 B4 B5 B7",
}
"""The bands of each sensor that a map is made from."""

MASKS: Final = {"sentinel-2": "scl"}
"""What the cloud mask of a sensor is called; Landsat's is `qa_pixel`."""


def usual_bands(sensor: str, names: tuple[str, ...] = ()) -> tuple[Band, ...]:
    """The bands to use, in order of wavelength.

    Args:
        sensor: a key of `SENSORS`.
        names: agency's or common names; empty: the usual ones.

    Raises:
        BandsError: the sensor has no such band, or Landshot does not read it from catalogues.
    """
    if sensor not in USUAL:
        raise BandsError(f"scenes of {sensor} are not read from catalogues; those of {', '.join(USUAL)} are")
    known = spellings_of(SENSORS[sensor])
    wanted = names or tuple(USUAL[sensor].split())
    if unknown := [name for name in wanted if spelling(name) not in known]:
        raise BandsError(
            f"bands: {SENSORS[sensor].title} has no {', '.join(unknown)}; "
            f"it has {', '.join(band.name for band in SENSORS[sensor].bands)}"
        )
    return tuple(sorted({known[spelling(name)] for name in wanted}, key=lambda band: band.wavelength_nm))


def band_assets(
    assets: Mapping[str, Mapping[str, Any]],
    sensor: str,
    wanted: tuple[Band, ...],
    absolute: Callable[[str], str],
) -> tuple[BandAsset, ...]:
    """The asset of each band wanted, in the same order.

    What an asset shows is told by its common name (`eo:bands`, or `bands` since STAC 1.1) and centre
    wavelength together, then by names: Planetary Computer calls four bands `rededge`. The asset's key counts
    only where nothing else tells. Of several assets for one band the finest is taken, and a GeoTIFF before
    a JPEG 2000, whose random reads are slow.

    Args:
        assets: of the Item.
        sensor: a key of `SENSORS`.
        wanted: its bands that are needed.
        absolute: makes an href absolute, or refuses it with a BandsError.

    Raises:
        BandsError: a band is missing, or cannot be read; the message names it.
    """
    found: dict[Band, tuple[tuple[float, ...], BandAsset]] = {}
    refused = ""
    for key, asset in assets.items():
        if not _is_raster(asset):
            continue
        band = _identify(key, asset, SENSORS[sensor])
        if band is None or band not in wanted:
            continue
        described = _described(asset)
        try:
            href = absolute(str(asset["href"]))
        except BandsError as error:
            refused = f" ({error})"
            continue
        resolution = _resolution(asset, described)
        candidate = BandAsset(
            href,
            band,
            resolution,
            nodata=_number(described.get("nodata")),
            scale=_number(described.get("scale")),
            offset=_number(described.get("offset")),
        )
        rank = (*_rank(asset, href), resolution or math.inf)
        if band not in found or rank < found[band][0]:
            found[band] = rank, candidate
    if missing := [band.name for band in wanted if band not in found]:
        raise BandsError(f"no asset shows band {', '.join(missing)}{refused}")
    return tuple(found[band][1] for band in wanted)


def mask_asset(
    assets: Mapping[str, Mapping[str, Any]], sensor: str, absolute: Callable[[str], str]
) -> MaskAsset | None:
    """The asset that says what is cloud; None where there is none."""
    kind = MASKS.get(sensor, "qa_pixel")
    candidates = []
    for key, asset in assets.items():
        names = {spelling(str(name)) for name in (key, _described(asset).get("name")) if name}
        if kind not in names or not _is_raster(asset):
            continue
        try:
            href = absolute(str(asset["href"]))
        except BandsError:
            continue
        resolution = _resolution(asset, _described(asset))
        candidates.append(((*_rank(asset, href), resolution or math.inf), href))
    if not candidates:
        return None
    return MaskAsset(min(candidates)[1], "scl" if kind == "scl" else "qa_pixel")


_NEAR_NM = 30.0  # agencies, satellites and catalogues give centres that differ by this much


def _identify(key: str, asset: Mapping[str, Any], sensor: Sensor) -> Band | None:
    described = _described(asset)
    if spelling(key) in NO_REFLECTANCE or len(_lists(asset)) > 1:
        return None
    candidates = _by_common_name(described, sensor)
    near = _by_wavelength(described, sensor)
    if near and (not candidates or near & candidates):
        candidates = (candidates & near) if candidates else near
    if len(candidates) == 1:
        return next(iter(candidates))
    known = spellings_of(sensor)
    for name in (described.get("name"), described.get("description"), key):
        band = known.get(spelling(str(name))) if name else None
        if band is not None and (not candidates or band in candidates):
            return band
    return None


def _by_common_name(described: Mapping[str, Any], sensor: Sensor) -> set[Band]:
    name = str(described.get("common_name") or "").lower()
    if name == "rededge":  # before STAC 1.1, for all four of Sentinel-2
        return {band for band in sensor.bands if band.common_name.startswith("rededge")} | {
            band for band in sensor.bands if band.name == "B8A"
        }
    return {band for band in sensor.bands if name and band.common_name == spelling(name)}


def _by_wavelength(described: Mapping[str, Any], sensor: Sensor) -> set[Band]:
    centre = _number(described.get("center_wavelength"))
    if centre is None:
        return set()
    nanometres = centre * 1000 if centre < 100 else centre  # micrometres, as STAC has it; some write nm
    nearest = min(sensor.bands, key=lambda band: abs(band.wavelength_nm - nanometres))
    return {nearest} if abs(nearest.wavelength_nm - nanometres) <= _NEAR_NM else set()


def _lists(asset: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Descriptions of the asset's bands, those of STAC 1.0 and 1.1 put together."""
    lists = [asset.get(name) or [] for name in ("bands", "eo:bands", "raster:bands")]
    count = max(map(len, lists))
    return [{k: v for one in lists if i < len(one) for k, v in one[i].items()} for i in range(count)]


def _described(asset: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a single band, whether in a list or on the asset; prefixes of extensions left out."""
    said = {**asset, **next(iter(_lists(asset)), {})}
    plain = {name.partition(":")[2]: said[name] for name in said if name.startswith(("eo:", "raster:"))}
    kept = ("name", "common_name", "center_wavelength", "description", "nodata", "scale", "offset")
    return {**{name: said[name] for name in kept if name in said}, **plain}


def _resolution(asset: Mapping[str, Any], described: Mapping[str, Any]) -> float | None:
    step = abs(_number(next(iter(asset.get("proj:transform") or ()), None)) or 0.0)
    numbers = (
        _number(described.get("spatial_resolution")),
        step if 1.0 <= step <= 1000.0 else None,  # neither degrees nor, in GDAL's order, an easting
        _number(asset.get("gsd")),
    )
    return next((number for number in numbers if number), None)


_RASTERS = {".tif": 0, ".tiff": 0, ".jp2": 1}


def _suffix(asset: Mapping[str, Any]) -> str:
    return PurePosixPath(urlsplit(str(asset.get("href", ""))).path).suffix.lower()


def _is_raster(asset: Mapping[str, Any]) -> bool:
    roles = set(asset.get("roles") or ())
    if not asset.get("href") or roles & {"thumbnail", "overview", "visual", "metadata"}:
        return False
    kind = str(asset.get("type") or "").lower()
    return _suffix(asset) in _RASTERS or (not _suffix(asset) and "geotiff" in kind)


def _rank(asset: Mapping[str, Any], href: str) -> Iterator[float]:
    """Less is better."""
    yield _RASTERS.get(_suffix(asset), 0)
    yield href.startswith("s3:")


def _number(value: object) -> float | None:
    """Catalogues write numbers as text, too: `"nan"`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None

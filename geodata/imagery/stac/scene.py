"""One satellite scene as a catalogue describes it: where its bands lie, and what its numbers mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    from shapely.geometry.base import BaseGeometry

    from geodata.sensors import Band


@dataclass(frozen=True, slots=True)
class BandAsset:
    """One band of reflectance."""

    href: str
    """Absolute, as published: not signed."""

    band: Band

    resolution_m: float | None
    """Pixel size, where the catalogue tells."""

    nodata: float | None
    """Stored number that means nothing, where the catalogue tells."""

    scale: float | None
    """What the catalogue says of reflectance = scale * stored + offset; `radiometry` judges whether it is true."""

    offset: float | None


@dataclass(frozen=True, slots=True)
class MaskAsset:
    """The band that says what is cloud."""

    href: str
    kind: Literal["scl", "qa_pixel"]


@dataclass(frozen=True, slots=True)
class Scene:
    """One STAC Item, of one sensor."""

    id: str
    collection: str
    href: str | None
    """Of the Item itself, for `derived_from`."""

    time: datetime
    """UTC."""

    solar_day: date
    """The local day by the sun at the scene's centre: what belongs to one overpass has one."""

    sensor: str
    """A key of `geodata.sensors.SENSORS`."""

    platform: str | None
    cloud_cover: float | None
    """Per cent of the whole scene, where the catalogue tells."""

    processing_baseline: str | None
    """Of Sentinel-2, such as `05.09`."""

    boa_offset_applied: bool | None
    """`earthsearch:boa_offset_applied`: whether -1000 is already in the numbers; None where nobody says."""

    crs: str | None
    """Of its pixels, such as `EPSG:32631`, where the catalogue tells."""

    outline: BaseGeometry
    """In longitude and latitude; over the antimeridian in two parts."""

    bands: tuple[BandAsset, ...]
    """In order of wavelength, the sensor's usual ones."""

    mask: MaskAsset | None

"""ESA WorldCover 2021: where its tiles are, and what its classes are called."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from geodata.errors import BandsError, RegionError
from geodata.grid import BoundingBox
from geodata.imagery.stac.catalogue import Catalogue
from geodata.imagery.stac.documents import documents
from geodata.imagery.stac.items import absolute_href
from geodata.imagery.stac.period import Period
from geodata.palettes import WORLDCOVER
from geodata.regions.errors import TrainingRegionsError

if TYPE_CHECKING:
    from collections.abc import Mapping

PLANETARY_COMPUTER: Final = Catalogue(
    name="planetary-computer-esa-worldcover",
    url="https://planetarycomputer.microsoft.com/api/stac/v1",
    collections=("esa-worldcover",),
    kind="api",
    offset_rule="metadata",
    sign="planetary-computer",
)
"""Where WorldCover is read, unless the user names another catalogue with the same layout."""

VERSION: Final = "2.0.0"
"""Of the product, `esa_worldcover:product_version`: the map of 2021. That of 2020 was made by another algorithm."""

NODATA: Final = 0

CLASSES: Final[Mapping[int, str]] = MappingProxyType(
    {value: title.lower() for value, _, title, _ in WORLDCOVER}
)
"""Names by value; as `geodata.legend` knows them."""

LICENCE: Final = "CC-BY-4.0"

CREDIT: Final = (
    "© ESA WorldCover project / Contains modified Copernicus Sentinel data (2021) processed by ESA "
    "WorldCover consortium"
)

_YEAR = Period(date(2021, 1, 1), date(2021, 12, 31))
_WORLD = BoundingBox(-180, -90, 180, 90)
_MOST_TILES = 20_000  # there are 2,651 of each version


@dataclass(frozen=True, slots=True)
class LabelTile:
    """One file of the map, 3 x 3 degrees in the real one."""

    name: str
    """Letters, digits and hyphens, such as `N48E006`: it becomes a part of file names."""

    href: str
    """As published: not signed."""

    bbox: BoundingBox


def label_tiles(catalogue: Catalogue) -> tuple[LabelTile, ...]:
    """All tiles of the map of 2021, by name: they exist only where there is land.

    Raises:
        TrainingRegionsError: there is none.
        CatalogueError: the catalogue cannot be reached, or answers what cannot be understood.
    """
    everything = replace(catalogue, max_scenes=_MOST_TILES)
    tiles: dict[str, LabelTile] = {}
    for item, href in sorted(
        documents(everything, _WORLD, _YEAR, cloudy=True), key=lambda found: str(found.item.get("id"))
    ):
        tile = _tile_of(item, href, catalogue)
        if tile is not None:
            tiles.setdefault(tile.name, tile)
    if not tiles:
        raise TrainingRegionsError(
            f"{catalogue.name} has no map of ESA WorldCover 2021: no Item of it has an asset `map` and "
            f"`esa_worldcover:product_version` {VERSION}; name another source with --worldcover"
        )
    return tuple(tiles[name] for name in sorted(tiles))


def _tile_of(item: Mapping[str, Any], href: str | None, catalogue: Catalogue) -> LabelTile | None:
    """None where an Item is something else, or damaged."""
    try:
        if item["properties"].get("esa_worldcover:product_version") != VERSION:
            return None
        west, south, east, north = item["bbox"]
        return LabelTile(
            _name(str(item["id"])),
            absolute_href(str(item["assets"]["map"]["href"]), href, catalogue),
            BoundingBox(west, south, east, north),
        )
    except (KeyError, TypeError, ValueError, AttributeError, BandsError, RegionError):
        return None


def _name(item_id: str) -> str:
    """`ESA_WorldCover_10m_2021_v200_N48E006` -> `N48E006`; whatever else it is, no path."""
    return re.sub(r"[^A-Za-z0-9]+", "-", re.sub(r"^ESA_WorldCover_10m_2021_v200_", "", item_id)).strip("-")

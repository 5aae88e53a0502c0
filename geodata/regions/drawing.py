"""Drawing regions over the land, so many in each stratum, from overviews of WorldCover."""

from __future__ import annotations

import math
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from geodata.regions.allotment import allot
from geodata.regions.cells import Cell, counts_in, random_cells
from geodata.regions.errors import TrainingRegionsError
from geodata.regions.strata import stratum_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geodata.imagery.stac.reading import NativePart
    from geodata.regions.worldcover import LabelTile

TILES_A_REGION: Final = 3
"""So many tiles are looked at for each region, and at least `LEAST_TILES`: a third of the world for 300."""

LEAST_TILES: Final = 60

CELLS_A_TILE: Final = 64
"""Places that are considered in each tile."""

MOST_COUNT: Final = 5000


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """What is to be drawn."""

    count: int
    """Regions."""

    seed: int

    size_km: float
    """Side of a region."""

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("count", self.count, 1, MOST_COUNT),
            ("seed", self.seed, 0, 2**32 - 1),
            ("size-km", self.size_km, 1, 20),
        ):
            if not least <= value <= most:
                raise TrainingRegionsError(f"{name} is {value:g}; give {least:g} to {most:g}")

    @property
    def coarsest_m(self) -> float:
        """Pixels of the overviews to draw from: an eighth of a region, but not smaller than anyone needs."""
        return max(300.0, 125.0 * self.size_km)


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn, with spares."""

    places: Mapping[str, int]
    """Stratum -> how many regions it gets, at least one."""

    queues: Mapping[str, tuple[Cell, ...]]
    """Stratum -> its places in the order in which they are taken; what makes no region is passed over."""

    shares: Mapping[str, float]
    """Stratum -> share of the land that has room for regions, judged by the places considered."""

    tiles: int
    """Of the map."""

    looked_at: int
    """Tiles of them."""

    def order(self) -> list[str]:
        """The stratum of each region, mixed so that the first regions are a fair sample of all."""
        turns = [
            ((turn + 0.5) / places, name) for name, places in self.places.items() for turn in range(places)
        ]
        return [name for _, name in sorted(turns)]

    @property
    def chosen(self) -> list[tuple[str, Cell]]:
        """Stratum and place of each region, before any is found to be unsuitable."""
        queues = {name: iter(cells) for name, cells in self.queues.items()}
        return [(name, next(queues[name])) for name in self.order()]

    def to_json(self) -> dict[str, Any]:
        """As `from_json` takes it."""
        return {
            "tiles": self.tiles,
            "looked_at": self.looked_at,
            "strata": {
                name: {
                    "places": self.places[name],
                    "share": round(self.shares[name], 6),
                    "queue": [cell.to_json() for cell in self.queues[name]],
                }
                for name in sorted(self.places)
            },
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Draw:
        """What `to_json` made."""
        strata = document["strata"]
        return cls(
            places={name: said["places"] for name, said in strata.items()},
            queues={
                name: tuple(Cell.from_json(cell) for cell in said["queue"]) for name, said in strata.items()
            },
            shares={name: said["share"] for name, said in strata.items()},
            tiles=document["tiles"],
            looked_at=document["looked_at"],
        )


def tiles_to_look_at(tiles: Sequence[LabelTile], settings: DrawSettings) -> list[LabelTile]:
    """Some tiles, drawn in proportion to their area on the ground; by name.

    Whether one is drawn before another depends on these two and the seed only.
    """
    most = max(LEAST_TILES, TILES_A_REGION * settings.count)
    # The largest of u ** (1 / area): without replacement, weighted (Efraimidis and Spirakis 2006).
    drawn = sorted(tiles, key=lambda tile: (-_log_key(tile, settings.seed), tile.name))[:most]
    return sorted(drawn, key=lambda tile: tile.name)


class Candidate(NamedTuple):
    """A place that would make a region."""

    stratum: str
    turn: int
    """How many of its tile come before it in the stratum."""
    key: float
    """Random."""
    cell: Cell


def candidates(tile: LabelTile, part: NativePart, settings: DrawSettings) -> list[Candidate]:
    """Some places of a tile, at random, without those that make no region.

    Args:
        tile: where.
        part: an overview of it.
        settings: of the draw.
    """
    found: list[Candidate] = []
    taken: Counter[str] = Counter()
    for key, cell in random_cells(tile, settings.size_km, most=CELLS_A_TILE, seed=settings.seed):
        stratum = stratum_of(cell.latitude, counts_in(part, cell.bbox))
        if stratum is not None:
            found.append(Candidate(stratum, taken[stratum], key, cell))
            taken[stratum] += 1
    return found


def draw(settings: DrawSettings, tiles: int, looks: Iterable[Sequence[Candidate]]) -> Draw:
    """Draw regions.

    Args:
        settings: how many, how large.
        tiles: how many the map has.
        looks: what `candidates` found in each of `tiles_to_look_at`.

    Raises:
        TrainingRegionsError: the land has no room for so many.
    """
    found: dict[str, list[Candidate]] = defaultdict(list)
    looked_at = 0
    for looked_at, of_tile in enumerate(looks, start=1):  # noqa: B007 - used after the loop
        for candidate in of_tile:
            found[candidate.stratum].append(candidate)
    available = {name: len(cells) for name, cells in found.items()}
    whole = sum(available.values())
    if whole < settings.count:
        raise TrainingRegionsError(
            f"there is room for {whole} regions of {settings.size_km:g} km in the {looked_at} tiles that were "
            f"looked at, and {settings.count} are asked for; give a smaller --count or --size-km"
        )
    places = {name: count for name, count in allot(settings.count, available).items() if count}
    return Draw(
        places=dict(sorted(places.items())),
        queues={
            name: tuple(
                one.cell for one in sorted(found[name], key=lambda one: (one.turn, one.key, one.cell.name))
            )[: _with_spares(count)]
            for name, count in sorted(places.items())
        },
        shares={name: available[name] / whole for name in sorted(places)},
        tiles=tiles,
        looked_at=looked_at,
    )


def _with_spares(places: int) -> int:
    return 5 * places + 10


def _log_key(tile: LabelTile, seed: int) -> float:
    box = tile.bbox
    area = box.width * abs(math.sin(math.radians(box.north)) - math.sin(math.radians(box.south)))
    chance = np.random.default_rng([seed, 0, zlib.crc32(tile.name.encode())]).random()
    return math.log(chance or 1e-300) / max(area, 1e-12)

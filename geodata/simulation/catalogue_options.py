"""What a simulated catalogue is asked to hold."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, get_args

Publisher = Literal["earth-search", "earth-search-c1", "planetary-computer", "landsat"]
Layout = Literal["one tile", "two tiles", "two zones"]
Hold = Literal["period", "season", "month", "day"]


@dataclass(frozen=True, slots=True)
class CatalogueOptions:
    """A catalogue of scenes over a square of endless land; the same options give the same files."""

    publisher: Publisher = "earth-search"
    """Whose names and radiometry: Earth Search's two Sentinel-2 collections, Planetary Computer's, its Landsat's."""

    seed: int = 0
    """Land and weather follow from it, and from nothing else: publishers show the same."""

    size_km: float = 2.0
    """Side of the square; rounded up to whole pixels of all bands."""

    centre: tuple[float, float] = (-9.0, 50.0)
    """Longitude and latitude near the middle: in the Atlantic, nobody's land."""

    start: date = date(2025, 6, 1)

    end: date = date(2025, 8, 31)

    every: int = 5
    """Days from one overpass to the next."""

    dates: tuple[date, ...] = ()
    """Days of the overpasses, instead of `start`, `end` and `every`."""

    orbits: int = 2
    """Two take turns, and each sees a part of the square; one sees all of it."""

    overlap: float = 0.4
    """Share of the square that both orbits see."""

    layout: Layout = "one tile"
    """How an overpass is cut into scenes: one, two of one UTM zone that overlap, or one each side of the border
    between two zones, to which the centre is then moved."""

    cloud_shares: tuple[float, ...] | None = None
    """Share of the square under cloud, overpass by overpass, over and over; None draws clear and dull days."""

    veil_shares: tuple[float, ...] | None = None
    """The same of cirrus."""

    noise: float = 0.004
    """Standard deviation of the sensor's noise, in reflectance, all bands and pixels."""

    hold: Hold = "month"
    """How long the land stays as it is: a composite over that long, or less, has one truth."""

    baselines: tuple[str, ...] = ("05.11",)
    """Processing baselines of Sentinel-2, in turn; stored numbers are shifted by 1000 from 04.00 on."""

    reprocessed: bool = False
    """Whether the first overpass is also there as processed long ago."""

    contradicted: bool = False
    """Whether Earth Search's flag denies that numbers were shifted back, as some real items do."""

    bands_of_stac_1_1: bool = False
    """Whether bands are described as STAC 1.1 has it (`bands`), instead of `eo:bands` and `raster:bands`."""

    all_bands: bool = False
    """Whether Sentinel-2's two 60 m bands are there too."""

    def __post_init__(self) -> None:
        for name, known in (("publisher", Publisher), ("layout", Layout), ("hold", Hold)):
            if getattr(self, name) not in get_args(known):
                raise ValueError(
                    f"{name} is one of {', '.join(get_args(known))}, not {getattr(self, name)!r}"
                )
        if reasons := [reason for wrong, reason in self._faults() if wrong]:
            raise ValueError("; ".join(reasons))

    def _faults(self) -> tuple[tuple[bool, str], ...]:
        lon, lat = self.centre
        first = min(self.baselines, default="")
        return (
            (
                abs(lon) > 180 or abs(lat) > 80,
                f"centre is {self.centre}; give degrees within UTM (up to 80 north)",
            ),
            (not 0.5 <= self.size_km <= 300, f"size_km is {self.size_km:g}; give 0.5 to 300 km"),
            (self.orbits not in {1, 2}, f"orbits is {self.orbits}; there are one or two orbits"),
            (not 0 <= self.overlap <= 1, f"overlap is {self.overlap:g}; give a share, 0..1"),
            (
                self.end < self.start or self.every < 1,
                f"no overpass from {self.start} on, every {self.every} days",
            ),
            (not 0 <= self.noise <= 0.1, f"noise is {self.noise:g}; give a reflectance, 0..0.1"),
            (
                () in (self.baselines, self.cloud_shares, self.veil_shares),
                "baselines and shares need one entry",
            ),
            (
                self.publisher == "earth-search-c1" and first < "05.00",
                f"Sentinel-2's Collection 1 has no processing baseline {first}, only 05.00 and later",
            ),
            (
                self.publisher == "landsat" and self.reprocessed,
                "only scenes of Sentinel-2 can be there in two versions",
            ),
        )

    @property
    def overpasses(self) -> tuple[date, ...]:
        """Local days, in order."""
        if self.dates:
            return tuple(sorted(self.dates))
        days = range(0, (self.end - self.start).days + 1, self.every)
        return tuple(self.start + timedelta(day) for day in days)

    @property
    def without_weather(self) -> CatalogueOptions:
        """The same without clouds and noise: what it shows is the truth, and read like any other catalogue."""
        return replace(self, cloud_shares=(0.0,), veil_shares=(0.0,), noise=0.0)

    def shown_on(self, day: date) -> int:
        """Day of the year whose land is shown on `day`."""
        if self.hold == "month":
            day = day.replace(day=15)
        elif self.hold == "season":  # of meteorologists: December to February, ...
            day = day.replace(month=(1, 4, 7, 10)[day.month % 12 // 3], day=15)
        elif self.hold == "period":
            first, last = self.overpasses[0], self.overpasses[-1]
            day = first + (last - first) // 2
        return day.timetuple().tm_yday

    def to_json(self) -> dict[str, Any]:
        """As `from_json` takes it."""
        document = asdict(self)
        for name in ("start", "end"):
            document[name] = document[name].isoformat()
        return document | {"dates": [day.isoformat() for day in self.dates]}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> CatalogueOptions:
        """What `to_json` wrote."""
        given = dict(document)
        for name in ("start", "end"):
            given[name] = date.fromisoformat(given[name])
        given["dates"] = tuple(date.fromisoformat(day) for day in given["dates"])
        for name in ("centre", "baselines", "cloud_shares", "veil_shares"):
            given[name] = tuple(given[name]) if given[name] is not None else None
        return cls(**given)

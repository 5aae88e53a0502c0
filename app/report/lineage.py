"""What a map was made from, out of its STAC Item, and whom to thank for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

from geodata.imagery.stac.period import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_SCENES: Final = 400
"""Listed one by one; the Item has all."""

_FAMILIES: Final = ("sentinel-2", "landsat")

_NOT_KNOWN: Final = "9999"
"""Begins the end of a period that nobody knows."""


@dataclass(frozen=True, slots=True)
class MapLineage:
    """Of one map."""

    item: Mapping[str, Any]

    @property
    def imagery(self) -> str:
        """What users call it."""
        return str(self.item["properties"].get("landshot:imagery", "unknown imagery"))

    @property
    def dates(self) -> tuple[date, date] | None:
        """First and last day of the imagery; None where they are not known."""
        said = self.item["properties"]
        first, last = said.get("start_datetime"), said.get("end_datetime")
        if day := said.get("datetime"):
            first = last = day
        if not first or not last or last.startswith(_NOT_KNOWN):
            return None
        return date.fromisoformat(first[:10]), date.fromisoformat(last[:10])

    @property
    def when(self) -> str:
        """The dates as text."""
        if self.dates is None:
            return "date not known"
        first, last = self.dates
        return f"{first}" if first == last else f"{first} to {last}"

    @property
    def title(self) -> str:
        """Imagery, and its dates where they are known."""
        return self.imagery if self.dates is None else f"{self.imagery}, {self.when}"

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """In the order of the Item; of a catalogue only."""
        return tuple(Scene.of(said) for said in self.item["properties"].get("landshot:scenes", ()))

    @property
    def scaling(self) -> str:
        """How stored numbers became reflectance; empty where it is not said."""
        return str(self.item["properties"].get("landshot:scaling") or "")

    @property
    def notes(self) -> Sequence[str]:
        """What a user should know of the map."""
        found: Sequence[str] = self.item["properties"].get("landshot:notes", ())
        return found

    @property
    def model(self) -> Mapping[str, Any]:
        """The initialization's name, hash and how it was adapted."""
        found: Mapping[str, Any] = self.item["properties"].get("landshot:model", {})
        return found

    @property
    def software(self) -> str:
        """The release of Landshot that made the map."""
        return str(self.item["properties"].get("processing:software", {}).get("landshot", "unknown"))

    @property
    def credits(self) -> tuple[Credit, ...]:
        """Whom the imagery is owed to, as far as its scenes say what took them."""
        if self.item["properties"].get("landshot:simulated"):
            return (Credit("Simulated by Landshot; it shows no place on Earth.", "none needed"),)
        platforms = {scene.platform.lower().replace("_", "-") for scene in self.scenes}
        families = [name for name in _FAMILIES if any(each.startswith(name) for each in platforms)]
        if not families or self.dates is None:
            return ()
        return tuple(Credit.of(self.imagery, name, self.dates) for name in families)


@dataclass(frozen=True, slots=True)
class Scene:
    """One of the scenes behind a map."""

    id: str
    href: str
    """Of its Item; empty where the public cannot get at it."""

    day: str
    platform: str
    clear_share: float | None
    """Of the region, 0..1."""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """From the Item of a map, where a catalogue's words stand."""
        href = str(said.get("href") or "")
        return cls(
            id=str(said["id"]),
            href=href if href.startswith(("http://", "https://")) else "",
            day=str(said.get("datetime") or "")[:10],
            platform=str(said.get("platform") or ""),
            clear_share=said.get("clear_share"),
        )


@dataclass(frozen=True, slots=True)
class Credit:
    """Of imagery."""

    text: str
    licence: str

    @classmethod
    def of(cls, source: str, family: str, dates: tuple[date, date]) -> Self:
        """Of all scenes of one family of satellites."""
        # Late: it brings along what reads catalogues.
        from geodata.regions.credits import of_imagery  # noqa: PLC0415

        said = of_imagery(source, [family], Period(*dates))
        return cls(f"{said['credit']}.", said["licence"])

"""What a map's STAC Item says of the imagery behind it; nothing in it leads into the server's disk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geodata.errors import Fault, LandshotError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

MOST_NAMED = 5
"""Scenes that a note names; the Item has all."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Parts of an Item."""

    properties: Mapping[str, Any] = field(default_factory=dict)

    links: tuple[Mapping[str, Any], ...] = ()
    """One `derived_from` for each scene that the public can get at."""

    notes: tuple[str, ...] = ()
    """What a user should know of it at once."""

    period: tuple[date, date] | None = None
    """First and last day, where the imagery is of several."""


NO_LINEAGE = Lineage()
"""Of imagery that is one file: its name is all there is to say."""


def lineage_of_scenes(
    said: Mapping[str, Any], period: tuple[date, date], *, folder: Path | None = None
) -> Lineage:
    """From what a catalogue's imagery says of itself.

    Args:
        said: `StacImagery.lineage()`.
        period: that was asked for.
        folder: of a static catalogue on this machine, whose paths are nobody's business.
    """
    scenes = [_public(scene, folder) for scene in said["scenes"]]
    left_out = [_public(scene, folder) for scene in said["left_out"]]
    links = tuple(
        {"rel": "derived_from", "href": scene["href"], "type": "application/geo+json", "title": scene["id"]}
        for scene in scenes
        if "href" in scene
    )
    properties = {
        "landshot:scenes": scenes,
        "landshot:left_out": left_out,
        "landshot:steps": said["steps"],
        "landshot:steps_without_imagery": said["steps_without_imagery"],
        "landshot:statistic": said["statistic"],
    }
    return Lineage(properties, links, _notes(said), period)


def public_error(error: LandshotError, folder: Path | None) -> None:
    """Take paths of this machine and tokens out of what an error says."""
    error.detail = public_text(error.detail, folder)
    error.faults = tuple(Fault(fault.where, public_text(fault.reason, folder)) for fault in error.faults)
    error.args = (error.detail,)


def public_text(text: str, folder: Path | None) -> str:
    """A sentence without the folder of a local catalogue, and without the queries of addresses: they are signatures."""
    text = re.sub(r"(?:/vsicurl/)?(https?://[^\s'\"?]+)\?[^\s'\",;)]*", r"\1", text)
    return text if folder is None else text.replace(f"{folder}/", "").replace(str(folder), "the catalogue")


def _public(scene: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """Without an address that only this machine knows, and without members that are not known."""
    href = scene.get("href") or ""
    kept = {
        name: public_text(value, folder) if isinstance(value, str) else value
        for name, value in scene.items()
        if name != "href" and value is not None
    }
    return kept | ({"href": href} if href.startswith(("http://", "https://")) else {})


def _notes(said: Mapping[str, Any]) -> tuple[str, ...]:
    notes = list(said["warnings"])
    if failed := [scene["id"] for scene in said["left_out"] if scene.get("failed")]:
        named = ", ".join(failed[:MOST_NAMED]) + (" and others" if len(failed) > MOST_NAMED else "")
        count = f"{len(failed)} scenes" if len(failed) > 1 else "One scene"
        notes.append(f"{count} could not be read and {'are' if len(failed) > 1 else 'is'} left out: {named}.")
    if absent := said["steps_without_imagery"]:
        named = ", ".join(f"{first} to {last}" for first, last in absent[:MOST_NAMED])
        more = f" and {len(absent) - MOST_NAMED} more" if len(absent) > MOST_NAMED else ""
        notes.append(f"No scene shows anything clear in {named}{more}; the map is made without.")
    return tuple(notes)

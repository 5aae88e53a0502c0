"""Which catalogues training regions are built from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.sources.named import UnknownImageryError, named_source
from app.sources.stac import StacSource
from geodata.regions.errors import TrainingRegionsError
from geodata.regions.worldcover import PLANETARY_COMPUTER

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.session import ReadingSettings


def imagery_and_labels(
    source: str, worldcover: str, sources: Path | None
) -> tuple[Catalogue, Catalogue, ReadingSettings]:
    """The catalogue of the imagery, that of WorldCover, and how much to read at a time.

    Args:
        source: as `--imagery` of other commands, but no single image.
        worldcover: the same; without a catalogue of that name the preset that is called so.
        sources: the file of sources.

    Raises:
        TrainingRegionsError: a name means no catalogue.
        SettingsError: the file of sources is not one.
    """
    imagery = _catalogue("--source", source, sources)
    try:
        labels = _catalogue("--worldcover", worldcover, sources).catalogue
    except TrainingRegionsError:
        if worldcover != PLANETARY_COMPUTER.name:
            raise
        labels = PLANETARY_COMPUTER
    return imagery.catalogue, labels, imagery.settings()


def _catalogue(option: str, name: str, sources: Path | None) -> StacSource:
    try:
        found = named_source(name, sources=sources, settings={}, how={})
    except UnknownImageryError as error:
        raise TrainingRegionsError(f"{option}: {error.detail.removeprefix('--imagery: ')}") from None
    if not isinstance(found, StacSource):
        raise TrainingRegionsError(
            f"{option}: {name} is one image; regions all over the world need a catalogue"
        )
    return found

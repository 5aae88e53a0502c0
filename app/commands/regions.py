"""`landshot regions`: labelled regions of the real world to meta-train on."""

from __future__ import annotations

import sys
from datetime import datetime  # noqa: TC003 - the type of an option's value
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.progress import BarProgress, LineProgress, Stage, duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.progress import Progress
    from geodata.regions.building import Outcome
    from geodata.regions.drawing import Draw
    from geodata.regions.folder import RegionFolder
    from geodata.regions.settings import RegionSettings

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_INCOMPLETE = 1


@click.group()
def regions() -> None:
    """Labelled regions of the real world to meta-train on."""


@regions.command()
@click.option("--count", type=int, default=300, show_default=True, help="Regions.")
@click.option("--seed", type=int, default=0, show_default=True, help="Where they lie follows from it.")
@click.option(
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the task files; what an earlier run has left in it is gone on with.",
)
@click.option(
    "--sources",
    envvar="LANDSHOT_SOURCES",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file of sources, a table for each name.",
)
@click.option(
    "--source",
    metavar="NAME",
    default="earth-search-sentinel-2-l2a",
    show_default=True,
    help="Catalogue of the imagery: a name in --sources, a preset, or catalog.json.",
)
@click.option(
    "--worldcover",
    metavar="NAME",
    default="planetary-computer-esa-worldcover",
    show_default=True,
    help="Catalogue of ESA WorldCover 2021: a name in --sources, or catalog.json.",
)
@click.option("--size-km", type=float, default=5.0, show_default=True, help="Side of a region.")
@click.option(
    "--start",
    type=_DAY,
    metavar="YYYY-MM-DD",
    default="2020-12-01",
    help="First day of the imagery.  [2020-12-01]",
)
@click.option(
    "--end", type=_DAY, metavar="YYYY-MM-DD", default="2021-11-30", help="Last day, inclusive.  [2021-11-30]"
)
@click.option(
    "--steps",
    type=click.Choice(["month", "season", "all"]),
    default="season",
    show_default=True,
    help="How the period is cut into dates.",
)
@click.option(
    "--days-per-step", type=int, default=3, show_default=True, help="Days composited for each date."
)
@click.option("--pixels", type=int, default=2000, show_default=True, help="Pixels of a region.")
@click.option("--dry-run", is_flag=True, help="Only draw; print the boxes and what they would download.")
@click.option("--quiet", is_flag=True, help="Plain lines instead of a progress bar.")
def build(
    *,
    count: int,
    seed: int,
    output: Path,
    sources: Path | None,
    source: str,
    worldcover: str,
    size_km: float,
    start: datetime,
    end: datetime,
    dry_run: bool,
    quiet: bool,
    **how: Any,  # noqa: ANN401 - fields of `RegionSettings`
) -> None:
    """Draw regions over the world's land, and write a task file of each.

    Imagery comes from a catalogue, labels from ESA WorldCover 2021. The files are for `landshot meta-train --tasks`
    and `landshot evaluate --tasks`. Repeating the same command goes on where the last one stopped.
    """
    from app.region_sources import imagery_and_labels  # noqa: PLC0415 - heavy from here on
    from geodata.imagery.stac.period import Period  # noqa: PLC0415
    from geodata.regions.building import build_regions, draw_regions  # noqa: PLC0415
    from geodata.regions.drawing import DrawSettings  # noqa: PLC0415
    from geodata.regions.folder import RegionFolder  # noqa: PLC0415
    from geodata.regions.settings import RegionSettings  # noqa: PLC0415

    drawn = DrawSettings(count=count, seed=seed, size_km=size_km)
    imagery, labels, reading = imagery_and_labels(source, worldcover, sources)
    settings = RegionSettings(drawn, imagery, labels, Period(start.date(), end.date()), **how)
    folder = RegionFolder(output, settings)
    told = _Told(quiet=quiet)
    try:
        if dry_run:
            found = folder.draw() or draw_regions(settings, told, reading=reading)
        else:
            outcome = build_regions(settings, folder, told, reading=reading)
    finally:
        told.close()
    for line in _of_draw(settings, found, folder) if dry_run else _of_outcome(settings, outcome, folder):
        click.echo(line)
    if not dry_run and outcome.missing:
        sys.exit(_INCOMPLETE)


class _Told:
    """A `geodata.regions.building.Report` on the terminal."""

    def __init__(self, *, quiet: bool) -> None:
        plain = quiet or not sys.stderr.isatty()
        self._progress: Progress = (
            LineProgress(lambda line: click.echo(line, err=True)) if plain else BarProgress(sys.stderr)
        )
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int, note: str = "") -> None:
        if stage != self._stage:
            self._stage = stage
            self._progress.begin([Stage(stage, 1.0)])
        self._progress.advance(stage, done, total, note)

    def close(self) -> None:
        self._progress.close()


def _of_draw(settings: RegionSettings, found: Draw, folder: RegionFolder) -> Iterator[str]:
    """What would be built, and what that would take."""
    from geodata.regions.estimate import estimate_download  # noqa: PLC0415 - loaded by now

    drawn = settings.drawn
    yield (
        f"{drawn.count} regions of {drawn.size_km:g} x {drawn.size_km:g} km in {len(found.places)} strata; "
        f"{found.looked_at:,} of {found.tiles:,} tiles of the map were looked at"
    )
    yield f"  {'stratum':<28} regions   of the land"
    for name, places in sorted(found.places.items()):
        yield f"  {name:<28} {places:>7}   {100 * found.shares[name]:>9.1f} %"
    yield f"  {'stratum':<28} west, south, east, north"
    for name, cell in found.chosen:
        box = cell.bbox
        yield f"  {name:<28} {box.west:.5f}, {box.south:.5f}, {box.east:.5f}, {box.north:.5f}"
    left = max(0, drawn.count - folder.built)
    size, seconds = estimate_download(
        settings.catalogue,
        size_km=drawn.size_km,
        regions=left,
        steps=len(settings.cut),
        days_per_step=settings.days_per_step,
    )
    if folder.built:
        yield f"{folder.built} of them are built already"
    yield (
        f"to download: about {size / 1e9:,.1f} GB ({left} regions, {len(settings.cut)} dates of "
        f"{settings.days_per_step} days each), {duration(seconds)} at 20 MB/s"
    )
    yield "nothing was written"


def _of_outcome(settings: RegionSettings, outcome: Outcome, folder: RegionFolder) -> Iterator[str]:
    """What was built, of what, and what to do with it."""
    pixels: dict[str, int] = {}
    for region in folder.regions:
        for name, number in region["pixels"].items():
            pixels[name] = pixels.get(name, 0) + number
    yield f"{outcome.built} of {settings.drawn.count} regions are in {folder.path}"
    for name, number in sorted(pixels.items(), key=lambda one: -one[1]):
        yield f"  {name:<28.28} {number:>9,} pixels"
    if replaced := folder.unsuitable:
        yield f"{len(replaced)} places made no region, and the next of their strata were taken; index.json says why"
    for name, number in outcome.missing.items():
        yield f"missing: {number} of {name}, which has no other places; another --seed has others"
    if outcome.built:
        yield f"next: landshot evaluate --tasks {folder.path}, or landshot meta-train CONFIG --tasks {folder.path}"

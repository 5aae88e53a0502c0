"""What `landshot adapt` and `landshot plan` ask for alike: imagery, labels, region, period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the type of an option's value
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from app.commands.options import COMMA_FLOATS, COMMA_NAMES
from geodata.errors import LegendError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.map_request import MapRequest
    from app.sources import Source
    from geodata.legend import Legend

P = ParamSpec("P")
T = TypeVar("T")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(formats=["%Y-%m-%d"])

_OPTIONS = (
    click.option(
        "--imagery",
        required=True,
        metavar="FILE|NAME",
        help="A GeoTIFF, COG or VRT of reflectance; a catalogue by its name in --sources, a preset, or catalog.json.",
    ),
    click.option("--labels", required=True, type=FILE, help="GeoJSON, CSV (lon, lat, class) or GeoPackage."),
    click.option(
        "--bbox",
        type=COMMA_FLOATS,
        metavar="W,S,E,N",
        help="Map this box (degrees), not the whole scene; of a catalogue, not just around the labels.",
    ),
    click.option("--start", type=_DAY, metavar="YYYY-MM-DD", help="First day of a catalogue's imagery."),
    click.option("--end", type=_DAY, metavar="YYYY-MM-DD", help="Last day, inclusive."),
    click.option(
        "--steps",
        type=click.Choice(["month", "season", "all"]),
        help="How the period is cut into dates.  [default: the source's, season]",
    ),
    click.option(
        "--neighbourhood",
        type=click.Choice(["1", "3", "5"]),
        default="1",
        show_default=True,
        help="Pixels a side of the square whose mean is learned from; 3 is better for many dates.",
    ),
    click.option(
        "--legend",
        type=FILE,
        help="JSON (a list of {value, name, title, color}), CSV, QGIS style, or colour text file.",
    ),
    click.option(
        "--sources",
        envvar="LANDSHOT_SOURCES",
        type=FILE,
        help="A TOML file of sources, a table for each name.",
    ),
    click.option(
        "--cache-dir",
        envvar="LANDSHOT_CACHE_DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where what was read of a catalogue is kept.  [default: ~/.cache/landshot]",
    ),
    click.option(
        "--bands", type=COMMA_NAMES, metavar="B02,B03,...", help="Band names, where the file has none."
    ),
    click.option(
        "--sensor", help="sentinel-2, landsat-9, landsat-8, landsat-7, landsat-5, planetscope or custom."
    ),
    click.option(
        "--wavelengths", type=COMMA_FLOATS, metavar="490,560,...", help="Band centres in nm, for custom."
    ),
    click.option(
        "--scale",
        type=float,
        help="reflectance = scale * stored + offset.  [default: the file's or sensor's]",
    ),
    click.option("--offset", type=float, help="See --scale."),
)


def imagery_options(command: Callable[P, T]) -> Callable[P, T]:
    """The options of `Asked`, for a command whose function takes them as `**asked`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Asked:
    """Values of `imagery_options`, as click gives them."""

    imagery: str
    labels: Path
    bbox: tuple[float, ...] | None
    start: datetime | None
    end: datetime | None
    steps: Any
    neighbourhood: str
    legend: Path | None
    sources: Path | None
    cache_dir: Path | None
    bands: tuple[str, ...] | None
    sensor: str | None
    wavelengths: tuple[float, ...] | None
    scale: float | None
    offset: float | None

    def source(self, memory_bytes: int | None = None) -> Source:
        """What `--imagery` means.

        Args:
            memory_bytes: what imagery under way may take; None: as the settings say.

        Raises:
            LandshotError: there is no such imagery, or it cannot be opened.
        """
        from app.sources.named import named_source  # noqa: PLC0415 - heavy from here on

        how = {
            "bands": self.bands,
            "sensor": self.sensor,
            "wavelengths_nm": self.wavelengths,
            "scale": self.scale,
            "offset": self.offset,
        }
        return named_source(
            self.imagery,
            sources=self.sources,
            settings={"cache_dir": self.cache_dir, "memory_bytes": memory_bytes},
            how={name: value for name, value in how.items() if value is not None},
        )

    def request(self) -> MapRequest:
        """Labels, legend, region and period.

        Raises:
            LandshotError: one of them cannot be used.
        """
        from app.map_request import MapRequest  # noqa: PLC0415
        from geodata.grid import BoundingBox  # noqa: PLC0415
        from geodata.labels import read_labels  # noqa: PLC0415

        if self.bbox is not None and len(self.bbox) != 4:
            raise click.BadParameter(
                f"give four numbers, west,south,east,north; got {len(self.bbox)}", param_hint="--bbox"
            )
        return MapRequest(
            labels=read_labels(self.labels),
            bbox=BoundingBox(*self.bbox) if self.bbox else None,
            legend=_legend(self.legend) if self.legend else None,
            start=self.start.date() if self.start else None,
            end=self.end.date() if self.end else None,
            steps=self.steps,
            neighbourhood=int(self.neighbourhood),
        )

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files that are read, so that none is written over."""
        named = (Path(self.imagery), self.labels, self.legend, self.sources)
        return tuple(path for path in named if path is not None and path.exists())


def _legend(path: Path) -> Legend:
    from geodata.legend_files import read_legend  # noqa: PLC0415 - only where there is one

    try:
        return read_legend(path.read_bytes(), str(path))
    except OSError as error:
        raise LegendError(f"{path}: the legend cannot be read: {error.strerror}") from error

"""`landshot adapt`: a scene and labels on disk become a map on disk."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.options import COMMA_FLOATS, COMMA_NAMES
from geodata.errors import LandshotError, LegendError

if TYPE_CHECKING:
    from app.mapping import MapRequest, MapResult, MapTargets
    from app.progress import Progress
    from geodata.legend import Legend

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


class TargetsError(LandshotError):
    """Output names that cannot be used."""

    code = "invalid-output"
    title = "The output cannot be written there"


@click.command()
@click.option("--imagery", required=True, type=_FILE, help="A GeoTIFF, COG or VRT of reflectance.")
@click.option("--labels", required=True, type=_FILE, help="GeoJSON, CSV (lon, lat, class) or GeoPackage.")
@click.option(
    "--output", required=True, type=_OUTPUT, help="The map: a .tif; its other files stand beside it."
)
@click.option("--confidence", type=_OUTPUT, help="Where confidence goes.  [default: OUTPUT_confidence.tif]")
@click.option(
    "--bbox", type=COMMA_FLOATS, metavar="W,S,E,N", help="Map this box (degrees), not the whole scene."
)
@click.option("--legend", type=_FILE, help="JSON: a list of {value, name, title, color}.")
@click.option("--bands", type=COMMA_NAMES, metavar="B02,B03,...", help="Band names, where the file has none.")
@click.option(
    "--sensor", help="sentinel-2, landsat-9, landsat-8, landsat-7, landsat-5, planetscope or custom."
)
@click.option(
    "--wavelengths", type=COMMA_FLOATS, metavar="490,560,...", help="Band centres in nm, for custom."
)
@click.option(
    "--scale", type=float, help="reflectance = scale * stored + offset.  [default: the file's or sensor's]"
)
@click.option("--offset", type=float, help="See --scale.")
@click.option(
    "--model",
    envvar="LANDSHOT_MODEL",
    type=_FILE,
    help="Manifest of another initialization than the shipped one.",
)
@click.option(
    "--tile-size",
    type=click.IntRange(16, 8192),
    default=512,
    show_default=True,
    help="Pixels a side in memory.",
)
@click.option("--quiet", is_flag=True, help="Plain lines instead of a progress bar.")
def adapt(
    *,
    imagery: Path,
    labels: Path,
    output: Path,
    confidence: Path | None,
    bbox: tuple[float, ...] | None,
    legend: Path | None,
    bands: tuple[str, ...] | None,
    sensor: str | None,
    wavelengths: tuple[float, ...] | None,
    scale: float | None,
    offset: float | None,
    model: Path | None,
    tile_size: int,
    quiet: bool,
) -> None:
    """Map a scene from a handful of labelled pixels."""
    began = time.perf_counter()
    # Importing torch takes longer than all else: begin with it, and read the user's files meanwhile.
    from app.learner import load_learner  # noqa: PLC0415 - heavy from here on

    loader = ThreadPoolExecutor(1, thread_name_prefix="landshot-load")
    initialization = loader.submit(load_learner, model)
    from app.mapping import make_map  # noqa: PLC0415
    from geodata.imagery.files import FileImagery  # noqa: PLC0415

    progress = _progress(quiet=quiet)
    try:
        targets = _targets(output, confidence, inputs=(imagery, labels, legend, model))
        scene = FileImagery.open(
            imagery, bands=bands, sensor=sensor, wavelengths_nm=wavelengths, scale=scale, offset=offset
        )
        click.echo(f"{imagery.name}: {', '.join(band.name for band in scene.bands)}; {scene.scaling}")
        request = _request(labels, bbox, legend)
        result = make_map(
            request,
            imagery=scene,
            initialization=initialization.result,
            targets=targets,
            progress=progress,
            tile_size=tile_size,
        )
    finally:
        progress.close()
        loader.shutdown(wait=False)  # what is refused is refused at once
    _report(result, targets, time.perf_counter() - began)


def _request(labels: Path, bbox: tuple[float, ...] | None, legend: Path | None) -> MapRequest:
    from app.mapping import MapRequest  # noqa: PLC0415 - loaded by now
    from geodata.grid import BoundingBox  # noqa: PLC0415
    from geodata.labels import read_labels  # noqa: PLC0415

    if bbox is not None and len(bbox) != 4:
        raise click.BadParameter(
            f"give four numbers, west,south,east,north; got {len(bbox)}", param_hint="--bbox"
        )
    box = BoundingBox(*bbox) if bbox else None
    return MapRequest(labels=read_labels(labels), bbox=box, legend=_legend(legend) if legend else None)


def _legend(path: Path) -> Legend:
    from geodata.legend import Legend  # noqa: PLC0415 - loaded by now

    try:
        document = json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise LegendError(f"{path}: {where}: this is not JSON: {error.msg}") from error
    except (OSError, ValueError) as error:
        raise LegendError(f"{path}: the legend cannot be read: {error}") from error
    return Legend.from_json(document)


def _targets(output: Path, confidence: Path | None, *, inputs: tuple[Path | None, ...]) -> MapTargets:
    """Where the files go; none of them may be one that is read."""
    from app.mapping import MapTargets  # noqa: PLC0415 - loaded by now

    confidence = confidence or output.with_name(f"{output.stem}_confidence{output.suffix}")
    for path in (output, confidence):
        if path.suffix.lower() not in {".tif", ".tiff"}:
            raise TargetsError(f"{path}: a map is a GeoTIFF; give a name that ends in .tif")
        if not path.parent.is_dir():
            raise TargetsError(f"{path}: there is no folder {path.parent}; make it first")
    targets = MapTargets(output, confidence, output.with_suffix(".json"), output.stem)
    taken = [path.resolve() for path in inputs if path]
    for path in (targets.landcover, targets.confidence, targets.item):
        if path.resolve() in taken:
            raise TargetsError(f"{path} would be written over what it is made from; give another --output")
        taken.append(path.resolve())
    return targets


def _progress(*, quiet: bool) -> Progress:
    from app.progress import BarProgress, LineProgress  # noqa: PLC0415 - loaded by now

    if quiet or not sys.stderr.isatty():
        return LineProgress(lambda line: click.echo(line, err=True))
    return BarProgress(sys.stderr)


def _report(result: MapResult, targets: MapTargets, seconds: float) -> None:
    """What was mapped, how sure, how fast, and what to do with it."""
    labels = ", ".join(f"{name} {count}" for name, count in result.labelled_pixels.items())
    click.echo(f"labelled pixels: {labels}")
    height, width = result.region.shape
    click.echo(f"mapped: {100 * result.mapped:.1f} % of {width} x {height} pixels")
    whole = sum(result.files.areas_m2.values()) or 1.0
    for entry in result.legend:
        area = result.files.areas_m2.get(entry.value, 0.0)
        click.echo(
            f"  {entry.value:>3}  {entry.title:<28.28} {area / 1e6:>12,.2f} km2 {100 * area / whole:>6.1f} %"
        )
    for note in result.notes:
        click.echo(f"note: {note}")
    stages = ", ".join(f"{stage} {taken:.2f} s" for stage, taken in result.seconds.items())
    click.echo(f"time: {seconds:.2f} s in all ({stages})")
    click.echo(f"written: {targets.landcover} (with its .aux.xml), {targets.confidence}, {targets.item}")
    click.echo("next: open the map in QGIS; add labels where the confidence is low, and map again.")

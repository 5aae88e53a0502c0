"""`landshot adapt`: imagery and labels become a map on disk."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.imagery_options import FILE, Asked, imagery_options
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from app.mapping import MapResult
    from app.progress import Progress
    from app.sources import Source
    from app.store import MapTargets

_OUTPUT = click.Path(dir_okay=False, path_type=Path)


class TargetsError(LandshotError):
    """Output names that cannot be used."""

    code = "invalid-output"
    title = "The output cannot be written there"


@click.command()
@imagery_options
@click.option(
    "--output", required=True, type=_OUTPUT, help="The map: a .tif; its other files stand beside it."
)
@click.option("--confidence", type=_OUTPUT, help="Where confidence goes.  [default: OUTPUT_confidence.tif]")
@click.option(
    "--model",
    envvar="LANDSHOT_MODEL",
    type=FILE,
    help="Manifest of another initialization than the shipped one.",
)
@click.option(
    "--tile-size",
    type=click.IntRange(16, 8192),
    default=512,
    show_default=True,
    help="Pixels a side in memory.",
)
@click.option(
    "--memory-bytes",
    envvar="LANDSHOT_MEMORY_BYTES",
    type=click.IntRange(min=50_000_000),
    default=1_000_000_000,
    show_default=True,
    help="What imagery under way may take in memory.",
)
@click.option("--quiet", is_flag=True, help="Plain lines instead of a progress bar.")
def adapt(
    *,
    output: Path,
    confidence: Path | None,
    model: Path | None,
    tile_size: int,
    memory_bytes: int,
    quiet: bool,
    **asked: Any,  # noqa: ANN401 - the fields of `Asked`
) -> None:
    """Map a region from a handful of labelled pixels."""
    began = time.perf_counter()
    # Importing torch takes longer than all else: begin with it, and read the user's files meanwhile.
    from app.learner import load_learner  # noqa: PLC0415 - heavy from here on

    loader = ThreadPoolExecutor(1, thread_name_prefix="landshot-load")
    initialization = loader.submit(load_learner, model)
    from app.mapping import make_map  # noqa: PLC0415
    from app.watch import Watch  # noqa: PLC0415

    options = Asked(**asked)
    progress = _progress(quiet=quiet)
    try:
        targets = _targets(output, confidence, inputs=(*options.inputs, *([model] if model else [])))
        source = options.source(memory_bytes)
        _introduce(source, options)
        request = options.request()
        watch = Watch(progress)
        result = source.use(
            request,
            watch,
            lambda opened: make_map(
                request,
                opened=opened,
                initialization=initialization.result,
                targets=targets,
                watch=watch,
                tile_size=tile_size,
                memory_bytes=memory_bytes // 2,
            ),
        )
    finally:
        progress.close()
        loader.shutdown(wait=False)  # what is refused is refused at once
    _report(result, targets, time.perf_counter() - began)


def _introduce(source: Source, options: Asked) -> None:
    from app.sources.images import ImageSource  # noqa: PLC0415 - loaded by now

    if isinstance(source, ImageSource):
        bands = ", ".join(band.name for band in source.imagery.bands)
        click.echo(f"{Path(options.imagery).name}: {bands}; {source.imagery.scaling}")


def _targets(output: Path, confidence: Path | None, *, inputs: tuple[Path, ...]) -> MapTargets:
    """Where the files go; none of them may be one that is read."""
    from app.store import MapTargets  # noqa: PLC0415 - only where a map is made

    confidence = confidence or output.with_name(f"{output.stem}_confidence{output.suffix}")
    for path in (output, confidence):
        if path.suffix.lower() not in {".tif", ".tiff"}:
            raise TargetsError(f"{path}: a map is a GeoTIFF; give a name that ends in .tif")
        if not path.parent.is_dir():
            raise TargetsError(f"{path}: there is no folder {path.parent}; make it first")
    observations = output.with_name(f"{output.stem}_observations{output.suffix}")
    targets = MapTargets(output, confidence, output.with_suffix(".json"), output.stem, observations)
    taken = [path.resolve() for path in inputs]
    for path in (targets.landcover, targets.confidence, targets.item, targets.observations):
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
    if scenes := result.item["properties"].get("landshot:scenes"):
        left_out = len(result.item["properties"]["landshot:left_out"])
        dates = len(result.item["properties"]["landshot:steps"])
        click.echo(
            f"imagery: {len(scenes)} scenes for {dates} date{'s' if dates > 1 else ''}, {left_out} left out; "
            f"{targets.item} names each of them"
        )
    for note in result.notes:
        click.echo(f"note: {note}")
    stages = ", ".join(f"{stage} {taken:.2f} s" for stage, taken in result.seconds.items())
    click.echo(f"time: {seconds:.2f} s in all ({stages})")
    files = [f"{targets.landcover} (with its .aux.xml)", targets.confidence]
    files += [result.files.observations] if result.files.observations else []
    click.echo(f"written: {', '.join(map(str, [*files, targets.item]))}")
    click.echo("next: open the map in QGIS; add labels where the confidence is low, and map again.")

"""The simulated region that comes with Landshot: what is mapped where no imagery is given."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.errors import OutputError

if TYPE_CHECKING:
    from app.settings import Settings
    from app.sources import Source

NAME = "simulated"
"""What clients call it."""

IMAGERY = "imagery.tif"
TRUTH = "truth.tif"
LABELS = "labels.geojson"

SEED = 7
"""The region; the same number is the same region everywhere."""


def bundled_scene(data_dir: Path) -> Path:
    """The folder with the bundled region's imagery, truth and labels; simulated where it is not there yet.

    Raises:
        OutputError: the data folder cannot be written to.
    """
    folder = data_dir / NAME
    if all((folder / file).is_file() for file in (IMAGERY, TRUTH, LABELS)):
        return folder
    from geodata.simulation.scenes import simulate_scene, write_scene  # noqa: PLC0415 - only the first time

    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=data_dir))
        try:
            write_scene(simulate_scene(SEED), making)
            shutil.rmtree(folder, ignore_errors=True)
            making.chmod(0o755)
            os.rename(making, folder)  # noqa: PTH104 - Path.rename says the same
        finally:
            shutil.rmtree(making, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"the simulated region cannot be kept in {data_dir}: {error.strerror}") from error
    return folder


def offer_bundled(sources: dict[str, Source], settings: Settings) -> None:
    """Add the bundled region to the imagery on offer, where it has been made and nothing else has its name."""
    imagery = settings.data_dir / NAME / IMAGERY
    if not settings.demo or NAME in sources or not imagery.is_file():
        return
    from app.sources.opening import file_source  # noqa: PLC0415 - rasterio

    sources[NAME] = replace(file_source(NAME, imagery), is_example=True)


def is_name_taken(settings: Settings) -> bool:
    """Whether the operator gave another scene the name of the bundled one."""
    bundled = (settings.data_dir / NAME / IMAGERY).resolve()
    return any(scene.name == NAME and scene.path.resolve() != bundled for scene in settings.imagery)


def bundled_labels(settings: Settings) -> Path | None:
    """The labels of the bundled region, where it is what the server offers first."""
    folder = settings.data_dir / NAME
    if settings.imagery and settings.imagery[0].path == folder / IMAGERY:
        return folder / LABELS
    return None

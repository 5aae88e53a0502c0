"""From settings to sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.sources.images import ImageSource
from app.sources.stac import Reading
from geodata.errors import LandshotError
from geodata.imagery.files import FileImagery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.settings import Settings
    from app.sources import Source


def open_sources(settings: Settings) -> dict[str, Source]:
    """All imagery of a server, by name.

    Raises:
        SettingsError: the file of sources is not one, or a name is given twice.
        LandshotError: an image cannot be opened.
    """
    from app.settings import SettingsError  # noqa: PLC0415 - pydantic, which the command line does without

    sources: dict[str, Source] = {
        scene.name: file_source(scene.name, scene.path, **scene.model_dump(exclude={"name", "path"}))
        for scene in settings.imagery
    }
    if settings.sources is None:
        return sources
    from app.sources.tables import sources_of  # noqa: PLC0415 - where there is such a file

    more = sources_of(settings.sources, reading_of(settings, settings.data_dir / "cache"))
    if twice := sorted(sources.keys() & more.keys()):
        raise SettingsError(
            f"each source needs its own name; {', '.join(twice)} is in {settings.sources} and in LANDSHOT_IMAGERY too"
        )
    return sources | more


def reading_of(settings: Settings, cache_dir: Path) -> Reading:
    """What all catalogues share.

    Args:
        settings: of the server, or of the environment.
        cache_dir: where tiles are kept unless the settings say otherwise.
    """
    return Reading(
        cache_dir=settings.cache_dir or cache_dir,
        cache_max_bytes=settings.cache_max_bytes,
        read_threads=settings.read_threads,
        memory_bytes=settings.memory_bytes // 2,
    )


def file_source(name: str, path: Path, **how: Any) -> ImageSource:  # noqa: ANN401 - as `FileImagery.open` has it
    """An image on disk, which is opened now: whether it is there must show when a server starts.

    Args:
        name: what users call it.
        path: of the file.
        how: to read it; arguments of `FileImagery.open`.

    Raises:
        LandshotError: it cannot be opened; says which of the sources it is.
    """
    try:
        imagery = FileImagery.open(path, name=name, **how)
    except LandshotError as error:
        # The operator has to know which of the scenes it is.
        error.args = (f"imagery {name!r}: {error.detail}",)
        error.detail = error.args[0]
        raise
    return ImageSource(name, "file", imagery)


def simulated_source(name: str, options: Mapping[str, Any]) -> ImageSource:
    """A simulated image.

    Raises:
        ValueError: an option is out of range.
    """
    from geodata.imagery.simulated import SimulatedImagery  # noqa: PLC0415 - where there is one

    imagery = SimulatedImagery(name=name, **options)
    return ImageSource(name, "simulated", imagery)

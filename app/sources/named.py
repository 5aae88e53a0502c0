"""The command line's imagery: a name in a file of sources, a file, a static catalogue, or a preset."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.sources.images import ImageSource
from geodata.errors import Fault, LandshotError
from geodata.imagery.files import FileImagery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.sources import Source
    from app.sources.stac import Reading


class UnknownImageryError(LandshotError):
    """A name that means no imagery."""

    code = "unknown-imagery"
    title = "There is no such imagery"


def named_source(
    imagery: str, *, sources: Path | None, settings: Mapping[str, Any], how: Mapping[str, Any]
) -> Source:
    """What a user means by `--imagery`.

    Args:
        imagery: a name of the file of sources, else a file, else the name of a preset.
        sources: the file of sources.
        settings: of `app.settings.Settings`, for catalogues; those that are None are the environment's.
        how: to read a file; arguments of `FileImagery.open`, those that were given.

    Raises:
        UnknownImageryError: it is none of these.
        LandshotError: it cannot be opened, or is not set up as it should be.
    """
    path = Path(imagery)
    tables: Mapping[str, Any] = {}
    if sources is not None:
        from app.sources.tables import read_tables, source_of  # noqa: PLC0415 - pydantic; files do without

        tables = read_tables(sources)
        if imagery in tables:
            _refuse_file_options(imagery, how)
            return source_of(imagery, tables[imagery], _reading(settings), folder=sources.absolute().parent)
    if path.is_file() and path.suffix.lower() != ".json":
        opened = FileImagery.open(path, **how)
        return ImageSource(opened.name, "file", opened)
    from geodata.imagery.stac.catalogue import PRESETS, Catalogue  # noqa: PLC0415

    if path.is_file():
        catalogue = Catalogue(
            name=path.stem, url=str(path), collections=(), kind="static", offset_rule="metadata"
        )
    elif imagery in PRESETS:
        catalogue = PRESETS[imagery]
    else:
        raise _unknown(imagery, sources, [*tables], [*PRESETS])
    _refuse_file_options(imagery, how)
    from app.sources.stac import StacSource  # noqa: PLC0415

    return StacSource(catalogue, _reading(settings))


def _refuse_file_options(imagery: str, how: Mapping[str, Any]) -> None:
    if how:
        option = "--" + next(iter(how)).removesuffix("_nm")
        reason = f"tells how a file is read, and {imagery} is none; leave it out"
        raise UnknownImageryError(f"{option}: {reason}", (Fault(option, reason),))


def _reading(settings: Mapping[str, Any]) -> Reading:
    from app.settings import settings_of  # noqa: PLC0415
    from app.sources.opening import reading_of  # noqa: PLC0415

    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    given = {name: value for name, value in settings.items() if value is not None}
    return reading_of(settings_of(**given), Path(home) / "landshot")


def _unknown(imagery: str, sources: Path | None, names: list[str], presets: list[str]) -> UnknownImageryError:
    there = f"{sources} has {', '.join(names) or 'none'}; " if sources else ""
    if "://" in imagery:
        advice = "an address goes into a file of sources (--sources)"
    else:
        advice = f"give a file, or one of the presets {', '.join(presets)}"
    return UnknownImageryError(
        f"--imagery: {imagery!r} does not exist: no file is called so; {there}{advice}"
    )

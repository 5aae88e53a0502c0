"""The operator's file of sources (TOML): one table for each name."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path  # noqa: TC003 - pydantic resolves the annotations of a model when it is made
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.faults import sentences
from app.settings import NAME_PATTERN, SceneFile, SettingsError
from app.sources.opening import file_source, simulated_source
from app.sources.stac import Limits, StacSource
from geodata.errors import CatalogueError, Fault
from geodata.imagery.clouds import MaskSettings
from geodata.imagery.stac.catalogue import PRESETS, Catalogue

if TYPE_CHECKING:
    from app.sources import Source
    from app.sources.stac import Reading

KINDS = ("api", "static", "file", "simulated")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileTable(SceneFile):
    """One image on the server's disk."""

    kind: Literal["file"]


class SimulatedTable(_Table):
    """Simulated Sentinel-2 images over land that does not exist."""

    kind: Literal["simulated"]
    height: int = Field(default=1000, description="Rows.")
    width: int = Field(default=1000, description="Columns.")
    days: tuple[int, ...] = Field(default=(105, 196, 288), description="Days of the year, 1 to 366.")
    seed: int = Field(default=0, description="Land and weather follow from it.")
    bands: tuple[str, ...] | None = Field(default=None, description="Names of Sentinel-2's bands.")
    cloud_share: float = Field(default=0.15, description="Of each day's pixels, 0 to 1.")


class MaskTable(_Table):
    """What counts as cloud."""

    scl_excluded: tuple[int, ...] | None = None
    scl_dilated: tuple[int, ...] | None = None
    qa_excluded: tuple[int, ...] | None = None
    qa_dilated: tuple[int, ...] | None = None
    dilation_m: float | None = None


class CatalogueTable(_Table):
    """A STAC API or a static catalogue; what is left out is the preset's, or the usual."""

    preset: str | None = Field(default=None, description=f"One of {', '.join(PRESETS)}.")
    kind: Literal["api", "static"] | None = None
    url: str | None = None
    collections: tuple[str, ...] | None = None
    offset_rule: Literal["earth-search", "always", "baseline", "landsat", "metadata"] | None = None
    sign: Literal["planetary-computer"] | None = None
    token_url: str | None = None
    signed_hosts: tuple[str, ...] | None = None
    bands: tuple[str, ...] | None = None
    platforms: tuple[str, ...] | None = None
    max_cloud_cover: float | None = None
    min_baseline: str | None = None
    mask: MaskTable | None = None
    needs_mask: bool | None = None
    resolution_m: float | None = None
    steps: Literal["month", "season", "all"] | None = None
    scenes_per_step: int | None = None
    statistic: Literal["median", "geometric-median"] | None = None
    max_failed_share: float | None = None
    max_scenes: int | None = None
    timeout_s: float | None = None
    area_limit_km2: float = Field(default=Limits().area_km2, gt=0)
    max_period_days: int = Field(default=Limits().period_days, ge=1, le=20_000)
    attempts: int = Field(default=Limits().attempts, ge=1, le=20)


def sources_of(path: Path, reading: Reading) -> dict[str, Source]:
    """Every source of a file, by name, in the file's order.

    Raises:
        SettingsError: the file cannot be read, or a table is not one; names table and key.
        LandshotError: an image cannot be opened.
    """
    tables = read_tables(path)
    made: dict[str, Source] = {}
    faults: list[Fault] = []
    for name, table in tables.items():
        try:
            made[name] = source_of(name, table, reading, folder=path.absolute().parent)
        except SettingsError as refusal:
            faults += refusal.faults
    if faults:
        raise SettingsError(f"{path}: the file of sources cannot be used", tuple(faults))
    return made


def read_tables(path: Path) -> dict[str, Any]:
    """The file's tables by name, not checked yet.

    Raises:
        SettingsError: there is no such file, or it is no TOML.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: the file of sources cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the file of sources is not TOML: {error}") from None
    return tables


def source_of(name: str, table: object, reading: Reading, *, folder: Path) -> Source:
    """One source.

    Args:
        name: of the table.
        table: as TOML has it.
        reading: what all catalogues share.
        folder: of the file; relative paths start there.

    Raises:
        SettingsError: the table is not one; its faults name table and key.
        LandshotError: an image cannot be opened.
    """
    if not re.match(NAME_PATTERN, name):
        raise _refused(name, "", f"is no name of a source: it has to match {NAME_PATTERN}")
    if not isinstance(table, dict):
        raise _refused(name, "", f"is no table; write [{name}], and its keys below")
    kind = table.get("kind", "api" if "preset" in table else None)
    if kind not in KINDS:
        said = f"is {kind!r}" if kind else "is missing"
        raise _refused(
            name, "kind", f"{said}; give {', '.join(KINDS[:-1])} or {KINDS[-1]}, or a preset instead"
        )
    try:
        if kind == "file":
            scene = FileTable(**table)
            return file_source(name, folder / scene.path, **scene.model_dump(exclude={"kind", "path"}))
        if kind == "simulated":
            return _simulated(name, SimulatedTable(**table))
        return _catalogue(name, CatalogueTable(**table), reading, folder)
    except ValidationError as error:
        faults = tuple(
            Fault(
                f"[{name}] {fault.where}", fault.reason.replace("field of this request", "key of this table")
            )
            for fault in sentences(error.errors())
        )
        raise SettingsError(f"[{name}] cannot be used", faults) from None


def _simulated(name: str, table: SimulatedTable) -> Source:
    given = table.model_dump(exclude={"kind"}, exclude_none=True)
    try:
        return simulated_source(name, given)
    except ValueError as error:
        raise _refused(name, "", str(error)) from None


def _catalogue(name: str, table: CatalogueTable, reading: Reading, folder: Path) -> StacSource:
    own = {"preset", "mask", "area_limit_km2", "max_period_days", "attempts"}
    given: dict[str, Any] = {key: value for key, value in table if key not in own and value is not None}
    if "url" in given and "://" not in given["url"]:
        given["url"] = str(folder / given["url"])
    limits = Limits(table.area_limit_km2, table.max_period_days, table.attempts)
    try:
        if table.mask is not None:
            mask = table.mask.model_dump(exclude_none=True)
            given["mask"] = replace(
                _preset(name, table.preset).mask if table.preset else MaskSettings(), **mask
            )
        if table.preset is not None:
            return StacSource(replace(_preset(name, table.preset), name=name, **given), reading, limits)
        if "url" not in given:
            raise _refused(name, "url", "is missing; give the catalogue's address, or a preset")
        usual = {"offset_rule": "metadata", "collections": ()}
        return StacSource(Catalogue(name=name, **usual | given), reading, limits)
    except CatalogueError as error:
        raise _refused(name, *_key_of(error, name)) from None


def _preset(name: str, preset: str) -> Catalogue:
    if preset not in PRESETS:
        raise _refused(name, "preset", f"is {preset!r}; there are {', '.join(PRESETS)}")
    return PRESETS[preset]


def _key_of(error: CatalogueError, name: str) -> tuple[str, str]:
    """`source NAME: url is no web address` -> (`url`, `is no web address`)."""
    said = error.detail.removeprefix(f"source {name}: ")
    key, _, reason = said.partition(" ")
    return key.rstrip(":"), reason


def _refused(name: str, key: str, reason: str) -> SettingsError:
    return SettingsError(f"[{name}] {key} {reason}", (Fault(f"[{name}] {key}".strip(), reason),))

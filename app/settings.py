"""What an operator can set: environment variables (prefix `LANDSHOT_`), or arguments of `Settings`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pydantic resolves the annotations of a model when it is made
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableError

from app.faults import sentences
from geodata.errors import LandshotError

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""Names of imagery and of models: they stand in URLs and in messages."""


class SettingsError(LandshotError):
    """A server that cannot start as it was asked to."""

    code = "invalid-settings"
    title = "The settings are not valid"


class SceneFile(BaseModel):
    """An image on the server's disk, and what the file does not say of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Field(description="A GeoTIFF, COG or VRT on the server's disk.")
    bands: tuple[str, ...] | None = Field(default=None, description="Band names, where the file has none.")
    sensor: str | None = Field(default=None, description="sentinel-2, landsat-9, ..., or custom.")
    wavelengths_nm: tuple[float, ...] | None = Field(default=None, description="For `custom`: band centres.")
    scale: float | None = Field(default=None, gt=0, description="reflectance = scale * stored + offset.")
    offset: float | None = Field(default=None, description="See scale.")


class ImagerySettings(SceneFile):
    """One scene that the server offers; clients choose it by name and never see the path."""

    name: str = Field(pattern=NAME_PATTERN, description="How clients call the scene.")


class Settings(BaseSettings):
    """The whole configuration of a server.

    `LANDSHOT_IMAGERY` is JSON: `[{"name": "aberystwyth", "path": "/data/scene.tif"}]`.
    """

    # An empty variable is one that is not set: Compose passes on what it does not have like this.
    model_config = SettingsConfigDict(
        env_prefix="LANDSHOT_", frozen=True, extra="forbid", env_ignore_empty=True
    )

    data_dir: Path = Field(default="landshot-data", validate_default=True, description="Where maps are kept.")
    imagery: tuple[ImagerySettings, ...] = Field(default=(), description="The scenes on offer.")
    sources: Path | None = Field(
        default=None, description="A TOML file with more imagery, catalogues among it: a table for each name."
    )
    cache_dir: Path | None = Field(
        default=None,
        description="Where what was read of catalogues is kept; None: `cache` in the data folder.",
    )
    cache_max_bytes: int = Field(
        default=20_000_000_000, ge=1, description="What is kept there; the least recently used goes first."
    )
    read_threads: int = Field(default=16, ge=1, le=256, description="Files of a catalogue read at a time.")
    memory_bytes: int = Field(
        default=1_000_000_000,
        ge=50_000_000,
        description="What imagery under way may take in memory, for each map; the rest takes about 600 MB.",
    )
    model: Path | None = Field(default=None, description="Another initialization than the shipped one.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    tile_size: int = Field(
        default=512, ge=16, le=8192, description="Pixels a side that are predicted at once."
    )
    database: str | None = Field(
        default=None,
        description="SQLAlchemy's address of a PostgreSQL database; None: `landshot.db` in the data folder.",
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="Maps made at the same time: as many processes for jobs."
    )
    max_waiting: int = Field(default=16, ge=0, le=1000, description="Requests that may wait for a thread.")
    answer_at_once_pixels: int = Field(
        default=4_000_000,
        ge=0,
        description="A region up to this is answered with its map, a larger one with a job.",
    )
    min_free_bytes: int = Field(
        default=500_000_000,
        ge=0,
        description="Jobs pause while the data folder's disk has less room than this.",
    )
    keep_maps_days: float | None = Field(
        default=None, gt=0, description="A map that nobody has asked for this long goes; None: none does."
    )
    require_keys: bool | None = Field(
        default=None,
        description="Whether clients need an API key; None: unless the server listens on the loopback interface.",
    )
    signing_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Signs the addresses of tiles; None: a random one, kept in the data folder.",
    )
    max_body_bytes: int = Field(default=32_000_000, ge=1024, description="Largest request body.")
    body_timeout_s: float = Field(default=30.0, gt=0, description="A body has to arrive within this.")
    max_labels: int = Field(default=100_000, ge=2, le=100_000, description="Most labels in a request.")
    max_classes: int = Field(default=100, ge=2, le=254, description="Most classes in a request.")
    max_pixels: int = Field(
        default=150_000_000, ge=1, description="Largest region of one request, in pixels."
    )
    max_queued_jobs: int = Field(default=1000, ge=1, description="Jobs of one key that may wait or run.")
    max_running_jobs: int = Field(default=64, ge=1, description="Jobs of one key that may run at a time.")
    max_requests_per_minute: int = Field(
        default=6000, ge=1, description="Of one key; where no keys are needed, nobody counts."
    )
    tile_timeout_s: float = Field(
        default=600.0,
        gt=0,
        description="Time for one tile of a job, its reading included; then the job fails.",
    )
    demo: bool = Field(
        default=True,
        description="Whether the page may open the simulated region that comes with Landshot (`/?demo`).",
    )
    backdrop: Literal["xyz", "wmts"] | None = Field(
        default=None, description="What kind of map lies beneath everything on the page; None: there is none."
    )
    backdrop_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="XYZ: a template with {z}, {x} and {y}; WMTS: the address of its capabilities.",
    )
    backdrop_layer: str | None = Field(default=None, description="WMTS: the layer's identifier.")
    backdrop_attribution: str = Field(default="", description="Whose map that is, as its terms want it said.")
    log_format: Literal["text", "json"] = Field(
        default="text", description="How the server's log is written."
    )

    @field_validator("imagery")
    @classmethod
    def _names_are_unique(cls, imagery: tuple[ImagerySettings, ...]) -> tuple[ImagerySettings, ...]:
        names = [scene.name for scene in imagery]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each scene needs its own name; {', '.join(repeated)} is given twice")
        return imagery

    @model_validator(mode="after")
    def _backdrop_is_whole(self) -> Self:
        if self.backdrop and not self.backdrop_url:
            raise ValueError("a backdrop needs its address: set LANDSHOT_BACKDROP_URL")
        if self.backdrop == "xyz" and not all(f"{{{name}}}" in (self.backdrop_url or "") for name in "zxy"):
            raise ValueError("the address of an XYZ backdrop needs {z}, {x} and {y}")
        if self.backdrop == "wmts" and not self.backdrop_layer:
            raise ValueError("a WMTS backdrop needs its layer: set LANDSHOT_BACKDROP_LAYER")
        return self


def settings_of(**given: Any) -> Settings:  # noqa: ANN401 - whatever the environment does not have
    """Settings from arguments and, for all others, the environment.

    Raises:
        SettingsError: names each setting that cannot be.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("Landshot cannot run with these settings", sentences(error.errors())) from None
    except UnreadableError as error:
        raise SettingsError(f'{error}; LANDSHOT_IMAGERY is JSON: [{{"name": ..., "path": ...}}]') from None

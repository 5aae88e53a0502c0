"""Where scenes are looked for, which of them are taken, and what is known about their numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from geodata.errors import CatalogueError
from geodata.imagery.clouds import MaskSettings
from geodata.imagery.stac.baselines import baseline_of

if TYPE_CHECKING:
    from collections.abc import Mapping

OffsetRule = Literal["earth-search", "always", "baseline", "landsat", "metadata"]
"""How it is known what stored numbers mean; `geodata.imagery.radiometry` says what each does."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A STAC API or a static STAC catalogue, as the server's operator sets it up; never given by a client."""

    name: str
    """What users call it."""

    url: str
    """Of the API's landing page; or URL or path of the JSON file at a static catalogue's root."""

    collections: tuple[str, ...]
    """Whose items are scenes; empty, for a static catalogue only: all."""

    kind: Literal["api", "static"]

    offset_rule: OffsetRule
    """What decides about scale and offset."""

    sign: Literal["planetary-computer"] | None = None
    """How hrefs get the right to be read, when they are read."""

    token_url: str = "https://planetarycomputer.microsoft.com/api/sas/v1/token"  # noqa: S105 - no secret
    """Where `sign` gets its tokens: `<token_url>/<account>/<container>`."""

    signed_hosts: tuple[str, ...] = (".blob.core.windows.net",)
    """How the names of hosts end whose hrefs are signed; tokens are appended to no others."""

    bands: tuple[str, ...] = ()
    """Agency's names of the bands to use (`B02`); empty: the sensor's usual ones."""

    platforms: tuple[str, ...] = ()
    """Satellites to take, such as `landsat-8`; empty: all."""

    max_cloud_cover: float = 80.0
    """Per cent of the whole scene; scenes that do not tell are taken."""

    min_baseline: str | None = None
    """Oldest processing baseline of Sentinel-2 to take, such as `02.12`; scenes that do not tell are not."""

    mask: MaskSettings = field(default_factory=MaskSettings)
    """What counts as cloud."""

    needs_mask: bool = True
    """Leave out scenes that come without a cloud mask; otherwise all of their pixels count as clear."""

    resolution_m: float = 10.0
    """Pixel size of maps, unless the request says otherwise."""

    steps: Literal["month", "season", "all"] = "season"
    """How a period is cut, unless the request says otherwise."""

    scenes_per_step: int = 8
    """Best days (solar days) of a step that are composited."""

    statistic: Literal["median", "geometric-median"] = "median"
    """Over the clear observations of a step."""

    max_failed_share: float = 0.25
    """Of a map's scenes that may be unreadable before the map fails, 0..1."""

    max_scenes: int = 3000
    """Of one search; a box and period with more are refused."""

    timeout_s: float = 30.0
    """For one answer of the catalogue."""

    def __post_init__(self) -> None:
        if self.kind == "api" and not self.collections:
            raise self._refused("collections", "is empty; name the API's collections to search")
        if self.kind == "api" and not self.url.startswith(("http://", "https://")):
            raise self._refused("url", "is no web address; an API's begins with https:// or http://")
        for name, value, least, most in (
            ("max_cloud_cover", self.max_cloud_cover, 0, 100),
            ("max_failed_share", self.max_failed_share, 0, 1),
            ("resolution_m", self.resolution_m, 1, 1000),
            ("scenes_per_step", self.scenes_per_step, 1, 100),
            ("max_scenes", self.max_scenes, 1, 50_000),
            ("timeout_s", self.timeout_s, 0.1, 600),
        ):
            if not least <= value <= most:
                raise self._refused(name, f"is {value:g}; give {least:g} to {most:g}")
        if self.min_baseline is not None and baseline_of(self.min_baseline) is None:
            raise self._refused("min_baseline", f"is {self.min_baseline!r}; a baseline looks like '04.00'")

    def _refused(self, field_name: str, problem: str) -> CatalogueError:
        return CatalogueError(f"source {self.name}: {field_name} {problem}")


_EARTH_SEARCH = "https://earth-search.aws.element84.com/v1"
_PLANETARY_COMPUTER = "https://planetarycomputer.microsoft.com/api/stac/v1"

PRESETS: Final[Mapping[str, Catalogue]] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Catalogue(
                name="earth-search-sentinel-2-l2a",
                url=_EARTH_SEARCH,
                collections=("sentinel-2-l2a",),
                kind="api",
                offset_rule="earth-search",
            ),
            Catalogue(
                name="earth-search-sentinel-2-c1-l2a",
                url=_EARTH_SEARCH,
                collections=("sentinel-2-c1-l2a",),
                kind="api",
                offset_rule="always",
            ),
            Catalogue(
                name="planetary-computer-sentinel-2-l2a",
                url=_PLANETARY_COMPUTER,
                collections=("sentinel-2-l2a",),
                kind="api",
                offset_rule="baseline",
                sign="planetary-computer",
            ),
            Catalogue(
                name="planetary-computer-landsat-c2-l2",
                url=_PLANETARY_COMPUTER,
                collections=("landsat-c2-l2",),
                kind="api",
                offset_rule="landsat",
                sign="planetary-computer",
                # Their bands lie at the same wavelengths, so that their scenes make one composite.
                platforms=("landsat-8", "landsat-9"),
                resolution_m=30.0,
            ),
        )
    }
)
"""Well-known catalogues by name; `dataclasses.replace(PRESETS[name], url=...)` changes one."""

"""A look at a scene's stored numbers: whether dark ground is as dark as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.imagery.stac.scene import Scene

PROBE_BANDS: Final = ("blue", "red", "swir22")
"""Common names of the bands to look at: water, shadow and vegetation are dark in one of them at least."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Stored numbers of an overview of the whole scene.

    Of the whole scene, not of a map's box: what is decided by it must not depend on the box, or neighbouring
    maps and their caches would disagree.
    """

    stored: NDArray[Any]
    """(B, h, w) as stored, for example 128 pixels a side; nodata where there is none."""

    bands: tuple[str, ...]
    """(B,) common names, best those of `PROBE_BANDS`."""

    mask: NDArray[Any] | None
    """(h, w) SCL or QA_PIXEL on the same pixels, nearest; None where the scene has no mask."""

    def __post_init__(self) -> None:
        if self.stored.ndim != 3 or len(self.stored) != len(self.bands):
            raise ValueError(f"a probe is (B, h, w) of named bands, got {self.stored.shape} of {self.bands}")
        if self.mask is not None and self.mask.shape != self.stored.shape[1:]:
            raise ValueError(f"a probe's mask is {self.stored.shape[1:]}, got {self.mask.shape}")


@dataclass(frozen=True, slots=True)
class DarkGround:
    """What is dark in one of the bands at least, on every day of the year."""

    name: str
    """In the plural."""

    least: float
    """Of its median reflectance in its darkest band; atmospheric correction makes some water negative."""

    most: float
    """With ESA's offset in the numbers, and not accounted for, it is brighter."""


_WATER = DarkGround("water and shadow", -0.03, 0.09)
_PLANTS = DarkGround("plants", 0.0, 0.1)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the look has shown."""

    scene: str
    """Its identifier."""

    bands: tuple[str, ...] = ()
    """What was looked at."""

    dark: float | None = None
    """Median stored number of dark ground, in the darkest band of each pixel; None: too little to tell."""

    ground: DarkGround | None = None
    """What it is."""

    low: float | None = None
    """Only 2 % of the clear pixels are darker than this, in their darkest band."""

    middle: float | None = None
    """Median stored number of the clear pixels, all bands."""

    @property
    def offset_is_out(self) -> bool | None:
        """Whether ESA's offset is not in the numbers, be it taken out or never put in; None: cannot be seen."""
        if self.ground is not None and self.dark is not None:
            if self.dark >= _CLOUD:
                return None
            return self.dark < self.ground.most * _TEN_THOUSAND
        if self.low is not None and self.low < _WATER.most * _TEN_THOUSAND:
            return True
        # Desert, snow and cloud are not dark either way.
        return None

    @property
    def evidence(self) -> str:
        """What was seen, as a part of a sentence."""
        if self.ground is not None:
            return f"{self.ground.name} have a median of {self.dark:.0f} in the darkest of {self._bands}"
        if self.low is not None:
            return (
                f"the darkest clear pixels have {self.low:.0f} in the darkest of {self._bands}, "
                "and nothing was in sight that must be dark"
            )
        return "no clear pixel could be looked at"

    @property
    def _bands(self) -> str:
        return ", ".join(self.bands)

    def doubts(self, scale: float, offset: float) -> tuple[str, ...]:
        """Why a scale and offset can hardly be right; empty where nothing speaks against them."""
        if self.ground is not None and self.dark is not None:
            darkness = self.dark * scale + offset
            if not self.ground.least <= darkness <= self.ground.most and darkness < _CLOUD / _TEN_THOUSAND:
                return (self._contradiction(self.evidence, darkness),)
        if self.middle is not None:
            brightness = self.middle * scale + offset
            if not _GROUND_REFLECTANCE[0] <= brightness <= _GROUND_REFLECTANCE[1]:
                return (
                    self._contradiction(f"the clear pixels have a median of {self.middle:.0f}", brightness),
                )
        return ()

    def _contradiction(self, seen: str, reflectance: float) -> str:
        return (
            f"{self.scene}: the numbers contradict the metadata: {seen}, "
            f"which would be a reflectance of {reflectance:.3f}"
        )


def look(scene: Scene, probe: Probe | None) -> Sight:
    """Look at a scene's numbers.

    Args:
        scene: whose numbers they are.
        probe: what was read; None: nobody could look.
    """
    if probe is None:
        return Sight(scene.id)
    nodata = next((band.nodata for band in scene.bands if band.nodata is not None), 0.0)
    valid = (np.isfinite(probe.stored) & (probe.stored != nodata)).all(axis=0)
    clear, must_be_dark = _ground(probe, scene.mask.kind if scene.mask else None)
    darkest = probe.stored.min(axis=0)
    in_clear = valid & clear
    enough = bool(in_clear.sum() >= _ENOUGH)
    seen = {ground: valid & where for ground, where in must_be_dark.items()}
    ground = next((ground for ground, where in seen.items() if where.sum() >= _ENOUGH), None)
    return Sight(
        scene.id,
        probe.bands,
        # The median: at the edge of nodata, and where the terrain was corrected too much, a few are darker.
        dark=None if ground is None else float(np.median(darkest[seen[ground]])),
        ground=ground,
        low=float(np.quantile(darkest[in_clear], 0.02)) if enough else None,
        middle=float(np.median(probe.stored[:, in_clear])) if enough else None,
    )


_ENOUGH = 16  # pixels of the overview
_TEN_THOUSAND = 10_000.0  # ESA's stored number for all light reflected
_CLOUD = 2000.0  # so bright is no dark ground with ESA's offset: it lies under cloud, and shows nothing
_GROUND_REFLECTANCE = (-0.05, 1.5)  # half of any clear scene


def _ground(probe: Probe, kind: str | None) -> tuple[NDArray[np.bool_], dict[DarkGround, NDArray[np.bool_]]]:
    """Which pixels are clear, and which of them must be dark, best first."""
    mask = probe.mask
    if mask is None or kind is None:
        return np.ones(probe.stored.shape[1:], dtype=np.bool_), {}
    if kind == "scl":
        return np.isin(mask, (2, 4, 5, 6, 7, 11)), {
            _WATER: np.isin(mask, (2, 6)),
            _PLANTS: mask == 4,
        }
    clear = (mask & 0b11111 == 0) & (mask != 0)
    return clear, {_WATER: clear & (mask & 0b10000000 != 0)}

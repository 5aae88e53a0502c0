"""From a scene's stored numbers to reflectance: the one place that decides about scale, offset and nodata."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geodata.errors import ReflectanceError
from geodata.imagery.probing import PROBE_BANDS, Probe, Sight, look
from geodata.imagery.stac.baselines import OFFSET_SINCE, baseline_of
from geodata.sensors import SENSORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geodata.imagery.stac.catalogue import OffsetRule
    from geodata.imagery.stac.scene import Scene

__all__ = ["ESA_OFFSET", "PROBE_BANDS", "Probe", "Radiometry", "decide"]

ESA_OFFSET: Final = -0.1
"""In reflectance: what has to be added to products of baseline 04.00 and later."""


@dataclass(frozen=True, slots=True)
class Radiometry:
    """Reflectance = scale * stored + offset, of one scene."""

    scale: float
    offset: float
    """In reflectance."""

    nodata: float | None
    """Stored number that means nothing."""

    saturated: float | None
    """Stored numbers from here on mean more light than the sensor could take; how much is not known."""

    sentence: str
    """What was decided, and why, for people: it goes into the map's lineage."""

    warnings: tuple[str, ...] = ()
    """Where the numbers contradict the metadata, in sentences."""

    floor: float | None = None
    """Least value of a valid pixel in stored numbers, after the offset; None: no limit."""

    def __post_init__(self) -> None:
        if not (self.scale > 0 and math.isfinite(self.scale) and math.isfinite(self.offset)):
            raise ReflectanceError(
                f"scale must be above 0 and offset a number, got {self.scale:g} and {self.offset:g}"
            )

    def apply(self, stored: NDArray[Any]) -> NDArray[np.float32]:
        """Reflectance of stored numbers of any shape; NaN where there is none, or it was saturated."""
        missing = np.zeros(stored.shape, dtype=np.bool_)
        if np.issubdtype(stored.dtype, np.floating):
            missing |= ~np.isfinite(stored)
        if self.nodata is not None and math.isfinite(self.nodata):
            missing |= stored == self.nodata
        if self.saturated is not None:
            missing |= stored >= self.saturated
        reflectance = stored.astype(np.float32)
        # The offset first, in stored numbers: whole numbers stay exact, so that numbers with the offset in
        # and with the offset taken out give the same reflectance, to the last bit.
        reflectance += np.float32(round(self.offset / self.scale, 6))
        if self.floor is not None:
            np.maximum(reflectance, np.float32(self.floor), out=reflectance)
        reflectance *= np.float32(self.scale)
        reflectance[missing] = np.nan
        return reflectance


def decide(scene: Scene, rule: OffsetRule, probe: Callable[[], Probe | None]) -> Radiometry:
    """Find out what a scene's numbers mean.

    - `always`: ESA's offset of -1000 is still to be applied (Earth Search's `sentinel-2-c1-l2a`).
    - `baseline`: it is, where the processing baseline is 04.00 or later (Planetary Computer, Copernicus);
      never by date, because old acquisitions are processed again.
    - `earth-search`: it is not where `earthsearch:boa_offset_applied` is true or the baseline is older; where
      the flag is false, or missing, the numbers decide, because the flag is known to be wrong there.
    - `landsat`: Collection 2, Level 2, of the USGS.
    - `metadata`: what the catalogue's `raster:bands` say; else what is usual for the sensor.

    Whatever decided, the numbers are looked at, and a contradiction becomes a warning.

    Args:
        scene: as the catalogue describes it.
        rule: the catalogue's `offset_rule`.
        probe: gives a look at the numbers, or None where nobody could look; called once. Its errors are passed on.

    Raises:
        ReflectanceError: nothing says what the numbers mean.
    """
    sight = look(scene, probe())
    match rule:
        case "landsat":
            chosen = _landsat(scene)
        case "metadata":
            chosen = _by_metadata(scene)
        case "always":
            chosen = _esa(scene, still_in=True, why="this collection never takes the offset out")
        case "baseline":
            chosen = _by_baseline(scene, sight)
        case "earth-search":
            chosen = _by_flag(scene, sight)
    doubts = sight.doubts(chosen.scale, chosen.offset)
    return replace(chosen, warnings=(*chosen.warnings, *doubts))


def _by_baseline(scene: Scene, sight: Sight) -> Radiometry:
    baseline = baseline_of(scene.processing_baseline)
    if baseline is None:
        return _by_numbers(scene, sight, "the catalogue does not tell the processing baseline")
    if baseline >= OFFSET_SINCE:
        return _esa(scene, still_in=True, why=f"processing baseline {baseline} is {OFFSET_SINCE} or later")
    return _esa(
        scene, still_in=False, why=f"processing baseline {baseline} is before {OFFSET_SINCE}, without offset"
    )


def _by_flag(scene: Scene, sight: Sight) -> Radiometry:
    if scene.boa_offset_applied:
        return _esa(
            scene,
            still_in=False,
            taken_out=True,
            why="the catalogue says that the offset is applied already (earthsearch:boa_offset_applied)",
        )
    baseline = baseline_of(scene.processing_baseline)
    if baseline is not None and baseline < OFFSET_SINCE:
        return _esa(
            scene,
            still_in=False,
            why=f"processing baseline {baseline} is before {OFFSET_SINCE}, without offset",
        )
    flag = "false" if scene.boa_offset_applied is False else "missing"
    return _by_numbers(scene, sight, f"earthsearch:boa_offset_applied is {flag}, and not to be relied on")


def _by_numbers(scene: Scene, sight: Sight, reason: str) -> Radiometry:
    """Where no metadata can be trusted: dark ground is dark only when the offset is not in its numbers."""
    if sight.offset_is_out is not None:
        seen = "out" if sight.offset_is_out else "in"
        why = f"{reason}; {sight.evidence}, so the offset is {seen}"
        return _esa(scene, still_in=not sight.offset_is_out, taken_out=sight.offset_is_out, why=why)
    if scene.boa_offset_applied is None and baseline_of(scene.processing_baseline) is None:
        raise ReflectanceError(
            f"{scene.id}: nothing says whether ESA's offset of -1000 is in its numbers: {reason}, and "
            f"{sight.evidence}. Leave the scene out, or use a catalogue that tells the processing baseline"
        )
    return _esa(
        scene,
        still_in=True,
        why=f"{reason}; {sight.evidence}, so the offset is taken to be in",
        warnings=(f"{scene.id}: whether ESA's offset is in the numbers could not be seen: {sight.evidence}",),
    )


def _esa(
    scene: Scene, *, still_in: bool, why: str, taken_out: bool = False, warnings: tuple[str, ...] = ()
) -> Radiometry:
    scale = SENSORS["sentinel-2"].scale
    offset = ESA_OFFSET if still_in else 0.0
    return Radiometry(
        scale=scale,
        offset=offset,
        nodata=_nodata(scene),
        # Whoever took the offset out took it out of the saturated numbers too.
        saturated=64_535.0 if taken_out else 65_535.0,
        sentence=f"reflectance = {_formula(scale, offset)}: {why}",
        warnings=warnings,
        # A valid pixel that the offset makes 0 or less would be taken for nodata by those who store it again;
        # catalogues that take the offset out do the same, so that both ways agree.
        floor=1.0,
    )


def _landsat(scene: Scene) -> Radiometry:
    sensor = SENSORS["landsat-9"]
    declared = {(band.scale, band.offset) for band in scene.bands} - {(None, None)}
    others = sorted(
        f"{scale} and {offset}"
        for scale, offset in declared
        if not (math.isclose(scale or 0, sensor.scale) and math.isclose(offset or 0, sensor.offset))
    )
    warning = (
        f"{scene.id}: the catalogue gives scale and offset {', '.join(others)}, "
        "which are not those of Landsat Collection 2"
    )
    return Radiometry(
        scale=sensor.scale,
        offset=sensor.offset,
        nodata=_nodata(scene),
        saturated=65_535.0,
        sentence=f"reflectance = {_formula(sensor.scale, sensor.offset)}: Landsat Collection 2, Level 2",
        warnings=(warning,) if others else (),
    )


def _by_metadata(scene: Scene) -> Radiometry:
    sensor = SENSORS[scene.sensor]
    declared = {(band.scale, band.offset) for band in scene.bands}
    if len(declared) > 1:
        said = ", ".join(sorted(f"{scale} and {offset}" for scale, offset in declared))
        raise ReflectanceError(f"{scene.id}: its bands declare different scales and offsets ({said})")
    [(scale, offset)] = declared
    if scale is None:
        scale, offset = sensor.scale, sensor.offset if offset is None else offset
        why = f"what is usual for {sensor.title}, because the catalogue tells no scale"
    else:
        why = "what the catalogue says"
    offset = offset or 0.0
    return Radiometry(
        scale=scale,
        offset=offset,
        nodata=_nodata(scene),
        saturated=65_535.0 if scale < 0.001 else None,  # whole numbers; reflectance itself has no such end
        sentence=f"reflectance = {_formula(scale, offset)}: {why}",
        floor=1.0 if sensor.name == "sentinel-2" and math.isclose(scale, sensor.scale) else None,
    )


def _nodata(scene: Scene) -> float:
    """As the catalogue says; else 0, as ESA and the USGS have it."""
    return next((band.nodata for band in scene.bands if band.nodata is not None), 0.0)


def _formula(scale: float, offset: float) -> str:
    if not offset:
        return f"stored number * {scale:g}"
    return f"stored number * {scale:g} {'+' if offset > 0 else '-'} {abs(offset):g}"

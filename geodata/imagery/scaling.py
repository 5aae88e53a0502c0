"""From stored numbers to reflectance, and a look at whether it can be reflectance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import ReflectanceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from geodata.band_names import IdentifiedBands


@dataclass(frozen=True, slots=True)
class Scaling:
    """Reflectance = stored number * scale + offset."""

    scale: NDArray[np.float32]
    """(B,)"""

    offset: NDArray[np.float32]
    """(B,) in reflectance."""

    sentence: str
    """Which numbers were used, and why, for people."""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.scale).all() and np.isfinite(self.offset).all() and (self.scale > 0).all()):
            raise ReflectanceError(
                f"scale must be above 0 and offset a number, got {_say(self.scale, self.offset)}"
            )


def choose_scaling(
    identified: IdentifiedBands,
    *,
    given: tuple[float | None, float | None],
    own: tuple[Sequence[float], Sequence[float]],
    dtype: np.dtype[np.generic],
    look: Callable[[], NDArray[np.float32]],
) -> Scaling:
    """Decide how stored numbers become reflectance: as told, as the file says, or as is usual for the sensor.

    Args:
        identified: the bands, and the sensor where it is known.
        given: scale and offset as the user gave them.
        own: scales and offsets of the chosen bands in the file; 1 and 0 mean that it has none.
        dtype: of the stored numbers.
        look: gives (n, B) some valid pixels as stored; called where floating-point numbers have no scale.

    Raises:
        ReflectanceError: nothing says what the numbers mean.
    """
    count = len(identified.bands)
    scales, offsets = (np.asarray(part, dtype=np.float64) for part in own)
    has_own = bool((scales != 1).any() or (offsets != 0).any())
    scale, offset = given
    sensor = identified.sensor

    def scaling(scale: float | NDArray[np.float64], offset: float | NDArray[np.float64], why: str) -> Scaling:
        full = np.broadcast_to(np.float32(scale), count), np.broadcast_to(np.float32(offset), count)
        return Scaling(*full, sentence=f"reflectance = {_say(*full)}: {why}")

    if scale is not None:
        return scaling(scale, offsets if offset is None else offset, "as given")
    if has_own:
        return scaling(scales, offsets if offset is None else offset, "the file's own scale and offset")
    if np.issubdtype(dtype, np.floating) and _already_reflectance(look()):
        return scaling(1.0, offset or 0.0, "the file holds floating-point reflectance already")
    if dtype == np.uint8:
        raise ReflectanceError(
            "the file holds 8-bit numbers without a scale: a picture for the eye, most likely, and not "
            "reflectance. Use the product it was made from; or, if the numbers are reflectance, "
            "give --scale (0.00392157 where 255 means 1)"
        )
    if sensor is None:
        raise ReflectanceError(
            f"the file has {dtype} numbers without a scale, and a custom sensor has no usual one: "
            "give --scale, for example --scale 0.0001 where 10000 means 1"
        )
    why = f"the usual scale and offset of {sensor.title}, because the file has none of its own"
    if identified.assumed:
        why += "; the band names fit several sensors (say which with --sensor)"
    if sensor.name == "sentinel-2" and offset is None:
        # ESA shifted its numbers in January 2022; most redistributors shift them back, and no file says so.
        why += "; products of baseline 04.00 or later, as ESA itself distributes them, need --offset -0.1"
    return scaling(sensor.scale, sensor.offset if offset is None else offset, why)


def check_reflectance(values: NDArray[np.float32], scaling: Scaling, identified: IdentifiedBands) -> None:
    """Refuse values that no surface reflects.

    Args:
        values: (n, B) a sample of valid pixels after scaling.
        scaling: how they were scaled.
        identified: the bands.

    Raises:
        ReflectanceError: the message says which scale would do.
    """
    if not len(values):
        return
    median = float(np.median(values))
    brightest = float(np.quantile(values.max(axis=1), 0.99))
    if median > 2 or median < -0.5:
        problem = f"half of all values are {'above' if median > 0 else 'below'} {median:.4g}"
    elif brightest < 0.005:
        problem = f"99 of 100 pixels stay below {brightest:.2g} in all bands, darker than any ground"
    elif identified.assumed and float(np.quantile(values.min(axis=1), 0.05)) > 0.6:
        # Landsat's numbers begin at 7273; taken for Sentinel-2's they make a world of white.
        problem = "nearly all pixels are brighter than 0.6 in all bands (Landsat's numbers look like this)"
    else:
        return
    raise ReflectanceError(
        f"the imagery's values cannot be reflectance (0..1): {problem}. "
        f"Used was {scaling.sentence}. {_what_would_do(values, scaling)}"
    )


# Scale and offset that are in use, and who uses them.
_IN_USE = (
    (1.0, 0.0, "reflectance as it is"),
    (1e-4, 0.0, "Sentinel-2, PlanetScope, and many others"),
    (2.75e-5, -0.2, "Landsat Collection 2"),
    (1e-3, 0.0, "1000 means 1"),
    (0.01, 0.0, "per cent"),
)


def _what_would_do(values: NDArray[np.float32], scaling: Scaling) -> str:
    stored = (values.astype(np.float64) - scaling.offset) / scaling.scale
    for scale, offset, who in _IN_USE:
        reflectance = stored * scale + offset
        if 0.01 < np.median(reflectance) < 0.7 and np.quantile(reflectance, 0.98) < 1.6:
            offsets = f" --offset {offset:g}" if offset else ""
            median = np.median(reflectance)
            return f"--scale {scale:g}{offsets} would do ({who}): it makes the median {median:.2f}"
    return (
        f"The stored numbers have the median {np.median(stored):.4g}; "
        "look up in the product's description how they become reflectance, and give --scale and --offset"
    )


def _already_reflectance(values: NDArray[np.float32]) -> bool:
    """Whether floating-point numbers look like reflectance as they are."""
    return bool(len(values)) and bool(np.quantile(np.abs(values), 0.98) <= 2)


def _say(scale: NDArray[np.float32], offset: NDArray[np.float32]) -> str:
    """`stored number * 0.0001 - 0.1`."""
    parts = ", ".join(f"{value:g}" for value in sorted({float(f"{s:.6g}") for s in scale}))
    shifts = sorted({float(f"{o:.6g}") for o in offset})
    if shifts == [0.0]:
        return f"stored number * {parts}"
    return f"stored number * {parts} {'+' if shifts[0] > 0 else '-'} " + ", ".join(
        f"{abs(s):g}" for s in shifts
    )

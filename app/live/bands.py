"""Which bands of some imagery a layer shows; without them there is no such layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.live.layers import Layer
from geodata.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RED: Final = ("red", 665.0)
_GREEN: Final = ("green", 560.0)
_BLUE: Final = ("blue", 490.0)
_NIR: Final = ("near-infrared", 842.0)
_SWIR_1: Final = ("short-wave infrared (1610 nm)", 1610.0)
_SWIR_2: Final = ("short-wave infrared (2200 nm)", 2200.0)

_WAVELENGTHS_NM: Final[Mapping[Layer, tuple[tuple[str, float], ...]]] = {
    Layer.TRUE_COLOR: (_RED, _GREEN, _BLUE),
    Layer.FALSE_COLOR: (_NIR, _RED, _GREEN),
    Layer.NDVI: (_NIR, _RED),
    Layer.NDWI: (_GREEN, _NIR),
    Layer.NDBI: (_SWIR_1, _NIR),
    Layer.NBR: (_NIR, _SWIR_2),
}
"""Name and wavelength of each, in the order that the layer takes them in."""

_NEAR: Final = 0.1
"""A band may lie this share of a colour's wavelength beside it."""


def bands_of(layer: Layer, name: str, centres: Sequence[float]) -> tuple[int, ...]:
    """Positions of what a layer shows.

    Args:
        layer: of imagery.
        name: of the imagery.
        centres: (B,) of its bands, in nanometres.

    Raises:
        NotFoundError: it has no such bands.
    """
    found = []
    for colour, wanted in _WAVELENGTHS_NM[layer]:
        nearest = _nearest(wanted, centres)
        if nearest is None:
            raise NotFoundError(f"{name} has no band of {colour} light, so there is no layer {layer.value}.")
        found.append(nearest)
    return tuple(found)


def has_bands(layer: Layer, centres: Sequence[float]) -> bool:
    """Whether imagery with such bands can be shown as a layer."""
    return all(_nearest(wanted, centres) is not None for _, wanted in _WAVELENGTHS_NM[layer])


def imagery_layers(band_sets: Sequence[Sequence[float]]) -> tuple[Layer, ...]:
    """What imagery can be shown as.

    Args:
        band_sets: as `Source.band_sets`; where there are several, what all of them can be shown as.
    """
    return tuple(
        layer
        for layer in Layer
        if layer.is_imagery and band_sets and all(has_bands(layer, centres) for centres in band_sets)
    )


def _nearest(wanted: float, centres: Sequence[float]) -> int | None:
    distances = [abs(centre - wanted) for centre in centres]
    nearest = min(range(len(centres)), key=lambda number: distances[number])
    return nearest if distances[nearest] <= _NEAR * wanted else None

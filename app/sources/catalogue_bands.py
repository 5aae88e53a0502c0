"""Which bands the scenes of a catalogue may have, as far as its settings tell before any of them is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geodata.errors import BandsError
from geodata.imagery.stac.asset_bands import USUAL, usual_bands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.imagery.stac.catalogue import Catalogue

_FAMILY: Final = {
    "earth-search": "sentinel-2",
    "always": "sentinel-2",
    "baseline": "sentinel-2",
    "landsat": "landsat",
    "metadata": "",
}
"""Rule of radiometry -> how the names of the sensors begin that it is made for."""


def band_sets_of(catalogue: Catalogue) -> tuple[tuple[float, ...], ...]:
    """Band centres (nm), a tuple for each sensor whose scenes it may have; none where its bands are no sensor's."""
    return tuple(dict.fromkeys(_sets(catalogue)))


def _sets(catalogue: Catalogue) -> Iterator[tuple[float, ...]]:
    platforms = tuple(platform.lower().replace("_", "-") for platform in catalogue.platforms)
    for sensor in USUAL:
        if not sensor.startswith(_FAMILY[catalogue.offset_rule]):
            continue
        if platforms and not any(platform.startswith(sensor) for platform in platforms):
            continue
        try:
            bands = usual_bands(sensor, catalogue.bands)
        except BandsError:  # they are another sensor's
            continue
        yield tuple(band.wavelength_nm for band in bands)

"""Sensors: what their bands are called, where these lie in the spectrum, and what stored numbers mean."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from geodata.errors import BandsError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Band:
    """One spectral band."""

    name: str
    """As its agency writes it: `B02`, `B8A`, `B5`."""

    common_name: str
    """As STAC's `eo` extension writes it: `blue`, `nir`, `swir16`; empty for a custom band."""

    wavelength_nm: float
    """Centre wavelength in nanometres, 350..2600."""

    fwhm_nm: float
    """Full width at half maximum in nanometres."""

    def __post_init__(self) -> None:
        if 0.35 <= self.wavelength_nm <= 2.6:
            raise BandsError(
                f"the wavelength of band {self.name} is {self.wavelength_nm:g} nm; "
                f"that looks like micrometres: write {self.wavelength_nm * 1000:g}"
            )
        if not 350 <= self.wavelength_nm <= 2600:
            raise BandsError(
                f"the wavelength of band {self.name} is {self.wavelength_nm:g} nm; "
                "reflected sunlight lies between 350 and 2600 nm: leave out thermal and radar bands"
            )
        if not 0 < self.fwhm_nm <= 1000:
            raise BandsError(f"the width of band {self.name} is {self.fwhm_nm:g} nm; give one in 0..1000 nm")


@dataclass(frozen=True, slots=True)
class Sensor:
    """A family of images with the same bands and the same meaning of the stored numbers."""

    name: str
    """As the command line writes it: `sentinel-2`."""

    title: str

    bands: tuple[Band, ...]
    """In the agency's order."""

    scale: float
    """Reflectance = stored number * scale + offset, as the agency usually distributes surface reflectance."""

    offset: float


def _bands(*rows: tuple[str, str, float, float]) -> tuple[Band, ...]:
    return tuple(Band(*row) for row in rows)


_OLI = _bands(
    ("B1", "coastal", 443.0, 16.0),
    ("B2", "blue", 482.0, 60.0),
    ("B3", "green", 561.4, 57.3),
    ("B4", "red", 654.6, 37.5),
    ("B5", "nir08", 864.7, 28.3),
    ("B6", "swir16", 1608.9, 84.7),
    ("B7", "swir22", 2200.7, 186.7),
)

SENSORS: Mapping[str, Sensor] = MappingProxyType(
    {
        sensor.name: sensor
        for sensor in (
            Sensor(
                "sentinel-2",
                "Sentinel-2 MSI",
                _bands(
                    ("B01", "coastal", 442.7, 21.0),
                    ("B02", "blue", 492.7, 66.0),
                    ("B03", "green", 559.8, 36.0),
                    ("B04", "red", 664.6, 31.0),
                    ("B05", "rededge071", 704.1, 15.0),
                    ("B06", "rededge075", 740.5, 15.0),
                    ("B07", "rededge078", 782.8, 20.0),
                    ("B08", "nir", 832.8, 106.0),
                    ("B8A", "nir08", 864.7, 21.0),
                    ("B09", "nir09", 945.1, 20.0),
                    ("B10", "cirrus", 1373.5, 31.0),
                    ("B11", "swir16", 1613.7, 91.0),
                    ("B12", "swir22", 2202.4, 175.0),
                ),
                scale=1e-4,
                offset=0.0,
            ),
            # Collection 2 Level 2 of the USGS.
            Sensor("landsat-9", "Landsat 9 OLI-2", _OLI, scale=2.75e-5, offset=-0.2),
            Sensor("landsat-8", "Landsat 8 OLI", _OLI, scale=2.75e-5, offset=-0.2),
            Sensor(
                "landsat-7",
                "Landsat 7 ETM+",
                _bands(
                    ("B1", "blue", 483.0, 65.0),
                    ("B2", "green", 560.0, 80.0),
                    ("B3", "red", 662.0, 60.0),
                    ("B4", "nir08", 835.0, 120.0),
                    ("B5", "swir16", 1648.0, 190.0),
                    ("B7", "swir22", 2206.0, 250.0),
                ),
                scale=2.75e-5,
                offset=-0.2,
            ),
            Sensor(
                "landsat-5",
                "Landsat 5 TM",
                _bands(
                    ("B1", "blue", 485.0, 66.0),
                    ("B2", "green", 569.0, 81.0),
                    ("B3", "red", 660.0, 67.0),
                    ("B4", "nir08", 840.0, 128.0),
                    ("B5", "swir16", 1676.0, 217.0),
                    ("B7", "swir22", 2223.0, 252.0),
                ),
                scale=2.75e-5,
                offset=-0.2,
            ),
            Sensor(
                "planetscope",
                "PlanetScope SuperDove",
                _bands(
                    ("coastal_blue", "coastal", 443.0, 20.0),
                    ("blue", "blue", 490.0, 50.0),
                    ("green_i", "green05", 531.0, 36.0),
                    ("green", "green", 565.0, 36.0),
                    ("yellow", "yellow", 610.0, 20.0),
                    ("red", "red", 665.0, 31.0),
                    ("rededge", "rededge", 705.0, 15.0),
                    ("nir", "nir", 865.0, 40.0),
                ),
                scale=1e-4,
                offset=0.0,
            ),
        )
    }
)
"""The sensors that Landshot knows by name; any other is `custom`, with its wavelengths."""

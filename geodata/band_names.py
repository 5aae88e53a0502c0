"""From the names in a file to bands of a sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.errors import BandsError
from geodata.sensors import SENSORS, Band, Sensor

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class IdentifiedBands:
    """Which of a file's bands are reflectance, and of what."""

    sensor: Sensor | None
    """None for a custom sensor."""

    bands: tuple[Band, ...]

    indexes: tuple[int, ...]
    """Position of each band in the file, from 0; the file's other bands are masks and the like."""

    assumed: bool
    """The names fit several sensors and Sentinel-2 was taken: say so, and look at the values."""

    def __post_init__(self) -> None:
        if not self.bands or len(self.bands) != len(self.indexes):
            raise BandsError("imagery needs at least one band of reflectance, and an index for each")


def identify_bands(
    descriptions: Sequence[str | None],
    *,
    bands: Sequence[str] | None = None,
    sensor: str | None = None,
    wavelengths_nm: Sequence[float] | None = None,
) -> IdentifiedBands:
    """Find out what the bands of a file are.

    Names are understood as ESA writes them (`B02`, `B2`, `b8a`, `B02_10m`), as Landsat products do
    (`SR_B2`, `B2`), and as STAC's common names (`blue`, `rededge1`, `nir08`, `swir16`). Bands that hold no
    reflectance (`SCL`, `QA_PIXEL`, `AOT`, alpha, ...) are left out.

    Args:
        descriptions: the file's own band descriptions, in file order; None where it has none.
        bands: names to use instead, one for each band of the file.
        sensor: a key of `SENSORS`, or `custom` for bands that `wavelengths_nm` describes.
        wavelengths_nm: centre wavelength of each band of the file, in nanometres.

    Raises:
        BandsError: the bands stay unknown, or what was given contradicts the file.
    """
    count = len(descriptions)
    if bands is not None and len(bands) != count:
        raise BandsError(
            f"--bands gives {len(bands)} names, but the file has {_say(descriptions)}: give one each"
        )
    names = list(descriptions) if bands is None else list(bands)
    if sensor is not None and sensor != "custom" and sensor not in SENSORS:
        raise BandsError(f"there is no sensor {sensor!r}: choose one of {', '.join(SENSORS)}, custom")
    if wavelengths_nm is not None or sensor == "custom":
        return _custom(names, descriptions, sensor, wavelengths_nm)

    kept = [i for i, name in enumerate(names) if not (name and spelling(name) in NO_REFLECTANCE)]
    keys = [spelling(names[i] or "") for i in kept]
    if not keys or not all(keys):
        raise BandsError(
            f"the file has {_say(descriptions)}, so nobody can tell what they show. {_HOW_TO_SAY}"
        )
    if sensor is not None:
        candidates = [SENSORS[sensor]]
    else:
        candidates = [s for s in SENSORS.values() if all(k in spellings_of(s) for k in keys)]
    if not candidates:
        raise BandsError(f"the file has {_say(names)}, and no sensor has all of these. {_HOW_TO_SAY}")

    # Where all candidates mean nearly the same light, which of them it is does not matter.
    choices = [_choose(s, keys, kept, names) for s in candidates]
    assumed = False
    if any(_differ(choices[0], other) for other in choices[1:]):
        fitting = ", ".join(s.name for s in candidates)
        if not set(keys) <= _COMMON_NAMES:
            raise BandsError(
                f"the file has {_say(names)}, which fit {fitting}: say which with --sensor, "
                f"for example --sensor {candidates[0].name}"
            )
        assumed = True
    first = choices[0]
    return IdentifiedBands(first.sensor, first.bands, first.indexes, assumed=assumed)


_HOW_TO_SAY = (
    "Name the file's bands in order with --bands (for example --bands B02,B03,B04,B08), "
    "with --sensor where the names alone do not say which; or use --sensor custom with --wavelengths in nm, "
    "one for each band"
)

_NO_REFLECTANCE_NAMES = (
    "alpha aot bqa cld cldprb cloud cloud_mask clouds cs cs_cdf datamask fmask lwir lwir11 lwir12 "
    "mask msk_classi_cirrus msk_classi_opaque msk_classi_snow_ice msk_cldprb msk_snwprb nodata "
    "pixel_qa probs qa10 qa20 qa60 qa_aerosol qa_pixel qa_radsat scl snw snwprb sr_atmos_opacity "
    "sr_cloud_qa sr_qa_aerosol st_atran st_b10 st_b6 st_cdist st_drad st_emis st_emsd st_qa st_trad "
    "st_urad sun_azimuth_angles sun_zenith_angles udm udm1 udm2 view_azimuth_mean view_zenith_mean "
    "wvp"
)

NO_REFLECTANCE = frozenset(_NO_REFLECTANCE_NAMES.split())
"""Names of layers that come along with reflectance but are none."""

_SYNONYMS = {
    "coastal_blue": "coastal",
    "coastal_aerosol": "coastal",
    "nir1": "nir",
    "narrow_nir": "nir08",
    "swir1": "swir16",
    "swir_1": "swir16",
    "swir2": "swir22",
    "swir_2": "swir22",
    "red_edge": "rededge",
    "rededge1": "rededge071",
    "red_edge_1": "rededge071",
    "rededge_1": "rededge071",
    "rededge2": "rededge075",
    "red_edge_2": "rededge075",
    "rededge_2": "rededge075",
    "rededge3": "rededge078",
    "red_edge_3": "rededge078",
    "rededge_3": "rededge078",
}

_COMMON_NAMES = frozenset(b.common_name for s in SENSORS.values() for b in s.bands)


def spelling(name: str) -> str:
    """What is left of a description that tells one band from another.

    GDAL's Sentinel-2 driver writes `B4, central wavelength 665 nm`; Copernicus' catalogue `B04_10m`.
    """
    words = name.strip().lower().split(",")[0].split()
    key = "_".join(words).replace("-", "_")
    for suffix in ("_10m", "_20m", "_60m"):
        key = key.removesuffix(suffix)
    return _SYNONYMS.get(key, key)


def spellings_of(sensor: Sensor) -> dict[str, Band]:
    """Every spelling that means a band of this sensor, in the form of `spelling`."""
    spellings: dict[str, Band] = {}
    for band in sensor.bands:
        name = band.name.lower()
        spellings[spelling(band.common_name)] = band
        spellings[spelling(name)] = band
        if sensor.name == "sentinel-2":
            spellings[name.replace("b0", "b")] = band
        if sensor.name.startswith("landsat"):
            spellings[f"sr_{name}"] = band
            spellings[f"toa_{name}"] = band
            if band.common_name == "nir08":
                spellings["nir"] = band
    return spellings


def _choose(
    sensor: Sensor, keys: Sequence[str], kept: Sequence[int], names: Sequence[str | None]
) -> IdentifiedBands:
    spellings = spellings_of(sensor)
    if unknown := [repr(names[i]) for key, i in zip(keys, kept, strict=True) if key not in spellings]:
        raise BandsError(
            f"{sensor.title} has no band {', '.join(unknown)}; "
            f"it has {', '.join(b.name for b in sensor.bands)}. {_HOW_TO_SAY}"
        )
    chosen = tuple(spellings[key] for key in keys)
    if twice := sorted({b.name for b in chosen if chosen.count(b) > 1}):
        raise BandsError(
            f"band {', '.join(twice)} is named twice: name each of the file's bands once, in order"
        )
    return IdentifiedBands(sensor, chosen, tuple(kept), assumed=False)


def _differ(one: IdentifiedBands, other: IdentifiedBands) -> bool:
    """Whether two readings of the same names mean other light, or other numbers."""
    assert one.sensor is not None
    assert other.sensor is not None
    if (one.sensor.scale, one.sensor.offset) != (other.sensor.scale, other.sensor.offset):
        return True
    return any(
        abs(a.wavelength_nm - b.wavelength_nm) > 30 for a, b in zip(one.bands, other.bands, strict=True)
    )


def _custom(
    names: Sequence[str | None],
    descriptions: Sequence[str | None],
    sensor: str | None,
    wavelengths_nm: Sequence[float] | None,
) -> IdentifiedBands:
    if sensor not in (None, "custom"):
        raise BandsError(f"--wavelengths go with --sensor custom; those of {sensor} are known: leave one out")
    if wavelengths_nm is None:
        raise BandsError(
            "--sensor custom needs --wavelengths, the centre of each band in nm: 490,560,665,842"
        )
    if len(wavelengths_nm) != len(names):
        raise BandsError(
            f"--wavelengths gives {len(wavelengths_nm)} numbers, but the file has {_say(descriptions)}: "
            "give one for each band"
        )
    bands = tuple(
        # Widths are rarely known to those who know the centre; 5 % of it is what multispectral bands have.
        Band(name or f"band_{i}", "", float(wavelength), 0.05 * float(wavelength))
        for i, (name, wavelength) in enumerate(zip(names, wavelengths_nm, strict=True), start=1)
    )
    return IdentifiedBands(None, bands, tuple(range(len(names))), assumed=False)


def _say(names: Sequence[str | None]) -> str:
    bands = f"{len(names)} band{'s' if len(names) != 1 else ''}"
    if not any(names):
        return f"{bands} without a description"
    return f"{bands} ({', '.join(name or 'unnamed' for name in names)})"

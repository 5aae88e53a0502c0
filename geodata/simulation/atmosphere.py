"""The air between the ground and a satellite: scattering, haze, gases, skylight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.simulation.spectra import Floats, bump

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Air:
    """The atmosphere over a region, per band (B,).

    Over a ground R one sees gas (path + transmittance R / (1 - albedo R)).
    """

    path: Floats
    transmittance: Floats
    albedo: Floats
    gas: Floats
    haze_path: Floats
    """Path reflectance that one unit of further aerosol optical depth (at 550 nm) adds."""
    haze_loss: Floats
    """Optical depth, down and up, that it adds (what scatters forward is not lost)."""

    def seen(self, reflectance: Floats, haze: Floats) -> Floats:
        """Reflectance above the air of a ground (n, B) under `haze` (n, 1) of extra aerosol."""
        below = self.transmittance * reflectance / (1.0 - self.albedo * reflectance)
        return np.asarray(
            self.gas * (self.path + self.haze_path * haze + np.exp(-self.haze_loss * haze) * below)
        )


def draw_air(
    rng: np.random.Generator, wavelengths_nm: Floats, response: NDArray[np.float32], sun_zenith: float
) -> Air:
    """An atmosphere of molecules, aerosol of a random amount and size, and absorbing gases.

    Rayleigh scattering is single, raised by an eighth for the rest.

    Args:
        rng: source of randomness.
        wavelengths_nm: (B,).
        response: (211, B) from `band_response`.
        sun_zenith: degrees.
    """
    um = wavelengths_nm / 1000.0
    cos_sun = np.cos(np.radians(sun_zenith))
    pressure = (
        rng.uniform(0.78, 1.02) if rng.random() < 0.3 else rng.uniform(0.95, 1.02)
    )  # hPa / 1013: mountains
    rayleigh = (
        pressure * 0.008569 * um**-4 * (1.0 + 0.0113 * um**-2 + 0.00013 * um**-4)
    )  # Hansen and Travis (1974)
    aerosol = np.exp(rng.normal(np.log(0.10), 0.6))  # optical depth at 550 nm
    exponent = rng.uniform(0.6, 1.7)
    spread = (um / 0.55) ** -exponent
    back = rng.uniform(0.10, 0.22)  # share of aerosol scattering that goes up
    phase = 0.75 * (1.0 + cos_sun**2)
    airmass = 1.0 + 1.0 / cos_sun
    haze_path = back * spread * 0.9 / cos_sun * 1.1
    path = (
        phase * rayleigh * 1.12 / (4.0 * cos_sun) * np.exp(-0.25 * rayleigh * airmass) + haze_path * aerosol
    )
    haze_loss = (back + 0.06) * spread * airmass
    transmittance = np.exp(-0.5 * rayleigh * airmass - haze_loss * aerosol)
    albedo = 0.5 * (1.0 - np.exp(-1.2 * (rayleigh + 2.0 * back * aerosol * spread)))
    gas = gas_transmittance(vapour_cm=float(np.exp(rng.normal(0.4, 0.6))), airmass=airmass) @ response
    return Air(path, transmittance, albedo, np.asarray(gas, dtype=np.float64), haze_path, haze_loss)


def gas_transmittance(vapour_cm: float, airmass: float) -> Floats:
    """(211,) transmittance of ozone, water vapour, oxygen and carbon dioxide, a sum of smooth bands."""
    wet = np.sqrt(vapour_cm * airmass)  # strong lines saturate: square root law
    depth = (
        0.035 * airmass * bump(600.0, 45.0)
        + 0.35 * np.sqrt(airmass) * bump(762.0, 4.0)
        + wet * (
            0.05 * bump(724.0, 8.0) + 0.05 * bump(820.0, 10.0) + 0.45 * bump(940.0, 20.0) + 0.42
                * bump(1130.0, 25.0)
            + 2.6 * bump(1375.0, 32.0) + 2.6 * bump(1880.0, 45.0) + 0.012 * bump(2200.0, 60.0) + 0.2
                * bump(2500.0, 70.0)
        )
        + airmass * (0.25 * bump(2010.0, 15.0) + 0.05 * bump(2060.0, 12.0) + 0.01 * bump(1610.0, 20.0))
        + 0.02 * np.sqrt(airmass)
    )  # fmt: skip
    return np.asarray(np.exp(-depth))


def diffuse_share(wavelengths_nm: Floats, clarity: float) -> Floats:
    """(B,) share of the light that comes from the sky, which shade still gets: blue, more in haze."""
    return np.asarray(np.clip(0.28 * (wavelengths_nm / 450.0) ** -2.5 + 0.05 * (2.0 - clarity), 0.0, 0.9))

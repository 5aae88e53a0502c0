"""The common wavelength grid, the bands of a sensor on it, and the curve shapes of materials."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]

WAVELENGTHS_NM: Floats = np.arange(400.0, 2501.0, 10.0)
"""(211,) nm; every spectrum of the simulator lies on this grid."""


def band_response(wavelengths_nm: ArrayLike, fwhm_nm: ArrayLike) -> NDArray[np.float32]:
    """Weights that turn spectra on `WAVELENGTHS_NM` into band values: `bands = spectra @ weights`.

    A band is a flat-topped curve (a Gaussian of a higher power), as filters of imagers are, not narrower
    than the
    grid can hold.

    Args:
        wavelengths_nm: (B,) centres.
        fwhm_nm: (B,) full widths at half maximum.

    Returns:
        (211, B), each column sums to one.

    Raises:
        ValueError: the two differ in length, or a centre lies outside 350..2600 nm (within, but off the
            grid, the
            grid's end is taken).
    """
    centre = np.asarray(wavelengths_nm, dtype=np.float64)
    width = np.maximum(np.asarray(fwhm_nm, dtype=np.float64), 10.0)
    if centre.shape != width.shape or centre.ndim != 1:
        raise ValueError(f"one width per band: got shapes {centre.shape} and {width.shape}")
    if centre.size and (centre.min() < 350.0 or centre.max() > 2600.0):
        raise ValueError(f"bands must lie within 350..2600 nm, got {centre.min():g}..{centre.max():g}")
    centre = centre.clip(WAVELENGTHS_NM[0], WAVELENGTHS_NM[-1])
    offset = 2.0 * (WAVELENGTHS_NM[:, None] - centre) / width  # (211, B), +-1 at half maximum
    weight = np.exp2(-(offset**4))
    return np.asarray(weight / weight.sum(axis=0), dtype=np.float32)


def bump(centre_nm: ArrayLike, width_nm: ArrayLike) -> Floats:
    """Gaussian of height one on the grid; (..., 211) for centres and standard deviations of shape (...,)."""
    centre, width = (np.asarray(v, dtype=np.float64)[..., None] for v in (centre_nm, width_nm))
    return np.asarray(np.exp(-0.5 * ((WAVELENGTHS_NM - centre) / width) ** 2))


def edge(centre_nm: ArrayLike, width_nm: ArrayLike) -> Floats:
    """Smooth step from zero to one on the grid; (..., 211) for centres and widths of shape (...,)."""
    centre, width = (np.asarray(v, dtype=np.float64)[..., None] for v in (centre_nm, width_nm))
    return np.asarray(0.5 * (1.0 + np.tanh((WAVELENGTHS_NM - centre) / width)))


def table(pairs: tuple[tuple[float, float], ...]) -> Floats:
    """(211,) log-linear interpolation of a short table of (wavelength in nm, positive value)."""
    at, value = np.asarray(pairs, dtype=np.float64).T
    return np.asarray(np.exp(np.interp(WAVELENGTHS_NM, at, np.log(value))))


def smooth_curve(
    rng: np.random.Generator, wavelengths_nm: Floats, count: int, scale_nm: float = 500.0
) -> Floats:
    """Random curves, unit variance, that change over about `scale_nm`: errors of gain, offset, composition.

    Returns:
        (count, len(wavelengths_nm)).
    """
    frequency = rng.standard_normal((4, 1)) / scale_nm
    phase = rng.uniform(0.0, 2.0 * np.pi, (4, 1))
    basis = np.cos(
        frequency * wavelengths_nm + phase
    )  # (4, B): random Fourier features of a Gaussian process
    return np.asarray(rng.standard_normal((count, 4)) @ basis / np.sqrt(2.0))

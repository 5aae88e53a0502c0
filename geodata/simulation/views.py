"""How a region was seen: terrain and light, air or what its correction left, sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.simulation.atmosphere import Air, diffuse_share, draw_air
from geodata.simulation.spectra import Floats, Floats32, smooth_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray


_CLOUD = 0.62
"""Reflectance of a thick cloud at 550 nm."""


@dataclass(frozen=True, slots=True)
class View:
    """How one region was seen on one day: terrain and light, air, point spread, sensor."""

    wavelengths_nm: Floats
    air: Air | None
    """None: reflectance of the surface, with what an imperfect correction leaves."""
    diffuse: Floats
    """(B,) share of skylight."""
    relief: float
    """Standard deviation of the log of the direct sunlight from pixel to pixel."""
    field_light: float
    """The same, from field to field."""
    border: float
    """Share of pixels that hold some of another field."""
    coarse: NDArray[np.bool_]
    """(B,) bands of a coarser grid: their border pixels mix differently."""
    haze: float
    """Standard deviation of the haze's optical depth over the region."""
    adjacency: float
    """Share of the light that comes from the surroundings."""
    gain: Floats
    """(B,)."""
    offset: Floats
    """(B,)."""
    noise: tuple[float, float]
    """Standard deviation of the sensor: constant part, part that grows with reflectance."""
    step: float
    """Quantisation of the stored numbers."""
    veiled: tuple[float, float]
    """Share of pixels under cloud too thin for a mask to find, and the largest part of their light that it gives."""
    shaded: float
    """Share of pixels in the shadow of a cloud that no mask has found."""

    def lit(self, rng: np.random.Generator, ground: Floats32, light: Floats, texture: Floats) -> Floats32:
        """Puts relief, fields' brightness, borders and surroundings on sunlit ground (n, B).

        Args:
            rng: source of randomness.
            ground: (n, B).
            light: (n,) standard normal, the same for all pixels of a field.
            texture: (n,) standard deviation of the log brightness from pixel to pixel.
        """
        count = ground.shape[0]
        draws = rng.standard_normal((2, count))
        relief = self.relief * draws[0] - 0.5 * self.relief**2
        direct = np.exp(np.minimum(relief, 0.4))[:, None]
        # Slopes, canopies and shadows darken without end, and brighten by a third at most.
        brightness = np.minimum(self.field_light * light - 0.5 * self.field_light**2, 0.3)
        body = np.exp(brightness + texture * draws[1])[:, None]
        lit = ground * body * (direct * (1.0 - self.diffuse) + self.diffuse)
        at_border = rng.random(count) < self.border
        part = np.where(at_border, rng.uniform(0.0, 0.5, count), 0.0)
        coarse = np.where(at_border, np.clip(part + rng.uniform(-0.2, 0.35, count), 0.0, 0.8), 0.0)
        weight = np.where(self.coarse, coarse[:, None], part[:, None])
        mixed = lit + weight * (lit[rng.permutation(count)] - lit)
        return np.asarray(mixed + self.adjacency * (mixed.mean(axis=0) - mixed), dtype=np.float32)

    def record(self, rng: np.random.Generator, ground: Floats32, haze: Floats) -> Floats32:
        """What the file holds of lit ground (n, B): air or its residue, calibration, noise, quantisation.

        Args:
            rng: source of randomness.
            ground: (n, B).
            haze: (n,) standard normal, the same for all pixels of a field.
        """
        ground = self._left_over(rng, ground)
        density = self.haze * np.maximum(haze + 0.5, 0.0)[:, None]
        if self.air is None:
            seen = ground + density * np.clip(
                (self.wavelengths_nm / 550.0) ** -1.3 * (0.12 - 0.2 * ground), -0.2, 0.2
            )
        else:
            seen = self.air.seen(ground.astype(np.float64), density)
        seen = seen * self.gain + self.offset
        noise = rng.standard_normal(seen.shape) * (self.noise[0] + self.noise[1] * seen)
        stored = np.round((seen + noise) / self.step) * self.step
        return np.asarray(np.clip(stored, 1e-4, 1.4), dtype=np.float32)

    def _left_over(self, rng: np.random.Generator, ground: Floats32) -> Floats32:
        """Ground (n, B) under what masks have left of clouds and their shadows, pixel by pixel."""
        draws = rng.random((4, ground.shape[0], 1))
        direct = np.where(draws[0] < self.shaded, 0.2 + 0.7 * draws[1], 1.0)
        share = np.where(draws[2] < self.veiled[0], self.veiled[1] * draws[3], 0.0)
        cloud = _CLOUD * (self.wavelengths_nm / 550.0) ** -0.25
        lit = ground * (direct * (1.0 - self.diffuse) + self.diffuse)
        return np.asarray(lit + share * (cloud - lit), dtype=np.float32)


def draw_view(rng: np.random.Generator, wavelengths_nm: Floats, response: Floats32, level: str) -> View:
    """Draws the light, air and sensor of a region.

    Args:
        rng: source of randomness.
        wavelengths_nm: (B,).
        response: (211, B) from `band_response`.
        level: 'surface' or 'toa'.
    """
    bands = wavelengths_nm.size
    toa = level == "toa"
    sun = float(rng.uniform(20.0, 68.0))
    air = draw_air(rng, wavelengths_nm, response, sun) if toa else None
    gain = np.exp(0.02 * smooth_curve(rng, wavelengths_nm, 1)[0] + 0.012 * rng.standard_normal(bands))
    offset = np.zeros(bands)
    if not toa:
        residue = rng.normal(0.002, 0.006) * (wavelengths_nm / 490.0) ** -rng.uniform(1.0, 3.5)
        glint = rng.choice((0.006, 0.02, 0.06), p=(0.5, 0.35, 0.15)) * rng.uniform(
            0.2, 1.0
        )  # flat: glint, dark-pixel errors
        offset = residue + glint + 0.002 * smooth_curve(rng, wavelengths_nm, 1)[0]
        gain = gain * np.exp(0.025 * smooth_curve(rng, wavelengths_nm, 1, 900.0)[0])
    rugged = rng.random() < 0.6
    two_grids = rng.random() < 0.5
    # Masks miss some of what they look for: none in most scenes, up to a third of the land in poor composites.
    veiled = float(rng.choice((0.0, rng.uniform(0.02, 0.1), rng.uniform(0.1, 0.4)), p=(0.4, 0.3, 0.3)))
    shaded = float(rng.choice((0.0, rng.uniform(0.02, 0.2)), p=(0.6, 0.4)))
    return View(
        wavelengths_nm, air, diffuse_share(wavelengths_nm, float(rng.uniform(0.5, 2.0))),
        relief=float(rng.uniform(0.05, 0.35) if rugged else rng.uniform(0.0, 0.06)),
        field_light=float(rng.uniform(0.02, 0.18)),
        border=float(rng.uniform(0.0, 0.1)),
        coarse=two_grids & (wavelengths_nm > 690.0) & (np.abs(wavelengths_nm - 833.0) > 20.0),
        haze=float(rng.choice((0.02, 0.12, 0.45), p=(0.4, 0.4, 0.2))),
        adjacency=float(rng.uniform(0.0, 0.12) if toa else rng.uniform(0.0, 0.04)),
        gain=gain, offset=offset,
        noise=(float(np.exp(rng.normal(-6.5, 0.6))), float(np.exp(rng.normal(-4.0, 0.6)))),
        step=float(rng.choice((1e-4, 1e-3, 3e-3), p=(0.75, 0.1, 0.15))),
        veiled=(veiled, float(rng.uniform(0.05, 0.5))), shaded=shaded,
    )  # fmt: skip

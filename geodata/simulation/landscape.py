"""The plan of a simulated scene: who owns which piece of land, drawn finer than its pixels.

Painted from the ground up: parcels in districts, heath and woods, a river and a lake, towns with streets,
roads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.simulation.spectra import Floats32

FINE = 3
"""Cells of the plan along the side of a pixel."""

LAND: tuple[tuple[str, str], ...] = (
    ("tree cover", "broadleaf forest"), ("tree cover", "needle forest"), ("shrubland", "shrub"),
        ("shrubland", "heath"),
    ("grassland", "meadow"), ("grassland", "rough grass"), ("cropland", "growing crop"), ("cropland",
        "full crop"),
    ("cropland", "ripening crop"), ("bare", "bare field"), ("bare", "wet field"), ("built-up",
        "dense town"), ("built-up", "suburb"),
    ("built-up", "industry"), ("built-up", "road"), ("water", "clear water"), ("water", "turbid water"),
)  # fmt: skip
"""Class and archetype of every land cover of a scene."""

_COVER = {archetype: i for i, (_, archetype) in enumerate(LAND)}
_PARCELS = {
    "meadow": 0.20, "rough grass": 0.10, "growing crop": 0.15, "full crop": 0.15, "ripening crop": 0.15,
        "bare field": 0.14,
    "wet field": 0.05, "broadleaf forest": 0.05,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Landscape:
    """A plan of height x width pixels."""

    unit: NDArray[np.int32]
    """(FINE * height, FINE * width) which piece of land."""
    cover: NDArray[np.int64]
    """(U,) the land cover of each piece, an index into `LAND`."""
    height: Floats32
    """(height, width) of the terrain, zero mean, unit variance."""


def draw_landscape(rng: np.random.Generator, shape: tuple[int, int]) -> Landscape:
    """Draws the plan of a scene of `shape` pixels."""
    size = (FINE * shape[0], FINE * shape[1])
    plan = _Plan(rng, size)
    hills = rough(rng, size, 3.4)
    _woods(plan, hills)
    line = _river(plan)
    _town(plan, line, radius=0.13 * min(size), dense=True)
    for _ in range(2):
        _town(plan, None, radius=rng.uniform(0.03, 0.05) * min(size), dense=False)
    height = hills.reshape(shape[0], FINE, shape[1], FINE).mean(axis=(1, 3))
    used, unit = np.unique(plan.unit, return_inverse=True)
    return Landscape(
        unit.reshape(size).astype(np.int32),
        np.array([plan.covers[u] for u in used.tolist()]),
        height.astype(np.float32),
    )


def rough(rng: np.random.Generator, shape: tuple[int, int], steepness: float) -> Floats32:
    """Fractal noise, zero mean, unit variance; its power falls with frequency to the `steepness`."""
    spectrum = np.fft.rfft2(rng.standard_normal(shape, dtype=np.float32))
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])).astype(np.float32)
    frequency[0, 0] = np.inf
    # The longest waves would tilt the whole scene: level off below three periods.
    np.maximum(frequency, np.float32(3.0 / max(shape)), out=frequency)
    spectrum *= frequency ** np.float32(-steepness / 2)
    field = np.fft.irfft2(spectrum, shape)
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


class _Plan:
    """The plan while it is painted."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int]) -> None:
        self.rng, self.size = rng, size
        self.y, self.x = np.mgrid[: size[0], : size[1]].astype(np.float32)
        self.covers: list[int] = []
        self.bend = [(6.0 * rough(rng, size, 3.6)).astype(np.float32) for _ in range(2)]
        self.unit = self._parcels()

    def add(self, archetypes: list[str]) -> int:
        """Registers pieces of land and returns the number of the first."""
        first = len(self.covers)
        self.covers += [_COVER[name] for name in archetypes]
        return first

    def grid(
        self,
        inside: NDArray[np.bool_],
        angle: float,
        along: tuple[float, float],
        across: tuple[float, float],
        gap: float = 0.0,
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
        """Rows of strips of random width, turned by `angle`: parcels or blocks.

        Returns:
            the strip's number for each cell inside, whether the cell lies in the gap between strips, how
            many strips there are.
        """
        y, x = self.y[inside] + self.bend[0][inside], self.x[inside] + self.bend[1][inside]
        u = np.cos(angle) * x + np.sin(angle) * y
        v = np.cos(angle) * y - np.sin(angle) * x
        u, v = u - u.min(), v - v.min()
        rows = np.cumsum(self.rng.uniform(*across, int(v.max() / across[0]) + 2))
        row = np.searchsorted(rows, v)
        far = float(u.max()) + 4 * along[1]
        columns = int(far / along[0]) + 2
        edges = np.cumsum(self.rng.uniform(*along, (rows.size, columns)), axis=1) - self.rng.uniform(
            0, along[0], (rows.size, 1)
        )
        edges = np.minimum(edges, far) + np.arange(rows.size)[:, None] * far
        place = u + row * far
        number = np.searchsorted(edges.ravel(), place)
        near = np.minimum(np.abs(edges.ravel()[number] - place), np.abs(rows[row] - v)) < gap
        return number, near, edges.size

    def _parcels(self) -> NDArray[np.int64]:
        rng = self.rng
        seeds = rng.uniform(size=(9, 2)) * self.size
        y, x = self.y + 4.0 * self.bend[0], self.x + 4.0 * self.bend[1]
        district = np.zeros(self.size, dtype=np.int8)
        nearest = np.full(self.size, np.inf, dtype=np.float32)
        for i, (row, column) in enumerate(seeds.tolist()):
            distance = (y - row) ** 2 + (x - column) ** 2
            closer = distance < nearest
            district[closer] = i
            np.minimum(nearest, distance, out=nearest)
        unit = np.zeros(self.size, dtype=np.int64)
        for i in range(len(seeds)):
            inside = district == i
            if not inside.any():
                continue
            wide = rng.uniform(7.0, 14.0) * FINE
            number, _, count = self.grid(
                inside, rng.uniform(0, np.pi), (wide, 2.6 * wide), (0.6 * wide, 1.5 * wide)
            )
            taste = np.array(list(_PARCELS.values())) * rng.gamma(3.0, size=len(_PARCELS))
            unit[inside] = number + self.add(
                rng.choice(list(_PARCELS), count, p=taste / taste.sum()).tolist()
            )
        return unit


def _woods(plan: _Plan, hills: Floats32) -> None:
    rng = plan.rng
    where, kind = rough(rng, plan.size, 3.1), rough(rng, plan.size, 3.2)
    stand = np.digitize(rough(rng, plan.size, 2.6), np.linspace(-1.5, 1.5, 7))
    heath = (hills > np.quantile(hills[::8, ::8], 0.90)) | (where < np.quantile(where[::8, ::8], 0.03))
    first = plan.add(["heath", "shrub"] * 4)
    plan.unit[heath] = first + stand[heath]
    wood = where + 0.3 * hills > np.quantile((where + 0.3 * hills)[::8, ::8], 0.80)
    first = plan.add(["broadleaf forest"] * 8 + ["needle forest"] * 8)
    plan.unit[wood] = first + stand[wood] + 8 * (kind[wood] > 0.2)


def _river(plan: _Plan) -> NDArray[np.floating]:
    """Paints a river with its banks, and a lake; returns the river's row at each column."""
    rng, (rows, columns) = plan.rng, plan.size
    along = np.arange(columns) / columns
    line = np.full(columns, rows * (0.5 + rng.uniform(-0.2, 0.2)))
    for waves, height in (
        (rng.uniform(0.8, 1.6), 0.10),
        (rng.uniform(2.5, 4.0), 0.05),
        (rng.uniform(6.0, 9.0), 0.018),
    ):
        line = line + rows * height * np.sin(2 * np.pi * (waves * along + rng.random()))
    width = FINE * rng.uniform(2.6, 4.2) * (1.0 + 0.25 * np.sin(2 * np.pi * (5 * along + rng.random())))
    offset = np.abs(plan.y + plan.bend[0] * 0.5 - line) / np.hypot(1.0, np.gradient(line))
    first = plan.add(["broadleaf forest", "rough grass", "turbid water", "clear water"])
    bank = offset < width + FINE * (1.2 + 0.8 * plan.bend[1] / 6.0)
    plan.unit[bank] = first + (plan.bend[1][bank] < -1.0)
    plan.unit[offset < width] = first + 2
    at = rng.uniform(0.15, 0.85, 2) * plan.size
    radius = rng.uniform(0.05, 0.08) * min(plan.size)
    shore = np.hypot((plan.y - at[0]) / 1.4, plan.x - at[1]) + 0.3 * radius * rough(rng, plan.size, 3.2)
    plan.unit[shore < radius] = first + 3
    return np.asarray(line)


def _town(plan: _Plan, line: NDArray[np.floating] | None, *, radius: float, dense: bool) -> None:
    """Paints a town (beside the river where its `line` is given) with streets, and roads that leave it."""
    rng, (rows, columns) = plan.rng, plan.size
    column = rng.uniform(0.25, 0.75) * columns
    row = (
        rng.uniform(0.15, 0.85) * rows
        if line is None
        else line[int(column)] + 0.7 * radius * rng.choice([-1, 1])
    )
    distance = np.hypot(plan.y - row, plan.x - column)
    water = np.isin(plan.unit, [i for i, c in enumerate(plan.covers) if LAND[c][0] == "water"])
    crowd = np.exp(-((distance / radius) ** 2)) * np.exp(0.45 * rough(rng, plan.size, 2.6))
    inside = (crowd > 0.35) & ~water
    if inside.sum() < 100 * FINE**2:  # it fell into the lake
        return
    block, street, count = plan.grid(
        inside, rng.uniform(0, np.pi), (6.0 * FINE, 13.0 * FINE), (5.0 * FINE, 9.0 * FINE), gap=0.55 * FINE
    )
    works = rng.uniform(-np.pi, np.pi)
    bearing = np.abs(np.angle(np.exp(1j * (np.arctan2(plan.y - row, plan.x - column)[inside] - works))))
    middle, angle = (
        np.bincount(block, v, count) / np.maximum(np.bincount(block, minlength=count), 1)
        for v in (crowd[inside], bearing)
    )
    chance = rng.random(count)
    kinds = np.select(
        [chance < 0.05, chance < 0.08, dense & (angle < 0.6) & (middle < 0.8), dense & (middle > 0.75)],
        ["meadow", "broadleaf forest", "industry", "dense town"], "suburb",
    )  # fmt: skip
    first, road = plan.add(kinds.tolist()), plan.add(["road"])
    plan.unit[inside] = np.where(street, road, first + block)
    for bearing_out in rng.uniform(0, 2 * np.pi) + np.arange(3 if dense else 1) * 2.1:
        _road(plan, (row, column), float(bearing_out), width=FINE * (1.1 if dense else 0.7), unit=road)


def _road(plan: _Plan, start: tuple[float, float], bearing: float, *, width: float, unit: int) -> None:
    row, column = start
    ahead = np.cos(bearing) * (plan.x - column) + np.sin(bearing) * (plan.y - row)
    aside = np.cos(bearing) * (plan.y - row) - np.sin(bearing) * (plan.x - column)
    sway = plan.rng.uniform(5.0, 14.0) * FINE * np.sin(ahead / (plan.rng.uniform(35.0, 60.0) * FINE))
    plan.unit[(ahead > 0) & (np.abs(aside - sway * np.minimum(ahead / (20.0 * FINE), 1.0)) < 0.5 * width)] = (
        unit
    )

"""Tasks to learn from: each is a region with a support and a query set, batched by padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from geodata.simulation.regions import draw_region
from geodata.simulation.sensor_draws import draw_sensor
from model.adaptation import Support, pixel_inputs
from model.spectral import RegionStatistics, Resampling, region_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PixelTable:
    """The labelled pixels of one region, in the form that the network reads."""

    inputs: NDArray[np.float32]
    """(n, T, PIXEL_INPUTS); zeros where not observed."""

    observed: NDArray[np.float32]
    """(n, T) 1 where the date is clear."""

    region: NDArray[np.float32]
    """(REGION_INPUTS,)."""

    class_index: NDArray[np.int64]
    """(n,) from 0."""

    group: NDArray[np.int64]
    """(n,) field, polygon or block; support and query never share one."""


def pixel_table(
    reflectance: NDArray[np.float32],
    background: NDArray[np.float32],
    wavelengths_nm: NDArray[np.float64],
    class_index: NDArray[np.int64],
    group: NDArray[np.int64],
) -> PixelTable:
    """Pixels as published -> pixels as the network reads them.

    Args:
        reflectance: (n, T, B), NaN where missing.
        background: (m, T, B) unlabelled pixels of the same region, NaN where missing.
        wavelengths_nm: (B,) centres.
        class_index: (n,).
        group: (n,).
    """
    resampling = Resampling.of(wavelengths_nm)
    flat = background.reshape(-1, background.shape[-1])
    statistics = RegionStatistics.of(flat[np.isfinite(flat).all(axis=1)], resampling)
    inputs, observed = pixel_inputs(reflectance, resampling, statistics)
    return PixelTable(inputs, observed, region_inputs(resampling, statistics), class_index, group)


@dataclass(frozen=True, slots=True)
class Simulation:
    """How many simulated regions to draw, and how large each is."""

    regions: int = 12_000
    classes: int = 8
    pixels_per_class: int = 36
    fields_per_class: int = 4
    """Few, as the places are that a user labels; support and query never share one."""

    def __post_init__(self) -> None:
        if self.fields_per_class < 2:
            raise ValueError("support and query come from different fields: a class needs at least two")


def simulated_table(config: Simulation, seed: int, number: int) -> PixelTable:
    """The `number`-th simulated region; each has a random stream of its own, so the order does not matter."""
    rng = np.random.default_rng([seed, number])
    wavelengths, widths = draw_sensor(rng)
    sample = draw_region(
        rng,
        classes=int(rng.integers(2, config.classes + 1)),
        pixels_per_class=config.pixels_per_class,
        fields_per_class=config.fields_per_class,
        wavelengths_nm=wavelengths,
        fwhm_nm=widths,
    )
    return pixel_table(
        sample.reflectance[:, None],
        sample.background[:, None],
        wavelengths,
        sample.class_index,
        sample.field,
    )


class Episode(NamedTuple):
    """One task, or a batch of tasks along a leading axis."""

    support: Support
    query_pixels: Tensor
    """(Q, T, PIXEL_INPUTS)."""
    query_observed: Tensor
    """(Q, T)."""
    query_labels: Tensor
    """(Q, N) one-hot; a row of zeros pads."""


@dataclass(frozen=True, slots=True)
class EpisodeShape:
    """How large the tasks of one meta-batch are."""

    ways: int
    """At most this many classes."""

    shots: int
    """At most this many labels per class."""

    queries: int = 12
    """Query pixels per class."""

    uneven: float = 0.4
    """Share of classes that have fewer labels than `shots`, at random from 1."""

    wrong: float = 0.0
    """Share of support labels that name another class of the region; the query stays right."""


def draw_episode(table: PixelTable, shape: EpisodeShape, rng: np.random.Generator) -> Episode | None:
    """Support and query of one region, padded to `shape`.

    Returns:
        None where fewer than two classes have pixels on both sides of any split of their groups.
    """
    classes = rng.permutation(np.unique(table.class_index))
    support: list[NDArray[np.int64]] = []
    query: list[NDArray[np.int64]] = []
    for cls in classes:
        if len(support) == shape.ways:
            break
        rows = rng.permutation(np.flatnonzero(table.class_index == cls))
        groups = rng.permutation(np.unique(table.group[rows]))
        if groups.size < 2:
            continue
        ours = np.isin(table.group[rows], groups[: int(rng.integers(1, groups.size))])
        few = rng.random() < shape.uneven
        count = int(rng.integers(1, shape.shots + 1)) if few else shape.shots
        support.append(rows[ours][:count])
        query.append(rows[~ours][: shape.queries])
    if len(support) < 2:
        return None
    wrong = shape.wrong * (rng.random() < 0.5) * 2  # half of the tasks are clean
    return _padded(table, (support, query), shape, wrong, rng)


def _padded(
    table: PixelTable,
    rows: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]],
    shape: EpisodeShape,
    wrong: float,
    rng: np.random.Generator,
) -> Episode:
    def fill(sets: list[NDArray[np.int64]], each: int, wrong: float) -> tuple[Tensor, Tensor, Tensor]:
        size = shape.ways * each
        rows = np.concatenate(sets)
        names = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
        names = np.where(rng.random(names.size) < wrong, rng.integers(0, len(sets), names.size), names)
        pixels = np.zeros((size, *table.inputs.shape[1:]), dtype=np.float32)
        observed = np.zeros((size, table.inputs.shape[1]), dtype=np.float32)
        labels = np.zeros((size, shape.ways), dtype=np.float32)
        pixels[: rows.size], observed[: rows.size] = table.inputs[rows], table.observed[rows]
        labels[np.arange(rows.size), names] = 1
        return torch.from_numpy(pixels), torch.from_numpy(observed), torch.from_numpy(labels)

    support, query = rows
    pixels, observed, labels = fill(support, shape.shots, wrong)
    # A flipped label may leave a class with none; its query would then ask for a class that nobody showed.
    query_pixels, query_observed, query_labels = fill(query, shape.queries, 0.0)
    query_labels = query_labels * (labels.sum(dim=0) > 0)
    region = torch.from_numpy(table.region)
    return Episode(Support(pixels, observed, labels, region), query_pixels, query_observed, query_labels)


def stack_episodes(episodes: list[Episode]) -> Episode:
    """Tasks of one shape -> a batch with a leading axis."""
    support = Support(*(torch.stack(x) for x in zip(*(e.support for e in episodes), strict=True)))
    rest = [torch.stack(x) for x in zip(*(e[1:] for e in episodes), strict=True)]
    return Episode(support, *rest)


def episode_batch(
    tables: Sequence[PixelTable], *, tasks: int, ways: int, rng: np.random.Generator
) -> Episode:
    """One meta-batch; its tasks share a padded shape, which differs from batch to batch.

    Args:
        tables: the regions to draw from.
        tasks: in the batch.
        ways: at most this many classes.
        rng: the only source of randomness.
    """
    shots = int(rng.choice([1, 1, 2, 3, 5, 5, 8, 12, 20]))
    shape = EpisodeShape(ways=int(rng.integers(3, ways + 1)), shots=shots, wrong=0.1 if shots >= 5 else 0.0)
    batch: list[Episode] = []
    while len(batch) < tasks:
        episode = draw_episode(tables[int(rng.integers(len(tables)))], shape, rng)
        if episode is not None:
            batch.append(episode)
    return stack_episodes(batch)

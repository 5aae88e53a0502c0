"""Tasks to learn from: each is a region with a support and a query set, batched by padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from geodata.accuracy import balanced_accuracy
from geodata.simulation.regions import RegionSample, draw_region
from geodata.simulation.sensor_draws import draw_sensor
from model.adaptation import Support
from model.adapted import pixel_inputs, region_statistics
from model.spectral import Resampling, region_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PixelTable:
    """The labelled pixels of one region, in the form that the network reads."""

    inputs: NDArray[np.float32]
    """(n, T, PIXEL_INPUTS), without gaps."""

    region: NDArray[np.float32]
    """(T, REGION_INPUTS)."""

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
    statistics = region_statistics(background, resampling)
    inputs = pixel_inputs(reflectance, resampling, statistics)
    return PixelTable(inputs, region_inputs(resampling, statistics), class_index, group)


@dataclass(frozen=True, slots=True)
class Simulation:
    """How many simulated regions to draw, and how large each is."""

    regions: int = 14_000
    classes: int = 12
    pixels_per_class: int = 36
    fields_per_class: int = 4
    """Few, as the places are that a user labels; support and query never share one."""
    dates: tuple[int, ...] = (1, 1, 1, 2, 3, 6, 12)
    """A region has one of these numbers of dates; tasks use some of them."""

    def __post_init__(self) -> None:
        if self.fields_per_class < 2:
            raise ValueError("support and query come from different fields: a class needs at least two")


def simulated_region(config: Simulation, seed: int, number: int) -> RegionSample:
    """The `number`-th simulated region; each has a random stream of its own, so the order does not matter."""
    rng = np.random.default_rng([seed, number])
    wavelengths, widths = draw_sensor(rng)
    return draw_region(
        rng,
        classes=int(rng.integers(2, config.classes + 1)),
        pixels_per_class=config.pixels_per_class,
        fields_per_class=config.fields_per_class,
        wavelengths_nm=wavelengths,
        fwhm_nm=widths,
        dates=int(rng.choice(config.dates)),
    )


def simulated_table(config: Simulation, seed: int, number: int) -> PixelTable:
    """The same, as the network reads it."""
    sample = simulated_region(config, seed, number)
    return pixel_table(
        sample.reflectance,
        sample.background,
        sample.wavelengths_nm,
        sample.class_index,
        sample.field,
    )


class Episode(NamedTuple):
    """One task, or a batch of tasks along a leading axis."""

    support: Support
    query_pixels: Tensor
    """(Q, T, PIXEL_INPUTS)."""
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

    dates: int | None = None
    """T, chosen at random from the region's; all of them when None."""


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
    dates = np.sort(rng.permutation(table.region.shape[0])[: shape.dates])
    return _padded(table, (support, query), shape, wrong, dates, rng=rng)


def _padded(
    table: PixelTable,
    rows: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]],
    shape: EpisodeShape,
    wrong: float,
    dates: NDArray[np.int64],
    *,
    rng: np.random.Generator,
) -> Episode:
    def fill(sets: list[NDArray[np.int64]], each: int, wrong: float) -> tuple[Tensor, Tensor]:
        size = shape.ways * each
        rows = np.concatenate(sets)
        names = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
        names = np.where(rng.random(names.size) < wrong, rng.integers(0, len(sets), names.size), names)
        pixels = np.zeros((size, dates.size, table.inputs.shape[2]), dtype=np.float32)
        labels = np.zeros((size, shape.ways), dtype=np.float32)
        pixels[: rows.size] = table.inputs[rows[:, None], dates]
        labels[np.arange(rows.size), names] = 1
        return torch.from_numpy(pixels), torch.from_numpy(labels)

    support, query = rows
    pixels, labels = fill(support, shape.shots, wrong)
    # A flipped label may leave a class with none; its query would then ask for a class that nobody showed.
    query_pixels, query_labels = fill(query, shape.queries, 0.0)
    query_labels = query_labels * (labels.sum(dim=0) > 0)
    region = torch.from_numpy(table.region[dates])
    return Episode(Support(pixels, labels, region), query_pixels, query_labels)


def query_accuracy(scores: Tensor, labels: Tensor) -> float:
    """Balanced accuracy of class scores (Q, N) against one-hot labels (Q, N); rows of zeros pad."""
    asked = labels.sum(dim=1) > 0
    predicted, truth = scores.argmax(dim=1)[asked], labels.argmax(dim=1)[asked]
    return balanced_accuracy(truth.numpy(), predicted.numpy(), labels.shape[1])


def stack_episodes(episodes: list[Episode]) -> Episode:
    """Tasks of one shape -> a batch with a leading axis."""
    support = Support(*(torch.stack(x) for x in zip(*(e.support for e in episodes), strict=True)))
    rest = [torch.stack(x) for x in zip(*(e[1:] for e in episodes), strict=True)]
    return Episode(support, *rest)


class TaskSource:
    """Where the tasks of meta-training come from: simulated regions, and real ones by source."""

    def __init__(
        self,
        simulated: Sequence[PixelTable],
        real: Mapping[str, Sequence[PixelTable]] | None = None,
        *,
        real_share: float = 0.0,
    ) -> None:
        """All tables stay in memory.

        Args:
            simulated: regions of the simulator.
            real: source -> its regions; every source is drawn as often as any other, however many regions it has.
            real_share: of the tasks.
        """
        self._real_share = real_share if real else 0.0
        pools = [simulated, *(real or {}).values()]
        self._by_dates = {
            dates: [
                pool for pool in ([t for t in ts if t.region.shape[0] >= dates] for ts in pools[1:]) if pool
            ]
            for dates in DATES
        }
        self._simulated = {dates: [t for t in simulated if t.region.shape[0] >= dates] for dates in DATES}

    def draw(self, dates: int, rng: np.random.Generator) -> PixelTable:
        """A region with at least that many dates."""
        pools = self._by_dates[dates]
        pool = self._simulated[dates]
        if pools and (not pool or rng.random() < self._real_share):
            pool = pools[int(rng.integers(len(pools)))]
        return pool[int(rng.integers(len(pool)))]

    def dates(self, rng: np.random.Generator) -> int:
        """How many dates the tasks of a batch have, among the numbers that some region offers."""
        real = self._real_share > 0
        offered = [d for d in DATES if self._simulated[d] or (real and self._by_dates[d])]
        return int(rng.choice(offered, p=(weight := np.array([DATES[d] for d in offered])) / weight.sum()))


DATES = {1: 0.5, 2: 0.16, 3: 0.1, 5: 0.12, 8: 0.06, 12: 0.06}
"""Share of the meta-batches by number of dates T."""


def episode_batch(source: TaskSource, *, tasks: int, ways: int, rng: np.random.Generator) -> Episode:
    """One meta-batch; its tasks share a padded shape, which differs from batch to batch.

    Args:
        source: of the tasks.
        tasks: in the batch where T is 1; fewer for long series, which cost more each.
        ways: at most this many classes.
        rng: the only source of randomness.
    """
    shots = int(rng.choice([1, 1, 2, 3, 5, 5, 8, 12, 20]))
    dates = source.dates(rng)
    shape = EpisodeShape(
        ways=int(rng.integers(3, ways + 1)), shots=shots, wrong=0.1 if shots >= 5 else 0.0, dates=dates
    )
    batch: list[Episode] = []
    while len(batch) < max(2, round(tasks / dates**0.5)):
        episode = draw_episode(source.draw(dates, rng), shape, rng)
        if episode is not None:
            batch.append(episode)
    return stack_episodes(batch)

"""Tasks: what they show, what they ask, and how often each region is asked for."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from regions import LANDSAT, clear_once, with_gaps

from model.episodes import (
    DATES,
    EpisodeShape,
    PixelTable,
    Simulation,
    TaskSource,
    draw_episode,
    episode_batch,
    pixel_table,
    simulated_table,
)
from model.spectral import PIXEL_INPUTS, REGION_INPUTS


def marked(dates, *, classes=4, pixels=24, groups=4):
    """A table whose inputs say which pixel and which date they are."""
    index = np.repeat(np.arange(classes), pixels)
    inputs = np.zeros((index.size, dates, PIXEL_INPUTS), dtype=np.float32)
    inputs[..., 0] = 1 + np.arange(index.size)[:, None]
    inputs[..., 1] = np.arange(dates)
    region = np.zeros((dates, REGION_INPUTS), dtype=np.float32)
    region[:, 0] = np.arange(dates)
    return PixelTable(inputs, region, index, index * groups + np.tile(np.arange(pixels) % groups, classes))


def shown(pixels, labels):
    """Which pixels of a marked table have which class in the task."""
    used = labels.sum(dim=1) > 0
    numbers = pixels[used, 0, 0].long().numpy() - 1
    return numbers, labels[used].argmax(dim=1).numpy()


def test_support_and_query_never_share_a_group_and_agree_on_the_classes():
    table = marked(1)
    for seed in range(30):
        episode = draw_episode(table, EpisodeShape(ways=3, shots=6), np.random.default_rng(seed))
        support, names = shown(episode.support.pixels, episode.support.labels)
        query, asked = shown(episode.query_pixels, episode.query_labels)
        assert set(names) == set(asked) == {0, 1, 2}
        assert not set(table.group[support]) & set(table.group[query])
        pairs = {*zip(names, table.class_index[support], strict=True)}
        pairs |= {*zip(asked, table.class_index[query], strict=True)}
        assert len(pairs) == 3  # each class of the task is one class of the region


def test_numbers_of_labels_are_those_asked_for():
    table, rng = marked(1), np.random.default_rng(0)
    even = draw_episode(table, EpisodeShape(ways=4, shots=5, uneven=0.0), rng)
    assert even.support.labels.sum(dim=0).tolist() == [5] * 4
    counts = [
        draw_episode(table, EpisodeShape(ways=4, shots=5, uneven=1.0), rng).support.labels.sum(dim=0)
        for _ in range(20)
    ]
    assert set(torch.cat(counts).tolist()) == {1, 2, 3, 4, 5}


def test_padding_is_zero():
    episode = draw_episode(marked(2, classes=2), EpisodeShape(ways=5, shots=3), np.random.default_rng(1))
    assert episode.support.pixels.shape == (15, 2, PIXEL_INPUTS)
    assert episode.support.labels.shape == (15, 5)
    assert episode.support.labels[:, 2:].sum() == 0
    for pixels, labels in (episode.support[:2], episode[1:]):
        assert (pixels[labels.sum(dim=1) == 0] == 0).all()


def test_a_task_uses_some_dates_of_its_region_in_their_order():
    table, drawn = marked(8), Counter()
    for seed in range(60):
        shape = EpisodeShape(ways=3, shots=2, dates=3)
        episode = draw_episode(table, shape, np.random.default_rng(seed))
        dates = episode.support.region[:, 0]
        assert dates.tolist() == sorted(set(dates.tolist()))
        assert dates.numel() == 3
        for pixels, labels in (episode.support[:2], episode[1:]):
            used = labels.sum(dim=1) > 0
            assert (pixels[used, :, 1] == dates).all()  # pixels and region are of the same days
        drawn.update(dates.tolist())
    assert drawn.keys() == set(range(8))
    whole = draw_episode(table, EpisodeShape(ways=3, shots=2), np.random.default_rng(0))
    assert whole.support.region[:, 0].tolist() == list(range(8))


def test_wrong_labels_are_in_the_support_of_half_of_the_tasks_only():
    table, wrong = marked(1), []
    for seed in range(200):
        shape = EpisodeShape(ways=4, shots=5, uneven=0.0, wrong=0.2)
        episode = draw_episode(table, shape, np.random.default_rng(seed))
        query, asked = shown(episode.query_pixels, episode.query_labels)
        meaning = dict(zip(asked, table.class_index[query], strict=True))
        assert [meaning[name] for name in asked] == table.class_index[query].tolist()
        assert set(asked) <= set(shown(*episode.support[:2])[1])  # nobody asks for what nobody showed
        support, names = shown(*episode.support[:2])
        told = np.array([meaning.get(name, -1) for name in names])
        wrong.append(float((told != table.class_index[support]).mean()))
    assert 0.35 < np.mean(np.array(wrong) == 0) < 0.65
    assert 0.1 < np.mean(wrong) < 0.2  # a flipped label may hit its own class


def test_a_region_whose_classes_have_one_group_each_gives_no_task():
    table = marked(1, classes=2, groups=1)
    assert draw_episode(table, EpisodeShape(ways=4, shots=2), np.random.default_rng(2)) is None


def test_a_table_has_no_gaps_and_does_not_look_at_other_pixels():
    rng = np.random.default_rng(3)
    background = clear_once(with_gaps(rng.uniform(0, 0.5, (200, 4, 6)).astype(np.float32), rng))
    pixels = clear_once(with_gaps(rng.uniform(0, 0.5, (50, 4, 6)).astype(np.float32), rng))
    index = np.arange(len(pixels)) % 3

    def table(rows):
        return pixel_table(pixels[rows], background, LANDSAT, index[rows], index[rows])

    whole, part = table(slice(None)), table(slice(10, 20))
    assert np.isfinite(whole.inputs).all()
    assert whole.inputs.shape == (len(pixels), 4, PIXEL_INPUTS)
    assert whole.region.shape == (4, REGION_INPUTS)
    np.testing.assert_array_equal(part.inputs, whole.inputs[10:20])


def test_a_simulated_region_depends_on_its_number_only():
    config = Simulation(classes=4, pixels_per_class=8, dates=(1, 2, 3))
    first = [simulated_table(config, 0, number) for number in range(6)]
    again = simulated_table(config, 0, 4)
    np.testing.assert_array_equal(again.inputs, first[4].inputs)
    assert not np.array_equal(simulated_table(config, 1, 4).inputs, again.inputs)
    assert {t.region.shape[0] for t in first} <= {1, 2, 3}
    assert len({t.region.shape[0] for t in first}) > 1
    assert all(np.isfinite(t.inputs).all() for t in first)
    with pytest.raises(ValueError, match="at least two"):
        Simulation(fields_per_class=1)


@pytest.mark.parametrize("dates", [1, 5])
def test_the_share_of_real_tasks_is_as_told_and_no_source_is_starved(dates):
    simulated = [marked(12) for _ in range(5)]
    real = {"many": [marked(12) for _ in range(40)], "one": [marked(12)], "short": [marked(2)]}
    source = TaskSource(simulated, real, real_share=0.3)
    owner = {id(t): "simulated" for t in simulated}
    owner |= {id(t): name for name, tables in real.items() for t in tables}
    rng = np.random.default_rng(4)
    tables = [source.draw(dates, rng) for _ in range(4000)]
    assert all(t.region.shape[0] >= dates for t in tables)
    counts = Counter(owner[id(t)] for t in tables)
    assert counts["simulated"] / 4000 == pytest.approx(0.7, abs=0.03)
    offered = ["many", "one", "short"] if dates == 1 else ["many", "one"]
    for name in offered:
        assert counts[name] / 4000 == pytest.approx(0.3 / len(offered), abs=0.03)
    assert counts.keys() == {"simulated", *offered}


def test_without_real_regions_or_without_a_share_all_tasks_are_simulated():
    simulated, rng = [marked(12)], np.random.default_rng(5)
    for source in (
        TaskSource(simulated, real_share=0.5),
        TaskSource(simulated, {"a": [marked(12)]}, real_share=0.0),
    ):
        assert all(source.draw(dates, rng) is simulated[0] for dates in DATES for _ in range(20))


def test_numbers_of_dates_are_those_that_some_region_has():
    rng = np.random.default_rng(6)
    short = TaskSource([marked(1), marked(2)])
    assert {short.dates(rng) for _ in range(200)} == {1, 2}
    long = TaskSource([marked(1), marked(12)])
    drawn = Counter(long.dates(rng) for _ in range(4000))
    for dates, share in DATES.items():
        assert drawn[dates] / 4000 == pytest.approx(share, abs=0.03)


def test_the_tasks_of_a_batch_share_a_shape_and_long_series_make_it_smaller():
    source = TaskSource([marked(12), marked(1)])
    sizes = {}
    for seed in range(60):
        batch = episode_batch(source, tasks=8, ways=6, rng=np.random.default_rng(seed))
        tasks, _, dates, _ = batch.support.pixels.shape
        assert batch.support.region.shape[:2] == (tasks, dates)
        assert batch.query_labels.shape[2] == batch.support.labels.shape[2] <= 6
        sizes.setdefault(dates, set()).add(tasks)
    assert sizes[1] == {8}
    assert sizes[12] == {2}
    assert all(len(counts) == 1 for counts in sizes.values())

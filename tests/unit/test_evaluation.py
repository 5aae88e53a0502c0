from __future__ import annotations

import numpy as np
import pytest

from geodata.pixel_tasks import TaskFileError, read_task
from model.evaluation import group_draw, mean_interval


def test_draws_separate_the_groups_and_have_every_class_on_both_sides():
    rng = np.random.default_rng(0)
    group = rng.integers(0, 12, size=400)
    index = (group + rng.integers(0, 2, size=400)) % 3
    for seed in range(20):
        draw = group_draw(index, group, 5, np.random.default_rng(seed))
        assert not set(group[draw.support]) & set(group[draw.query])
        assert set(index[draw.query]) == {0, 1, 2}
        assert np.bincount(index[draw.support]).tolist() == [5, 5, 5]


def test_a_class_in_one_group_cannot_be_split():
    with pytest.raises(ValueError, match="no split of 2 groups has all 2 classes"):
        group_draw(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]), 1, np.random.default_rng(0))


def test_the_interval_holds_the_mean_and_shrinks_with_more_units():
    values = np.random.default_rng(2).normal(0.7, 0.1, size=400)
    mean, low, high = mean_interval(values)
    assert low < mean < high
    assert mean == pytest.approx(values.mean())
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def arrays(**changes):
    values = {
        "x": np.zeros((4, 2, 3), dtype=np.float32),
        "y": np.array(["water", "forest", "water", "forest"]),
        "wavelength_nm": np.array([490.0, 560, 665], dtype=np.float32),
        "day_of_year": np.array([-1, 200], dtype=np.int16),
        "group": np.arange(4, dtype=np.int32),
    } | changes
    return {name: value for name, value in values.items() if value is not None}


def test_a_task_file_is_read(tmp_path):
    path = tmp_path / "region_one.npz"
    np.savez(path, **arrays())
    task = read_task(path)
    assert (task.name, task.source, task.class_names) == ("region_one", "region", ("forest", "water"))
    assert task.class_index.tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"group": None}, "group"),
        ({"group": np.arange(3)}, "disagree in length"),
        ({"y": np.array([object()] * 4, dtype=object)}, "no pixel task file"),
    ],
)
def test_a_task_file_that_lacks_something_is_refused(tmp_path, changes, message):
    path = tmp_path / "region.npz"
    np.savez(path, **arrays(**changes))
    with pytest.raises(TaskFileError, match=message):
        read_task(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "region.npz"
    path.write_text("no zip archive")
    with pytest.raises(TaskFileError, match="no pixel task file"):
        read_task(path)


@pytest.mark.real_data
def test_real_task_files_can_be_read_and_split(real_data):
    for path in sorted((real_data / "eval").glob("*.npz")):
        task = read_task(path)
        draw = group_draw(task.class_index, task.group, 5, np.random.default_rng(0))
        assert len(draw.support) >= 2 * len(task.class_names)

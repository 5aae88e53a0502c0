from __future__ import annotations

import numpy as np
import pytest

from geodata.pixel_tasks import PixelTask, TaskFileError, read_task
from model.evaluation import (
    BACKGROUND_PIXELS,
    QUERY_PIXELS,
    Outcome,
    background,
    group_draw,
    mean_interval,
    outcomes_of_draw,
    task_draw,
)
from model.evaluation_report import evaluation_document
from model.methods.registry import DEFAULT, METHODS, USER_BASELINES, UnknownMethodError, method


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
        ({"x": np.zeros((4, 3), dtype=np.float32)}, "pixels x dates x bands"),
        ({"x": np.zeros((4, 0, 3), dtype=np.float32)}, "pixels x dates x bands"),
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


def test_a_file_that_was_cut_off_or_holds_one_array_is_refused(tmp_path):
    path = tmp_path / "region.npz"
    np.savez_compressed(path, **arrays())
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(TaskFileError, match="no pixel task file"):
        read_task(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(TaskFileError, match="no pixel task file"):
        read_task(path)


@pytest.fixture
def task():
    """A region of three classes, whose first band says which it is, in 30 groups."""
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(30), 100)
    index = (group + rng.integers(0, 2, size=group.size)) % 3
    reflectance = rng.uniform(0, 0.05, size=(group.size, 2, 4)).astype(np.float32)
    reflectance[:, 0, 0] = index / 2
    wavelengths = np.array([490.0, 560, 665, 842])
    return PixelTask(
        "land_one",
        reflectance,
        ("a", "b", "c"),
        index,
        wavelengths,
        np.array([-1, -1]),
        group.astype(np.int64),
    )


class Spy:
    """A method that remembers what it was shown, and knows the answer."""

    def __init__(self):
        self.seen = []

    def __call__(self, support, ways, seed):
        def classify(reflectance):
            self.seen.append((support, ways, seed, reflectance))
            return -np.abs(reflectance[:, 0, :1] * 2 - np.arange(ways))

        return classify


def test_every_method_gets_the_same_draw_whoever_else_is_there(task):
    first, second, alone = Spy(), Spy(), Spy()
    both = outcomes_of_draw(task, 5, 3, {"first": first, "second": second})
    outcomes_of_draw(task, 5, 3, {"second": alone})
    assert [(outcome.method, outcome.accuracy) for outcome in both] == [("first", 1.0), ("second", 1.0)]
    for spy in (second, alone):
        for ours, theirs in zip(first.seen[0], spy.seen[0], strict=True):
            if hasattr(ours, "background"):
                np.testing.assert_array_equal(ours.reflectance, theirs.reflectance)
                np.testing.assert_array_equal(ours.class_index, theirs.class_index)
                np.testing.assert_array_equal(ours.background, theirs.background)
            else:
                np.testing.assert_array_equal(ours, theirs)


def test_draws_of_a_task_differ_and_ask_for_a_bounded_number_of_other_groups_pixels(task):
    draws = [task_draw(task, 5, number) for number in range(4)]
    assert len({tuple(draw.support) for draw in draws}) == 4
    for draw in draws:
        assert not set(task.group[draw.support]) & set(task.group[draw.query])
        assert len(set(draw.query)) == len(draw.query) == 1500 <= QUERY_PIXELS
    assert not np.array_equal(task_draw(task, 1, 0).query, draws[0].query)
    many = PixelTask(
        **{field: getattr(task, field) for field in task.__slots__}
        | {
            "reflectance": np.tile(task.reflectance, (2, 1, 1)),
            "class_index": np.tile(task.class_index, 2),
            "group": np.tile(task.group, 2),
        }
    )
    assert len(set(task_draw(many, 5, 0).query)) == QUERY_PIXELS


def test_the_background_is_a_sample_that_does_not_depend_on_the_draw(task):
    spy = Spy()
    for shots, draw in ((1, 0), (5, 0), (5, 1)):
        outcomes_of_draw(task, shots, draw, {"spy": spy})
    for support, *_ in spy.seen:
        np.testing.assert_array_equal(support.background, background(task))
    assert len(np.unique(background(task), axis=0)) == BACKGROUND_PIXELS


def refuses(_support, _ways, _seed):
    raise ValueError("too few labels for me")


def says_nothing(_support, ways, _seed):
    return lambda reflectance: np.full((len(reflectance), ways), np.nan)


def test_a_method_that_cannot_be_fit_says_so_and_the_others_go_on(task):
    outcomes = outcomes_of_draw(task, 1, 0, {"refuses": refuses, "nan": says_nothing, "spy": Spy()})
    assert [outcome.accuracy for outcome in outcomes] == [None, None, 1.0]
    assert outcomes[0].reason == "too few labels for me"
    assert "no numbers for 1500 of 1500 pixels" in outcomes[1].reason


def test_a_method_that_breaks_is_no_method_that_cannot_be_fit(task):
    def breaks(_support, _ways, _seed):
        raise TypeError("oh")

    with pytest.raises(
        RuntimeError, match="method breaks, task land_one, 5 labels a class, draw 2: TypeError: oh"
    ):
        outcomes_of_draw(task, 5, 2, {"breaks": breaks})


def test_a_task_whose_groups_cannot_be_split_fails_for_all_methods(task):
    fields = {field: getattr(task, field) for field in task.__slots__}
    whole = PixelTask(**fields | {"group": np.zeros_like(task.group)})
    outcomes = outcomes_of_draw(whole, 1, 0, {"one": Spy(), "two": Spy()})
    assert [(o.method, o.accuracy) for o in outcomes] == [("one", None), ("two", None)]
    assert "no split of 1 groups" in outcomes[0].reason


def outcomes_from(table):
    """(task, shots, method) -> accuracies of the draws, None where it could not be fit."""
    return [
        Outcome(
            task, task.split("_")[0], shots, draw, name, accuracy, "" if accuracy is not None else "no fit"
        )
        for (task, shots, name), accuracies in table.items()
        for draw, accuracy in enumerate(accuracies)
    ]


def test_tasks_of_a_source_are_averaged_before_the_sources():
    table = {("x_1", 5, "m"): [0.2], ("x_2", 5, "m"): [0.4], ("x_3", 5, "m"): [0.6], ("y", 5, "m"): [0.8]}
    document = evaluation_document(outcomes_from(table), default=DEFAULT, baselines=USER_BASELINES)
    (summary,) = document["summary"]
    assert (summary["method"], summary["shots"]) == ("m", 5)
    assert summary["mean"] == pytest.approx((0.4 + 0.8) / 2)
    assert summary["ci95"] == pytest.approx([0.4, 0.8])
    assert document["comparison"] == []


def test_records_have_mean_and_spread_over_the_draws_that_worked():
    table = {("x", 5, "m"): [0.5, None, 0.7, None], ("x", 5, "n"): [0.5]}
    document = evaluation_document(outcomes_from(table), default=DEFAULT, baselines=USER_BASELINES)
    first, second = document["records"]
    assert first["mean"] == pytest.approx(0.6)
    assert first["sd"] == pytest.approx(np.sqrt(0.02), abs=1e-6)
    assert (first["draws"], second["draws"], second["sd"]) == (2, 1, 0.0)
    assert document["failures"] == [{"task": "x", "shots": 5, "method": "m", "reason": "no fit", "draws": 2}]


def test_the_rival_is_the_best_baseline_at_each_number_of_labels():
    table = {
        ("x_1", 1, "default"): [0.6, 0.6],
        ("x_1", 1, "svm"): [0.5, 0.5],
        ("x_1", 1, "nearest"): [0.2, 0.2],
        ("x_1", 1, "maml"): [0.9, 0.9],
        ("y_1", 1, "default"): [0.5, 0.5],
        ("y_1", 1, "svm"): [0.6, 0.8],
        ("y_1", 1, "nearest"): [0.9, 0.9],
        ("x_1", 5, "default"): [0.7, 0.7],
        ("x_1", 5, "svm"): [0.7, 0.8],
        ("x_1", 5, "nearest"): [0.9, 0.5],
    }
    document = evaluation_document(outcomes_from(table), default=DEFAULT, baselines=USER_BASELINES)
    one, five = document["comparison"]
    assert (one["shots"], one["default"], one["rival"]) == (1, "default", "svm")
    assert one["rival_mean"] == pytest.approx(0.6)
    assert one["difference"] == pytest.approx((0.1 - 0.2) / 2)
    assert one["ci95"] == pytest.approx([-0.2, 0.1])
    assert (one["worst_task"], one["worst_difference"]) == ("y_1", pytest.approx(-0.2))
    assert (five["shots"], five["rival"], five["difference"]) == (5, "svm", pytest.approx(-0.05))


def test_differences_are_taken_only_between_draws_in_which_both_worked():
    table = {("x", 1, "default"): [None, 0.6], ("x", 1, "svm"): [0.9, 0.5]}
    document = evaluation_document(outcomes_from(table), default=DEFAULT, baselines=USER_BASELINES)
    assert document["comparison"][0]["difference"] == pytest.approx(0.1)


def test_the_user_baselines_can_be_loaded_and_say_their_source():
    assert set(USER_BASELINES) < set(METHODS)
    for name in USER_BASELINES:
        assert "eq" in (method(name).__doc__ or "") or "definition" in (method(name).__doc__ or "")
    with pytest.raises(UnknownMethodError, match=r"no method 'magic'; there are default, .*random-forest"):
        method("magic")


@pytest.mark.real_data
def test_real_task_files_can_be_read_and_split(real_data):
    for path in sorted((real_data / "eval").glob("*.npz")):
        task = read_task(path)
        draw = group_draw(task.class_index, task.group, 5, np.random.default_rng(0))
        assert len(draw.support) >= 2 * len(task.class_names)

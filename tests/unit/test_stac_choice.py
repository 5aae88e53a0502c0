from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scenes import view

from geodata.imagery.stac.choice import choose
from geodata.imagery.stac.period import Period
from geodata.steps import steps_of

JUNE = steps_of(Period(date(2025, 6, 1), date(2025, 6, 30)), "month")


def names(views, wanted=2, steps=JUNE):
    chosen = choose(views, steps, days_per_step=wanted, shape=(10, 10))
    return [[[scene.id for scene in day] for day in step.days] for step in chosen]


def test_the_clearest_days_are_taken_in_order_of_time():
    views = [
        view(f"s{day}", f"2025-06-{day:02}", share)
        for day, share in ((1, 0.5), (6, 1.0), (11, 0.1), (16, 0.9))
    ]
    assert names(views) == [[["s6"], ["s16"]]]
    (step,) = choose(views, JUNE, days_per_step=2, shape=(10, 10))
    assert step.clear_share == 1.0
    assert step.seen.sum() == 190


def test_scenes_of_one_day_are_one_mosaic_and_cloudy_ones_are_left_out():
    left = np.zeros((10, 10), dtype=bool)
    left[:, :5] = True
    views = [
        view("b", "2025-06-06", left),
        view("a", "2025-06-06", ~left),
        view("c", "2025-06-06", 0.0),
        view("d", "2025-06-11", 0.9),
    ]
    assert names(views, wanted=1) == [[["a", "b"]]]


def test_orbits_that_see_a_part_each_are_both_taken():
    left = np.zeros((10, 10), dtype=bool)
    left[:, :5] = True
    views = [view(f"s{day}", f"2025-06-{day:02}", left if day % 2 else ~left) for day in range(1, 9)]
    (step,) = choose(views, JUNE, days_per_step=2, shape=(10, 10))
    assert len(step.days) == 4
    assert (step.seen == 2).all()


def test_what_only_one_day_shows_is_worth_reading_it():
    corner = np.zeros((10, 10), dtype=bool)
    corner[0, 0] = True
    views = [
        view("clear", "2025-06-01", ~corner),
        view("corner", "2025-06-06", corner),
        view("useless", "2025-06-11", corner),
    ]
    (step,) = choose(views, JUNE, days_per_step=1, shape=(10, 10))
    assert step.clear_share == 1.0
    assert len(step.days) == 2


def test_the_choice_does_not_depend_on_the_order_of_the_views():
    rng = np.random.default_rng(0)
    views = [view(f"s{n}", f"2025-06-{1 + n % 28:02}", rng.random((10, 10)) < 0.5) for n in range(40)]
    expected = names(views, wanted=4)
    assert names([views[n] for n in rng.permutation(40)], wanted=4) == expected
    assert len(expected[0]) <= 8


def test_steps_without_a_clear_day_are_there_without_one():
    steps = steps_of(Period(date(2025, 5, 1), date(2025, 6, 30)), "month")
    assert names([view("a", "2025-06-01"), view("b", "2025-05-01", 0.0)], steps=steps) == [[], [["a"]]]
    chosen = choose([], steps, days_per_step=1, shape=(10, 10))
    assert [step.clear_share for step in chosen] == [0.0, 0.0]


@pytest.mark.parametrize("day", [date(2025, 5, 31), date(2025, 7, 1)])
def test_a_day_by_the_sun_that_is_just_outside_belongs_to_the_step_beside(day):
    assert names([view("a", "2025-06-01", solar_day=day)]) == [[["a"]]]

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import PeriodError
from geodata.imagery.stac.period import Period
from geodata.steps import Step, steps_of

DAYS = st.dates(date(2016, 1, 1), date(2025, 10, 1))


@given(start=DAYS, days=st.integers(0, 1200), kind=st.sampled_from(["month", "season", "all"]))
def test_steps_cut_a_period_into_days_without_gap_or_overlap(start, days, kind):
    period = Period(start, min(start + timedelta(days), date(2025, 10, 1)))
    steps = steps_of(period, kind)
    assert steps[0].start == period.start
    assert steps[-1].end == period.end
    for before, after in pairwise(steps):
        assert after.start == before.end + timedelta(1)
    assert all(step.day_of_year == -1 or 1 <= step.day_of_year <= 366 for step in steps)


def test_months_are_those_of_the_calendar():
    steps = steps_of(Period(date(2023, 11, 20), date(2024, 2, 29)), "month")
    assert [(step.start.isoformat(), step.end.isoformat()) for step in steps] == [
        ("2023-11-20", "2023-11-30"),
        ("2023-12-01", "2023-12-31"),
        ("2024-01-01", "2024-01-31"),
        ("2024-02-01", "2024-02-29"),
    ]
    assert [step.day_of_year for step in steps] == [329, 350, 16, 46]


def test_winter_runs_over_the_new_year():
    steps = steps_of(Period(date(2023, 1, 15), date(2023, 12, 31)), "season")
    assert [(step.start.isoformat(), step.end.isoformat()) for step in steps] == [
        ("2023-01-15", "2023-02-28"),
        ("2023-03-01", "2023-05-31"),
        ("2023-06-01", "2023-08-31"),
        ("2023-09-01", "2023-11-30"),
        ("2023-12-01", "2023-12-31"),
    ]
    (winter,) = steps_of(Period(date(2023, 12, 1), date(2024, 2, 29)), "season")
    assert (winter.start.month, winter.day_of_year) == (12, 15)


def test_a_composite_of_a_year_has_no_day():
    (year,) = steps_of(Period(date(2024, 1, 1), date(2024, 12, 31)), "all")
    assert year.day_of_year == -1
    (summer,) = steps_of(Period(date(2024, 6, 1), date(2024, 8, 31)), "all")
    assert summer.day_of_year == date(2024, 7, 16).timetuple().tm_yday


def test_unknown_steps_are_refused_with_those_there_are():
    with pytest.raises(PeriodError, match="'week'; choose one of month, season, all"):
        steps_of(Period(date(2024, 1, 1), date(2024, 12, 31)), "week")
    with pytest.raises(ValueError, match="back"):
        Step(date(2024, 2, 1), date(2024, 1, 1))

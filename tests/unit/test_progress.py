from __future__ import annotations

import io

import pytest

from app.progress import BarProgress, Estimate, LineProgress, NoProgress, Stage, duration
from app.training_progress import TrainingBar, TrainingLines, training_progress

STAGES = [Stage("adapting", 1.0), Stage("mapping", 8.0), Stage("writing", 4.0)]


class Clock:
    """Time that passes when the test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_there_is_no_estimate_before_anything_was_measured():
    clock = Clock()
    estimate = Estimate(clock)
    estimate.begin(STAGES)
    assert estimate.seconds_left is None
    estimate.advance("mapping", 0.0)
    clock.now += 5
    estimate.advance("mapping", 0.01)
    assert estimate.seconds_left is None


def test_the_estimate_is_what_the_measured_throughput_gives():
    clock = Clock()
    estimate = Estimate(clock)
    estimate.begin(STAGES)
    estimate.advance("adapting", 1.0)
    estimate.advance("mapping", 0.0)
    clock.now += 20  # a quarter of the mapping takes 20 s: all of it 80 s, and writing, half its weight, 40 s
    estimate.advance("mapping", 0.25)
    assert estimate.seconds_left == pytest.approx(60 + 40)


def test_the_estimate_comes_true_where_throughput_stays_the_same():
    clock = Clock()
    estimate = Estimate(clock)
    estimate.begin([Stage("mapping", 3.0)])
    estimate.advance("mapping", 0.0)
    for tenth in range(1, 10):
        clock.now += 1
        estimate.advance("mapping", tenth / 10)
        assert estimate.seconds_left == pytest.approx(10 - tenth)


def test_the_share_weighs_stages_by_their_expected_time():
    estimate = Estimate(Clock())
    estimate.begin(STAGES)
    estimate.advance("adapting", 1.0)
    estimate.advance("mapping", 0.5)
    assert estimate.share == pytest.approx((1 + 4) / 13)


def test_lines_are_plain_and_one_for_each_stage():
    clock, lines = Clock(), []
    progress = LineProgress(lines.append, clock=clock)
    progress.begin(STAGES)
    for stage in STAGES:
        progress.advance(stage.name, 0.0, 1.0)
        clock.now += 2.5
        progress.advance(stage.name, 1.0, 1.0)
    progress.close()
    assert lines == ["adapting: 2.50 s", "mapping: 2.50 s", "writing: 2.50 s"]


def test_a_note_says_where_a_long_stage_is():
    clock, lines, stream = Clock(), [], io.StringIO()
    bar = BarProgress(stream, clock=clock)
    for progress in (LineProgress(lines.append, clock=clock), bar):
        progress.begin([Stage("mapping", 1.0)])
        progress.advance("mapping", 0.0, 100.0)
        clock.now += 20
        progress.advance("mapping", 25.0, 100.0, "tile 10 of 40")
    bar._bar.refresh()
    assert lines == ["mapping: 25 %, tile 10 of 40, about 1 min 0 s left"]
    assert "tile 10 of 40, about 1 min 0 s left" in stream.getvalue()
    bar.close()


def test_a_long_stage_says_every_ten_seconds_how_far_it_is_and_what_is_left():
    clock, lines = Clock(), []
    progress = LineProgress(lines.append, clock=clock)
    progress.begin([Stage("mapping", 1.0)])
    progress.advance("mapping", 0.0, 100.0)
    for done in range(1, 25):
        clock.now += 1
        progress.advance("mapping", done, 100.0)
    assert lines == ["mapping: 10 %, about 1 min 30 s left", "mapping: 20 %, about 1 min 20 s left"]


def test_the_bar_names_the_stage_and_the_time_left_and_goes_away_when_closed():
    clock, stream = Clock(), io.StringIO()
    progress = BarProgress(stream, clock=clock)
    progress.begin([Stage("mapping", 1.0)])
    progress.advance("mapping", 0.0, 100.0)
    clock.now += 30
    progress._bar.mininterval = 0
    progress.advance("mapping", 50.0, 100.0)
    progress._bar.refresh()
    drawn = stream.getvalue().split("\r")[-1]
    assert drawn.startswith("mapping")
    assert " 50 %" in drawn
    assert drawn.rstrip().endswith("about 30 s left")
    progress.close()
    assert stream.getvalue().split("\r")[-2].strip() == ""
    assert "\n" not in stream.getvalue()


def test_no_progress_says_nothing(capsys):
    progress = NoProgress()
    progress.begin(STAGES)
    progress.advance("mapping", 1.0, 1.0)
    progress.close()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 s"),
        (59.4, "59 s"),
        (60, "1 min 0 s"),
        (754, "12 min 34 s"),
        (3600 * 3 + 12 * 60, "3 h 12 min"),
    ],
)
def test_durations_are_said_as_people_do(seconds, said):
    assert duration(seconds) == said


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_training_in_a_pipe_tells_plain_lines_seldom_and_how_long_it_will_take():
    lines, clock = [], Clock()
    tell = TrainingLines(lines.append, clock=clock)
    for done in range(1, 97):
        tell("simulate", done, 96, {})
    for done in range(501, 521):  # an interrupted run that goes on: 500 took no time
        tell("meta-train", done, 8000, {"loss": 0.5321, "batch": 500.0})
        clock.now += 1
    assert lines == [
        "simulate: 96/96",
        "meta-train: 511/8000, loss 0.532, batch 500, about 2 h 4 min left",
    ]


def test_the_training_bar_never_shows_a_stage_with_the_total_of_another():
    stream = Terminal()
    bar = training_progress(stream)
    assert isinstance(bar, TrainingBar)
    for stage, total in (("simulate", 12000), ("simulate", 96), ("meta-train", 8000)):
        for done in range(1, 4):
            bar(stage, done, total, {"loss": 0.5})
    bar.close()
    drawn = stream.getvalue().replace("\r", "\n").splitlines()
    assert {
        (line.split(":")[0], line.split("/")[1].split()[0]) for line in drawn if "/" in line and ":" in line
    } >= {
        ("simulate", "12000"),
        ("simulate", "96"),
        ("meta-train", "8000"),
    }
    assert not [line for line in drawn if "simulate" in line and "/8000" in line]
    assert isinstance(training_progress(io.StringIO()), TrainingLines)

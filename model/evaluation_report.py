"""From outcomes to figures: a mean for each task, for all sources, and for the default against its best rival."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from model.evaluation import mean_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from model.evaluation import Outcome

    Accuracies = dict[tuple[str, str, int], float]
    """(source, task, draw) -> balanced accuracy, or a difference of two."""

DECIMALS = 6


class Record(TypedDict):
    """One method on one task."""

    task: str
    shots: int
    method: str
    mean: float
    """Balanced accuracy 0..1 over the draws."""

    sd: float
    """Sample standard deviation over the draws, 0 for a single one."""

    draws: int
    """How many of them worked."""


class Failure(TypedDict):
    """Draws in which a method could not be fit."""

    task: str
    shots: int
    method: str
    reason: str
    draws: int


class Summary(TypedDict):
    """One method on all sources."""

    method: str
    shots: int
    mean: float
    """Mean over the sources, the tasks of each averaged first."""

    ci95: list[float]
    """Lower and upper end, by bootstrap over the sources."""


class Comparison(TypedDict):
    """The default against the best of the user baselines at this number of labels, picked with hindsight."""

    shots: int
    default: str
    rival: str
    rival_mean: float
    """The rival's mean in the summary."""

    difference: float
    """Default minus rival on the same draws, mean over the sources; 0.01 is one point."""

    ci95: list[float]
    """Of the difference, by bootstrap over the sources."""

    worst_task: str
    """Where the default is furthest below the rival."""

    worst_difference: float


class Document(TypedDict):
    """What `landshot evaluate --json` writes."""

    default_method: str
    records: list[Record]
    summary: list[Summary]
    comparison: list[Comparison]
    failures: list[Failure]


def evaluation_document(outcomes: Sequence[Outcome], *, default: str, baselines: Sequence[str]) -> Document:
    """Put outcomes together.

    Args:
        outcomes: of every method on the same draws; their order is that of the records.
        default: the method that is judged.
        baselines: its rivals; of equals the first is taken. There is no comparison where the outcomes have none
            of them, or not the default.
    """
    shots = list(dict.fromkeys(outcome.shots for outcome in outcomes))
    methods = list(dict.fromkeys(outcome.method for outcome in outcomes))
    summary = [
        _summary(method, count, accuracies)
        for method in methods
        for count in shots
        if (accuracies := _accuracies(outcomes, method, count))
    ]
    return {
        "default_method": default,
        "records": _records(outcomes),
        "summary": summary,
        "comparison": [
            compared
            for count in shots
            if (compared := _comparison(outcomes, summary, count, default, baselines)) is not None
        ],
        "failures": _failures(outcomes),
    }


def _records(outcomes: Sequence[Outcome]) -> list[Record]:
    grouped: dict[tuple[str, int, str], list[float]] = {}
    for outcome in outcomes:
        if outcome.accuracy is not None:
            grouped.setdefault((outcome.task, outcome.shots, outcome.method), []).append(outcome.accuracy)
    return [
        {
            "task": task,
            "shots": shots,
            "method": method,
            "mean": _rounded(np.mean(values)),
            "sd": _rounded(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
            "draws": len(values),
        }
        for (task, shots, method), values in grouped.items()
    ]


def _failures(outcomes: Sequence[Outcome]) -> list[Failure]:
    counts = Counter((o.task, o.shots, o.method, o.reason) for o in outcomes if o.accuracy is None)
    return [
        {"task": task, "shots": shots, "method": method, "reason": reason, "draws": draws}
        for (task, shots, method, reason), draws in counts.items()
    ]


def _accuracies(outcomes: Iterable[Outcome], method: str, shots: int) -> Accuracies:
    return {
        (outcome.source, outcome.task, outcome.draw): outcome.accuracy
        for outcome in outcomes
        if outcome.method == method and outcome.shots == shots and outcome.accuracy is not None
    }


def _summary(method: str, shots: int, accuracies: Accuracies) -> Summary:
    mean, low, high = mean_interval(_source_means(_task_means(accuracies)))
    return {"method": method, "shots": shots, "mean": _rounded(mean), "ci95": [_rounded(low), _rounded(high)]}


def _comparison(
    outcomes: Sequence[Outcome],
    summary: Sequence[Summary],
    shots: int,
    default: str,
    baselines: Sequence[str],
) -> Comparison | None:
    means = {entry["method"]: entry["mean"] for entry in summary if entry["shots"] == shots}
    rivals = [name for name in baselines if name in means]
    if default not in means or not rivals:
        return None
    rival = max(rivals, key=means.__getitem__)
    ours, theirs = _accuracies(outcomes, default, shots), _accuracies(outcomes, rival, shots)
    differences = _task_means({draw: ours[draw] - theirs[draw] for draw in ours if draw in theirs})
    if not differences:
        return None
    mean, low, high = mean_interval(_source_means(differences))
    worst = min(differences, key=differences.__getitem__)
    return {
        "shots": shots,
        "default": default,
        "rival": rival,
        "rival_mean": means[rival],
        "difference": _rounded(mean),
        "ci95": [_rounded(low), _rounded(high)],
        "worst_task": worst[1],
        "worst_difference": _rounded(differences[worst]),
    }


def _task_means(values: Accuracies) -> dict[tuple[str, str], float]:
    """(source, task) -> mean over the draws."""
    grouped: dict[tuple[str, str], list[float]] = {}
    for (source, task, _), value in values.items():
        grouped.setdefault((source, task), []).append(value)
    return {key: float(np.mean(found)) for key, found in grouped.items()}


def _source_means(task_means: Mapping[tuple[str, str], float]) -> list[float]:
    """Mean over the tasks of each source: tasks of one source are alike, and must not count as many."""
    grouped: dict[str, list[float]] = {}
    for (source, _), value in task_means.items():
        grouped.setdefault(source, []).append(value)
    return [float(np.mean(found)) for found in grouped.values()]


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), DECIMALS)

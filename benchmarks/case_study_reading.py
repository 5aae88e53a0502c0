"""The plain reading of the case study; every sentence follows from the figures, whatever they show."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.case_study_rows import MAML, META, PRETRAIN, SCRATCH, SHOTS, change, overall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.case_study_rows import Estimate, Row

TITLES = {PRETRAIN: "pre-training and fine-tuning", SCRATCH: "training from scratch"}
NEAR, FAR = "same region", "continent and sensor"
APART = ("other continent", "other sensor: TM", "other sensor: Planet")
"""Each differs from *other region* in one thing."""


def in_short(simulated: Sequence[Row], real: Sequence[Row]) -> str:
    """Who is ahead, near and far and on real regions; mean over the numbers of labels."""
    places = {
        "over all simulated targets": simulated,
        f"in the *{NEAR}*": [row for row in simulated if row.target == NEAR],
        f"and at the far end, *{FAR}*,": [row for row in simulated if row.target == FAR],
        "On real regions": real,
    }
    said = []
    for place, rows in places.items():
        if rows:
            each = [f"{_verdict(overall(rows, rival))} {title}" for rival, title in TITLES.items()]
            said.append(f"{place} it is {' and '.join(each)}")
    told = f"In short, meta-learning against rivals at their best in hindsight: {'; '.join(said[:3])}."
    return " ".join([told, *(f"{rest}." for rest in said[3:])])


def reading(simulated: Sequence[Row], real: Sequence[Row]) -> list[str]:
    """Sentences about who is ahead where, what distance changes, and real regions."""
    return [
        *(_against(simulated, real, rival) for rival in TITLES),
        *(_with_distance(simulated, rival) for rival in TITLES),
        *(_in_one_thing(simulated, rival) for rival in TITLES),
        "Pre-training minus training from scratch, mean over the simulated targets: "
        + _by_shots(lambda shots: interval(overall(_at(simulated, shots), SCRATCH, PRETRAIN)))
        + ".",
        _itself(simulated),
        "`learned-rates` minus plain `maml`, mean over the simulated targets: "
        + _by_shots(lambda shots: interval(overall(_at(simulated, shots), MAML)))
        + ".",
    ]


def interval(estimate: Estimate) -> str:
    """Mean and interval in points; bold where zero lies outside."""
    mean, low, high = estimate
    told = _signed(mean)
    return f"{f'**{told}**' if low > 0 or high < 0 else told} ({_signed(low)} to {_signed(high)})"


def listed(names: Sequence[object], quote: str = "`") -> str:
    """`a`, `b` and `c`."""
    quoted = [f"{quote}{name}{quote}" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _against(simulated: Sequence[Row], real: Sequence[Row], rival: str) -> str:
    ahead = [row for row in simulated if row.difference(rival)[1] > 0]
    behind = [row for row in simulated if row.difference(rival)[2] < 0]
    told = (
        f"**Meta-learning against {TITLES[rival]}**: of {len(simulated)} simulated rows ahead beyond chance in "
        f"{_where(ahead)}, behind in {_where(behind)}. Mean over the simulated targets: "
        + _by_shots(lambda shots: interval(overall(_at(simulated, shots), rival)))
        + "."
    )
    if real:
        told += " Real regions: " + _by_shots(lambda shots: interval(overall(_at(real, shots), rival))) + "."
    return told


def _with_distance(simulated: Sequence[Row], rival: str) -> str:
    changes = {shots: change(_at(simulated, shots), rival, NEAR, FAR) for shots in SHOTS}
    up = [shots for shots, (_, low, _) in changes.items() if low > 0]
    down = [shots for shots, (_, _, high) in changes.items() if high < 0]
    said = [
        *([f"rises at {listed(up, '')} labels a class"] if up else []),
        *([f"falls at {listed(down, '')} labels a class"] if down else []),
    ]
    return (
        f"**With distance** the difference to {TITLES[rival]} "
        f"{' and '.join(said) or 'neither rises nor falls beyond chance'}. "
        f"Its change from *{NEAR}* to *{FAR}*: " + _by_shots(lambda shots: interval(changes[shots])) + "."
    )


def _in_one_thing(simulated: Sequence[Row], rival: str) -> str:
    changes = [f"{interval(change(simulated, rival, 'other region', far))} to *{far}*" for far in APART]
    return (
        f"**In one thing apart**: from *other region*, mean over the numbers of labels, the difference to "
        f"{TITLES[rival]} changes by {', '.join(changes)}."
    )


def _itself(simulated: Sequence[Row]) -> str:
    def moved(learner: str, shots: int) -> str:
        means = {row.target: row.mean(learner) for row in _at(simulated, shots)}
        return _signed(means[FAR] - means[NEAR])

    each = [f"`{name}` {_by_shots(partial(moved, name))}" for name in (META, PRETRAIN, SCRATCH)]
    return (
        f"Accuracy itself changes from *{NEAR}* to *{FAR}* by: {'; '.join(each)}. Training from scratch has no "
        "source to be far from, so its change is that of the land and the bands."
    )


def _where(rows: Sequence[Row]) -> str:
    by_target: dict[str, list[int]] = {}
    for row in rows:
        by_target.setdefault(row.target, []).append(row.shots)
    told = "; ".join(f"{target} at {listed(shots, '')}" for target, shots in by_target.items())
    return f"{len(rows)} ({told})" if rows else "none"


def _verdict(estimate: Estimate) -> str:
    mean, low, high = estimate
    if low <= 0 <= high:
        return f"not distinguishable ({_signed(mean)} points, {_signed(low)} to {_signed(high)}) from"
    side = "ahead of" if mean > 0 else "behind"
    ends = sorted((abs(low), abs(high)))
    return f"{abs(mean):.1f} points ({ends[0]:.1f} to {ends[1]:.1f}) {side}"


def _at(rows: Sequence[Row], shots: int) -> list[Row]:
    return [row for row in rows if row.shots == shots]


def _by_shots(value: Callable[[int], str]) -> str:
    return ", ".join(f"{value(shots)} at {shots}" for shots in SHOTS)


def _signed(value: float) -> str:
    return f"{value:+.1f}"

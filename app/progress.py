"""How far a map is: stages, an honest estimate of the time left, a bar for terminals, lines for the rest."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Never, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tqdm import tqdm

LINE_EVERY_S = 10.0
"""A long stage reports in plain lines this often."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a map."""

    name: str
    """What happens, as a person reads it: "adapting"."""

    weight: float
    """Its expected share of the time, in any unit, the same for all stages of a map."""


class Progress(Protocol):
    """What the pipeline tells; each method is called from one thread."""

    def begin(self, stages: Sequence[Stage]) -> None:
        """Announce all stages; may be called again when more is known about their weights."""

    def advance(self, stage: str, done: float, total: float, note: str = "") -> None:
        """`done` of `total` (> 0) of a stage; its first call begins it, done == total ends it.

        `note` says in a few words where it is, such as "tile 3 of 40".
        """

    def close(self) -> None:
        """Leave the terminal tidy; after a failure too."""


class NoProgress:
    """Says nothing: for the server, where nobody watches."""

    def begin(self, stages: Sequence[Stage]) -> None:
        """Do nothing."""

    def advance(self, stage: str, done: float, total: float, note: str = "") -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Estimate:
    """The time left, from throughput that was measured.

    Inside the running stage, what is left takes as long per unit as what is done took. Later stages are
    expected to be as much slower or faster than their weight as this one. Until the running stage has shown a
    twentieth of itself there is no estimate: a guess would not be honest.
    """

    clock: Callable[[], float] = time.perf_counter
    _weights: dict[str, float] = field(default_factory=dict)
    _done: dict[str, float] = field(default_factory=dict)
    _began: dict[str, float] = field(default_factory=dict)
    _running: str = ""

    def begin(self, stages: Sequence[Stage]) -> None:
        """Take the stages and their weights."""
        self._weights = {stage.name: stage.weight for stage in stages}

    def advance(self, stage: str, share: float) -> None:
        """`share` (0..1) of `stage` is done now."""
        self._began.setdefault(stage, self.clock())
        self._done[stage] = share
        self._running = stage

    @property
    def share(self) -> float:
        """How much of the whole is done, 0..1, by weight."""
        whole = sum(self._weights.values())
        return (
            sum(self._weights.get(name, 0.0) * done for name, done in self._done.items()) / whole
            if whole
            else 0.0
        )

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the last stage ends; None while nothing has been measured."""
        done, weight = self._done.get(self._running, 0.0), self._weights.get(self._running, 0.0)
        if done < 0.05 or done >= 1.0 or weight <= 0.0:
            return None
        taken = self.clock() - self._began[self._running]
        later = sum(w for name, w in self._weights.items() if name not in self._done)
        return taken / done * (1.0 - done + later / weight)


class BarProgress:
    """One bar for the whole map: the stage's name, the share that is done, the time that is left."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.perf_counter) -> None:
        from tqdm import tqdm  # noqa: PLC0415 - only where a bar is drawn

        self._estimate = Estimate(clock)
        sized = _knows_its_size(stream)
        self._bar: tqdm[Never] = tqdm(
            total=100.0,
            file=stream,
            leave=False,
            dynamic_ncols=sized,
            ncols=None if sized else 80,
            nrows=None if sized else 24,
            bar_format=self._format("starting"),
        )

    def begin(self, stages: Sequence[Stage]) -> None:
        """Take the stages."""
        self._estimate.begin(stages)

    def advance(self, stage: str, done: float, total: float, note: str = "") -> None:
        """Redraw, at most ten times a second but at every change of stage."""
        self._estimate.advance(stage, done / total)
        self._bar.bar_format = self._format(stage, note)
        self._bar.update(max(0.0, 100.0 * self._estimate.share - self._bar.n))
        if done == 0.0:
            self._bar.refresh()

    def close(self) -> None:
        """Take the bar away; what was made is reported in its place."""
        self._bar.close()

    def _format(self, stage: str, note: str = "") -> str:
        seconds = self._estimate.seconds_left
        left = "" if seconds is None else f"about {duration(seconds)} left"
        return f"{stage:<14} {{percentage:3.0f}} % |{{bar}}| {', '.join(filter(None, (note, left)))}"


class LineProgress:
    """Plain lines, one when a stage ends and one every ten seconds of a long stage: for files and pipes."""

    def __init__(
        self, write: Callable[[str], None], *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._write = write
        self._clock = clock
        self._estimate = Estimate(clock)
        self._began: dict[str, float] = {}
        self._ended: set[str] = set()
        self._spoke = clock()

    def begin(self, stages: Sequence[Stage]) -> None:
        """Take the stages."""
        self._estimate.begin(stages)

    def advance(self, stage: str, done: float, total: float, note: str = "") -> None:
        """Write a line where there is something to say."""
        now = self._clock()
        self._began.setdefault(stage, now)
        self._estimate.advance(stage, done / total)
        if done >= total and stage not in self._ended:
            self._ended.add(stage)
            self._say(f"{stage}: {now - self._began[stage]:.2f} s")
        elif done < total and now - self._spoke >= LINE_EVERY_S:
            left = self._estimate.seconds_left
            about = "" if left is None else f", about {duration(left)} left"
            where = f", {note}" if note else ""
            self._say(f"{stage}: {100 * done / total:.0f} %{where}{about}")

    def close(self) -> None:
        """Nothing is left open."""

    def _say(self, line: str) -> None:
        self._spoke = self._clock()
        self._write(line)


def duration(seconds: float) -> str:
    """Seconds as people say them: `8 s`, `2 min 5 s`, `3 h 12 min`."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _knows_its_size(stream: TextIO) -> bool:
    """Terminals without a window have no size, and tqdm draws nothing on them unless it is told one."""
    try:
        return min(os.get_terminal_size(stream.fileno())) > 0
    except (OSError, ValueError):
        return False

"""The stages of a map: told to whoever watches, and timed."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.progress import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.progress import Progress

SEARCHING = "searching"
"""The stage of a catalogue's imagery; files have none."""

PIXEL_DATES_A_SECOND = 2e6
"""That two cores are expected to predict; what is measured corrects it."""


@dataclass(slots=True)
class Watch:
    """Tells progress about the stages, and takes their times."""

    progress: Progress

    seconds: dict[str, float] = field(default_factory=dict)
    """Stage -> wall time so far; a stage that had to be done again counts all of it."""

    around: Callable[[str], AbstractContextManager[object]] = nullcontext
    """Entered with the name of each stage, and left at its end: a span of a trace."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """One stage, from its beginning to its end."""
        began = time.perf_counter()
        self.progress.advance(name, 0.0, 1.0)
        with self.around(name):
            yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
        self.progress.advance(name, 1.0, 1.0)

    def search(self) -> None:
        """Announce that imagery is looked for: how much there will be to read is not known yet."""
        self.progress.begin([Stage(SEARCHING, 5.0), *stages_for(1_000_000, dates=4, reading_s=20.0)])

    def expect(self, pixels: int, dates: int, reading_s: float) -> None:
        """Announce what is to be done, now that it is known."""
        searched = self.seconds.get(SEARCHING)
        first = [] if searched is None else [Stage(SEARCHING, searched)]
        self.progress.begin([*first, *stages_for(pixels, dates=dates, reading_s=reading_s)])


def stages_for(pixels: int, *, dates: int, reading_s: float) -> list[Stage]:
    """Stages after the search, with the seconds that two cores are expected to take.

    Args:
        pixels: of the map.
        dates: of its cube.
        reading_s: what reading the imagery takes where nothing is cached; a part of it before the labels are known.
    """
    first = min(reading_s / 4, 60.0)
    return [
        Stage("reading labels", 0.2 + first),
        Stage("loading model", 0.6),
        Stage("adapting", 0.2),
        Stage("mapping", 0.05 + max(predicting_s(pixels, dates), reading_s - first)),
        Stage("writing", 0.1 + pixels / 20e6),
    ]


def predicting_s(pixels: int, dates: int) -> float:
    """Seconds that predicting a map is expected to take."""
    return pixels * dates / PIXEL_DATES_A_SECOND

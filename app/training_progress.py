"""How far a training is: a bar for terminals, plain lines for files and pipes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Never, Protocol, TextIO

from app.progress import LINE_EVERY_S, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tqdm import tqdm


class TrainingProgress(Protocol):
    """A `model.meta_training.Report` that leaves the terminal tidy."""

    def __call__(self, stage: str, done: int, total: int, figures: Mapping[str, float]) -> None:
        """`done` of `total` units of `stage` are finished; another stage or total begins anew."""

    def close(self) -> None:
        """Nothing more will come; after a failure too."""


def training_progress(stream: TextIO) -> TrainingProgress:
    """What suits the stream."""
    if stream.isatty():
        return TrainingBar(stream)
    return TrainingLines(lambda line: print(line, file=stream, flush=True))


class TrainingBar:
    """One bar a stage."""

    def __init__(self, stream: TextIO) -> None:
        from tqdm import tqdm  # noqa: PLC0415 - only where a bar is drawn

        self._bar: tqdm[Never] = tqdm(file=stream, unit="", dynamic_ncols=True)
        self._stage: tuple[str, int] | None = None

    def __call__(self, stage: str, done: int, total: int, figures: Mapping[str, float]) -> None:
        """Redraw where it is time to."""
        self._bar.set_postfix(rounded(figures), refresh=False)
        if self._stage != (stage, total):
            self._stage = (stage, total)
            # In this order: `reset` draws at once. What an interrupted run had done has taken no time in this one.
            self._bar.set_description(stage, refresh=False)
            self._bar.initial = done - 1
            self._bar.reset(total)
            self._bar.n = done - 1
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Leave the last stage's bar standing."""
        self._bar.close()


class TrainingLines:
    """A line when a stage ends, and one every ten seconds before."""

    def __init__(
        self, write: Callable[[str], None], *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._write = write
        self._clock = clock
        self._stage: tuple[str, int] | None = None
        self._began = (clock(), 0)
        self._spoke = clock()

    def __call__(self, stage: str, done: int, total: int, figures: Mapping[str, float]) -> None:
        """Write a line where it is time to."""
        now = self._clock()
        if self._stage != (stage, total):
            self._stage, self._began = (stage, total), (now, done)
        if done < total and now - self._spoke < LINE_EVERY_S:
            return
        self._spoke = now
        began, had = self._began
        told = [f"{name} {value}" for name, value in rounded(figures).items()]
        if had < done < total:
            told.append(f"about {duration((now - began) / (done - had) * (total - done))} left")
        self._write(", ".join([f"{stage}: {done}/{total}", *told]))

    def close(self) -> None:
        """Nothing is left open."""


def rounded(figures: Mapping[str, float]) -> dict[str, str]:
    """Figures as people read them."""
    return {name: f"{value:g}" if value == int(value) else f"{value:.3f}" for name, value in figures.items()}

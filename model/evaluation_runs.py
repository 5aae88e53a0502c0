"""All draws of all tasks, spread over processes."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import product
from multiprocessing import get_context
from typing import TYPE_CHECKING

from geodata.errors import LandshotError
from model.evaluation import outcomes_of_draw
from model.methods.registry import method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geodata.pixel_tasks import PixelTask
    from model.evaluation import Outcome

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The environment of the processes. Libraries read it when they are loaded, torch among them."""


class WorkerLostError(LandshotError):
    """A process ended before it had an answer."""

    code = "worker-lost"
    title = "A process of the evaluation ended early"
    users_to_mend = False


def evaluate(
    tasks: Sequence[PixelTask],
    methods: Sequence[str],
    shots: Sequence[int],
    draws: int,
    *,
    jobs: int,
    report: Callable[[int, int], None],
) -> list[Outcome]:
    """Try every method on every draw (`model.evaluation.outcomes_of_draw`).

    Args:
        tasks: the regions.
        methods: names in `model.methods.registry`.
        shots: numbers of labels per class.
        draws: of each task at each number of labels.
        jobs: processes, each with one thread. The outcomes do not depend on it: even one is a process of its own.
        report: told how many draws of how many are done, in this thread.

    Returns:
        In the order of tasks, then shots, then draws, then methods.

    Raises:
        UnknownMethodError, MissingExtraError, ModelError: a method cannot be loaded.
        WorkerLostError: a process was killed.
    """
    units = list(product(range(len(tasks)), shots, range(draws)))
    if not units:
        return []
    found: dict[int, list[Outcome]] = {}
    with _environment(ONE_THREAD):
        # Not forked: locks of libraries that this process has loaded could be copied in a locked state.
        pool = ProcessPoolExecutor(
            min(jobs, len(units)),
            get_context("spawn"),
            initializer=_begin,
            initargs=(tuple(tasks), tuple(methods)),
        )
        try:
            futures = {pool.submit(_outcomes, *unit): position for position, unit in enumerate(units)}
            for future in as_completed(futures):
                found[futures[future]] = future.result()
                report(len(found), len(units))
        except BrokenProcessPool as error:
            raise WorkerLostError(
                "a process of the evaluation was ended from outside, by the lack of memory perhaps; try fewer --jobs"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)
    return [outcome for position in range(len(units)) for outcome in found[position]]


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Processes that are started inside inherit these values."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_TASKS: list[PixelTask] = []
_METHODS: list[str] = []
"""What a process works on; handed over once, not with every draw."""


def _begin(tasks: tuple[PixelTask, ...], methods: tuple[str, ...]) -> None:
    # Control-C reaches all processes of a terminal. The first one tells the others to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _TASKS.extend(tasks)
    _METHODS.extend(methods)


def _outcomes(task: int, shots: int, draw: int) -> list[Outcome]:
    return outcomes_of_draw(_TASKS[task], shots, draw, {name: method(name) for name in _METHODS})

"""`Prefer: handling=lenient` (RFC 7240): labels at fault are left out and named, and the others count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from geodata.errors import Fault, LabelsError, LandshotError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_LABEL: Final = re.compile(r"labels\[(\d+)\]")


def without_faulty(count: int, attempt: Callable[[Sequence[int]], T]) -> tuple[T, dict[int, Fault]]:
    """Attempt something with all labels, and again without those that are at fault, until it works.

    Args:
        count: how many labels there are.
        attempt: with the labels at some positions, in their order; its `LabelsError` counts among these.

    Returns:
        What the attempt gave, and the faults of those that were left out, by their position among all.

    Raises:
        LabelsError: too few labels would be left; it is the error of all of them.
        LandshotError: of the attempt, where it is about no label.
    """
    kept = list(range(count))
    faults: dict[int, Fault] = {}
    first: LabelsError | None = None
    while True:
        try:
            return attempt(kept), faults
        except LabelsError as error:
            first = first or error
            found = _by_position(error, kept)
            if not found or len(found) == len(kept):
                raise first from None
            faults |= found
            kept = [position for position in kept if position not in found]
        except LandshotError:
            if first is None:
                raise
            raise first from None


def _by_position(error: LabelsError, kept: Sequence[int]) -> dict[int, Fault]:
    """Faults of labels, in the words and numbers of the whole list."""

    def named(match: re.Match[str]) -> str:
        return f"labels[{kept[int(match[1])]}]" if int(match[1]) < len(kept) else match[0]

    found: dict[int, Fault] = {}
    for fault in error.faults:
        match = _LABEL.match(fault.where)
        if match and int(match[1]) < len(kept):
            where, reason = _LABEL.sub(named, fault.where), _LABEL.sub(named, fault.reason)
            found.setdefault(kept[int(match[1])], Fault(where, reason))
    return found

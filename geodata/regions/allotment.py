"""How a number of places is shared out among kinds of which there is more and less."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def allot(total: int, available: Mapping[str, int]) -> dict[str, int]:
    """Give every kind places in proportion to the square root of how much there is of it, and never more than that.

    A kind that is a hundred times as frequent gets ten times the places: neither are rare kinds drowned, nor are
    they drawn over and over. The result does not depend on the order of the kinds.

    Args:
        total: places; where there is less than that, everything is taken.
        available: name of the kind -> how much there is.

    Returns:
        Places by name, for each name; their sum is `total`, or all there is.
    """
    weights = {name: math.sqrt(count) for name, count in sorted(available.items()) if count > 0}
    full: dict[str, int] = {}
    while weights:
        left = total - sum(full.values())
        scale = left / sum(weights.values())
        over = {
            name: available[name] for name, weight in weights.items() if scale * weight >= available[name]
        }
        if not over:
            break
        # What is taken whole leaves more for the others, of which some may be taken whole then.
        full |= over
        weights = {name: weight for name, weight in weights.items() if name not in over}
    if not weights:
        return {name: full.get(name, 0) for name in available}
    exact = {name: scale * weight for name, weight in weights.items()}
    whole = {name: math.floor(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in by_remainder[: left - sum(whole.values())]:
        whole[name] += 1
    return {name: full.get(name, whole.get(name, 0)) for name in available}

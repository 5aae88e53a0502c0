"""Making one map from imagery that may lose scenes while it is made."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from geodata.errors import ImageryChangedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from geodata.imagery import ImagerySource

T = TypeVar("T")

log = logging.getLogger("landshot")


def with_settled_imagery(imagery: ImagerySource, work: Callable[[ImagerySource], T]) -> T:
    """Do something with imagery, all over again whenever a scene is lost on the way.

    What is read is the same for all of `work`, so that a map does not depend on when and where a scene failed.
    What had been read before is mostly in the cache. It ends, because each time there are fewer scenes, and
    too few of them are an error.

    Args:
        imagery: to begin with.
        work: must be able to begin again; is given the imagery to use.

    Raises:
        ImageryFailedError: too many scenes failed.
    """
    while True:
        try:
            return work(imagery)
        except ImageryChangedError as change:
            log.warning("%s", change)
            imagery = change.remaining

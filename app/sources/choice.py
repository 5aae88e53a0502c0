"""Which imagery a client means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import InvalidRequestError
from geodata.errors import Fault, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.sources import Source


def choose_source(sources: Mapping[str, Source], name: str | None) -> Source:
    """The imagery that a client names; the only one where it names none.

    Raises:
        NotFoundError: nothing has this name.
        InvalidRequestError: none is named and there are several, or none at all.
    """
    known = ", ".join(sources) or "none"
    if name is None:
        own = [source for source in sources.values() if not getattr(source, "is_example", False)]
        if len(own or sources) == 1:
            return next(iter(own or sources.values()))
        reason = f"say which imagery to map; this server has: {known}"
        raise InvalidRequestError(f"imagery: {reason}", (Fault("imagery", reason),))
    if name not in sources:
        reason = f"there is no imagery {name!r} here; this server has: {known}"
        raise NotFoundError(f"imagery: {reason}", (Fault("imagery", reason),))
    return sources[name]

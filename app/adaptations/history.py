"""Where in its history an adaptation is, and where undo and redo lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.adaptations.version import head_etag
from app.errors import InvalidRequestError, PreconditionError, VersionConflictError
from app.negotiation import matches_etag
from geodata.errors import Fault

if TYPE_CHECKING:
    from app.adaptations.corrections import Corrections
    from app.adaptations.store import AdaptationStore
    from app.adaptations.version import Adaptation, Version


def current(
    store: AdaptationStore, adaptation_id: str, owner: str, if_match: str, base_version: int | None
) -> Adaptation:
    """The adaptation, if it is at the version that the client means.

    Args:
        store: has it.
        adaptation_id: which.
        owner: who asks.
        if_match: the header; empty where there is none.
        base_version: of the request's body; None where there is none.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        PreconditionError: If-Match names another version.
        VersionConflictError: `base_version` does.
    """
    adaptation = store.get(adaptation_id, owner)
    head = adaptation.head
    known = (head_etag(adaptation_id, head, has_map=there) for there in (False, True))
    if if_match and not any(matches_etag(if_match, etag) for etag in known):
        raise PreconditionError(
            f"Version {head} is current, and If-Match names another one; look at it, and send the change again."
        )
    if base_version not in (None, head):
        raise VersionConflictError(
            f"Version {head} is current, and the change is meant for {base_version} (base_version); look at it, "
            "and send the change again."
        )
    return adaptation


def after_jumps(store: AdaptationStore, adaptation: Adaptation, corrections: Corrections) -> Version:
    """The version where undo and redo lead.

    Raises:
        InvalidRequestError: there is nothing to undo, or to redo.
    """
    at = store.version(adaptation.id, adaptation.head)
    for number, step in enumerate(corrections.jumps):
        to = at.parent if step.op == "undo" else store.child_of(adaptation.id, at.number)
        if to is None:
            reason = f"there is nothing to {step.op} at version {at.number}"
            raise InvalidRequestError(
                f"operations[{number}]: {reason}", (Fault(f"operations[{number}]", reason),)
            )
        at = store.version(adaptation.id, to)
    return at

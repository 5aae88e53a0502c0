"""A version out of the database as something that predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.adaptations.parameters import from_bytes
from app.adapting import RegionAdaptation
from app.errors import OutdatedAdaptationError

if TYPE_CHECKING:
    from app.adaptations.store import AdaptationStore
    from app.adaptations.version import Version
    from app.sources import Opened


def restored(store: AdaptationStore, version: Version) -> RegionAdaptation:
    """The adaptation as it was made; see `refuse_outdated` before it is used.

    Raises:
        NotFoundError: the version was deleted in the meantime.
        ModelError: its parameters cannot be read.
    """
    summary = version.summary
    return RegionAdaptation(
        region=summary.region,
        legend=summary.legend,
        model=from_bytes(store.parameters(version), summary.lineage),
        labelled_pixels=dict(summary.labelled_pixels),
        notes=summary.notes,
    )


def refuse_outdated(version: Version, opened: Opened) -> None:
    """Raise OutdatedAdaptationError where a model was adapted to other imagery than there is."""
    if version.summary.fingerprint != opened.imagery.fingerprint:
        here = f"/adaptations/{version.adaptation_id}"
        raise OutdatedAdaptationError(
            f"Version {version.number} was adapted to imagery of {version.summary.imagery} that has changed since: "
            f'scenes came or went. POST {here}/labels with {{"operations": []}} adapts anew to what there is now.'
        )

"""What to say where a search has found nothing to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.found import LeftOut
    from geodata.imagery.stac.period import Period


def why_nothing(
    catalogue: Catalogue,
    period: Period,
    left_out: Sequence[LeftOut],
    nearest: tuple[date | None, date | None],
) -> str:
    """Why no scene can be used, and what to change, for people.

    Args:
        catalogue: where was looked.
        period: when.
        left_out: what lies in box and period all the same, cloudy scenes among them.
        nearest: days of usable scenes before and after.
    """
    when = f"between {period.start} and {period.end}"
    cloudy = [one for one in left_out if one.cause == "cloudy"]
    before_and_after = _say(period, nearest)
    if cloudy and len(cloudy) == len(left_out):
        count = f"all {len(cloudy)} scenes" if len(cloudy) > 1 else "the only scene"
        return (
            f"{count} of {catalogue.name} {when} {'are' if len(cloudy) > 1 else 'is'} cloudier than "
            f"{catalogue.max_cloud_cover:g} %{before_and_after}; widen the period, or raise max_cloud_cover"
        )
    if left_out:
        reasons = "; ".join(f"{one.id}: {one.reason}" for one in left_out[:3])
        more = f"; and {len(left_out) - 3} more" if len(left_out) > 3 else ""
        return (
            f"none of the {len(left_out)} scenes of {catalogue.name} {when} can be used ({reasons}{more})"
            f"{before_and_after}; choose another period, or another source"
        )
    if before_and_after:
        return (
            f"there is no scene of {catalogue.name} in the box {when}{before_and_after}; "
            "choose a period that reaches there"
        )
    return (
        f"there is no scene of {catalogue.name} in the box at any time: it lies over the open sea, where "
        "satellites take no images of land, or out of the catalogue's area. Check that the bbox is [west, "
        "south, east, north] in degrees, or choose another source"
    )


def _say(period: Period, nearest: tuple[date | None, date | None]) -> str:
    before, after = nearest
    days = []
    if before:
        days.append(f"{before} ({_days((period.start - before).days)} before)")
    if after:
        days.append(f"{after} ({_days((after - period.end).days)} after)")
    if not days:
        return ""
    return f"; the nearest usable scene{'s are' if len(days) > 1 else ' is'} of {' and '.join(days)}"


def _days(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"

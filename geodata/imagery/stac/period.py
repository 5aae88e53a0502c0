"""When imagery is taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from geodata.errors import PeriodError


@dataclass(frozen=True, slots=True)
class Period:
    """Days by the sun over the place, as `Scene.solar_day` counts them: what people call a day there."""

    start: date
    """First day, inclusive."""

    end: date
    """Last day, inclusive."""

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise PeriodError(
                f"the period runs backwards: start ({self.start}) is after end ({self.end}); "
                "give the earlier day as start"
            )
        # East of Greenwich, tomorrow begins earlier.
        today = datetime.now(UTC).date() + timedelta(days=1)
        if self.end > today:
            raise PeriodError(
                f"the period ends in the future ({self.end}), where there is no imagery yet; "
                f"give an end of {today - timedelta(days=1)} or earlier"
            )

    @property
    def earliest(self) -> datetime:
        """No moment of the period comes before, anywhere on Earth."""
        return datetime.combine(self.start, time.min, UTC) - _AHEAD

    @property
    def latest(self) -> datetime:
        """No moment of the period comes after, to the second."""
        return datetime.combine(self.end, time(23, 59, 59), UTC) + _AHEAD

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


_AHEAD = timedelta(hours=14)  # of the sun on the side of a box where it rises first

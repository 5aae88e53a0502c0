"""What the building of training regions refuses."""

from __future__ import annotations

from geodata.errors import LandshotError


class TrainingRegionsError(LandshotError):
    """Training regions that cannot be drawn as asked, or do not go with what is in their folder."""

    code = "training-regions"
    title = "The training regions cannot be built"


class UnsuitableRegionError(LandshotError):
    """A region that makes no task: too uniform, or hardly ever clear."""

    code = "unsuitable-region"
    title = "The region makes no task"

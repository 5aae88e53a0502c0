"""How well the labels of a version predict each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from app.adaptations.spectra import described
from geodata.accuracy import accuracy, wilson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.adaptations.labelled import NamedPixels
    from app.adaptations.version import Version
    from geodata.accuracy import Accuracy
    from geodata.legend import LandCoverClass, Legend
    from model.checkpoint import Initialization
    from model.cross_validation import CrossValidation

_MOST_PIXELS: Final = 4_000
_MOST_PIXELS_AND_DATES: Final = 24_000
"""What each fold may learn from: it takes four seconds then."""

SUSPICIOUS_FROM: Final = 0.5
"""Probability of another class from which a label is told to be contradicted."""

MOST_SUSPICIOUS: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """What cross-validation says of a version; everything counts labels, a polygon once."""

    adaptation_id: str
    version: int
    legend: Legend

    labels: NDArray[np.int64]
    """(N,) labels of each class, those among them that cannot be validated."""

    given: int
    """Labels of the version; of very many only some are used."""

    outcome: CrossValidation

    @property
    def figures(self) -> Accuracy | None:
        """None where no label could be validated."""
        if not self.outcome.folds:
            return None
        return accuracy(self.outcome.truth, self.outcome.predicted, len(self.legend))

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the accuracy, 95 %, as if labels had been drawn at random; None where there is none."""
        count = len(self.outcome.label)
        return (
            wilson_interval(int((self.outcome.truth == self.outcome.predicted).sum()), count)
            if count
            else None
        )

    @property
    def note(self) -> str:
        """What the figures are, in a sentence or two."""
        if not self.outcome.folds:
            return (
                "Nothing can be said yet: a class needs two labels, so that one can be checked by the other."
            )
        used = int(self.labels.sum())
        some = f" {used:,} of {self.given:,} labels were used." if used < self.given else ""
        return (
            "Each label was predicted from the others, and labels are often near each other and easy to tell, so "
            f"expect the map to be less accurate than this.{some}"
        )

    def to_json(self) -> dict[str, Any]:
        """For GET /adaptations/{id}/validation, and for whoever else tells of it."""
        figures, interval = self.figures, self.interval
        confusion = (
            np.zeros((len(self.legend),) * 2, dtype=np.int64) if figures is None else figures.confusion
        )
        return {
            "adaptation": self.adaptation_id,
            "version": self.version,
            "folds": self.outcome.folds,
            "labels": len(self.outcome.label),
            "accuracy": figures and round(figures.overall, 6),
            "balanced_accuracy": figures and round(figures.balanced, 6),
            "interval": interval and [round(end, 6) for end in interval],
            "classes": [self._class(index, entry, figures) for index, entry in enumerate(self.legend)],
            "matrix": confusion.tolist(),
            "not_validated": [
                {**described(entry), "labels": count, "reason": _WHY_NOT[count]}
                for entry, count in zip(self.legend, self.labels.tolist(), strict=True)
                if count < 2
            ],
            "suspicious_labels": self._suspicious(),
            "note": self.note,
        }

    def _class(self, index: int, entry: LandCoverClass, figures: Accuracy | None) -> dict[str, Any]:
        count = int(self.labels[index])
        known = figures if count > 1 else None
        return {
            **described(entry),
            "labels": count,
            "recall": known and _share(known.recall[index]),
            "precision": known and _share(known.precision[index]),
        }

    def _suspicious(self) -> list[dict[str, Any]]:
        outcome, classes = self.outcome, self.legend.classes
        wrong = np.flatnonzero(
            (outcome.predicted != outcome.truth) & (outcome.probability >= SUSPICIOUS_FROM)
        )
        order = wrong[np.lexsort((outcome.label[wrong], -outcome.probability[wrong]))]
        return [
            {
                "label": int(outcome.label[k]),
                "class": classes[int(outcome.truth[k])].name,
                "predicted": classes[int(outcome.predicted[k])].name,
                "probability": round(float(outcome.probability[k]), 4),
            }
            for k in order[:MOST_SUSPICIOUS]
        ]


def validate(
    version: Version,
    labelled: NamedPixels,
    background: NDArray[np.float32],
    initialization: Initialization,
) -> Validation:
    """Cross-validate the labels of a version.

    Args:
        version: whose.
        labelled: its labelled pixels.
        background: (m, T, B) the region's random sample.
        initialization: that the server adapts with.
    """
    from model.cross_validation import cross_validate  # noqa: PLC0415 - torch
    from model.support import SupportSet  # noqa: PLC0415

    legend, wavelengths = version.summary.legend, version.summary.wavelengths_nm
    dates = labelled.reflectance.shape[1]
    used = labelled.thinned(min(_MOST_PIXELS, max(2 * len(legend), _MOST_PIXELS_AND_DATES // dates)))
    support = SupportSet(used.reflectance, used.class_index, np.array(wavelengths), background)
    outcome = cross_validate(initialization, support, used.label)
    _, first = np.unique(used.label, return_index=True)
    counts = np.bincount(used.class_index[first], minlength=len(legend))
    given = len(np.unique(labelled.label))
    return Validation(version.adaptation_id, version.number, legend, counts, given, outcome)


_WHY_NOT: Final = (
    "No label has this class.",
    "It has one label; with a second one, each could be checked by the other.",
)


def _share(value: np.float64) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)

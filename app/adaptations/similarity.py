"""Which labels are most like a pixel, as the adapted network sees both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.adaptations.labelled import NamedPixels
    from model.adapted import AdaptedModel

MOST_PIXELS: Final = 2048
"""That are compared with: of more, some of each label (`NamedPixels.thinned`)."""

_MOST_OF_A_CLASS: Final = 50
"""Labels that tell how far apart those of one class usually are."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelSpace:
    """Labelled pixels in the feature space of an adapted network.

    The distance between two pixels is the root mean square of the differences of their features over all dates: that
    which the prototype head measures (`model.adaptation.prototype_head`). It is told relative to the usual distance
    between two labels of one class: the median over pairs of labels, mean over the classes. Where no class has two
    labels it is that between all labels.
    """

    pixels: NamedPixels
    features: NDArray[np.float32]
    """(n, T * D) of these."""

    unit: float
    """The usual distance between two labels of one class."""

    @classmethod
    def of(cls, model: AdaptedModel, labelled: NamedPixels) -> Self:
        """Encode the labelled pixels."""
        pixels = labelled.thinned(MOST_PIXELS)
        features = _features(model, pixels.reflectance)
        return cls(pixels, features, _usual_distance(features, pixels))

    def nearest(
        self, model: AdaptedModel, reflectance: NDArray[np.float32], *, most: int
    ) -> list[tuple[int, float]]:
        """The labels that are most like a pixel, each by its nearest pixel.

        Args:
            model: that the space was made with.
            reflectance: (T, B) of a pixel with a clear date.
            most: labels.

        Returns:
            Position of the label's pixel and its distance, the nearest first.
        """
        distance = _rms(self.features - _features(model, reflectance[np.newaxis])) / self.unit
        order = np.lexsort((self.pixels.label, distance))
        _, first = np.unique(self.pixels.label[order], return_index=True)
        return [(int(order[k]), float(distance[order[k]])) for k in sorted(first.tolist())[:most]]


def _features(model: AdaptedModel, reflectance: NDArray[np.float32]) -> NDArray[np.float32]:
    return model.features(reflectance).reshape(len(reflectance), -1)


def _usual_distance(features: NDArray[np.float32], pixels: NamedPixels) -> float:
    _, one_of_each = np.unique(pixels.label, return_index=True)
    class_index = pixels.class_index[one_of_each]
    within = [
        _median_distance(features[one_of_each[class_index == number]]) for number in np.unique(class_index)
    ]
    known = [distance for distance in within if distance > 0]
    usual = float(np.mean(known)) if known else _median_distance(features[one_of_each])
    return usual or 1.0


def _median_distance(features: NDArray[np.float32]) -> float:
    """Median over pairs; 0 where there are none."""
    some = features[np.linspace(0, len(features) - 1, min(len(features), _MOST_OF_A_CLASS)).astype(np.int64)]
    pairs = [_rms(some[number + 1 :] - each) for number, each in enumerate(some[:-1])]
    return float(np.median(np.concatenate(pairs))) if pairs else 0.0


def _rms(differences: NDArray[np.float32]) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = np.mean(np.square(differences, dtype=np.float64), axis=-1)
    return np.sqrt(mean)

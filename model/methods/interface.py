"""What every method of the harness is: labelled pixels of one region in, a classifier of its pixels out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.support import SupportSet


class Classifier(Protocol):
    """A fitted method."""

    def __call__(self, reflectance: NDArray[np.float32]) -> NDArray[np.float64]:
        """Pixels (n, T, B), NaN where missing -> scores (n, ways), the highest of a row is the class."""


class Method(Protocol):
    """A way to learn from a handful of labels."""

    def __call__(self, support: SupportSet, ways: int, seed: int) -> Classifier:
        """Fit.

        Args:
            support: the labelled pixels; a class of `ways` may have none.
            ways: number of classes.
            seed: of whatever is random in the method.

        Raises:
            ValueError: the method cannot be fit to this support set; the message says why.
        """

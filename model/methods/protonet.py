"""Prototypical networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.land_cover import LandCover
from model.methods.learners import LearnerSettings, WithoutInnerLoop
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from torch import Tensor

    from model.adaptation import Support
    from model.encoder import Params
    from model.methods.interface import Classifier
    from model.support import SupportSet


class Prototypes(LandCover):
    """Scores are distances to the classes' mean features, which is where `LandCover` starts from."""

    __slots__ = ()

    def scores(self, phi: Params, support: Support, pixels: Tensor) -> Tensor:
        """-s |f(x) - c_k|^2 up to a constant per pixel, (n, N); `phi` is theta."""
        return super().scores(self.start(phi, support), support, pixels)


def learner(settings: LearnerSettings) -> WithoutInnerLoop:
    """A prototypical network on the encoder, with a learned temperature."""
    return WithoutInnerLoop(Prototypes(settings.shape))


def protonet(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Prototypical network (Snell et al. 2017, arXiv 1703.05175, eq. 1 and 2).

    p(k | x) = softmax(-s |f(x) - c_k|^2), c_k = the mean of f over the labels of class k; meta-training moves f and s
    by the query's cross-entropy. Distances are means over the dates. At service: means, no gradient.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; it is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("protonet", learner, support, ways)

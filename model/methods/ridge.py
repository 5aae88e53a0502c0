"""A ridge regression for a head, solved in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from model.adaptation import class_counts
from model.encoder import EncoderShape, Params, encode, init_encoder
from model.linear import ABSENT
from model.methods.learners import LearnerSettings, WithoutInnerLoop
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from torch import Tensor

    from model.adaptation import Support
    from model.methods.interface import Classifier
    from model.support import SupportSet


@dataclass(frozen=True, slots=True)
class RidgeHead:
    """The encoder with a closed-form head; lambda and the scale of the scores are learned."""

    shape: EncoderShape

    def init(self, generator: torch.Generator) -> Params:
        """A random encoder, log lambda and log scale."""
        return {
            **init_encoder(self.shape, generator),
            "ridge.strength": torch.tensor(0.0),
            "ridge.scale": torch.tensor(1.0),
        }

    def scores(self, meta: Params, support: Support, pixels: Tensor) -> Tensor:
        """Ridge regression's outputs times a scale, a X' W (n, N); `ABSENT` for classes without a label."""
        weight = ridge_weight(
            design(meta, support, support.pixels), support.labels, meta["ridge.strength"].exp()
        )
        found = meta["ridge.scale"].exp() * (design(meta, support, pixels) @ weight)
        return torch.where(class_counts(support.labels) > 0, found, torch.full_like(found, ABSENT))


def design(meta: Params, support: Support, pixels: Tensor) -> Tensor:
    """Features of all dates and a one, (n, T D + 1); divided by the root of T, so that lambda means the same."""
    features = encode(meta, pixels, support.region)
    flat = features.flatten(-2) / features.shape[-2] ** 0.5
    return torch.cat([flat, torch.ones_like(flat[:, :1])], dim=1)


def ridge_weight(rows: Tensor, labels: Tensor, strength: Tensor) -> Tensor:
    """Minimize sum_i w_i |x_i W - y_i|^2 + lambda |W|^2, every class weighing the same.

    W = X^T (X X^T + lambda I)^-1 Y with rows times sqrt(w_i): a system of the size of the labels, not of the features
    (Bertinetto et al. 2019, arXiv 1805.08136, eq. 5, by Woodbury's identity).

    Args:
        rows: X (S, F).
        labels: Y (S, N) one-hot; a row of zeros pads.
        strength: lambda > 0, ().

    Returns:
        (F, N).
    """
    counts = class_counts(labels)
    each = counts.sum() / (counts > 0).sum()  # labels per class, were they the same for all
    root = ((labels / counts.clamp_min(1.0)).sum(dim=1) * each).sqrt().unsqueeze(1)
    x, y = rows * root, labels * root
    system = x @ x.T + strength * torch.eye(len(x), dtype=x.dtype, device=x.device)
    dual: Tensor = torch.linalg.solve(system, y)
    return x.T @ dual


def learner(settings: LearnerSettings) -> WithoutInnerLoop:
    """R2-D2's learner."""
    return WithoutInnerLoop(RidgeHead(settings.shape))


def ridge(support: SupportSet, ways: int, seed: int) -> Classifier:
    """R2-D2, a differentiable closed-form head (Bertinetto et al. 2019, arXiv 1805.08136, eq. 5 and 6).

    W = X^T (X X^T + lambda I)^-1 Y on the features X of the labelled pixels, scores a X' W; meta-training moves the
    encoder, lambda and a by the query's cross-entropy, through the solution. (Their bias b adds the same to all
    classes, of which a softmax takes no notice; it is left out.) Classes weigh the same however many labels they have.
    At service: one solve.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; it is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("ridge", learner, support, ways)

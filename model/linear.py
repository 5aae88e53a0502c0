"""The linear part: logistic regression on the spectral features of all dates, fitted to one region alone.

It knows the region's labels and its unlabelled pixels and no other region, so that none can mislead it, and it keeps
dates apart. Beside the meta-learned network it is a few more numbers: both are folded into one prediction
(`model.prediction`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from model.spectral import LINEAR_FEATURES
from model.whitening import partial_whitening

if TYPE_CHECKING:
    from torch import Tensor

ITERATIONS = 240
"""Gradient steps; on the real tasks 50 and 300 were within half a point of balanced accuracy."""

STRENGTH = 0.5
"""C, the inverse of the penalty, where the background tells how land varies. One does as well with right labels, and
loses half a point of balanced accuracy more where a fifth of them is wrong."""

ROUNDS = 3
"""Of self-training; also how often the background is labelled again."""

BACKGROUND = 512
"""Unlabelled pixels that are used: enough to tell the share of a class, few enough to cost no time."""

ABSENT = -1e4
"""Logit of a class that only pads a batch: no probability, and still finite under every derivative."""


def linear_inputs(pixels: Tensor) -> Tensor:
    """Network inputs (n, T, PIXEL_INPUTS) -> what the linear part reads (n, T * L).

    Reflectance and indices relative to the region. Divided by the root of T, so that the penalty means the same for
    one date as for twenty.
    """
    chosen = pixels[..., torch.from_numpy(LINEAR_FEATURES)]
    scale: float = chosen.shape[-2] ** -0.5
    return chosen.flatten(-2) * scale


def fit_linear(
    inputs: Tensor, labels: Tensor, *, iterations: int = ITERATIONS, strength: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Multinomial logistic regression with an L2 penalty, every class weighing the same.

    Args:
        inputs: (S, F).
        labels: (S, N) one-hot; rows of zeros pad, columns of zeros are classes without a label.
        iterations: with 0 the result is zero.
        strength: C, the inverse of the penalty.

    Returns:
        Weight (N, F) and bias (N,); to be used with `ABSENT` for classes without a label.
    """
    design = _with_constant(inputs)
    start = torch.zeros(labels.shape[1], design.shape[1], dtype=inputs.dtype, device=inputs.device)
    weight = balanced_weights(labels)
    solved = _solve(design, labels, weight, start, iterations=iterations, strength=strength)
    return solved[:, :-1], solved[:, -1]


def fit_with_background(
    inputs: Tensor,
    labels: Tensor,
    background: Tensor,
    *,
    iterations: int = ITERATIONS,
) -> tuple[Tensor, Tensor]:
    """The same, but as the region's unlabelled pixels would have it: in two ways.

    The penalty follows how the land varies (`model.whitening`): a direction that hardly varies would else count for
    little beside one that varies much.

    And the classes share the background more evenly than a few labels alone would have it. With one label a class, how
    much land a class gets is mostly chance: which of its pixels was shown. Self-training with soft labels (Nigam et al.
    2000, Machine Learning 39, section 5.3.1, with this classifier) under shares that lie half-way between what the
    classifier says and equal ones (their geometric mean): label the background, scale each class by the inverse root of
    its share, fit again, and so on. Equal shares gained as much on the real tasks and lost more where one class covers
    most of the land.

    The background weighs as much as 1 / K labels of each class at K labels a class.

    Args:
        inputs: (S, F).
        labels: (S, N) one-hot, every class with a label.
        background: (M, F) unlabelled.
        iterations: as in `fit_linear`; with 0 the result is zero.

    Returns:
        Weight (N, F) and bias (N,).
    """
    ways = labels.shape[1]
    weight = balanced_weights(labels)
    whitening = partial_whitening(background)
    design, unlabelled = _with_constant(inputs @ whitening), _with_constant(background @ whitening)
    both = torch.cat([design, unlabelled])
    start = torch.zeros(ways, design.shape[1], dtype=inputs.dtype, device=inputs.device)
    solved = _solve(design, labels, weight, start, iterations=iterations, strength=STRENGTH)
    for _ in range(ROUNDS if iterations else 0):
        guess = functional.softmax(unlabelled @ solved.T, dim=-1)
        guess = guess / guess.mean(dim=0).clamp_min(1e-4).sqrt()
        guess = guess * (
            ways**2 / labels.sum() / guess.sum()
        )  # (M, N), 1 / K labels for each class on average
        targets = torch.cat([labels, guess / guess.sum(dim=1, keepdim=True)])
        weights = torch.cat([weight, guess.sum(dim=1)])
        solved = _solve(both, targets, weights, solved, iterations=iterations // ROUNDS, strength=STRENGTH)
    return solved[:, :-1] @ whitening, solved[:, -1]


def balanced_weights(labels: Tensor) -> Tensor:
    """(S, N) one-hot -> (S,) weights by which all classes with labels weigh the same; their mean is one."""
    counts = labels.sum(dim=0)
    return (labels / counts.clamp_min(1.0)).sum(dim=1) * labels.sum() / (counts > 0).sum()


def _with_constant(inputs: Tensor) -> Tensor:
    return torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1)


def _solve(
    design: Tensor, targets: Tensor, weight: Tensor, start: Tensor, *, iterations: int, strength: float
) -> Tensor:
    """Minimizes sum_i w_i CE_i + |W|^2 / (2 C), the constant's column free, by accelerated gradient steps.

    Beck & Teboulle 2009 ("FISTA"), eq. 4.1-4.3, with the momentum k / (k + 3).

    Args:
        design: (S, F + 1), the last column constant.
        targets: (S, N) probabilities; rows of zeros pad.
        weight: (S,).
        start: (N, F + 1).
        iterations: gradient steps.
        strength: C.
    """
    used = targets.sum(dim=1, keepdim=True)
    penalty = torch.full_like(design[0], 1.0 / strength)
    penalty[-1] = 0.0
    scaled = design * weight.sqrt().unsqueeze(1)
    gram = scaled.T @ scaled if design.shape[0] > design.shape[1] else scaled @ scaled.T
    # Softmax's Hessian is at most 1/2; the Frobenius norm of the Gram matrix bounds its largest eigenvalue.
    rate = 1.0 / (0.5 * gram.square().sum().sqrt() + 1.0 / strength)
    masked = torch.where(targets.sum(dim=0) > 0, 0.0, ABSENT)
    current = ahead = start
    for step in range(iterations):
        error = functional.softmax(design @ ahead.T + masked, dim=-1) * used - targets
        slope = (error * weight.unsqueeze(1)).T @ design + ahead * penalty
        following = ahead - rate * slope
        ahead = following + (step / (step + 3)) * (following - current)
        current = following
    return current

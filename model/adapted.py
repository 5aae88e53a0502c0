"""From a region's labels to a fitted model: the inner loop of the network, and the linear part beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from model.adaptation import Support, logits
from model.default_learner import default_learner
from model.encoder import encode
from model.gaps import fill_bands, fill_gaps
from model.linear import BACKGROUND, ITERATIONS, fit_with_background, linear_inputs
from model.spectral import RegionStatistics, Resampling, network_inputs, region_inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.checkpoint import Initialization
    from model.encoder import Params
    from model.support import SupportSet


NETWORK_SHARE = 0.35
"""How much the network's scores count beside those of the linear part. Between a quarter and a half, balanced accuracy
on the real tasks moved by half a point at most; on simulated land, which the network knows, more would be better."""


STEPS_PER_LABEL = 9
"""Inner steps at service for each label of a class beyond the first: nearly a point of balanced accuracy at five labels
on real tasks, beside one step a label."""


MOST_STEPS = 40
"""Inner steps at service, however many labels there are."""


TOLERANCE = 0.6
"""Of wrong labels, in the inner loop at service (`model.adaptation.balanced_loss`): many steps would learn them too.
With a fifth of the labels wrong it saves a point of balanced accuracy on real tasks; with none it costs 0.3 at most."""


@dataclass(frozen=True, slots=True)
class AdaptedModel:
    """A network fitted to one region; `model.prediction` applies it."""

    params: Params
    """Encoder, head, and the linear part as `linear.weight` (N, T * L) and `linear.bias` (N,); rows as `classes`."""

    classes: NDArray[np.int64]
    """Row of the head -> class index of the support set."""

    resampling: Resampling
    statistics: RegionStatistics
    lineage: dict[str, str | int]
    """Which weights, their SHA-256, inner steps, device."""

    def scores(self, reflectance: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-probabilities up to a constant per pixel, (n, T, B) with gaps -> (n, N) in the order of `classes`.

        Pixels that are never clear get what all-zero reflectance would.
        """
        pixels = torch.from_numpy(pixel_inputs(reflectance, self.resampling, self.statistics))
        region = torch.from_numpy(region_inputs(self.resampling, self.statistics))
        with torch.inference_mode():
            network = logits(self.params, pixels, region, torch.ones(self.classes.size))
            linear = linear_inputs(pixels) @ self.params["linear.weight"].T + self.params["linear.bias"]
        return (NETWORK_SHARE * network + linear).numpy().astype(np.float64)

    def features(self, reflectance: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the head sees of each pixel: (n, T, B) with gaps -> (n, T, D), the adapted encoder's features.

        Pixels that are never clear get what all-zero reflectance would.
        """
        pixels = torch.from_numpy(pixel_inputs(reflectance, self.resampling, self.statistics))
        region = torch.from_numpy(region_inputs(self.resampling, self.statistics))
        with torch.inference_mode():
            return encode(self.params, pixels, region).numpy()


def adapt(
    initialization: Initialization, support: SupportSet, *, steps: int | None = None, device: str = "cpu"
) -> AdaptedModel:
    """Fit the meta-trained start to the labels of one region.

    The result does not depend on the order of the labels or on how the classes are numbered, to the last bit: see
    `canonical_order`.

    Args:
        initialization: theta.
        support: the labelled pixels; at least two classes.
        steps: inner steps T; `steps_for` the labels when None. With 0 the result is a prototypical network, and the
            linear part is zero.
        device: where the inner loop runs; the result is on the CPU.

    Raises:
        ValueError: fewer than two classes.
    """
    order, classes = canonical_order(support)
    index = support.class_index[order]
    if classes.size < 2:
        raise ValueError("adapting needs labels of at least two classes")
    resampling = Resampling.of(support.wavelengths_nm)
    statistics = region_statistics(support.background, resampling)
    tensors = Support(
        torch.from_numpy(pixel_inputs(support.reflectance[order], resampling, statistics)).to(device),
        torch.from_numpy((index[:, None] == classes).astype(np.float32)).to(device),
        torch.from_numpy(region_inputs(resampling, statistics)).to(device),
    )
    count = steps_for(index.size / classes.size, initialization.steps) if steps is None else steps
    meta = {name: value.to(device) for name, value in initialization.meta.items()}
    with torch.no_grad():
        params = default_learner(initialization.shape, tolerance=TOLERANCE).adapt(meta, tensors, steps=count)
        weight, bias = fit_with_background(
            linear_inputs(tensors.pixels),
            tensors.labels,
            linear_inputs(unlabelled(support.background, resampling, statistics).to(device)),
            iterations=ITERATIONS if count else 0,
        )
    params |= {"linear.weight": weight, "linear.bias": bias}
    lineage: dict[str, str | int] = {
        "model": initialization.name,
        "sha256": initialization.sha256,
        "inner_steps": count,
        "device": device,
    }
    return AdaptedModel({k: v.cpu() for k, v in params.items()}, classes, resampling, statistics, lineage)


def steps_for(shots: float, least: int) -> int:
    """Inner steps T at service: several for each label of a class, as many labels move the network further safely.

    Args:
        shots: mean number of labels per class.
        least: T where each class has one label.
    """
    return round(min(least + STEPS_PER_LABEL * (shots - 1), MOST_STEPS))


def canonical_order(support: SupportSet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """An order of the pixels (n,), and one of the classes (N,), that depend on neither their order nor their numbers.

    Classes stand in the order of their sorted pixels; pixels in that of their values, equal ones in that of their
    classes. Classes of the very same pixels cannot be told apart, and need not be.
    """
    values = np.nan_to_num(support.reflectance.reshape(len(support.class_index), -1), nan=-1.0)
    numbers = np.unique(support.class_index)

    def pixels_of(number: int) -> list[list[float]]:
        return sorted(values[support.class_index == number].tolist())

    classes = np.array(sorted(numbers.tolist(), key=pixels_of), dtype=np.int64)
    rank = np.argsort(classes)[np.searchsorted(numbers, support.class_index)]
    return np.lexsort([rank, *values.T]), classes


def region_statistics(background: NDArray[np.float32], resampling: Resampling) -> RegionStatistics:
    """Statistics of an unlabelled sample (m, T, B) that may have gaps; its never clear pixels are left out."""
    filled, seen = _filled(background, resampling)
    return RegionStatistics.of(filled[seen], resampling)


def unlabelled(
    background: NDArray[np.float32], resampling: Resampling, statistics: RegionStatistics
) -> torch.Tensor:
    """(m, T, B) with gaps -> network inputs (BACKGROUND or fewer, T, PIXEL_INPUTS), evenly spaced in the sample."""
    seen = np.flatnonzero(np.isfinite(background).any(axis=(1, 2)))
    chosen = seen[np.linspace(0, seen.size - 1, min(BACKGROUND, seen.size)).astype(np.int64)]
    return torch.from_numpy(pixel_inputs(background[chosen], resampling, statistics))


def pixel_inputs(
    reflectance: NDArray[np.float32], resampling: Resampling, statistics: RegionStatistics
) -> NDArray[np.float32]:
    """(n, T, B) with gaps -> network inputs (n, T, PIXEL_INPUTS), the gaps filled from the pixel's own values."""
    filled, _ = _filled(reflectance, resampling)
    return network_inputs(filled, resampling, statistics)


def _filled(
    reflectance: NDArray[np.float32], resampling: Resampling
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    whole = fill_bands(reflectance, resampling.centres_nm)
    filled, seen = fill_gaps(np.moveaxis(whole, 0, -1))
    return np.moveaxis(filled, -1, 0), seen

"""What lies in the middle of a few observations, for many pixels at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def median(layers: NDArray[np.float32], clear: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The median over the clear layers of each pixel, band by band.

    `numpy.nanmedian` takes a hundred times as long: it sorts pixel by pixel. Here whole layers are
    compared with each other, in the order that a sorting network prescribes.

    Args:
        layers: (n, B, h, w); overwritten.
        clear: (n, h, w) which layers count.

    Returns:
        (B, h, w), NaN where no layer counts; the mean of the middle two of an even number.
    """
    if not len(layers):
        return np.full(layers.shape[1:], np.nan, dtype=np.float32)
    np.copyto(layers, np.float32(np.inf), where=~clear[:, np.newaxis])
    lower = np.empty_like(layers[0])
    for first, second in _network(len(layers)):
        np.minimum(layers[first], layers[second], out=lower)
        np.maximum(layers[first], layers[second], out=layers[second])
        layers[first] = lower
    counts = clear.sum(axis=0)
    least, most = int(counts.min()), int(counts.max())
    if least == most:
        middle = _mean(layers[max(0, least - 1) // 2], layers[least // 2])
    else:
        below, above = np.maximum(counts - 1, 0) // 2, np.minimum(counts // 2, len(layers) - 1)
        middle = _mean(_taken(layers, below), _taken(layers, above))
    middle[:, counts == 0] = np.nan
    return middle


def geometric_median(
    layers: NDArray[np.float32], clear: NDArray[np.bool_], *, rounds: int = 48
) -> NDArray[np.float32]:
    """The spectrum with the least sum of distances to the clear layers of each pixel (Weiszfeld's iteration).

    Every pixel takes the same number of rounds, so that it does not matter which pixels are computed together.

    Args:
        layers: (n, B, h, w); overwritten.
        clear: (n, h, w) which layers count.
        rounds: of the iteration, which begins at the median; they end within a few 1e-4 of the limit.

    Returns:
        (B, h, w), NaN where no layer counts.
    """
    if not len(layers):
        return np.full(layers.shape[1:], np.nan, dtype=np.float32)
    centre = median(layers.copy(), clear)
    np.copyto(layers, np.float32(0), where=~clear[:, np.newaxis])
    never = ~clear.any(axis=0)
    centre[:, never] = 0
    for _ in range(rounds):
        apart = np.full(clear.shape, _NEAR)  # (n, h, w) squared distances
        for band, middle in zip(layers.swapaxes(0, 1), centre, strict=True):
            apart += (band - middle) ** 2
        weights = np.where(clear, 1 / np.sqrt(apart), np.float32(0))
        total = np.where(never, np.float32(1), weights.sum(axis=0))
        centre = (layers * weights[:, np.newaxis]).sum(axis=0) / total
    centre[:, never] = np.nan
    return np.asarray(centre, dtype=np.float32)


_NEAR = np.float32(1e-10)  # reflectance squared: a layer at the centre itself must not weigh without limit


def _mean(below: NDArray[np.float32], above: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((below + above) * np.float32(0.5))


def _taken(layers: NDArray[np.float32], which: NDArray[np.int64]) -> NDArray[np.float32]:
    """(B, h, w): of each pixel (h, w) the layer of that number."""
    return np.asarray(np.take_along_axis(layers, which[np.newaxis, np.newaxis], axis=0)[0])


@cache
def _network(count: int) -> tuple[tuple[int, int], ...]:
    """Batcher's odd-even merge sort: which two layers to put in order, one pair after the other.

    Made for the next power of two; the layers that are not there would hold the largest numbers, and stay where
    they are.
    """
    pairs = []
    size = 1
    while size < count:
        step = size
        while step >= 1:
            for start in range(step % size, count - step, 2 * step):
                lower = range(start, min(start + step, count - step))
                pairs += [(i, i + step) for i in lower if i // (2 * size) == (i + step) // (2 * size)]
            step //= 2
        size *= 2
    return tuple(pairs)

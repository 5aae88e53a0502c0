"""Spectral indices: band ratios in which light and level cancel, which a handful of labels cannot teach a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    Values = TypeVar("Values", NDArray[np.float64], Tensor)

COASTAL, BLUE, GREEN, RED, RED_EDGE, RED_EDGE_2, RED_EDGE_3, NIR, SWIR, SWIR_2 = range(10)
"""Places of the canonical wavelengths (`model.spectral.CANONICAL_NM`)."""

NORMALIZED_DIFFERENCES = (
    (NIR, RED),  # NDVI, Rouse et al. 1974
    (GREEN, NIR),  # NDWI, McFeeters 1996
    (SWIR, NIR),  # NDBI, Zha et al. 2003; its negative is NDMI
    (NIR, SWIR_2),  # NBR, Key & Benson 2006
    (GREEN, SWIR),  # MNDWI, Xu 2006
    (SWIR, SWIR_2),  # NDTI, van Deventer et al. 1997
    (RED_EDGE, RED),
    (GREEN, RED),
    (BLUE, GREEN),
    (NIR, RED_EDGE),  # NDRE, Barnes et al. 2000
)
DAMPING = 0.02
"""Added to the denominators: the ratio of two dark bands is noise."""

COUNT = len(NORMALIZED_DIFFERENCES) + 2


def spectral_indices(bands: Sequence[Values]) -> list[Values]:
    """The indices of reflectances at the canonical wavelengths; `COUNT` arrays of the shape of one band.

    Beside the normalized differences (a - b) / (a + b): the bare soil index (Rikimaru et al. 2002) and EVI-2
    (Jiang et al. 2008, eq. 16).

    Args:
        bands: K arrays or tensors, not negative.
    """
    values = [(bands[a] - bands[b]) / (bands[a] + bands[b] + DAMPING) for a, b in NORMALIZED_DIFFERENCES]
    dull, live = bands[SWIR] + bands[RED], bands[NIR] + bands[BLUE]
    values.append((dull - live) / (dull + live + DAMPING))
    values.append(2.5 * (bands[NIR] - bands[RED]) / (bands[NIR] + 2.4 * bands[RED] + 1.0))
    return values


def index_presence(presence: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) how surely a sensor observes each wavelength -> (COUNT,) the same for each index."""
    pairs = [presence[a] * presence[b] for a, b in NORMALIZED_DIFFERENCES]
    return np.asarray(np.sqrt([*pairs, presence[SWIR] * presence[BLUE], presence[NIR] * presence[RED]]))

"""The shipped vegetation library: PROSAIL canopies, compressed, over any soil."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geodata.simulation.spectra import WAVELENGTHS_NM, Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARAMETERS = ("n", "cab", "car", "ant", "cbrown", "cw", "cm", "angle", "hotspot", "sun", "density")
"""Columns of the library's parameters.

Leaf layers; chlorophyll, carotenoids, anthocyanin (ug/cm2); brown pigment; water (cm); dry matter (g/cm2);
mean leaf angle (degrees); hot spot size; sun zenith (degrees); factor on `LAI_LADDER`.
"""

LAI_LADDER = (0.13, 0.5, 1.2, 2.8, 6.2)
"""Leaf area indices at which each plant was computed, before its own factor `density`."""

LIBRARY = Path(__file__).parent / "data" / "vegetation.npz"
_COMPONENTS = (16, 12, 10)  # principal components kept of a, b, c


@dataclass(frozen=True, slots=True)
class Vegetation:
    """Canopies at each leaf area of the ladder; over a soil s they reflect a + b s / (1 - c s)."""

    parameters: NDArray[np.float32]
    """(N, len(PARAMETERS))."""
    a: NDArray[np.float32]
    """(N, L, 211) reflectance over a black soil."""
    b: NDArray[np.float32]
    """(N, L, 211) light that passes the canopy down and up."""
    c: NDArray[np.float32]
    """(N, L, 211) what the canopy throws back at the soil."""

    def over(self, soil: Floats) -> Floats:
        """Reflectance over one soil (211,): (N, L, 211)."""
        return np.asarray(self.a + self.b * soil / (1.0 - self.c * soil), dtype=np.float64)


@lru_cache(maxsize=1)
def vegetation() -> Vegetation:
    """The shipped library, decoded once."""
    return read_library(LIBRARY)


def read_library(path: Path) -> Vegetation:
    """Reads what `write_library` wrote.

    Raises:
        OSError: the file is missing or no library.
    """
    with np.load(path, allow_pickle=False) as stored:
        parts = [
            _decode({k: stored[f"{name}_{k}"] for k in ("scores", "scale", "basis", "mean")})
            for name in "abc"
        ]
        parameters = stored["parameters"].astype(np.float32)
    shape = (parameters.shape[0], len(LAI_LADDER), WAVELENGTHS_NM.size)
    a, b, c = np.exp(parts[0]), np.clip(parts[1], 0.0, None) ** 2, np.clip(parts[2], 0.0, 0.95)
    return Vegetation(parameters, *(p.reshape(shape).astype(np.float32) for p in (a, b, c)))


def write_library(path: Path, parameters: Floats, coefficients: Floats) -> float:
    """Compresses and writes a library.

    The logarithm of a keeps dark bands exact, the root of b keeps thin transmissions positive.

    Args:
        path: file to write.
        parameters: (N, P).
        coefficients: (N, L, 3, 211) a, b, c.

    Returns:
        99.9th percentile of the absolute error of reflectance over a soil of 0.25 after reading it back.
    """
    a, b, c = (coefficients[:, :, i].reshape(-1, WAVELENGTHS_NM.size) for i in range(3))
    arrays: dict[str, NDArray[np.number]] = {"parameters": parameters.astype(np.float32)}
    for name, values, keep in zip(
        "abc", (np.log(np.maximum(a, 1e-5)), np.sqrt(np.maximum(b, 0.0)), c), _COMPONENTS, strict=True
    ):
        arrays |= {f"{name}_{k}": v for k, v in _encode(values, keep).items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # its stub mistakes the arrays for allow_pickle
    again = read_library(path).over(np.full(WAVELENGTHS_NM.size, 0.25)).reshape(a.shape)
    return float(np.quantile(np.abs(again - (a + b * 0.25 / (1.0 - c * 0.25))), 0.999))


def _encode(values: Floats, keep: int) -> dict[str, NDArray[np.number]]:
    mean = values.mean(axis=0)
    _, _, basis = np.linalg.svd(values - mean, full_matrices=False)
    scores = (values - mean) @ basis[:keep].T  # (rows, keep)
    scale = np.abs(scores).max(axis=0) / 32767.0
    return {
        "scores": np.round(scores / scale).astype(np.int16),
        "scale": scale.astype(np.float32),
        "basis": basis[:keep].astype(np.float32),
        "mean": mean.astype(np.float32),
    }


def _decode(stored: dict[str, NDArray[np.floating]]) -> Floats:
    return np.asarray(
        (stored["scores"] * stored["scale"]) @ stored["basis"] + stored["mean"], dtype=np.float64
    )

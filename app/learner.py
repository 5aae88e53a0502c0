"""Loading the model: torch is imported here, in a thread of its own, while others get on with their work."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from model.checkpoint import Initialization


def load_learner(manifest: Path | None = None) -> Initialization:
    """Import all of the model that a map needs, and read the initialization.

    Args:
        manifest: of another initialization than the shipped one.

    Raises:
        ModelError: the weights are missing or altered.
    """
    for module in ("model.adapted", "model.prediction"):
        import_module(module)
    import torch  # noqa: PLC0415 - a second is a long time for commands that do not need it

    from model.checkpoint import load_initialization  # noqa: PLC0415

    # Tiles run side by side instead (app.mapping). Torch's own threads would meet at a barrier every half
    # millisecond, and spin there: beside one other busy process on two cores that was thirty times slower.
    torch.set_num_threads(1)
    return load_initialization(manifest)


def warm_up(initialization: Initialization) -> None:
    """Adapt and predict once on made-up numbers, so that no user waits for what torch does only once."""
    from model.adapted import adapt  # noqa: PLC0415 - imports torch
    from model.prediction import Predictor  # noqa: PLC0415
    from model.support import SupportSet  # noqa: PLC0415

    rng = np.random.default_rng(0)
    support = SupportSet(
        reflectance=rng.random((4, 1, 4), dtype=np.float32),
        class_index=np.array([0, 0, 1, 1]),
        wavelengths_nm=np.array([490.0, 560.0, 665.0, 842.0]),
        background=rng.random((64, 1, 4), dtype=np.float32),
    )
    adapted = adapt(initialization, support)
    Predictor.of(adapted).predict(rng.random((1, 4, 8, 8), dtype=np.float32))

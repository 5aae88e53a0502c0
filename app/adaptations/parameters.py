"""An adapted model as safetensors, and back to the same predictions; nothing in it can run code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.adapted import AdaptedModel

_PARAMETER = "parameter:"


def to_bytes(model: AdaptedModel) -> bytes:
    """Parameters, region statistics, classes and wavelengths."""
    import torch  # noqa: PLC0415 - loaded by now, not before
    from safetensors.torch import save  # noqa: PLC0415

    numbers = {
        "classes": model.classes,
        "wavelengths_nm": model.resampling.centres_nm,
        "statistics.mean": model.statistics.mean,
        "statistics.spread": model.statistics.spread,
    }
    tensors = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in numbers.items()}
    tensors |= {f"{_PARAMETER}{name}": value.contiguous() for name, value in model.params.items()}
    return bytes(save(tensors))


def from_bytes(content: bytes, lineage: Mapping[str, str | int]) -> AdaptedModel:
    """The model that `to_bytes` was given.

    Args:
        content: of `to_bytes`.
        lineage: of the model, which is kept beside it.

    Raises:
        ModelError: it is nothing of that kind.
    """
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.torch import load  # noqa: PLC0415

    from model.adapted import AdaptedModel  # noqa: PLC0415
    from model.spectral import RegionStatistics, Resampling  # noqa: PLC0415

    try:
        tensors = load(content)
        mean, spread = (tensors[f"statistics.{name}"].numpy() for name in ("mean", "spread"))
        return AdaptedModel(
            params={
                name.removeprefix(_PARAMETER): value
                for name, value in tensors.items()
                if name.startswith(_PARAMETER)
            },
            classes=tensors["classes"].numpy(),
            resampling=Resampling.of(tensors["wavelengths_nm"].numpy()),
            statistics=RegionStatistics(mean, spread),
            lineage=dict(lineage),
        )
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelError(f"the parameters of an adaptation cannot be read: {error}") from error

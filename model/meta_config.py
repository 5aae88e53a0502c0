"""The configuration of a meta-training run: all that determines the weights, apart from the code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geodata.errors import ModelError
from model.encoder import EncoderShape
from model.episodes import Simulation

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class MetaTrainingConfig:
    """Everything that determines the weights, apart from the code; saved beside them."""

    seed: int = 0
    batches: int = 12_000
    tasks: int = 16
    """Tasks per meta-batch."""
    ways: int = 12
    """Most classes of a training task."""
    steps: int = 5
    """Inner steps T while training."""
    service_steps: int = 5
    """Inner steps at service where each class has one label; with more there are more (`model.adapted.steps_for`)."""
    learning_rate: float = 2e-3
    """Of the outer loop, at its start; it falls to zero along a cosine."""
    inner_rate: float = 0.1
    """Every alpha before it is learned."""
    rate_factor: float = 10.0
    """How much faster the outer loop moves log step sizes and head scale than weights: they have a long way to go."""
    first_order_share: float = 0.3
    """Share of the batches, from the start, without second derivatives (Antoniou et al. 2019, section 4)."""
    real_share: float = 0.0
    """Share of the tasks that come from real regions, where there are any."""
    validate_every: int = 500
    validation_tasks: int = 96
    shape: EncoderShape = field(default_factory=EncoderShape)
    simulation: Simulation = field(default_factory=Simulation)

    @classmethod
    def read(cls, path: Path) -> MetaTrainingConfig:
        """Read a TOML file; keys that are not there keep their defaults.

        Raises:
            ModelError: broken TOML, or a key that does not exist.
        """
        try:
            values: dict[str, Any] = tomllib.loads(path.read_text())
            shape = EncoderShape(**values.pop("shape", {}))
            return cls(shape=shape, simulation=Simulation(**values.pop("simulation", {})), **values)
        except (OSError, tomllib.TOMLDecodeError, TypeError, ValueError) as error:
            raise ModelError(f"{path} is no meta-training configuration: {error}") from error

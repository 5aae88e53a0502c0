"""Where the inner loop's step sizes come from: given, or learned, and for which tensors there is one at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from torch import Tensor

    from model.meta_learning.problem import Params

PREFIX = "rate."
"""Of the names of learned step sizes among the meta-parameters."""

EACH = "rate.each."
"""Of those that are numbers and not logarithms; the outer loop must not move these as fast."""


def everything(name: str) -> bool:
    """Adapt all tensors."""
    del name
    return True


class StepSizes(Protocol):
    """A rule for step sizes."""

    def init(self, shapes: Mapping[str, torch.Size]) -> Params:
        """What is learned of them, before any learning; the names begin with `PREFIX`."""

    def at(self, meta: Params, step: int, names: Iterable[str]) -> dict[str, Tensor | float]:
        """Name -> step size, of those tensors among `names` that move."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One given step size alpha for all tensors and steps (Finn et al. 2017, arXiv 1703.03400)."""

    alpha: float
    adapts: Callable[[str], bool] = everything
    """By name, whether a tensor moves (ANIL and other subsets)."""

    def init(self, shapes: Mapping[str, torch.Size]) -> Params:
        """Nothing is learned."""
        del shapes
        return {}

    def at(self, meta: Params, step: int, names: Iterable[str]) -> dict[str, Tensor | float]:
        """Alpha, at any step."""
        del meta, step
        return {name: self.alpha for name in names if self.adapts(name)}


@dataclass(frozen=True, slots=True)
class PerParameter:
    """A learned alpha for every single parameter, which may turn negative (Li et al. 2017, arXiv 1707.09835, eq. 3)."""

    alpha: float
    """Before learning."""
    adapts: Callable[[str], bool] = everything

    def init(self, shapes: Mapping[str, torch.Size]) -> Params:
        """Tensors of step sizes, all the same."""
        return {
            f"{EACH}{name}": torch.full(shape, self.alpha)
            for name, shape in shapes.items()
            if self.adapts(name)
        }

    def at(self, meta: Params, step: int, names: Iterable[str]) -> dict[str, Tensor | float]:
        """The same at every step."""
        del step
        return {name: meta[f"{EACH}{name}"] for name in names if self.adapts(name)}


@dataclass(frozen=True, slots=True)
class PerTensorAndStep:
    """A learned alpha per tensor and step (Antoniou et al. 2019, arXiv 1810.09502, section 4, "LSLR").

    Learned as a logarithm, so it stays positive. Steps beyond those that were trained repeat the last one's.
    """

    alpha: float
    """Before learning."""
    steps: int
    """How many have a size of their own."""
    adapts: Callable[[str], bool] = everything

    def init(self, shapes: Mapping[str, torch.Size]) -> Params:
        """Logarithms of step sizes, (steps,) per tensor."""
        start = torch.full((self.steps,), math.log(self.alpha))
        return {f"{PREFIX}{name}": start.clone() for name in shapes if self.adapts(name)}

    def at(self, meta: Params, step: int, names: Iterable[str]) -> dict[str, Tensor | float]:
        """One number per tensor; `meta` knows how many steps were trained."""
        learned = {name: meta[f"{PREFIX}{name}"] for name in names if self.adapts(name)}
        return {name: sizes[min(step, len(sizes) - 1)].exp() for name, sizes in learned.items()}

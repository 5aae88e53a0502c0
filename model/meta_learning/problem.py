"""What meta-learning needs to know of a family of tasks; nothing of land cover, or of any other subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch

Params: TypeAlias = dict[str, Tensor]
"""Name -> tensor."""

Loss: TypeAlias = "Callable[[Params], Tensor]"
"""Parameters -> ()."""

SupportT = TypeVar("SupportT")
TaskT = TypeVar("TaskT")
TaskT_contra = TypeVar("TaskT_contra", contravariant=True)


class Problem(Protocol[SupportT, TaskT_contra]):
    """A family of tasks, and a network for them; theta is meta-learned, phi is adapted to one task.

    Every method is a pure function of tensors that `torch.func.vmap` and `grad` see through. Supports and tasks are
    tensors, or tuples of tensors; a batch of tasks is a task whose tensors have one more axis in front.
    """

    def init(self, generator: torch.Generator) -> Params:
        """A random theta."""

    def support(self, task: TaskT_contra, /) -> SupportT:
        """What may be looked at to adapt."""

    def start(self, theta: Params, support: SupportT, /) -> Params:
        """The phi before the first step: theta, and what the support set determines at once, such as a head."""

    def step_shapes(self, theta: Params) -> Mapping[str, torch.Size]:
        """Names of phi's tensors, and the shape that one step size per parameter has; broadcastable to phi's."""

    def step_factors(self, theta: Params, support: SupportT, /) -> Params:
        """By name, how much longer the steps of a tensor of phi are than its step size says, (); 1 where not named."""

    def support_loss(self, phi: Params, support: SupportT, /) -> Tensor:
        """What adapting lowers, ()."""

    def query_loss(self, phi: Params, task: TaskT_contra, /) -> Tensor:
        """What meta-learning lowers, on data that adapting has not seen, ()."""


class MetaLearner(Protocol[TaskT_contra]):
    """A rule by which theta learns from batches of tasks; `model.meta_learning.outer` applies it."""

    def init(self, generator: torch.Generator) -> Params:
        """Meta-parameters before any learning: theta, and whatever else the rule learns beside it."""

    def gradient(self, meta: Params, batch: TaskT_contra, /) -> tuple[Params, Tensor]:
        """In which direction the loss of a batch of tasks rises (or what stands for it), same names as `meta`.

        Returns:
            The gradient, and the mean loss (), which is for people only.
        """

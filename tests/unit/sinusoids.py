"""Sinusoid regression (Finn et al. 2017, section 5.1): a family of tasks that has nothing to do with land cover."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Curve(NamedTuple):
    x: Tensor
    y: Tensor


class Task(NamedTuple):
    support: Curve
    query: Curve


def generator(seed):
    return torch.Generator().manual_seed(seed)


def draw(tasks, generator, *, shots=10, queries=10):
    """Amplitude 0.1-5, phase 0-pi, x in [-5, 5]."""
    amplitude = 0.1 + 4.9 * torch.rand(tasks, 1, generator=generator)
    phase = math.pi * torch.rand(tasks, 1, generator=generator)

    def points(count):
        x = 10 * torch.rand(tasks, count, generator=generator) - 5
        return Curve(x.unsqueeze(-1), (amplitude * torch.sin(x - phase)).unsqueeze(-1))

    return Task(points(shots), points(queries))


class Sinusoids:
    """A perceptron 1-width-width-1 with mean squared error; a `model.meta_learning.problem.Problem`."""

    def __init__(self, width=40, activation=torch.relu):
        self.width, self.activation = width, activation

    def init(self, generator):
        def normal(*shape):
            return torch.randn(*shape, generator=generator)

        return {
            "first.weight": 0.3 * normal(self.width, 1),  # x reaches 5
            "first.bias": 1.5 * (2 * torch.rand(self.width, generator=generator) - 1),
            "second.weight": normal(self.width, self.width) * (2 / self.width) ** 0.5,
            "second.bias": torch.zeros(self.width),
            "head.weight": normal(1, self.width) / self.width**0.5,
            "head.bias": torch.zeros(1),
        }

    def support(self, task):
        return task.support

    def start(self, theta, support):  # noqa: ARG002 - the signature of Problem
        return dict(theta)

    def step_shapes(self, theta):
        return {name: value.shape for name, value in theta.items()}

    def step_factors(self, theta, support):  # noqa: ARG002 - the signature of Problem
        return {}

    def error(self, phi, curve):
        hidden = self.activation(functional.linear(curve.x, phi["first.weight"], phi["first.bias"]))
        hidden = self.activation(functional.linear(hidden, phi["second.weight"], phi["second.bias"]))
        return ((functional.linear(hidden, phi["head.weight"], phi["head.bias"]) - curve.y) ** 2).mean()

    def support_loss(self, phi, support):
        return self.error(phi, support)

    def query_loss(self, phi, task):
        return self.error(phi, task.query)

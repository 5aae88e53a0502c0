"""Implicit meta-gradients of quadratic problems, which have a closed form."""

from __future__ import annotations

import torch
from sinusoids import generator
from torch.func import grad, vmap

from model.meta_learning.implicit import Implicit, conjugate_gradients


class Quadratic:
    """L_support = phi' A phi / 2 - b' phi, L_query = |phi - c|^2 / 2: everything has a closed form."""

    def init(self, generator):
        return {"x": torch.randn(5, generator=generator)}

    def support(self, task):
        return task[:2]

    def start(self, theta, support):  # noqa: ARG002 - the signature of Problem
        return {"x": theta["x"]}

    def step_factors(self, theta, support):  # noqa: ARG002 - the signature of Problem
        return {}

    def support_loss(self, phi, support):
        return 0.5 * phi["x"] @ support[0] @ phi["x"] - support[1] @ phi["x"]

    def query_loss(self, phi, task):
        return 0.5 * ((phi["x"] - task[2]) ** 2).sum()


def start(learner):
    return {"x": learner.init(generator(1))["x"].to(torch.float64)}


def quadratics(count):
    g = generator(4)
    root = torch.randn(count, 5, 5, generator=g, dtype=torch.float64)
    return root @ root.mT, *(torch.randn(count, 5, generator=g, dtype=torch.float64) for _ in range(2))


def test_the_implicit_gradient_equals_the_exact_solution_of_a_quadratic_problem():
    strength = 0.7
    learner = Implicit(Quadratic(), 0.05, 1000, strength=strength, iterations=8)
    meta, batch = start(learner), quadratics(3)
    slopes, _ = learner.gradient(meta, batch)
    identity, oracle = torch.eye(5, dtype=torch.float64), []
    for a, b, c in zip(*batch, strict=True):
        phi = torch.linalg.solve(a + strength * identity, b + strength * meta["x"])
        torch.testing.assert_close(learner.adapt(meta, (a, b))["x"], phi, rtol=1e-8, atol=1e-8)
        oracle.append(torch.linalg.solve(identity + a / strength, phi - c))
    torch.testing.assert_close(slopes["x"], torch.stack(oracle).mean(dim=0), rtol=1e-7, atol=1e-8)


def test_the_implicit_gradient_follows_a_start_that_depends_on_theta():
    class Doubled(Quadratic):
        def start(self, theta, support):
            return {"x": 2 * theta["x"] + support[1]}

    learner = Implicit(Doubled(), 0.05, 1000, iterations=8)
    meta, batch = start(learner), quadratics(1)
    slopes, _ = learner.gradient(meta, batch)
    a, b, c = (value[0] for value in batch)

    def exact(theta):
        phi = torch.linalg.solve(a + torch.eye(5, dtype=torch.float64), b + 2 * theta + b)
        return 0.5 * ((phi - c) ** 2).sum()

    torch.testing.assert_close(slopes["x"], grad(exact)(meta["x"]), rtol=1e-7, atol=1e-8)


def test_conjugate_gradients_stay_finite_after_they_have_arrived_and_where_there_is_no_minimum():
    matrices = torch.stack([torch.eye(4), torch.diag(torch.tensor([1.0, 2.0, -3.0, 0.0]))])
    right = torch.ones(2, 4)

    def solve(matrix, vector):
        return conjugate_gradients(lambda v: {"x": matrix @ v["x"]}, {"x": vector}, 20)["x"]

    found = vmap(solve)(matrices, right)
    assert torch.isfinite(found).all()
    torch.testing.assert_close(found[0], right[0])

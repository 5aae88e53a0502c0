"""Meta-gradients without land cover, against loops over tasks, finite differences and formulas."""

from __future__ import annotations

import pytest
import torch
from sinusoids import Sinusoids, Task, draw, generator
from torch.func import grad, grad_and_value

from model.meta_learning.descent import Descent
from model.meta_learning.direct import batch_gradient
from model.meta_learning.displacement import Displacement
from model.meta_learning.implicit import Implicit
from model.meta_learning.inner import gradient_step, recorded_slope
from model.meta_learning.step_sizes import Fixed, PerParameter, PerTensorAndStep
from model.meta_learning.unrolled import Unrolled

SMALL = Sinusoids(width=6, activation=torch.tanh)
STEPS = 3


class Paced(Sinusoids):
    """Steps are longer where the support reaches farther, by a learned power, and twice as long for one tensor."""

    def init(self, generator):
        return super().init(generator) | {"power": torch.tensor(0.4)}

    def start(self, theta, support):  # noqa: ARG002 - the signature of Problem
        return {name: value for name, value in theta.items() if name != "power"}

    def step_factors(self, theta, support):
        factor = support.x.abs().mean() ** theta["power"]
        return {"first.weight": factor, "head.bias": 2 * factor}


PACED = Paced(width=6, activation=torch.tanh)


def is_head(name):
    return name.startswith("head.")


def double(meta):
    return {name: value.to(torch.float64) for name, value in meta.items()}


def double_tasks(count, seed):
    support, query = draw(count, generator(seed))
    return Task(*(type(c)(c.x.to(torch.float64), c.y.to(torch.float64)) for c in (support, query)))


def task_of(batch, number):
    return Task(*(type(curve)(curve.x[number], curve.y[number]) for curve in batch))


def alone(learner, meta, task):
    """Meta-gradient and loss of one task, without `vmap`."""
    if isinstance(learner, Displacement):
        travelled, loss = learner._travelled(meta, task)
        return {k: v / (learner.alpha * learner.descent.steps) for k, v in travelled.items()}, loss
    if isinstance(learner, Implicit):
        return learner._task_gradient(meta, task)
    return grad_and_value(learner.task_loss)(meta, task)


UNROLLED = {
    "maml": Unrolled(Descent(SMALL, Fixed(0.02), STEPS)),
    "meta-sgd": Unrolled(Descent(SMALL, PerParameter(0.02), STEPS)),
    "learned rates": Unrolled(Descent(SMALL, PerTensorAndStep(0.02, STEPS), STEPS)),
    "every step": Unrolled(Descent(SMALL, PerTensorAndStep(0.02, STEPS), STEPS), every_step=True),
    "anil": Unrolled(Descent(SMALL, Fixed(0.02, adapts=is_head), STEPS)),
    "factors": Unrolled(Descent(PACED, Fixed(0.02), STEPS)),
}
FIRST_ORDER = Unrolled(Descent(SMALL, Fixed(0.02), STEPS), first_order=True)
ALL = UNROLLED | {
    "fomaml": FIRST_ORDER,
    "reptile": Displacement(Descent(SMALL, Fixed(0.02), STEPS), 0.02),
    "imaml": Implicit(SMALL, 0.02, STEPS),
    "reptile, factors": Displacement(Descent(PACED, Fixed(0.02), STEPS), 0.02),
    "imaml, factors": Implicit(PACED, 0.02, STEPS),
}


@pytest.mark.parametrize("name", ALL)
def test_the_batched_meta_gradient_equals_the_loop_over_tasks(name):
    learner = ALL[name]
    meta, batch = double(learner.init(generator(1))), double_tasks(4, 2)
    batched, loss = learner.gradient(meta, batch)
    each = [alone(learner, meta, task_of(batch, i)) for i in range(4)]
    torch.testing.assert_close(loss, torch.stack([e[1] for e in each]).mean(), rtol=1e-9, atol=1e-12)
    assert batched.keys() == meta.keys()
    for key, value in batched.items():
        oracle = torch.stack([e[0][key] for e in each]).mean(dim=0)
        torch.testing.assert_close(value, oracle, rtol=1e-9, atol=1e-9, msg=f"{name} {key}")


@pytest.mark.parametrize("name", UNROLLED)
def test_the_second_order_meta_gradient_equals_central_differences(name):
    learner = UNROLLED[name]
    meta, batch = double(learner.init(generator(1))), double_tasks(3, 2)
    slopes, _ = learner.gradient(meta, batch)

    def loss(values):
        return torch.stack([learner.task_loss(values, task_of(batch, i)) for i in range(3)]).mean()

    g = generator(0)
    for key, value in meta.items():
        direction = torch.randn(value.shape, generator=g, dtype=torch.float64)
        up, down = (loss(meta | {key: value + sign * 1e-6 * direction}) for sign in (1, -1))
        oracle = (up - down) / 2e-6
        torch.testing.assert_close((slopes[key] * direction).sum(), oracle, rtol=1e-5, atol=1e-7, msg=key)


def test_first_order_is_the_query_gradient_at_the_adapted_parameters_and_differs_from_second_order():
    meta, batch = double(FIRST_ORDER.init(generator(1))), double_tasks(1, 2)
    task = task_of(batch, 0)
    first, _ = FIRST_ORDER.gradient(meta, batch)
    second, _ = UNROLLED["maml"].gradient(meta, batch)
    phi = FIRST_ORDER.adapt(meta, task.support)
    oracle = grad(SMALL.query_loss)(phi, task)
    for key, value in first.items():
        torch.testing.assert_close(value, oracle[key], rtol=1e-10, atol=1e-12)
    assert (first["second.weight"] - second["second.weight"]).norm() > 0.05 * second["second.weight"].norm()


def test_a_subset_leaves_everything_else_unchanged():
    anil = UNROLLED["anil"]
    meta, task = anil.init(generator(1)), task_of(draw(1, generator(2)), 0)
    phi = anil.adapt(meta, task.support)
    assert {name for name in meta if not torch.equal(phi[name], meta[name])} == {"head.weight", "head.bias"}


def test_ordinary_autograd_gives_the_same_step():
    meta, task = double(SMALL.init(generator(1))), task_of(double_tasks(1, 2), 0)
    rates = dict.fromkeys(meta, 0.02)

    def loss(phi):
        return SMALL.support_loss(phi, task.support)

    functional = gradient_step(loss, meta, rates, first_order=False)
    with torch.no_grad():  # as at service
        plain = gradient_step(loss, meta, rates, first_order=True, slope_of=recorded_slope)
    for key, value in plain.items():
        torch.testing.assert_close(value, functional[key], rtol=0, atol=0)
        assert not value.requires_grad


def test_a_number_is_a_step_size_as_a_tensor_is():
    meta, task = double(SMALL.init(generator(1))), task_of(double_tasks(1, 2), 0)

    def loss(phi):
        return SMALL.support_loss(phi, task.support)

    slopes = grad(loss)(meta)
    for rate in (0.02, torch.tensor(0.02, dtype=torch.float64)):
        after = gradient_step(loss, meta, {"head.weight": rate}, first_order=True)
        oracle = meta | {"head.weight": meta["head.weight"] - 0.02 * slopes["head.weight"]}
        for key, value in after.items():
            torch.testing.assert_close(value, oracle[key], rtol=0, atol=1e-15)


def test_steps_are_as_much_longer_as_the_problem_says():
    descent = Descent(PACED, Fixed(0.02), STEPS)
    meta, task = double(descent.init(generator(1))), task_of(double_tasks(1, 2), 0)
    before, after, *_ = descent.path(meta, task.support)
    slopes = grad(PACED.support_loss)(before, task.support)
    reach = task.support.x.abs().mean() ** 0.4
    longer = {"first.weight": reach, "head.bias": 2 * reach}
    assert before.keys() == after.keys() == SMALL.init(generator(1)).keys()
    for key, value in before.items():
        oracle = value - 0.02 * longer.get(key, 1.0) * slopes[key]
        torch.testing.assert_close(after[key], oracle, rtol=1e-6, atol=1e-12, msg=key)


def test_reptile_with_one_step_follows_the_gradient_of_the_support_loss():
    reptile = Displacement(Descent(SMALL, Fixed(0.02), 1), 0.02)
    meta, batch = double(reptile.init(generator(1))), double_tasks(3, 2)
    slopes, _ = reptile.gradient(meta, batch)
    oracle, _ = batch_gradient(lambda theta, task: SMALL.support_loss(theta, task.support), meta, batch)
    for key, value in slopes.items():
        torch.testing.assert_close(value, oracle[key], rtol=1e-9, atol=1e-12)


def test_reptile_moves_the_start_along_the_way_to_where_the_steps_arrive():
    reptile = Displacement(Descent(SMALL, Fixed(0.02), 2), 0.02)
    meta, task = double(reptile.init(generator(1))), task_of(double_tasks(1, 2), 0)
    slopes, _ = reptile.gradient(meta, task_of(double_tasks(1, 2), slice(0, 1)))
    first = {
        k: v - 0.02 * g
        for (k, v), g in zip(meta.items(), grad(SMALL.error)(meta, task.support).values(), strict=True)
    }
    second = {
        k: v - 0.02 * g
        for (k, v), g in zip(first.items(), grad(SMALL.error)(first, task.query).values(), strict=True)
    }
    for key, value in slopes.items():
        torch.testing.assert_close(value, (meta[key] - second[key]) / 0.04, rtol=1e-9, atol=1e-12)


def test_a_learned_step_size_repeats_the_last_trained_one():
    sizes = PerTensorAndStep(0.1, 2)
    meta = {"rate.w": torch.tensor([0.0, -1.0])}
    steps = [float(sizes.at(meta, step, ["w"])["w"]) for step in range(4)]
    assert steps == pytest.approx([1.0, 0.36788, 0.36788, 0.36788], abs=1e-4)

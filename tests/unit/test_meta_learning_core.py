"""Meta-learning without land cover: sinusoids, quadratics, finite differences, loops over tasks."""

from __future__ import annotations

import pytest
import torch
from sinusoids import Sinusoids, Task, draw
from torch.func import grad, grad_and_value, vmap

from model.meta_learning.descent import Descent
from model.meta_learning.direct import batch_gradient
from model.meta_learning.displacement import Displacement
from model.meta_learning.implicit import Implicit, conjugate_gradients
from model.meta_learning.inner import gradient_step, recorded_slope
from model.meta_learning.outer import OuterLoop, OuterSettings, meta_learn
from model.meta_learning.step_sizes import EACH, Fixed, PerParameter, PerTensorAndStep
from model.meta_learning.unrolled import Unrolled

SMALL = Sinusoids(width=6, activation=torch.tanh)
STEPS = 3


def generator(seed):
    return torch.Generator().manual_seed(seed)


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
}
FIRST_ORDER = Unrolled(Descent(SMALL, Fixed(0.02), STEPS), first_order=True)
ALL = UNROLLED | {
    "fomaml": FIRST_ORDER,
    "reptile": Displacement(Descent(SMALL, Fixed(0.02), STEPS), 0.02),
    "imaml": Implicit(SMALL, 0.02, STEPS),
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


class Quadratic:
    """L_support = phi' A phi / 2 - b' phi, L_query = |phi - c|^2 / 2: everything has a closed form."""

    def init(self, generator):
        return {"x": torch.randn(5, generator=generator)}

    def support(self, task):
        return task[:2]

    def start(self, theta, support):  # noqa: ARG002 - the signature of Problem
        return {"x": theta["x"]}

    def step_factors(self, support):  # noqa: ARG002 - the signature of Problem
        return {}

    def support_loss(self, phi, support):
        return 0.5 * phi["x"] @ support[0] @ phi["x"] - support[1] @ phi["x"]

    def query_loss(self, phi, task):
        return 0.5 * ((phi["x"] - task[2]) ** 2).sum()


def quadratics(count):
    g = generator(4)
    root = torch.randn(count, 5, 5, generator=g, dtype=torch.float64)
    return root @ root.mT, *(torch.randn(count, 5, generator=g, dtype=torch.float64) for _ in range(2))


def test_the_implicit_gradient_equals_the_exact_solution_of_a_quadratic_problem():
    strength = 0.7
    learner = Implicit(Quadratic(), 0.05, 1000, strength=strength, iterations=8)
    meta, batch = double(learner.init(generator(1))), quadratics(3)
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
    meta, batch = double(learner.init(generator(1))), quadratics(1)
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


def test_the_outer_loop_paces_clips_and_averages():
    settings = OuterSettings(10, learning_rate=0.1, paces=((EACH, 0.5), ("rate.", 3.0)), clip=1e-3)
    meta = {"w": torch.zeros(2), "rate.w": torch.zeros(1), f"{EACH}w": torch.zeros(2)}
    loop = OuterLoop(meta, settings)
    loop.step({name: torch.full_like(value, 1e6) for name, value in meta.items()})
    # Adam's first step has the length of its rate, whatever the gradient's.
    for name, pace in (("w", 1.0), ("rate.w", 3.0), (f"{EACH}w", 0.5)):
        torch.testing.assert_close(
            loop.current()[name], torch.full_like(meta[name], -0.1 * pace), rtol=1e-3, atol=0
        )
        moment = loop.optimizer.state[loop.meta[name]]["exp_avg"]
        assert moment.abs().max() < 1e-3
        assert (loop.average[name] < 0).all()
        assert (loop.average[name] > loop.current()[name]).all() or settings.averaging == 0
    assert all((value == 0).all() for value in meta.values())


def test_the_same_seed_gives_the_same_parameters():
    learner, settings = UNROLLED["meta-sgd"], OuterSettings(4)
    first, second, other = (
        meta_learn(learner, lambda i: draw(3, generator(i)), settings, generator(seed)) for seed in (0, 0, 1)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["first.weight"], other["first.weight"])


def test_a_learned_step_size_repeats_the_last_trained_one():
    sizes = PerTensorAndStep(0.1, 2)
    meta = {"rate.w": torch.tensor([0.0, -1.0])}
    steps = [float(sizes.at(meta, step, ["w"])["w"]) for step in range(4)]
    assert steps == pytest.approx([1.0, 0.36788, 0.36788, 0.36788], abs=1e-4)


# Sinusoids: what meta-learning is for, and what pre-training cannot do. About 20 seconds.

PROBLEM = Sinusoids()
BATCHES = 2000
TEST = draw(500, generator(99), queries=100)


def errors_after_each_step(descent, meta, steps):
    """Mean squared error on held-out sinusoids after 0, 1, ... steps."""

    def of_task(task):
        path = descent.path(meta, task.support, steps=steps, first_order=True)
        return torch.stack([PROBLEM.error(phi, task.query) for phi in path])

    return vmap(of_task)(TEST).mean(dim=0).tolist()


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_meta_learned_sinusoids_are_learned_in_one_step_and_better_in_five():
    descent = Descent(PROBLEM, PerTensorAndStep(0.01, STEPS), STEPS)
    settings = OuterSettings(BATCHES, 5e-3, paces=(("rate.", 5.0),), clip=10.0)
    tasks = generator(7)
    meta = meta_learn(Unrolled(descent, every_step=True), lambda _: draw(25, tasks), settings, generator(0))
    errors = errors_after_each_step(descent, meta, 5)
    assert errors[1] < 0.6, errors
    assert errors[5] < 0.3, errors


class Pooled:
    """Ordinary training: one network for the points of all tasks."""

    def init(self, generator):
        return PROBLEM.init(generator)

    def gradient(self, meta, batch):
        def loss(theta, task):
            return (PROBLEM.error(theta, task.support) + PROBLEM.error(theta, task.query)) / 2

        return batch_gradient(loss, meta, batch)


@pytest.mark.usefixtures("one_thread")
def test_pre_trained_sinusoids_are_not_learned_in_five_steps_of_any_size():
    settings = OuterSettings(BATCHES, 3e-3, clip=10.0)
    tasks = generator(7)
    theta = meta_learn(Pooled(), lambda _: draw(25, tasks), settings, generator(0))
    best = {0: [], 1: [], 5: []}
    for rate in (1e-3, 3e-3, 0.01, 0.02, 0.03, 0.05, 0.1):
        errors = errors_after_each_step(Descent(PROBLEM, Fixed(rate), 5), theta, 5)
        for steps, kept in best.items():
            kept.append(errors[steps])
    assert min(best[0]) < 4.0, "it did learn the mean curve"
    assert min(best[1]) > 2.0, best
    assert min(best[5]) > 2.0, best

"""The outer loop, and what it is for: sinusoids that pre-training cannot learn. About 20 seconds."""

from __future__ import annotations

import pytest
import torch
from sinusoids import Sinusoids, draw, generator
from torch.func import vmap

from model.meta_learning.descent import Descent
from model.meta_learning.direct import batch_gradient
from model.meta_learning.outer import OuterLoop, OuterSettings, meta_learn
from model.meta_learning.step_sizes import EACH, Fixed, PerParameter, PerTensorAndStep
from model.meta_learning.unrolled import Unrolled

STEPS = 3


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
    learner = Unrolled(Descent(Sinusoids(width=6), PerParameter(0.02), STEPS))
    settings = OuterSettings(4)
    first, second, other = (
        meta_learn(learner, lambda i: draw(3, generator(i)), settings, generator(seed)) for seed in (0, 0, 1)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["first.weight"], other["first.weight"])


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

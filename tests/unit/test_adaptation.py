"""The inner loop against definitions that are not its own: distances, loops, finite differences."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from torch.func import grad, vmap
from torch.nn.functional import pad

from model.adaptation import (
    Support,
    balanced_loss,
    class_counts,
    inner_loop,
    inner_step,
    log_shots,
    logits,
    support_loss,
)
from model.encoder import EncoderShape, encode
from model.episodes import Episode, stack_episodes
from model.meta_config import MetaTrainingConfig
from model.meta_learning.inner import gradient_step, recorded_slope
from model.meta_training import init_meta, meta_loss, task_loss
from model.spectral import PIXEL_INPUTS, REGION_INPUTS

SHAPE = EncoderShape(width=12, features=8)
STEPS = 3


@pytest.fixture
def meta():
    """Untrained, and with scale and step sizes that depend on labels and dates, as training makes them."""
    config = MetaTrainingConfig(seed=3, steps=STEPS, inner_rate=0.03, shape=SHAPE)
    slopes = {name: 0.1 for name in init_meta(config) if name.startswith("slope.")}
    moved = slopes | {"head.scale.slope": 0.3, "head.scale.dates": -0.2}
    return {name: value.to(torch.float64) + moved.get(name, 0.0) for name, value in init_meta(config).items()}


def episode(seed, *, ways=3, shots=4, dates=2, queries=5):
    g = torch.Generator().manual_seed(seed)

    def half(count):
        labels = torch.eye(ways, dtype=torch.float64).repeat_interleave(count, dim=0)
        pixels = torch.randn(ways * count, dates, PIXEL_INPUTS, generator=g, dtype=torch.float64)
        pixels[..., :ways] += 2 * labels[:, None]
        return pixels, labels

    region = torch.randn(dates, REGION_INPUTS, generator=g, dtype=torch.float64)
    return Episode(Support(*half(shots), region), *half(queries))


def query_scores(meta, task, steps):
    phi = inner_loop(meta, task.support, steps, first_order=True)
    present = class_counts(task.support.labels)
    return logits(phi, task.query_pixels, task.support.region, present)


@pytest.mark.parametrize("dates", [1, 3])
def test_without_inner_steps_it_is_a_prototypical_network_of_all_dates(meta, dates):
    task = episode(0, dates=dates)
    features = encode(meta, task.support.pixels, task.support.region)
    queries = encode(meta, task.query_pixels, task.support.region)
    centres = [features[task.support.labels[:, k] == 1].mean(dim=0) for k in range(3)]
    distance = torch.stack([((queries - c) ** 2).sum(dim=-1).mean(dim=-1) for c in centres], dim=1)
    log_scale = meta["head.scale"] + 0.3 * math.log(4) - 0.2 * math.log(dates)
    oracle = torch.softmax(-log_scale.exp() * distance, dim=1)
    ours = torch.softmax(query_scores(meta, task, 0), dim=1)
    torch.testing.assert_close(ours, oracle, rtol=1e-10, atol=1e-12)


def test_a_class_is_known_by_its_course_over_the_year(meta):
    pixels = torch.zeros(2, 2, PIXEL_INPUTS, dtype=torch.float64)
    pixels[0, 0] = pixels[1, 1] = 1.0  # the same two dates, the other way round
    task = episode(0, ways=2, shots=1, queries=1)
    region = task.support.region[:1].expand(2, -1)
    task = Episode(Support(pixels, torch.eye(2, dtype=torch.float64), region), pixels, task.query_labels)
    scores = query_scores(meta, task, 0)
    assert scores.argmax(dim=1).tolist() == [0, 1]
    assert (scores[:, 0] - scores[:, 1]).abs().min() > 0.01


@pytest.mark.parametrize("steps", [0, STEPS])
def test_dates_that_are_all_there_twice_change_nothing(meta, steps):
    meta["head.scale.dates"] = torch.tensor(0.0, dtype=torch.float64)
    task = episode(6)
    s = task.support
    twice = Episode(
        Support(s.pixels.repeat(1, 2, 1), s.labels, s.region.repeat(2, 1)),
        task.query_pixels.repeat(1, 2, 1),
        task.query_labels,
    )
    ours, oracle = query_scores(meta, twice, steps), query_scores(meta, task, steps)
    torch.testing.assert_close(ours, oracle, rtol=1e-9, atol=1e-9)


def test_inner_steps_lower_the_support_loss(meta):
    task = episode(1)
    losses = [
        float(support_loss(inner_loop(meta, task.support, steps, first_order=True), task.support))
        for steps in (0, 1, STEPS, 4 * STEPS)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.7 * losses[0]


def test_permuting_labels_and_classes_permutes_the_scores(meta):
    task = episode(2)
    rows = torch.randperm(12, generator=torch.Generator().manual_seed(0))
    classes = torch.tensor([2, 0, 1])
    s = task.support
    shuffled = task._replace(support=Support(s.pixels[rows], s.labels[rows][:, classes], s.region))
    expected = query_scores(meta, task, STEPS)[:, classes]
    torch.testing.assert_close(query_scores(meta, shuffled, STEPS), expected, rtol=1e-9, atol=1e-9)


def padded(task, rows, classes):
    """With more pixels that have no label, and more classes that have no pixel."""
    g = torch.Generator().manual_seed(9)

    def more(pixels):
        noise = torch.randn(rows, *pixels.shape[1:], generator=g, dtype=torch.float64)
        return torch.cat([pixels, noise])

    s = task.support
    support = Support(more(s.pixels), pad(s.labels, (0, classes, 0, rows)), s.region)
    return Episode(support, more(task.query_pixels), pad(task.query_labels, (0, classes, 0, rows)))


def test_padding_with_rows_and_with_classes_changes_neither_scores_nor_loss(meta):
    task = episode(3)
    wide = padded(task, 7, 2)
    scores = query_scores(meta, wide, STEPS)
    expected = query_scores(meta, task, STEPS)
    torch.testing.assert_close(scores[: len(expected), :3], expected, rtol=1e-9, atol=1e-9)
    assert (torch.softmax(scores, dim=1)[:, 3:] == 0).all()
    ours, oracle = (task_loss(meta, t, STEPS, first_order=False) for t in (wide, task))
    torch.testing.assert_close(ours, oracle, rtol=1e-12, atol=0)


def test_padding_does_not_change_the_meta_gradient(meta):
    task = episode(3)
    loss = partial(task_loss, steps=STEPS, first_order=False)
    ours, oracle = grad(loss)(meta, padded(task, 5, 1)), grad(loss)(meta, task)
    for name, value in oracle.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-9, atol=1e-12, msg=name)


@pytest.mark.parametrize("first_order", [False, True])
def test_the_batched_meta_gradient_equals_the_loop_over_tasks(meta, first_order):
    tasks = [episode(seed) for seed in range(4)]
    batched = grad(partial(meta_loss, steps=STEPS, first_order=first_order))(meta, stack_episodes(tasks))
    loop = [grad(partial(task_loss, steps=STEPS, first_order=first_order))(meta, task) for task in tasks]
    for name, value in batched.items():
        oracle = torch.stack([g[name] for g in loop]).mean(dim=0)
        torch.testing.assert_close(value, oracle, rtol=1e-9, atol=1e-12, msg=name)


def test_the_second_order_meta_gradient_equals_finite_differences(meta):
    tasks = stack_episodes([episode(seed) for seed in range(3)])
    loss = partial(meta_loss, batch=tasks, steps=STEPS, first_order=False)
    slope = grad(loss)(meta)
    g = torch.Generator().manual_seed(0)
    for name, value in meta.items():
        direction = torch.randn(value.shape, generator=g, dtype=torch.float64)
        eps = 1e-6
        up = loss(meta | {name: value + eps * direction})
        down = loss(meta | {name: value - eps * direction})
        oracle = (up - down) / (2 * eps)
        torch.testing.assert_close((slope[name] * direction).sum(), oracle, rtol=1e-5, atol=1e-8, msg=name)


def test_first_and_second_order_gradients_differ(meta):
    tasks = stack_episodes([episode(seed) for seed in range(3)])
    second = grad(partial(meta_loss, steps=STEPS, first_order=False))(meta, tasks)["hidden1.weight"]
    first = grad(partial(meta_loss, steps=STEPS, first_order=True))(meta, tasks)["hidden1.weight"]
    assert (second - first).norm() > 1e-3 * second.norm()


def test_an_inner_step_leaves_its_input_alone(meta):
    task = episode(5)
    params = inner_loop(meta, task.support, 0, first_order=True)
    before = {name: value.clone() for name, value in params.items()}
    rates = {name: torch.tensor(0.1) for name in params}
    after = inner_step(params, rates, task.support, first_order=True)
    for name, value in params.items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    assert any(not torch.equal(after[name], params[name]) for name in params)


def test_classes_weigh_the_same_however_many_labels_they_have():
    scores = torch.tensor([[0.0, 0.0]] * 10 + [[3.0, 0.0]])
    labels = torch.eye(2)[[0] * 10 + [1]]
    expected = (math.log(2) + float(-torch.log_softmax(scores[-1], 0)[1])) / 2
    assert float(balanced_loss(scores, labels)) == pytest.approx(expected)


def test_the_mean_number_of_labels_is_that_of_the_classes_that_have_any():
    labels = torch.eye(4)[[0, 0, 0, 1, 2, 2]]
    assert float(log_shots(labels)) == pytest.approx(math.log(2))


def test_the_gradient_of_service_is_that_of_training(meta):
    task = episode(7)
    params = inner_loop(meta, task.support, 0, first_order=True)
    oracle = grad(support_loss)(params, task.support)
    loss = partial(support_loss, support=task.support)
    steps = gradient_step(
        loss, params, dict.fromkeys(params, -1.0), first_order=True, slope_of=recorded_slope
    )
    for name, value in ((name, steps[name] - params[name]) for name in params):
        torch.testing.assert_close(value, oracle[name], rtol=0, atol=1e-12, msg=name)


def test_a_task_is_the_same_alone_and_in_a_batch(meta):
    tasks = [episode(seed) for seed in range(3)]
    each = vmap(partial(task_loss, steps=STEPS, first_order=True), in_dims=(None, 0))(
        meta, stack_episodes(tasks)
    )
    alone = torch.stack([task_loss(meta, task, STEPS, first_order=True) for task in tasks])
    torch.testing.assert_close(each, alone, rtol=1e-10, atol=1e-12)

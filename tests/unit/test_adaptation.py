"""The inner loop against definitions that are not its own: distances, loops, finite differences."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch
from torch.func import grad, vmap

from model.adaptation import (
    Support,
    SupportSet,
    adapt,
    balanced_loss,
    class_counts,
    inner_loop,
    inner_step,
    logits,
)
from model.checkpoint import Initialization
from model.encoder import EncoderShape, encode
from model.episodes import Episode
from model.meta_training import MetaTrainingConfig, init_meta, meta_loss, task_loss
from model.prediction import Predictor
from model.spectral import PIXEL_INPUTS, REGION_INPUTS

SHAPE = EncoderShape(width=12, features=8)
STEPS = 3


@pytest.fixture
def meta():
    config = MetaTrainingConfig(seed=3, steps=STEPS, inner_rate=0.03, shape=SHAPE)
    return {name: value.to(torch.float64) for name, value in init_meta(config).items()}


def episode(seed, *, ways=3, shots=4, dates=2, queries=5):
    g = torch.Generator().manual_seed(seed)

    def half(count):
        labels = torch.eye(ways, dtype=torch.float64).repeat_interleave(count, dim=0)
        pixels = torch.randn(ways * count, dates, PIXEL_INPUTS, generator=g, dtype=torch.float64)
        pixels[..., :3] += 2 * labels[:, None]
        return pixels, torch.ones(ways * count, dates, dtype=torch.float64), labels

    region = torch.randn(REGION_INPUTS, generator=g, dtype=torch.float64)
    return Episode(Support(*half(shots), region), *half(queries))


def batch_of(episodes):
    return Episode(
        Support(*(torch.stack(x) for x in zip(*(e.support for e in episodes), strict=True))),
        *(torch.stack(x) for x in zip(*(e[1:] for e in episodes), strict=True)),
    )


def query_scores(meta, task, steps):
    phi = inner_loop(meta, task.support, steps, first_order=True)
    present = class_counts(task.support.labels)
    return logits(phi, task.query_pixels, task.support.region, task.query_observed, present)


def test_without_inner_steps_it_is_a_prototypical_network(meta):
    task = episode(0)
    features = encode(meta, task.support.pixels, task.support.region)
    queries = encode(meta, task.query_pixels, task.support.region)
    centres = torch.stack([features[task.support.labels[:, k] == 1].mean(dim=0) for k in range(3)])
    oracle = torch.softmax(-meta["head.scale"].exp() * torch.cdist(queries, centres) ** 2, dim=1)
    ours = torch.softmax(query_scores(meta, task, 0), dim=1)
    torch.testing.assert_close(ours, oracle, rtol=1e-10, atol=1e-12)


def test_inner_steps_lower_the_support_loss(meta):
    task = episode(1)
    losses = []
    for steps in (0, 1, STEPS, 4 * STEPS):
        phi = inner_loop(meta, task.support, steps, first_order=True)
        present = class_counts(task.support.labels)
        scores = logits(phi, task.support.pixels, task.support.region, task.support.observed, present)
        losses.append(float(balanced_loss(scores, task.support.labels)))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.7 * losses[0]


def test_permuting_labels_and_classes_permutes_the_scores(meta):
    task = episode(2)
    rows, classes = torch.randperm(12), torch.tensor([2, 0, 1])
    s = task.support
    shuffled = task._replace(
        support=Support(s.pixels[rows], s.observed[rows], s.labels[rows][:, classes], s.region)
    )
    expected = query_scores(meta, task, STEPS)[:, classes]
    torch.testing.assert_close(query_scores(meta, shuffled, STEPS), expected, rtol=1e-9, atol=1e-9)


def test_padding_with_rows_and_with_classes_changes_nothing(meta):
    task = episode(3)
    s = task.support
    noise = torch.randn(7, *s.pixels.shape[1:], dtype=torch.float64)
    padded = Support(
        torch.cat([s.pixels, noise]),
        torch.cat([s.observed, torch.ones(7, 2, dtype=torch.float64)]),
        torch.nn.functional.pad(s.labels, (0, 2, 0, 7)),
        s.region,
    )
    scores = query_scores(meta, task._replace(support=padded), STEPS)
    torch.testing.assert_close(scores[:, :3], query_scores(meta, task, STEPS), rtol=1e-9, atol=1e-9)
    assert (torch.softmax(scores, dim=1)[:, 3:] == 0).all()


def test_a_date_that_was_not_observed_changes_nothing(meta):
    task = episode(4, dates=3)
    s = task.support
    hidden = s.observed.clone()
    hidden[:, 1] = 0
    other = s.pixels.clone()
    other[:, 1] = 99.0
    first = query_scores(meta, task._replace(support=s._replace(observed=hidden)), STEPS)
    second = query_scores(meta, task._replace(support=s._replace(observed=hidden, pixels=other)), STEPS)
    torch.testing.assert_close(first, second, rtol=0, atol=0)


@pytest.mark.parametrize("first_order", [False, True])
def test_the_batched_meta_gradient_equals_the_loop_over_tasks(meta, first_order):
    tasks = [episode(seed) for seed in range(4)]
    batched = grad(partial(meta_loss, steps=STEPS, first_order=first_order))(meta, batch_of(tasks))
    loop = [grad(partial(task_loss, steps=STEPS, first_order=first_order))(meta, task) for task in tasks]
    for name, value in batched.items():
        oracle = torch.stack([g[name] for g in loop]).mean(dim=0)
        torch.testing.assert_close(value, oracle, rtol=1e-9, atol=1e-12, msg=name)


def test_the_second_order_meta_gradient_equals_finite_differences(meta):
    tasks = batch_of([episode(seed) for seed in range(3)])
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
    tasks = batch_of([episode(seed) for seed in range(3)])
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


def initialization():
    config = MetaTrainingConfig(seed=3, steps=STEPS, inner_rate=0.03, shape=SHAPE)
    return Initialization("random", init_meta(config), SHAPE, STEPS, "0" * 64, {})


def support_set(rng, *, dates=1):
    wavelengths = np.array([490.0, 560, 665, 842, 1610, 2190])
    index = np.repeat(np.arange(3), [2, 5, 4])
    base = rng.uniform(0.02, 0.4, size=(3, dates, 6))
    pixels = (base[index] + rng.normal(0, 0.02, size=(index.size, dates, 6))).astype(np.float32)
    background = rng.uniform(0.0, 0.5, size=(200, dates, 6)).astype(np.float32)
    return SupportSet(pixels, index, wavelengths, background)


def test_order_and_numbering_permute_the_map_and_nothing_else_to_the_last_bit():
    rng = np.random.default_rng(0)
    given = support_set(rng)
    image = rng.uniform(0, 0.5, size=(1, 6, 40, 50)).astype(np.float32)
    classes, confidence = Predictor.of(adapt(initialization(), given)).predict(image)
    rows, renumber = rng.permutation(11), np.array([2, 0, 1])
    other = SupportSet(
        given.reflectance[rows], renumber[given.class_index[rows]], given.wavelengths_nm, given.background
    )
    classes_2, confidence_2 = Predictor.of(adapt(initialization(), other)).predict(image)
    assert len(np.unique(classes)) > 1
    np.testing.assert_array_equal(classes_2, renumber[classes])
    np.testing.assert_array_equal(confidence_2, confidence)


def test_band_order_does_not_matter():
    rng = np.random.default_rng(1)
    given = support_set(rng)
    image = rng.uniform(0, 0.5, size=(1, 6, 20, 20)).astype(np.float32)
    turn = rng.permutation(6)
    other = SupportSet(
        given.reflectance[..., turn],
        given.class_index,
        given.wavelengths_nm[turn],
        given.background[..., turn],
    )
    first, _ = Predictor.of(adapt(initialization(), given)).predict(image)
    second, _ = Predictor.of(adapt(initialization(), other)).predict(image[:, turn])
    assert (first == second).mean() > 0.995  # sums in another order may turn a tie


def test_one_class_is_refused():
    given = support_set(np.random.default_rng(2))
    with pytest.raises(ValueError, match="at least two classes"):
        adapt(
            initialization(),
            SupportSet(given.reflectance[:2], given.class_index[:2], given.wavelengths_nm, given.background),
        )


def test_a_task_is_the_same_alone_and_in_a_batch(meta):
    tasks = [episode(seed) for seed in range(3)]
    each = vmap(partial(task_loss, steps=STEPS, first_order=True), in_dims=(None, 0))(meta, batch_of(tasks))
    alone = torch.stack([task_loss(meta, task, STEPS, first_order=True) for task in tasks])
    torch.testing.assert_close(each, alone, rtol=1e-10, atol=1e-12)

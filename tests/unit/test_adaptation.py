"""The product's learner against definitions that are not its own: distances, loops, finite differences."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from torch.func import grad, vmap
from torch.nn.functional import pad

from model.adaptation import Support, balanced_loss, log_shots
from model.checkpoint import load_initialization
from model.default_learner import default_learner
from model.encoder import EncoderShape, encode
from model.episodes import Episode, stack_episodes
from model.land_cover import LandCover
from model.meta_learning.direct import batch_gradient
from model.meta_learning.inner import gradient_step
from model.spectral import PIXEL_INPUTS, REGION_INPUTS

SHAPE = EncoderShape(width=12, features=8)
STEPS = 3
LEARNER = default_learner(SHAPE, STEPS, inner_rate=0.03)
FIRST_ORDER = default_learner(SHAPE, STEPS, inner_rate=0.03, first_order=True)
LAND_COVER = LandCover(SHAPE, shot_slopes=True)


@pytest.fixture
def meta():
    """Untrained, and with scale and step sizes that depend on labels and dates, as training makes them."""
    start = LEARNER.init(torch.Generator().manual_seed(3))
    slopes = {name: 0.1 for name in start if name.startswith("slope.")}
    moved = slopes | {"head.scale.slope": 0.3, "head.scale.dates": -0.2}
    return {name: value.to(torch.float64) + moved.get(name, 0.0) for name, value in start.items()}


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
    phi = LEARNER.adapt(meta, task.support, steps=steps)
    return LAND_COVER.scores(phi, task.support, task.query_pixels)


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
        float(LAND_COVER.support_loss(LEARNER.adapt(meta, task.support, steps=steps), task.support))
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
    ours, oracle = (LEARNER.task_loss(meta, t) for t in (wide, task))
    torch.testing.assert_close(ours, oracle, rtol=1e-12, atol=0)


def test_padding_does_not_change_the_meta_gradient(meta):
    task = episode(3)
    ours, oracle = (LEARNER.gradient(meta, stack_episodes([t]))[0] for t in (padded(task, 5, 1), task))
    for name, value in oracle.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-9, atol=1e-12, msg=name)


@pytest.mark.parametrize("learner", [LEARNER, FIRST_ORDER], ids=["second order", "first order"])
def test_the_batched_meta_gradient_equals_the_loop_over_tasks(meta, learner):
    # with another number of labels in each, so that no two have the same step sizes
    tasks = [thinned(episode(seed), seed) for seed in range(4)]
    batch = stack_episodes(tasks)
    batched, loss = learner.gradient(meta, batch)
    all_of_it_batched, same_loss = batch_gradient(learner.task_loss, meta, batch)
    loop = [grad(learner.task_loss)(meta, task) for task in tasks]
    torch.testing.assert_close(loss, same_loss, rtol=1e-12, atol=0)
    assert batched.keys() == meta.keys()
    for name, value in batched.items():
        oracle = torch.stack([g[name] for g in loop]).mean(dim=0)
        torch.testing.assert_close(value, oracle, rtol=1e-9, atol=1e-12, msg=name)
        torch.testing.assert_close(all_of_it_batched[name], oracle, rtol=1e-9, atol=1e-12, msg=name)


def thinned(task, hidden):
    """Without the labels of the first few pixels."""
    labels = task.support.labels.clone()
    labels[:hidden] = 0
    return task._replace(support=task.support._replace(labels=labels))


def test_the_second_order_meta_gradient_equals_finite_differences(meta):
    tasks = [thinned(episode(seed), seed) for seed in range(3)]
    slope, _ = LEARNER.gradient(meta, stack_episodes(tasks))

    def loss(values):
        return torch.stack([LEARNER.task_loss(values, task) for task in tasks]).mean()

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
    second, first = (r.gradient(meta, tasks)[0]["hidden1.weight"] for r in (LEARNER, FIRST_ORDER))
    assert (second - first).norm() > 1e-3 * second.norm()


def test_an_inner_step_leaves_its_input_alone(meta):
    task = episode(5)
    params = LEARNER.adapt(meta, task.support, steps=0)
    before = {name: value.clone() for name, value in params.items()}
    loss = partial(LAND_COVER.support_loss, support=task.support)
    after = gradient_step(loss, params, dict.fromkeys(params, 0.1), first_order=True)
    for name, value in params.items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    assert any(not torch.equal(after[name], params[name]) for name in params)


def test_adapting_leaves_the_initialization_alone(meta):
    before = {name: value.clone() for name, value in meta.items()}
    phi = LEARNER.adapt(meta, episode(5).support)
    assert all(torch.equal(meta[name], value) for name, value in before.items())
    assert all(not torch.equal(phi[name], value) for name, value in meta.items() if name in phi)


@pytest.mark.parametrize("dates", [1, 3])
def test_a_step_is_as_long_as_its_rate_the_labels_per_class_and_the_dates_say(meta, dates):
    support = thinned(episode(8, dates=dates), 3).support  # 1, 4 and 4 labels
    rate = math.log(0.03) - 0.1 * torch.arange(STEPS, dtype=torch.float64)
    meta = {name: rate if name.startswith("rate.") else value for name, value in meta.items()}
    *_, before, after = LEARNER.descent.path(meta, support, steps=2, first_order=True)
    slopes = grad(LAND_COVER.support_loss)(before, support)
    for name, value in before.items():
        length = 0.03 * math.exp(-0.1) * 3**0.1 * (dates if name == "head.weight" else 1)
        torch.testing.assert_close(
            after[name], value - length * slopes[name], rtol=1e-9, atol=1e-12, msg=name
        )


def test_classes_weigh_the_same_however_many_labels_they_have():
    scores = torch.tensor([[0.0, 0.0]] * 10 + [[3.0, 0.0]])
    labels = torch.eye(2)[[0] * 10 + [1]]
    expected = (math.log(2) + float(-torch.log_softmax(scores[-1], 0)[1])) / 2
    assert float(balanced_loss(scores, labels)) == pytest.approx(expected)


def test_the_mean_number_of_labels_is_that_of_the_classes_that_have_any():
    labels = torch.eye(4)[[0, 0, 0, 1, 2, 2]]
    assert float(log_shots(labels)) == pytest.approx(math.log(2))


def test_the_steps_of_service_are_those_of_training(meta):
    support = episode(7).support
    *_, oracle = LEARNER.descent.path(meta, support)
    with torch.no_grad():
        found = LEARNER.adapt(meta, support)
    assert found.keys() == oracle.keys()
    for name, value in found.items():
        torch.testing.assert_close(value, oracle[name], rtol=0, atol=1e-12, msg=name)
        assert not value.requires_grad


def test_a_task_is_the_same_alone_and_in_a_batch(meta):
    tasks = [episode(seed) for seed in range(3)]
    each = vmap(LEARNER.task_loss, in_dims=(None, 0))(meta, stack_episodes(tasks))
    alone = torch.stack([LEARNER.task_loss(meta, task) for task in tasks])
    torch.testing.assert_close(each, alone, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(LEARNER.gradient(meta, stack_episodes(tasks))[1], alone.mean())


def test_the_shipped_weights_are_of_this_learner():
    shipped = load_initialization()
    trained_steps = len(shipped.meta["rate.head.weight"])
    start = default_learner(shipped.shape, trained_steps).init(torch.Generator())
    assert {k: v.shape for k, v in shipped.meta.items()} == {k: v.shape for k, v in start.items()}


@pytest.mark.parametrize("tolerance", [1e-6, 0.3, 1.0])
def test_a_tolerant_loss_is_the_generalized_cross_entropy(tolerance):
    g = torch.Generator().manual_seed(0)
    scores = torch.randn(6, 3, generator=g, dtype=torch.float64)
    labels = torch.eye(3, dtype=torch.float64).repeat(2, 1)
    likely = torch.softmax(scores, dim=1)[labels.bool()]
    expected = float(((1 - likely**tolerance) / tolerance).mean())
    assert float(balanced_loss(scores, labels, tolerance)) == pytest.approx(expected, rel=1e-5)
    if tolerance < 1e-3:  # the limit
        assert float(balanced_loss(scores, labels, tolerance)) == pytest.approx(
            float(balanced_loss(scores, labels)), rel=1e-4
        )


def test_a_label_against_all_evidence_pulls_less_where_labels_may_be_wrong():
    labels = torch.eye(2, dtype=torch.float64)
    scores = torch.tensor([[4.0, -4.0], [4.0, -4.0]], dtype=torch.float64)  # the second one contradicts
    pull = {
        t: grad(lambda s, t=t: balanced_loss(s, labels, t))(scores)[1].abs().max().item() for t in (0.0, 0.6)
    }
    assert pull[0.6] < 0.1 * pull[0.0]

"""The meta-trained methods against definitions that are not their own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import grad

from model.adaptation import Support, balanced_loss, class_counts, logits
from model.encoder import EncoderShape, encode
from model.episodes import Episode, stack_episodes
from model.methods import (
    pretrain,
    ridge,
)
from model.methods.learners import GradientBased, LearnerSettings
from model.methods.training import LEARNERS, learner_of
from model.spectral import PIXEL_INPUTS, REGION_INPUTS

SETTINGS = LearnerSettings(EncoderShape(width=12, features=8), steps=3, inner_rate=0.03)
DIFFERENTIABLE = (
    "maml",
    "meta-sgd",
    "learned-rates",
    "anil",
    "scale-and-shift",
    "neural-process",
    "protonet",
    "ridge",
)


def learner(name):
    return learner_of(name)(SETTINGS)


def start(name, seed=1):
    meta = learner(name).init(torch.Generator().manual_seed(seed))
    return {key: value.to(torch.float64) for key, value in meta.items()}


def episode(seed, *, ways=3, shots=4, dates=2, queries=5):
    g = torch.Generator().manual_seed(seed)

    def half(count):
        labels = torch.eye(ways, dtype=torch.float64).repeat_interleave(count, dim=0)
        pixels = torch.randn(ways * count, dates, PIXEL_INPUTS, generator=g, dtype=torch.float64)
        pixels[..., :ways] += 2 * labels[:, None]
        return pixels, labels

    region = torch.randn(dates, REGION_INPUTS, generator=g, dtype=torch.float64)
    return Episode(Support(*half(shots), region), *half(queries))


def fitted_scores(name, meta, support, pixels, steps=3):
    with torch.no_grad():
        return learner(name).fit(meta, support, steps)(pixels)


def task_gradient(method, meta, task):
    """Meta-gradient of one task, without `vmap`."""
    rule = method.rule if isinstance(method, GradientBased) else method
    if hasattr(rule, "_task_gradient"):
        return rule._task_gradient(meta, task)[0]
    if hasattr(rule, "_travelled"):
        travelled = rule._travelled(meta, task)[0]
        return {key: value / (rule.alpha * rule.descent.steps) for key, value in travelled.items()}
    return grad(rule.task_loss)(meta, task)


@pytest.mark.parametrize("name", LEARNERS)
def test_the_batched_meta_gradient_equals_the_loop_over_tasks(name):
    meta, tasks = start(name), [episode(seed) for seed in range(3)]
    batched, _ = learner(name).gradient(meta, stack_episodes(tasks))
    assert batched.keys() == meta.keys()
    each = [task_gradient(learner(name), meta, task) for task in tasks]
    for key, value in batched.items():
        oracle = torch.stack([slopes[key] for slopes in each]).mean(dim=0)
        torch.testing.assert_close(value, oracle, rtol=1e-9, atol=1e-9, msg=f"{name} {key}")


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_the_meta_gradient_equals_central_differences(name):
    meta, tasks = start(name), [episode(seed) for seed in range(2)]
    rule = learner(name).rule if isinstance(learner(name), GradientBased) else learner(name)
    slopes, _ = learner(name).gradient(meta, stack_episodes(tasks))

    def loss(values):
        return torch.stack([rule.task_loss(values, task) for task in tasks]).mean()

    g = torch.Generator().manual_seed(0)
    for key, value in meta.items():
        direction = torch.randn(value.shape, generator=g, dtype=torch.float64)
        up, down = (loss(meta | {key: value + sign * 1e-6 * direction}) for sign in (1, -1))
        oracle = (up - down) / 2e-6
        torch.testing.assert_close((slopes[key] * direction).sum(), oracle, rtol=1e-5, atol=1e-8, msg=key)


def test_first_order_is_the_query_gradient_at_the_adapted_parameters_through_the_start_of_the_head():
    meta, task = start("fomaml"), episode(0)
    rule, problem = learner("fomaml").rule, learner("fomaml").problem
    first, _ = learner("fomaml").gradient(meta, stack_episodes([task]))
    second, _ = learner("maml").gradient(meta, stack_episodes([task]))
    at_phi = grad(problem.query_loss)(rule.adapt(meta, task.support), task)

    def moved(theta):
        """What the gradient at phi would do, were phi the start."""
        return sum((at_phi[k] * v).sum() for k, v in problem.start(theta, task.support).items())

    oracle = grad(moved)(meta)
    for key, value in first.items():
        torch.testing.assert_close(value, oracle[key], rtol=1e-9, atol=1e-12, msg=key)
    difference = (first["hidden1.weight"] - second["hidden1.weight"]).norm()
    assert difference > 1e-3 * second["hidden1.weight"].norm()


@pytest.mark.parametrize("name", LEARNERS)
def test_the_order_of_labels_and_classes_does_not_matter(name):
    meta, task = start(name), episode(2)
    rows, turn = torch.randperm(12, generator=torch.Generator().manual_seed(0)), torch.tensor([2, 0, 1])
    s = task.support
    shuffled = Support(s.pixels[rows], s.labels[rows][:, turn], s.region)
    expected = fitted_scores(name, meta, s, task.query_pixels)[:, turn]
    assert expected.std() > 1e-3
    found = fitted_scores(name, meta, shuffled, task.query_pixels)
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", LEARNERS)
def test_padding_with_rows_and_with_classes_changes_nothing(name):
    meta, task = start(name), episode(3)
    s = task.support
    noise = torch.randn(5, *s.pixels.shape[1:], dtype=torch.float64)
    padded = Support(torch.cat([s.pixels, noise]), torch.nn.functional.pad(s.labels, (0, 2, 0, 5)), s.region)
    found = fitted_scores(name, meta, padded, task.query_pixels)
    expected = torch.softmax(fitted_scores(name, meta, s, task.query_pixels), dim=1)
    torch.testing.assert_close(torch.softmax(found, dim=1)[:, :3], expected, rtol=1e-7, atol=1e-9)
    assert (torch.softmax(found, dim=1)[:, 3:] == 0).all()


@pytest.mark.parametrize("name", LEARNERS)
def test_a_few_meta_batches_lower_the_loss_of_those_very_tasks(name):
    meta, batch = start(name), stack_episodes([episode(seed) for seed in range(3)])
    before = learner(name).gradient(meta, batch)[1]
    for _ in range(10):
        slopes, _ = learner(name).gradient(meta, batch)
        meta = {key: value - 0.02 * slopes[key] for key, value in meta.items()}
    assert learner(name).gradient(meta, batch)[1] < before


def test_a_prototypical_network_scores_by_distance_to_the_class_means():
    meta, task = start("protonet"), episode(4)
    meta["head.scale.slope"] = torch.tensor(0.3, dtype=torch.float64)
    meta["head.scale.dates"] = torch.tensor(-0.2, dtype=torch.float64)
    features = encode(meta, task.support.pixels, task.support.region)
    asked = encode(meta, task.query_pixels, task.support.region)
    centres = torch.stack([features[task.support.labels[:, k] == 1].mean(dim=0) for k in range(3)])
    distance = ((asked[:, None] - centres) ** 2).sum(dim=-1).mean(dim=-1)
    scale = (meta["head.scale"] + 0.3 * np.log(4) - 0.2 * np.log(2)).exp()
    found = torch.softmax(fitted_scores("protonet", meta, task.support, task.query_pixels), dim=1)
    torch.testing.assert_close(found, torch.softmax(-scale * distance, dim=1), rtol=1e-10, atol=1e-12)


def test_maml_without_steps_is_a_prototypical_network():
    meta, task = start("maml"), episode(4)
    found = fitted_scores("maml", meta, task.support, task.query_pixels, steps=0)
    oracle = fitted_scores("protonet", meta, task.support, task.query_pixels)
    torch.testing.assert_close(found, oracle, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("labels", "features"), [(9, 30), (40, 6)])
def test_the_ridge_head_equals_the_weighted_normal_equations(labels, features):
    g = torch.Generator().manual_seed(0)
    x = torch.randn(labels, features, generator=g, dtype=torch.float64)
    index = torch.arange(labels).clamp_max(6) % 3  # one class has most of the labels
    y = torch.eye(4, dtype=torch.float64)[index]
    y[0] = 0  # padding
    weight = torch.stack([1.0 / y[:, k].sum() if y[i, k] else torch.tensor(0.0) for i, k in enumerate(index)])
    weight = weight.to(torch.float64) * y.sum() / 3
    normal = x.T @ torch.diag(weight) @ x + 0.3 * torch.eye(features, dtype=torch.float64)
    oracle = torch.linalg.solve(normal, x.T @ torch.diag(weight) @ y)
    found = ridge.ridge_weight(x, y, torch.tensor(0.3, dtype=torch.float64))
    torch.testing.assert_close(found, oracle, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "moved"),
    [
        ("anil", {"head.weight", "head.bias"}),
        (
            "scale-and-shift",
            {"head.weight", "head.bias"}
            | {f"{layer}.{k}" for layer in ("pixel", "hidden1", "hidden2") for k in ("scale", "shift")},
        ),
    ],
)
def test_a_subset_leaves_the_encoder_unchanged(name, moved):
    method, meta, task = learner(name), start(name), episode(5)
    before = method.problem.start(meta, task.support)
    after = method.rule.adapt(meta, task.support)
    assert {key for key, value in after.items() if not torch.equal(value, before[key])} == moved


def test_scale_and_shift_act_on_what_enters_the_hidden_units():
    problem, meta, task = learner("scale-and-shift").problem, start("scale-and-shift"), episode(6)
    g = torch.Generator().manual_seed(0)
    phi = {
        key: value + torch.randn(value.shape, generator=g, dtype=torch.float64)
        if key.endswith((".scale", ".shift"))
        else value
        for key, value in problem.start(meta, task.support).items()
    }

    def unit(layer, values):
        return torch.relu(phi[f"{layer}.scale"] * values + phi[f"{layer}.shift"])

    pixels, region = task.query_pixels, task.support.region
    entering = pixels @ phi["pixel.weight"].T + region @ phi["region.weight"].T + phi["pixel.bias"]
    hidden = unit("pixel", entering)
    for layer in ("hidden1", "hidden2"):
        hidden = hidden + unit(layer, hidden @ phi[f"{layer}.weight"].T + phi[f"{layer}.bias"])
    features = hidden @ phi["out.weight"].T + phi["out.bias"]
    oracle = torch.einsum("qtd,ntd->qn", features, phi["head.weight"]) / 2 + phi["head.bias"]
    torch.testing.assert_close(problem.scores(phi, task.support, pixels), oracle, rtol=1e-9, atol=1e-9)


def test_the_gradient_of_pre_training_is_that_of_the_loss_minimized_over_the_head(monkeypatch):
    monkeypatch.setattr(pretrain, "TRAINING_ITERATIONS", 4000)
    meta, task = start("pretrain"), episode(7)
    pixels = torch.cat([task.support.pixels, task.query_pixels])
    labels = torch.cat([task.support.labels, task.query_labels])
    whole = Support(pixels, labels, task.support.region)

    def minimum(encoder):
        head = pretrain.best_head(encoder, whole, 4000)
        loss = balanced_loss(logits(encoder | head, pixels, whole.region, class_counts(labels)), labels)
        penalty = 0.5 * ((head["head.weight"] / 2**0.5) ** 2).sum()  # two dates
        return loss + penalty / len(labels)

    slopes, _ = learner("pretrain").gradient(meta, stack_episodes([task]))
    g = torch.Generator().manual_seed(0)
    for key, value in meta.items():
        direction = torch.randn(value.shape, generator=g, dtype=torch.float64)
        up, down = (minimum(meta | {key: value + sign * 1e-5 * direction}) for sign in (1, -1))
        oracle = (up - down) / 2e-5
        torch.testing.assert_close((slopes[key] * direction).sum(), oracle, rtol=2e-4, atol=1e-5, msg=key)


def test_pre_training_sees_support_and_query_as_one():
    meta, task = start("pretrain"), episode(8, shots=5, queries=5)
    other = Episode(
        Support(task.query_pixels, task.query_labels, task.support.region),
        task.support.pixels,
        task.support.labels,
    )
    ours, theirs = (learner("pretrain").gradient(meta, stack_episodes([t]))[0] for t in (task, other))
    for key, value in ours.items():
        torch.testing.assert_close(value, theirs[key], rtol=1e-7, atol=1e-10)

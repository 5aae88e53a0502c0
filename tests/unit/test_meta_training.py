"""The outer loop on tiny settings: it learns, repeats, resumes, and says what is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

import model.meta_training
from geodata.errors import ModelError
from model.encoder import EncoderShape
from model.episodes import EpisodeShape, Simulation, TaskSource, draw_episode, episode_batch, simulated_table
from model.meta_config import MetaTrainingConfig
from model.meta_training import init_meta, learner_of, meta_train, run_step
from model.methods.scratch import scores, train_from_scratch
from model.training_run import Run

TINY = MetaTrainingConfig(
    seed=5,
    batches=12,
    tasks=3,
    ways=4,
    steps=2,
    validate_every=4,
    validation_tasks=6,
    shape=EncoderShape(width=12, features=8),
    simulation=Simulation(regions=8, classes=4, pixels_per_class=16, fields_per_class=4, dates=(1, 2)),
)


@pytest.fixture(scope="module")
def tables():
    return [simulated_table(TINY.simulation, 0, number) for number in range(12)]


@pytest.fixture
def in_process(monkeypatch):
    """Draw the few regions here: starting two interpreters for eight of them takes longer than all of the test."""

    def simulate(config, seed, numbers, report):  # noqa: ARG001 - the signature of what it stands for
        return [simulated_table(config, seed, number) for number in numbers]

    monkeypatch.setattr(model.meta_training, "simulate_tables", simulate)


def silent(stage, done, total, figures):
    pass


@pytest.mark.usefixtures("in_process")
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    first, curve = meta_train(TINY, tmp_path / "a", silent)
    second, _ = meta_train(TINY, tmp_path / "b", silent)
    other, _ = meta_train(dataclasses.replace(TINY, seed=6), tmp_path / "c", silent)
    assert [row["batch"] for row in curve] == [4, 8, 12]
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["hidden1.weight"], other["hidden1.weight"])


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("real_share", [0.0, 0.5], ids=["simulated", "with real regions"])
def test_an_interrupted_run_ends_with_the_weights_of_an_undisturbed_one(tmp_path, tables, real_share):
    class Interrupted(Exception):  # noqa: N818 - stands for a kill, which is no error
        pass

    def interrupt(stage, done, total, figures):  # noqa: ARG001 - the signature of Report
        if stage == "meta-train" and done == 7:
            raise Interrupted

    config = dataclasses.replace(TINY, real_share=real_share)
    real = {"a": tables[:3], "b": tables[3:4]} if real_share else None
    undisturbed, curve = meta_train(config, tmp_path / "whole", silent, real)
    with pytest.raises(Interrupted):
        meta_train(config, tmp_path / "cut", interrupt, real)
    resumed, curve_2 = meta_train(config, tmp_path / "cut", silent, real)
    assert curve_2 == curve
    assert all(torch.equal(undisturbed[name], resumed[name]) for name in undisturbed)


@pytest.mark.usefixtures("in_process")
def test_a_run_resumes_where_it_stopped_and_not_from_the_beginning(tmp_path):
    meta_train(TINY, tmp_path, silent)
    seen = []
    meta_train(TINY, tmp_path, lambda stage, done, total, figures: seen.append((stage, done)))  # noqa: ARG005
    assert not [done for stage, done in seen if stage == "meta-train"]


@pytest.mark.usefixtures("in_process")
def test_real_regions_are_learned_from(tmp_path, tables):
    config = dataclasses.replace(TINY, real_share=0.5)
    with_them, _ = meta_train(config, tmp_path / "with", silent, {"a": tables})
    without, _ = meta_train(config, tmp_path / "without", silent)
    assert not torch.equal(with_them["hidden1.weight"], without["hidden1.weight"])


@pytest.mark.usefixtures("in_process")
def test_a_folder_of_another_configuration_is_refused(tmp_path):
    meta_train(TINY, tmp_path, silent)
    with pytest.raises(ModelError, match="another configuration"):
        meta_train(dataclasses.replace(TINY, learning_rate=1e-3), tmp_path, silent)


@pytest.mark.usefixtures("in_process")
def test_a_loss_that_explodes_stops_the_run(tmp_path):
    with pytest.raises(ModelError, match=r"lower `learning_rate` or `inner_rate`"):
        meta_train(dataclasses.replace(TINY, inner_rate=1e9), tmp_path, silent)


def test_meta_training_beats_its_own_start(tables):
    config = dataclasses.replace(TINY, batches=60, steps=3)
    start, learner = init_meta(config), learner_of(config)
    run = Run(config, start, folder=None)
    source = TaskSource(tables)
    fixed = episode_batch(source, tasks=8, ways=4, rng=np.random.default_rng(0))
    _, before = learner.gradient(start, fixed)
    for number in range(60):
        rng = np.random.default_rng([9, number])
        run_step(run.loop, episode_batch(source, tasks=8, ways=4, rng=rng), config)
    _, after = learner.gradient(run.loop.average, fixed)
    assert after < before - 0.05


@pytest.mark.parametrize(("done", "first_order"), [(0, True), (5, True), (6, False)])
def test_the_first_share_of_the_batches_does_without_second_derivatives(tables, done, first_order):
    config = dataclasses.replace(TINY, first_order_share=0.5)
    run = Run(config, init_meta(config), folder=None)
    run.loop.batch = done
    batch = episode_batch(TaskSource(tables), tasks=2, ways=4, rng=np.random.default_rng(0))
    run_step(run.loop, batch, config)
    slopes, _ = learner_of(config, first_order=first_order).gradient(init_meta(config), batch)
    for name, value in run.loop.meta.items():  # the gradient may have been clipped
        moment = run.loop.optimizer.state[value]["exp_avg"]
        ours, oracle = (v / (v.norm() + 1e-30) for v in (moment, slopes[name]))
        torch.testing.assert_close(ours, oracle, rtol=1e-4, atol=1e-5, msg=name)


def test_a_configuration_file_changes_what_it_names(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("batches = 7\n[simulation]\nregions = 5\ndates = [1, 2]\n[shape]\nwidth = 8\n")
    config = MetaTrainingConfig.read(path)
    assert (config.batches, config.simulation.regions, list(config.simulation.dates)) == (7, 5, [1, 2])
    assert config.shape == EncoderShape(width=8)
    assert config.learning_rate == MetaTrainingConfig().learning_rate


@pytest.mark.parametrize(
    ("text", "message"),
    [("batches = [", "no meta-training configuration"), ("batch = 3", "unexpected keyword argument 'batch'")],
)
def test_a_broken_configuration_is_named(tmp_path, text, message):
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match=message):
        MetaTrainingConfig.read(path)


def test_training_from_scratch_fits_its_support_set(tables):
    episode = draw_episode(tables[0], EpisodeShape(ways=4, shots=5, uneven=0.0), np.random.default_rng(3))
    kept = train_from_scratch(
        episode.support, EncoderShape(16, 8), steps=(1, 200), learning_rate=1e-2, seed=0
    )
    support = episode.support
    used = support.labels.sum(dim=1) > 0
    right = {
        step: float(
            (scores(params, support, support.pixels).argmax(dim=1) == support.labels.argmax(dim=1))[used]
            .float()
            .mean()
        )
        for step, params in kept.items()
    }
    assert right[200] > max(0.9, right[1])

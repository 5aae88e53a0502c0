"""The outer loop on tiny settings: it learns, repeats, resumes, and says what is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

import model.meta_training
from geodata.errors import ModelError
from model.encoder import EncoderShape
from model.episodes import EpisodeShape, Simulation, draw_episode, episode_batch, pixel_table, simulated_table
from model.meta_training import MetaTrainingConfig, init_meta, meta_train
from model.methods.scratch import scores, train_from_scratch

TINY = MetaTrainingConfig(
    seed=5,
    batches=12,
    tasks=3,
    ways=4,
    steps=2,
    validate_every=4,
    validation_tasks=6,
    shape=EncoderShape(width=12, features=8),
    simulation=Simulation(regions=8, classes=4, pixels_per_class=16, fields_per_class=4),
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
def test_an_interrupted_run_ends_with_the_weights_of_an_undisturbed_one(tmp_path):
    class Interrupted(Exception):  # noqa: N818 - stands for a kill, which is no error
        pass

    def interrupt(stage, done, total, figures):  # noqa: ARG001 - the signature of Report
        if stage == "meta-train" and done == 7:
            raise Interrupted

    undisturbed, curve = meta_train(TINY, tmp_path / "whole", silent)
    with pytest.raises(Interrupted):
        meta_train(TINY, tmp_path / "cut", interrupt)
    resumed, curve_2 = meta_train(TINY, tmp_path / "cut", silent)
    assert curve_2 == curve
    assert all(torch.equal(undisturbed[name], resumed[name]) for name in undisturbed)


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
    run = model.meta_training._Run(config, folder=None)
    start = init_meta(config)
    fixed = episode_batch(tables, tasks=8, ways=4, rng=np.random.default_rng(0))
    before = float(model.meta_training.meta_loss(start, fixed, 3, first_order=True))
    for number in range(60):
        rng = np.random.default_rng([9, number])
        run.step(episode_batch(tables, tasks=8, ways=4, rng=rng))
    after = float(model.meta_training.meta_loss(run.average, fixed, 3, first_order=True))
    assert after < before - 0.05


@pytest.mark.parametrize(
    ("text", "message"),
    [("batches = [", "no meta-training configuration"), ("batch = 3", "unexpected keyword argument 'batch'")],
)
def test_a_broken_configuration_is_named(tmp_path, text, message):
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match=message):
        MetaTrainingConfig.read(path)


def test_support_and_query_never_share_a_group(tables):
    rng = np.random.default_rng(1)
    shape = EpisodeShape(ways=4, shots=6)
    for table in tables:
        rows = {table.inputs[i].tobytes(): int(table.group[i]) for i in range(len(table.group))}
        episode = draw_episode(table, shape, rng)
        assert episode is not None
        shown, asked = (
            {rows[p.numpy().tobytes()] for p, used in zip(pixels, labels.sum(dim=1), strict=True) if used}
            for pixels, labels in (
                (episode.support.pixels, episode.support.labels),
                (episode.query_pixels, episode.query_labels),
            )
        )
        assert shown
        assert asked
        assert not shown & asked


def test_a_region_whose_classes_have_one_group_each_gives_no_task():
    rng = np.random.default_rng(2)
    pixels = rng.uniform(0, 0.5, size=(10, 1, 4)).astype(np.float32)
    index = np.arange(10) % 2
    table = pixel_table(pixels, pixels, np.array([490.0, 560, 665, 842]), index, index)
    assert draw_episode(table, EpisodeShape(ways=4, shots=2), rng) is None


def test_training_from_scratch_fits_its_support_set(tables):
    episode = draw_episode(tables[0], EpisodeShape(ways=4, shots=5, uneven=0.0), np.random.default_rng(3))
    kept = train_from_scratch(
        episode.support, EncoderShape(16, 8), steps=(1, 200), learning_rate=1e-2, seed=0
    )
    support = episode.support
    used = support.labels.sum(dim=1) > 0
    right = {
        step: float(
            (
                scores(params, support, support.pixels, support.observed).argmax(dim=1)
                == support.labels.argmax(dim=1)
            )[used]
            .float()
            .mean()
        )
        for step, params in kept.items()
    }
    assert right[200] > max(0.9, right[1])

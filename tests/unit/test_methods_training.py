"""Meta-training of every method, its weights, and the methods as the harness calls them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import model.methods.trained
from geodata.errors import ModelError
from model.adaptation import Support
from model.encoder import EncoderShape
from model.episodes import Episode, TaskSource, pixel_table
from model.meta_config import MetaTrainingConfig
from model.methods import (
    anil,
    fomaml,
    imaml,
    learned_rates,
    maml,
    meta_sgd,
    neural_process,
    pretrain,
    protonet,
    reptile,
    ridge,
    scale_and_shift,
    scratch,
)
from model.methods.learners import LearnerSettings
from model.methods.trained import load_trained
from model.methods.training import LEARNERS, best_steps, learner_of, outer_settings, train_method
from model.support import SupportSet

SETTINGS = LearnerSettings(EncoderShape(width=12, features=8), steps=3, inner_rate=0.03)
METHODS = {
    "maml": maml.maml,
    "fomaml": fomaml.fomaml,
    "reptile": reptile.reptile,
    "imaml": imaml.imaml,
    "meta-sgd": meta_sgd.meta_sgd,
    "learned-rates": learned_rates.learned_rates,
    "anil": anil.anil,
    "scale-and-shift": scale_and_shift.scale_and_shift,
    "neural-process": neural_process.neural_process,
    "protonet": protonet.protonet,
    "ridge": ridge.ridge,
    "pretrain": pretrain.pretrain,
}


def test_every_method_has_an_entry():
    assert METHODS.keys() == LEARNERS.keys()
    with pytest.raises(ModelError, match="there is no method 'mamal' to train; there are maml, fomaml"):
        learner_of("mamal")


def test_step_sizes_per_parameter_do_not_move_as_fast_as_logarithms():
    settings = outer_settings(MetaTrainingConfig(rate_factor=7.0))
    names = ("pixel.weight", "rate.pixel.weight", "rate.each.pixel.weight", "head.scale", "ridge.strength")
    assert [settings.pace(name) for name in names] == [1, 7, 1, 7, 7]


TINY = MetaTrainingConfig(
    seed=5,
    batches=3,
    tasks=2,
    ways=4,
    steps=2,
    service_steps=4,
    inner_rate=0.03,
    shape=EncoderShape(width=12, features=8),
)


@pytest.fixture(scope="module")
def source():
    rng = np.random.default_rng(0)
    wavelengths = np.array([490.0, 560, 665, 842, 1610, 2190])

    def table(dates):
        index = np.repeat(np.arange(4), 24)
        spectra = rng.uniform(0.02, 0.4, size=(4, dates, 6))
        pixels = (spectra[index] + rng.normal(0, 0.02, (96, dates, 6))).astype(np.float32)
        return pixel_table(pixels, pixels, wavelengths, index, np.tile(np.arange(4), 24))

    return TaskSource([table(dates) for dates in (1, 1, 2, 3)])


@pytest.fixture(scope="module")
def weights(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("methods")
    for name in LEARNERS:
        train_method(name, TINY, source, folder, silent)
    return folder


@pytest.fixture
def trained(weights, monkeypatch):
    monkeypatch.setattr(model.methods.trained, "FOLDER", weights)
    return weights


def silent(stage, done, total, figures):
    pass


def support_set(*, ways=3, dates=2):
    rng = np.random.default_rng(1)
    wavelengths = np.array([490.0, 560, 665, 842, 1610, 2190])
    index = np.repeat(np.arange(ways), 4)
    base = rng.uniform(0.02, 0.4, size=(ways, dates, 6))
    pixels = (base[index] + rng.normal(0, 0.01, size=(index.size, dates, 6))).astype(np.float32)
    pixels[0, 0] = np.nan
    return SupportSet(pixels, index, wavelengths, rng.uniform(0, 0.5, (200, dates, 6)).astype(np.float32))


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("name", [*METHODS, "scratch"])
def test_a_trained_method_classifies_the_pixels_of_a_region(name):
    method = scratch.scratch if name == "scratch" else METHODS[name]
    support = support_set()
    scores = method(support, 4, 0)(support.reflectance)
    assert scores.shape == (12, 4)
    assert scores.dtype == np.float64
    assert np.isfinite(scores[:, :3]).all()
    assert (scores[:, 3] == -np.inf).all()
    assert (scores.argmax(axis=1) == support.class_index).mean() > 0.6  # chance is a third
    np.testing.assert_array_equal(method(support, 4, 0)(support.reflectance), scores)
    one = SupportSet(
        support.reflectance[:2], support.class_index[:2], support.wavelengths_nm, support.background
    )
    with pytest.raises(ValueError, match="at least two classes"):
        method(one, 4, 0)


def test_weights_take_two_bytes_a_number_and_say_how_they_were_made(trained):
    manifest = json.loads((trained / "maml.json").read_text())
    assert manifest["training"]["config"]["seed"] == TINY.seed
    assert manifest["learner"] == {"steps": 2, "inner_rate": 0.03}
    assert manifest["steps"] == TINY.service_steps
    size = (trained / "maml.safetensors").stat().st_size
    assert 2 * manifest["parameters"] < size < 2 * manifest["parameters"] + 2000
    found = load_trained("maml")
    assert found.settings == LearnerSettings(TINY.shape, 2, 0.03)
    assert {value.dtype for value in found.meta.values()} == {torch.float32}


@pytest.mark.parametrize("name", ["maml", "neural-process"])
def test_the_same_seed_gives_the_same_weights(name, source, weights, tmp_path):
    train_method(name, TINY, source, tmp_path, silent)
    assert (tmp_path / f"{name}.safetensors").read_bytes() == (weights / f"{name}.safetensors").read_bytes()


def test_missing_weights_are_refused_with_the_command_that_makes_them(tmp_path, monkeypatch):
    monkeypatch.setattr(model.methods.trained, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match=r"method maml has no weights .*--only maml"):
        maml.maml(support_set(), 3, 0)


def test_altered_weights_and_those_of_other_inputs_are_refused(weights, tmp_path):
    for suffix in (".json", ".safetensors"):
        (tmp_path / f"maml{suffix}").write_bytes((weights / f"maml{suffix}").read_bytes())
    (tmp_path / "maml.safetensors").write_bytes(b"\0" + (weights / "maml.safetensors").read_bytes()[1:])
    with pytest.raises(ModelError, match="is not the file that"):
        load_trained("maml", tmp_path)
    meta = learner_of("protonet")(SETTINGS).init(torch.Generator().manual_seed(0))
    meta["pixel.weight"] = meta["pixel.weight"][:, 1:]
    other = model.methods.trained.Trained(meta, SETTINGS, 0)
    model.methods.trained.save_trained(tmp_path, "protonet", other, {})
    with pytest.raises(ModelError, match="a network with other inputs"):
        load_trained("protonet", tmp_path)


def test_the_number_of_steps_at_service_is_the_best_on_validation_tasks():
    class Late:
        """Right after eight steps, wrong before and after."""

        def fit(self, meta, support, steps):  # noqa: ARG002 - the signature of Learner
            return lambda pixels: pixels[:, 0, :3] * (1 if steps == 8 else -1)

    labels = torch.eye(3).repeat(4, 1)
    pixels = torch.nn.functional.pad(labels, (0, 5)).unsqueeze(1)
    task = Episode(Support(pixels, labels, torch.zeros(1, 1)), pixels, labels)
    assert best_steps(Late(), {}, [task], 2) == (8, 1.0)


def test_a_loss_that_is_no_number_stops_the_training(source, tmp_path, monkeypatch):
    class Broken:
        def init(self, generator):  # noqa: ARG002 - the signature of Learner
            return {"w": torch.zeros(1)}

        def gradient(self, meta, batch):  # noqa: ARG002 - the signature of Learner
            return {"w": torch.zeros(1)}, torch.tensor(float("nan"))

    monkeypatch.setattr("model.methods.training.learner_of", lambda name: lambda settings: Broken())  # noqa: ARG005
    with pytest.raises(ModelError, match="the loss of maml is nan at meta-batch 1"):
        train_method("maml", TINY, source, tmp_path, silent)
    assert not list(tmp_path.iterdir())

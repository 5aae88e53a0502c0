from __future__ import annotations

import json

import pytest
import torch

from geodata.errors import ModelError
from model.checkpoint import (
    WEIGHTS,
    load_initialization,
    read_tensors,
    save_initialization,
    shipped_manifests,
)
from model.encoder import EncoderShape
from model.meta_config import MetaTrainingConfig
from model.meta_training import init_meta


@pytest.fixture
def saved(tmp_path):
    meta = {"a.weight": torch.arange(6.0).reshape(2, 3), "head.scale": torch.tensor(-1.5)}
    path = tmp_path / "mine.json"
    save_initialization(path, meta, EncoderShape(4, 3), 7, {"training": {"seed": 1}})
    return path, meta


def test_what_was_saved_is_loaded(saved):
    path, meta = saved
    loaded = load_initialization(path)
    assert (loaded.name, loaded.steps, loaded.shape) == ("mine", 7, EncoderShape(4, 3))
    assert loaded.manifest["parameters"] == 7
    assert loaded.manifest["training"] == {"seed": 1}
    assert loaded.meta.keys() == meta.keys()
    assert all(torch.equal(loaded.meta[name], value) for name, value in meta.items())
    assert sorted(p.name for p in path.parent.iterdir()) == ["mine.json", "mine.safetensors"]


def test_weights_that_were_altered_are_refused(saved):
    path, _ = saved
    weights = path.with_suffix(".safetensors")
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelError, match=r"is not the file that mine\.json describes"):
        load_initialization(path)


def test_missing_and_foreign_files_are_refused_with_their_name(saved, tmp_path):
    path, _ = saved
    path.with_suffix(".safetensors").unlink()
    with pytest.raises(ModelError, match=r"mine\.safetensors cannot be read"):
        load_initialization(path)
    with pytest.raises(ModelError, match=r"absent\.json cannot be read"):
        load_initialization(tmp_path / "absent.json")
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"format": 99}))
    with pytest.raises(ModelError, match="has format 99"):
        load_initialization(other)


def test_a_pickle_is_never_loaded(tmp_path):
    path = tmp_path / "weights.safetensors"
    torch.save({"a": torch.zeros(2)}, path)
    with pytest.raises(ModelError, match="no safetensors file"):
        read_tensors(path)


def test_the_shipped_weights_fit_the_network():
    loaded = load_initialization()
    expected = init_meta(MetaTrainingConfig(shape=loaded.shape))
    assert loaded.meta.keys() == expected.keys()
    for name, value in loaded.meta.items():
        if not name.startswith("rate."):  # as many as there were training steps
            assert value.shape == expected[name].shape, name
        assert torch.isfinite(value).all(), name


def test_the_shipped_initialization_loads_and_tells_how_it_was_made():
    loaded = load_initialization()
    assert loaded.manifest in shipped_manifests()
    assert loaded.manifest["training"]["command"].startswith("landshot meta-train ")
    assert (WEIGHTS / loaded.manifest["training"]["command"].split()[-1]).exists()
    assert all(source["license"] for source in loaded.manifest["training"]["data"])

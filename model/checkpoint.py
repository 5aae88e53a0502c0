"""Weights on disk: safetensors and a manifest that says what they are. Nothing here can run code from a file."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.torch import load, save

from geodata.errors import ModelError
from model.encoder import EncoderShape, Params
from model.spectral import CANONICAL_NM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

WEIGHTS = Path(__file__).parent / "weights"
FORMAT = 2
"""Raised when older weights can no longer be read."""


@dataclass(frozen=True, slots=True)
class Initialization:
    """A meta-trained start: what the inner loop adapts."""

    name: str
    meta: Params
    """Encoder, head scale and log step sizes, as `model.default_learner` makes them."""
    shape: EncoderShape
    steps: int
    """Inner steps T at service."""
    sha256: str
    """Of the weights file."""
    manifest: dict[str, Any]


def load_initialization(manifest: Path | None = None) -> Initialization:
    """Read weights after checking them against their manifest.

    Args:
        manifest: the JSON file beside the weights; the shipped one when None.

    Raises:
        ModelError: missing, of another format, or altered since the manifest was written.
    """
    path = manifest or WEIGHTS / "landshot.json"
    described = read_manifest(path)
    weights = path.with_suffix(".safetensors")
    try:
        content = weights.read_bytes()
    except OSError as error:
        raise ModelError(f"the weights {weights} cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != described["sha256"]:
        raise ModelError(
            f"{weights} is not the file that {path.name} describes (its SHA-256 is {digest[:12]}..., the manifest "
            f"says {described['sha256'][:12]}...); fetch both again, or train again with `landshot meta-train`"
        )
    meta = _tensors(content, weights)
    return Initialization(
        described["name"],
        meta,
        EncoderShape(**described["shape"]),
        int(described["steps"]),
        digest,
        described,
    )


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of an initialization, checked for its format.

    Raises:
        ModelError: missing, broken, or of a format that this release does not read.
    """
    try:
        described: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ModelError(f"the model manifest {path} cannot be read: {error}") from error
    if described.get("format") != FORMAT:
        raise ModelError(f"{path} has format {described.get('format')!r}, and this release reads {FORMAT}")
    return described


def shipped_manifests() -> list[dict[str, Any]]:
    """The manifests of the initializations that come with the package, by name."""
    return [read_manifest(path) for path in sorted(WEIGHTS.glob("*.json"))]


def save_initialization(
    manifest: Path, meta: Mapping[str, Tensor], shape: EncoderShape, steps: int, described: Mapping[str, Any]
) -> None:
    """Write weights and manifest, each complete or not at all.

    Args:
        manifest: path of the JSON file; the weights stand beside it.
        meta: see `Initialization`.
        shape: of the encoder.
        steps: inner steps at service.
        described: what else the manifest tells: training, data with licences, figures.
    """
    content = save({name: value.contiguous() for name, value in meta.items()})
    document = {
        "format": FORMAT,
        "name": manifest.stem,
        "sha256": hashlib.sha256(content).hexdigest(),
        "shape": asdict(shape),
        "steps": steps,
        "parameters": sum(value.numel() for value in meta.values()),
        "wavelengths_nm": CANONICAL_NM.tolist(),
        **described,
    }
    _replace(manifest.with_suffix(".safetensors"), content)
    _replace(manifest, (json.dumps(document, indent=2) + "\n").encode())


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Named tensors -> a safetensors file, complete or not at all."""
    _replace(path, save({name: value.contiguous() for name, value in tensors.items()}))


def read_tensors(path: Path) -> Params:
    """A safetensors file -> named tensors.

    Raises:
        ModelError: unreadable, or no safetensors file.
    """
    try:
        return _tensors(path.read_bytes(), path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error


def _tensors(content: bytes, path: Path) -> Params:
    try:
        return load(content)
    except SafetensorError as error:
        raise ModelError(f"{path} is no safetensors file: {error}") from error


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)

"""An initialization as a STAC Item of the Machine Learning Model extension: what maps are derived from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.links import GEOJSON

if TYPE_CHECKING:
    from collections.abc import Mapping

_EXTENSIONS = ["https://stac-extensions.github.io/mlm/v1.4.0/schema.json"]

_SEMVER = re.compile(r"\d+\.\d+\.\d+(\+[0-9A-Za-z.-]+)?")


def model_item(manifest: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Describe an initialization.

    Args:
        manifest: as `model.checkpoint` writes it.
        base_url: of the server, ending in a slash.

    Returns:
        A STAC 1.1 Item of the whole world and of any time: the model is for every place.
    """
    here = f"{base_url}models/{manifest['sha256']}"
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": _EXTENSIONS,
        "id": manifest["sha256"],
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]],
        },
        "bbox": [-180, -90, 180, 90],
        "properties": _properties(manifest),
        "links": [
            {"rel": "self", "href": here, "type": GEOJSON},
            {"rel": "root", "href": base_url, "type": "application/json"},
            {"rel": "parent", "href": base_url, "type": "application/json"},
        ],
        "assets": {
            # The weights stay with the server; the manifest tells them by their SHA-256.
            "model": {
                "href": f"{base_url}models",
                "title": "Manifest: SHA-256 of the weights, training, figures",
                "type": "application/json",
                "roles": ["mlm:model"],
                "mlm:artifact_type": "safetensors.torch.save_file",
            }
        },
    }


def _properties(manifest: Mapping[str, Any]) -> dict[str, Any]:
    wavelengths = [float(value) for value in manifest["wavelengths_nm"]]
    training: Mapping[str, Any] = manifest.get("training", {})
    data = ", ".join(str(entry["name"]) for entry in training.get("data", []))
    version = str(training.get("torch", ""))
    curve: list[Mapping[str, Any]] = manifest.get("validation", [])
    known = {
        "mlm:framework_version": version if _SEMVER.fullmatch(version) else None,
        "mlm:total_parameters": manifest.get("parameters"),
        "mlm:pretrained_source": data or None,
        "landshot:training_data": training.get("data"),
        "landshot:training_commit": training.get("commit"),
        "landshot:validation": curve[-1] if curve else None,
    }
    task = ["semantic-segmentation"]
    return {
        "datetime": None,
        "start_datetime": "1972-07-23T00:00:00Z",  # the first Landsat
        "end_datetime": "9999-12-31T23:59:59Z",
        "title": f"Landshot's initialization {manifest['name']}",
        "description": "Meta-trained weights that a few labels of a region adapt to that region and its classes.",
        "landshot:wavelengths_nm": wavelengths,
        "mlm:name": _mlm_name(str(manifest["name"])),
        "mlm:architecture": "pixel time series encoder with a prototype head (MAML)",
        "mlm:tasks": task,
        "mlm:framework": "PyTorch",
        "mlm:pretrained": True,
        "mlm:accelerator_constrained": False,
        "mlm:hyperparameters": {"inner_steps": manifest["steps"], **training.get("config", {})},
        "mlm:input": [
            {
                "name": "reflectance",
                # No sensor's bands: reflectance at these wavelengths, interpolated from those that there are.
                "bands": [],
                "description": "Reflectance at landshot:wavelengths_nm, interpolated from the bands of any sensor",
                "input": {
                    "shape": [-1, -1, len(wavelengths)],
                    "dim_order": ["batch", "time", "channel"],
                    "data_type": "float32",
                },
            }
        ],
        "mlm:output": [
            {
                "name": "class scores",
                "tasks": task,
                "result": {"shape": [-1, -1], "dim_order": ["batch", "class"], "data_type": "float32"},
                "classification:classes": [],
                "description": "One score for each class of the labels that the model is adapted to",
            }
        ],
    } | {name: value for name, value in known.items() if value is not None}


def _mlm_name(name: str) -> str:
    """Three characters or more, a letter in front."""
    plain = re.sub(r"[^0-9A-Za-z_.-]+", "-", name).strip("_.-")
    return plain if re.fullmatch(r"[A-Za-z][\w.-]+[0-9A-Za-z]", plain) else f"model-{plain or '0'}"

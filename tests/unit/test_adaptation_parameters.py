from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from app.adaptations.body import Body
from app.adaptations.parameters import from_bytes, to_bytes
from app.map_request import MapRequest
from app.requests import parse_body
from geodata.errors import ModelError
from geodata.grid import BoundingBox
from geodata.labels import as_array, parse_geojson
from geodata.legend import Legend


@pytest.fixture(scope="module")
def adapted():
    from app.learner import load_learner  # noqa: PLC0415 - torch
    from model.adapted import adapt  # noqa: PLC0415
    from model.support import SupportSet  # noqa: PLC0415

    rng = np.random.default_rng(0)
    support = SupportSet(
        reflectance=rng.random((9, 2, 5), dtype=np.float32),
        class_index=np.arange(9) % 3,
        wavelengths_nm=np.array([490.3, 560.0, 665.0, 842.1, 1610.0]),
        background=rng.random((200, 2, 5), dtype=np.float32),
    )
    return adapt(load_learner(), support)


def test_a_model_that_was_kept_predicts_the_same(adapted):
    from model.prediction import Predictor  # noqa: PLC0415 - torch

    content = to_bytes(adapted)
    assert len(content) < 200_000
    again = from_bytes(content, adapted.lineage)
    pixels = np.random.default_rng(1).random((2, 5, 40, 50), dtype=np.float32)
    pixels[0, :, :9] = np.nan
    one, other = (Predictor.of(model).predict(pixels) for model in (adapted, again))
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])
    assert again.lineage == adapted.lineage
    assert to_bytes(again) == content


@pytest.mark.parametrize(
    "damage", [lambda c: c[:0], lambda c: c[:100], lambda c: b"\x80\x04" + c, lambda c: c[:-8]]
)
def test_damaged_parameters_are_refused(adapted, damage):
    with pytest.raises(ModelError):
        from_bytes(damage(to_bytes(adapted)), {})


def test_a_body_asks_for_the_same_again():
    rng = np.random.default_rng(2)
    corners = rng.random((30, 2)) * 0.01 + [4.123456789, 51.0]
    points = [shapely.Point(corner) for corner in corners]
    outlines = [point.buffer(1e-4) if n % 3 else point for n, point in enumerate(points)]
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(outline),
            "properties": {"class": f"class {n % 3}"},
        }
        for n, outline in enumerate(outlines)
    ]
    labels = parse_geojson(json.loads(json.dumps({"type": "FeatureCollection", "features": features})))
    asked = MapRequest(
        labels, bbox=BoundingBox(4.1, 50.9, 4.2, 51.1), legend=Legend.from_names(labels.class_names)
    )
    body = Body.of("blocks", asked)
    name, again = parse_body(body.text.encode(), max_labels=100)
    assert name == "blocks"
    assert (again.bbox, again.legend) == (asked.bbox, asked.legend)
    assert [label.class_name for label in again.labels.labels] == [
        label.class_name for label in labels.labels
    ]
    one, other = (shapely.to_wkb(as_array(each.labels)) for each in (labels, again.labels))
    assert (one == other).all()
    assert Body.from_text(body.text, body.labels.next_id) == body

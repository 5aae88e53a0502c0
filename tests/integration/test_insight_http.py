"""What the map page asks about an adaptation: one pixel, areas, and how far the labels can be trusted."""

from __future__ import annotations

import json
import shutil
import time

import numpy as np
import pytest
import rasterio
from adapting import adaptation, correct
from rasterio.io import MemoryFile
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import ImagerySettings, Settings

CLASS_KEYS = {"value", "name", "title", "color"}


@pytest.fixture(scope="module")
def adapted(client, scene):
    return adaptation(client, scene)


@pytest.fixture(scope="module")
def here(adapted):
    return f"/adaptations/{adapted['id']}"


def pixel(client, here, scene, row, col, **params):
    """Of the middle of a pixel of the scene."""
    lon, lat = scene.lonlat(row + 0.5, col + 0.5)
    response = client.get(f"{here}/pixel", params={"lon": lon, "lat": lat, **params})
    assert response.status_code == 200, response.text
    return response.json()


def box_around(scene, row, col, name, reach=2.5):
    corners = [(row - reach, col - reach), (row - reach, col + reach), (row + reach, col + reach)]
    corners += [(row + reach, col - reach), corners[0]]
    ring = [scene.lonlat(*corner) for corner in corners]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "geometry": geometry, "properties": {"class": name}}


def test_a_pixel_has_the_class_and_the_confidence_of_the_map(client, scene, here):
    response = client.post(f"{here}/map")
    assert response.status_code == 200, response.text
    map_path = response.headers["location"]
    confidence = client.get(f"{map_path}/confidence.tif").content
    with (
        MemoryFile(response.content) as one,
        MemoryFile(confidence) as other,
        one.open() as classes,
        other.open() as shares,
    ):
        values, percent = classes.read(1), shares.read(1)
    rng = np.random.default_rng(0)
    for row, col in [(0, 64), (191, 255), (100, 63), *rng.integers((20, 20), (192, 256), (12, 2)).tolist()]:
        found = pixel(client, here, scene, row, col)
        assert (found["row"], found["col"], found["observed"]) == (row, col, True)
        first = found["classes"][0]
        assert first["value"] == values[row, col]
        assert round(100 * first["probability"]) == percent[row, col]
        probabilities = [entry["probability"] for entry in found["classes"]]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) == pytest.approx(1, abs=1e-5)
        assert len(found["classes"]) == 4


def test_a_pixel_has_its_spectrum_beside_those_of_the_labelled_pixels(client, scene, here):
    found = pixel(client, here, scene, 120, 200)
    with rasterio.open(scene.path) as source:
        stored = source.read() * 1e-4
        assert [band["name"] for band in found["bands"]] == list(source.descriptions)
    assert all(400 < band["wavelength_nm"] < 2500 for band in found["bands"])
    (date,) = found["spectrum"]
    assert (date["date"], date["day_of_year"]) == ("2025-06-14", 165)
    assert date["reflectance"] == pytest.approx(stored[:, 120, 200].tolist(), abs=1e-5)
    names = [entry["name"] for entry in found["class_spectra"]]
    assert names == ["tree cover", "cropland", "built-up", "water"]
    for position, entry in enumerate(found["class_spectra"]):
        labelled = stored[:, [30 + 40 * k for k in range(4)], [64 * position + 15 + 10 * k for k in range(4)]]
        (told,) = entry["dates"]
        assert entry["labelled_pixels"] == 4
        assert entry.keys() > CLASS_KEYS
        assert told["median"] == pytest.approx(np.median(labelled, axis=1).tolist(), abs=1e-5)
        for name, percent in (("low", 10), ("high", 90)):
            assert told[name] == pytest.approx(np.percentile(labelled, percent, axis=1).tolist(), abs=1e-5)


def test_a_pixel_is_nearest_to_its_own_label(client, scene, here):
    found = pixel(client, here, scene, 70, 64 * 3 + 25)["nearest_labels"]
    assert len(found) == 5
    assert (found[0]["label"], found[0]["class"], found[0]["distance"]) == (14, "water", 0)
    assert [found[0]["lon"], found[0]["lat"]] == pytest.approx(scene.lonlat(70.5, 64 * 3 + 25.5), abs=1e-6)
    distances = [entry["distance"] for entry in found]
    assert distances == sorted(distances)
    assert {entry["class"] for entry in found[:4]} == {"water"}
    assert len({entry["label"] for entry in found}) == 5


def test_a_pixel_that_was_never_seen_has_neither_classes_nor_neighbours(client, scene, here):
    found = pixel(client, here, scene, 5, 5)
    assert (found["observed"], found["classes"], found["nearest_labels"]) == (False, [], [])
    assert found["spectrum"][0]["reflectance"] == [None] * 6
    assert len(found["class_spectra"]) == 4


def test_a_place_outside_of_the_region_is_refused_in_clear_words(client, scene, here):
    lon, lat = scene.lonlat(100, 100)
    beside = client.get(f"{here}/pixel", params={"lon": lon + 1, "lat": lat})
    assert (beside.status_code, beside.json()["type"]) == (422, "/problems/invalid-request")
    (error,) = beside.json()["errors"]
    assert error["where"] == "lon, lat"
    assert "lies outside of the region; the region is within [4.43833, " in error["reason"]
    swapped = client.get(f"{here}/pixel", params={"lon": lat, "lat": lon})
    assert "swapped" in swapped.json()["detail"]
    for wrong in ({"lon": 181, "lat": 0}, {"lon": "nan", "lat": 0}, {"lat": 0}, {"lon": 0, "lat": "inf"}):
        assert client.get(f"{here}/pixel", params=wrong).status_code == 422


def test_each_version_answers_for_itself(client, scene):
    own = adaptation(client, scene)
    here = f"/adaptations/{own['id']}"
    before = pixel(client, here, scene, 100, 230)
    swapped = [(n, "water") for n in range(1, 5)] + [(n, "tree cover") for n in range(13, 17)]
    correct(client, own["id"], *({"op": "class", "label": n, "class": name} for n, name in swapped))
    after = pixel(client, here, scene, 100, 230)
    assert before["classes"][0]["name"] == "water" != after["classes"][0]["name"]
    assert pixel(client, here, scene, 100, 230, version=1) == before
    for name in ("areas", "validation"):
        found = [client.get(f"{here}/{name}", params=params).json() for params in ({"version": 1}, {})]
        assert [each["version"] for each in found] == [1, 2]
    old, new = (client.get(f"{here}/areas", params={"version": n}).json() for n in (1, 2))
    assert old["classes"] != new["classes"]
    assert client.get(f"{here}/areas", params={"version": 3}).status_code == 404


def test_areas_are_those_of_the_map(client, here):
    found = client.get(f"{here}/areas").json()
    map_path = client.post(f"{here}/map").headers["location"]
    finished = client.get(f"{map_path}/areas").json()
    assert (found["version"], found["step"]) == (1, 1)
    assert found.keys() - {"adaptation", "version", "step"} == finished.keys() - {"map"}
    assert found["total"] == finished["total"]
    assert found["nodata"] == pytest.approx(finished["nodata"], abs=0.05)
    for one, other in zip(found["classes"], finished["classes"], strict=True):
        assert {**one, "area_m2": 0} == {**other, "area_m2": 0}
        assert one["area_m2"] == pytest.approx(other["area_m2"], abs=0.02)


def test_labels_that_are_easy_to_tell_predict_each_other(client, here):
    found = client.get(f"{here}/validation").json()
    assert (found["version"], found["folds"], found["labels"]) == (1, 5, 16)
    assert found["matrix"] == (4 * np.eye(4, dtype=int)).tolist()
    assert (found["accuracy"], found["balanced_accuracy"]) == (1, 1)
    assert found["interval"] == [pytest.approx(0.806, abs=1e-3), 1]
    assert [entry["labels"] for entry in found["classes"]] == [4] * 4
    assert all(entry.keys() == CLASS_KEYS | {"labels", "recall", "precision"} for entry in found["classes"])
    assert (found["not_validated"], found["suspicious_labels"]) == ([], [])
    assert "less accurate" in found["note"]


def test_a_wrong_label_is_found_by_the_others(client, scene):
    own = adaptation(client, scene)
    polygon = box_around(scene, 150.5, 40.5, "tree cover")
    made = correct(
        client,
        own["id"],
        {"op": "class", "label": 2, "class": "water"},
        {"op": "add", "feature": polygon},
        {"op": "add", "feature": scene.point(150, 100, "meadow")},
    )
    assert made["labelled_pixels"]["tree cover"] == 3 + 25
    found = client.get(f"/adaptations/{own['id']}/validation").json()
    (wrong,) = found["suspicious_labels"]
    assert (wrong["label"], wrong["class"], wrong["predicted"]) == (2, "water", "tree cover")
    assert 0.5 <= wrong["probability"] <= 1
    counts = {entry["name"]: entry["labels"] for entry in found["classes"]}
    assert counts == {"tree cover": 4, "cropland": 4, "built-up": 4, "water": 5, "meadow": 1}
    names = [entry["name"] for entry in found["classes"]]
    assert found["matrix"][names.index("water")][names.index("tree cover")] == 1
    assert np.sum(found["matrix"]) == found["labels"] == 17
    (alone,) = found["not_validated"]
    assert (alone["name"], alone["labels"]) == ("meadow", 1)
    again = adaptation(client, scene, labels=client.get(f"/adaptations/{own['id']}/labels").json())
    other = client.get(f"/adaptations/{again['id']}/validation").json()
    assert other["matrix"] == found["matrix"]
    assert other["suspicious_labels"][0]["probability"] == wrong["probability"]


def test_one_label_a_class_cannot_be_validated_and_that_is_no_error(client, scene):
    few = scene.collection(*scene.labels["features"][::4])
    own = adaptation(client, scene, labels=few)
    found = client.get(f"/adaptations/{own['id']}/validation").json()
    assert (found["folds"], found["labels"], found["accuracy"], found["interval"]) == (0, 0, None, None)
    assert [entry["labels"] for entry in found["not_validated"]] == [1, 1, 1, 1]
    near = pixel(client, f"/adaptations/{own['id']}", scene, 30, 15)["nearest_labels"]
    assert (len(near), near[0]["label"]) == (4, 1)


def test_a_warm_adaptation_tells_of_a_pixel_at_once(client, scene, here):
    pixel(client, here, scene, 60, 60)
    seconds = []
    for col in range(20, 40):
        began = time.perf_counter()
        pixel(client, here, scene, 100, col)
        seconds.append(time.perf_counter() - began)
    assert np.median(seconds) < 0.1


@pytest.mark.parametrize("name", ["pixel?lon=4.45&lat=51.43", "areas", "validation"])
def test_what_is_anothers_is_not_there(guarded, name):
    path = f"/adaptations/{guarded.ids['adaptation_id']}/{name}"
    assert guarded.ask(path, guarded.mine).status == 200
    guarded.ask(path, guarded.other).problem(404, "not-found")
    guarded.ask(path).problem(401, "key-needed")
    guarded.ask(path.replace(guarded.ids["adaptation_id"], "0" * 32), guarded.mine).problem(404, "not-found")


def test_a_version_whose_imagery_has_changed_since_tells_nothing(scene, tmp_path):
    path = tmp_path / "blocks.tif"
    shutil.copy(scene.path, path)
    settings = Settings(data_dir=tmp_path / "data", imagery=(ImagerySettings(name="blocks", path=path),))
    with TestClient(create_app(settings)) as client:
        own = adaptation(client, scene)
    with rasterio.open(path, "r+") as file:
        file.write(np.full((1, 20, 20), 900, dtype=np.uint16), [1], window=((0, 20), (0, 20)))
    lon, lat = scene.lonlat(100, 100)
    with TestClient(create_app(settings)) as client:
        for name in (f"pixel?lon={lon}&lat={lat}", "areas", "validation"):
            refused = client.get(f"/adaptations/{own['id']}/{name}")
            assert (refused.status_code, refused.json()["type"]) == (409, "/problems/outdated-adaptation")


def test_answers_are_json_without_numbers_that_are_none(client, scene, here):
    lon, lat = scene.lonlat(5.5, 5.5)
    for name in (f"pixel?lon={lon}&lat={lat}", "areas", "validation"):
        text = client.get(f"{here}/{name}").text
        assert json.loads(text, parse_constant=pytest.fail)

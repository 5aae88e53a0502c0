from __future__ import annotations

import pytest
from affine import Affine
from odc.geo.geobox import GeoBox

from app.adaptations.body import Body, NamedLabels
from app.adaptations.store import AdaptationStore
from app.adaptations.summary import Summary
from app.adaptations.version import NewVersion
from app.database.connection import Database
from app.errors import VersionConflictError
from geodata.errors import NotFoundError
from geodata.grid import Region, Window
from geodata.legend import Legend


@pytest.fixture
def database(database_url, tmp_path):
    made = Database.open(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(database):
    return AdaptationStore(database)


def summary():
    geobox = GeoBox((5, 7), Affine(10, 0, 0.1 + 0.2, 0, -10, 5.7e6), "EPSG:32631")
    region = Region(geobox, Window(0, 0, 5, 7), row_off=3, col_off=-2, covered=0.75)
    return Summary(
        imagery="blocks",
        fingerprint="f1",
        region=region,
        legend=Legend.from_names(["a", "water"]),
        has_own_legend=False,
        labels=2,
        labelled_pixels={"a": 1, "water": 1},
        notes=("A note.",),
        wavelengths_nm=(490.1, 560.0),
        dates=3,
        lineage={"model": "landshot", "inner_steps": 4},
    )


def feature(label):
    return {"type": "Feature", "id": label, "geometry": None, "properties": {"class": "a"}}


def new(map_id="m1", *, labels=2):
    features = tuple(feature(label) for label in range(1, labels + 1))
    body = Body({"imagery": "blocks"}, NamedLabels(features, labels + 1))
    return NewVersion({"operations": []}, body, map_id, summary(), b"parameters of " + map_id.encode())


def test_what_is_kept_comes_back(store):
    made = store.create("me", new())
    found = store.version(made.adaptation_id, 1)
    assert found == made
    assert found.summary == summary()
    assert store.parameters(found) == b"parameters of m1"
    assert store.body(found) == new().body
    assert store.get(made.adaptation_id, "me").head == 1


def test_what_is_anothers_is_not_there(store):
    made = store.create("me", new())
    for ask in (store.get, store.delete):
        with pytest.raises(NotFoundError):
            ask(made.adaptation_id, "you")
    with pytest.raises(NotFoundError):
        store.add(made.adaptation_id, "you", new(), parent=1, head=1)
    assert store.find("you", limit=9, offset=0) == ([], 0)
    assert store.at_head("you", "m1") is None
    assert store.of_map("you", "m1") is None


def test_a_new_version_becomes_the_current_one(store):
    made = store.create("me", new())
    second = store.add(made.adaptation_id, "me", new("m2", labels=3), parent=1, head=1)
    assert (second.number, second.parent, second.next_label) == (2, 1, 4)
    assert store.get(made.adaptation_id, "me").head == 2
    assert [each.number for each in store.versions(made.adaptation_id, limit=9, offset=0)[0]] == [2, 1]


def test_of_two_changes_at_once_one_is_refused(store):
    made = store.create("me", new())
    store.add(made.adaptation_id, "me", new("m2"), parent=1, head=1)
    with pytest.raises(VersionConflictError, match="Version 2 is current, not 1"):
        store.add(made.adaptation_id, "me", new("m3"), parent=1, head=1)
    assert store.versions(made.adaptation_id, limit=9, offset=0)[1] == 2


def test_versions_that_were_left_behind_keep_their_numbers_and_names(store):
    made = store.create("me", new())
    store.add(made.adaptation_id, "me", new("m2", labels=9), parent=1, head=1)
    store.move_head(made.adaptation_id, "me", to=1, head=2)
    assert store.child_of(made.adaptation_id, 1) == 2
    assert store.next_label(made.adaptation_id) == 10
    third = store.add(made.adaptation_id, "me", new("m3"), parent=1, head=1)
    assert third.number == 3
    assert store.child_of(made.adaptation_id, 1) == 3
    assert store.child_of(made.adaptation_id, 3) is None


def test_the_same_map_leads_to_the_same_adaptation_while_it_is_current(store):
    first = store.keep("me", new())
    assert store.keep("me", new()) == first
    assert store.keep("you", new()).adaptation_id != first.adaptation_id
    store.add(first.adaptation_id, "me", new("m2"), parent=1, head=1)
    assert store.at_head("me", "m1") is None
    assert store.of_map("me", "m1") == first
    assert store.keep("me", new()).adaptation_id != first.adaptation_id


def test_with_an_adaptation_its_versions_go(store):
    made = store.create("me", new())
    store.delete(made.adaptation_id, "me")
    with pytest.raises(NotFoundError):
        store.version(made.adaptation_id, 1)
    with pytest.raises(NotFoundError):
        store.body(made)

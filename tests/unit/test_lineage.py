"""What an Item says of a catalogue's scenes, and what it must not say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app.lineage import lineage_of_scenes, public_error, public_text
from geodata.errors import Fault, ImageryFailedError

PERIOD = (date(2025, 6, 1), date(2025, 8, 31))
FOLDER = Path("/srv/catalogue")


def said(**more):
    return {
        "scenes": [
            {
                "id": "a",
                "href": "https://x.org/items/a",
                "datetime": "2025-06-04T11:00:00Z",
                "platform": None,
            },
            {"id": "b", "href": "/srv/catalogue/b/b.json", "datetime": "2025-06-09T11:00:00Z"},
            {"id": "c", "href": None, "datetime": "2025-06-14T11:00:00Z"},
        ],
        "left_out": [],
        "steps": [{"start": "2025-06-01"}],
        "steps_without_imagery": [],
        "statistic": "median",
        "warnings": [],
        **more,
    }


def test_only_scenes_that_the_public_can_get_at_are_linked():
    lineage = lineage_of_scenes(said(), PERIOD)
    assert [(link["rel"], link["href"]) for link in lineage.links] == [
        ("derived_from", "https://x.org/items/a")
    ]
    scenes = lineage.properties["landshot:scenes"]
    assert [scene["id"] for scene in scenes] == ["a", "b", "c"]
    assert [scene.get("href") for scene in scenes] == ["https://x.org/items/a", None, None]
    assert "platform" not in scenes[0]
    assert lineage.period == PERIOD


def test_reasons_tell_neither_paths_nor_tokens():
    failed = [
        {
            "id": "d",
            "href": "https://x.org/items/d",
            "datetime": None,
            "failed": True,
            "reason": "it cannot be read: B04: '/vsicurl/https://a.blob.org/c/B04.tif?se=2025&sig=s%3D' gone",
        },
        {
            "id": "e",
            "href": None,
            "datetime": None,
            "failed": True,
            "reason": "it cannot be read: /srv/catalogue/e/B04.tif: No such file",
        },
    ]
    lineage = lineage_of_scenes(said(left_out=failed), PERIOD, folder=FOLDER)
    reasons = [one["reason"] for one in lineage.properties["landshot:left_out"]]
    assert reasons == [
        "it cannot be read: B04: 'https://a.blob.org/c/B04.tif' gone",
        "it cannot be read: e/B04.tif: No such file",
    ]
    assert lineage.notes == ("2 scenes could not be read and are left out: d, e.",)


def test_steps_without_imagery_and_warnings_are_notes():
    lineage = lineage_of_scenes(
        said(steps_without_imagery=[["2025-07-01", "2025-07-31"]], warnings=["a: too bright"]), PERIOD
    )
    assert lineage.notes == (
        "a: too bright",
        "No scene shows anything clear in 2025-07-01 to 2025-07-31; the map is made without.",
    )


def test_one_scene_is_one():
    one = [{"id": "d", "href": None, "datetime": None, "failed": True, "reason": "gone"}]
    assert lineage_of_scenes(said(left_out=one), PERIOD).notes == (
        "One scene could not be read and is left out: d.",
    )


def test_errors_are_made_fit_for_the_public():
    error = ImageryFailedError(
        "2 of 3 scenes in /srv/catalogue cannot be read",
        (Fault("a", "/srv/catalogue/a/B02.tif: cut off"), Fault("b", "https://x.org/b.tif?sig=1 gave 403")),
    )
    public_error(error, FOLDER)
    assert str(error) == (
        "2 of 3 scenes in the catalogue cannot be read\n  a: a/B02.tif: cut off\n  b: https://x.org/b.tif gave 403"
    )


def test_what_is_no_address_stays():
    text = "is it cloudy? widen the period; see https://x.org/docs"
    assert public_text(text, None) == text

"""Who may do what: keys, owners, signed addresses."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import pytest
from guarded import operations

from app.keys.known import REMEMBERED_S

OPEN = {
    "/",
    "/livez",
    "/readyz",
    "/problems",
    "/problems/{code}",
    "/conformance",
    "/page/settings",
    "/processes",
    "/processes/{process_id}",
}
"""What anybody may read: whether the server runs, and what it can do."""

NOBODYS = "f" * 32

NEEDED = {"/adaptations/{adaptation_id}/pixel": "?lon=4.45&lat=51.43"}
"""Path -> parameters without which a request is refused before anybody looks whose it is about."""


def filled(path, ids):
    """A path with its parameters given: those of `ids`, and anything that fits for the others."""
    other = {"z": "0", "x": "0", "y": "0", "code": "not-found", "file": "landcover.tif"}
    other |= {"number": "1", "matrix_set": "WebMercatorQuad"}
    given = re.sub(r"\{([^}]*)\}", lambda match: (other | ids).get(match[1], NOBODYS), path)
    return given + NEEDED.get(path, "")


def local(address):
    """The path and query of an absolute address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def test_without_a_key_there_is_nothing_but_what_the_server_can_do(guarded):
    refused = [
        (method, path) for method, path in operations(guarded.openapi) if path not in OPEN or method == "POST"
    ]
    assert len(refused) > 8
    for method, path in refused:
        answer = guarded.ask(filled(path, guarded.ids), method=method)
        assert answer.problem(401, "key-needed")["detail"].startswith("Send an API key"), path
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_metrics_need_a_key(guarded):
    guarded.ask("/metrics").problem(401, "key-needed")
    assert guarded.ask("/metrics", guarded.other).status == 200


@pytest.mark.parametrize(
    "path", ["/livez", "/docs", "/openapi.json", "/problems", "/problems/key-needed", "/"]
)
def test_what_is_open_is_open(guarded, path):
    assert guarded.ask(path).status < 400


@pytest.mark.parametrize(
    "path",
    ["/livez/../maps", "/problems/../maps", "/problems/%2e%2e/maps", "//maps", "/docs/%2e%2e/maps", "/Maps"],
)
def test_nothing_is_reached_by_way_of_what_is_open(guarded, path):
    assert guarded.ask(path).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer lsk_0123456789ab_" + "0" * 64},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic bHNrOmE="},
        {"X-API-Key": "lsk_0123456789ab_" + "0" * 64},
        {"X-API-Key": "' OR 1=1 --"},
        {"Authorization": "Bearer \u00e9\u00ff"},
        {"X-API-Key": "a" * 10_000},
        {"Cookie": "key=lsk_0123456789ab"},
    ],
    ids=lambda headers: str(headers)[:40],
)
def test_what_is_no_key_opens_nothing(guarded, headers):
    assert guarded.ask("/maps", **headers).problem(401, "key-needed")


def test_a_key_may_come_in_either_header(guarded):
    assert guarded.ask("/maps", guarded.mine).status == 200
    assert guarded.ask("/maps", X_API_Key=guarded.mine).status == 200
    assert guarded.ask("/maps", Authorization=f"bearer {guarded.mine}").status == 200
    assert guarded.ask("/maps", Authorization="Basic eDp5", X_API_Key=guarded.mine).status == 200


def test_a_revoked_key_opens_nothing_after_a_few_seconds(guarded):
    key, written = guarded.keys.create("short")
    assert guarded.ask("/maps", written).status == 200, "a new key is good at once"
    guarded.keys.revoke(key.id)
    time.sleep(REMEMBERED_S)
    guarded.ask("/maps", written).problem(401, "key-needed")


def test_what_belongs_to_another_key_does_not_exist(guarded):
    """Maps, jobs: everything that `guarded.ids` has one of, at every address and with every method."""
    named = [
        (method, path)
        for method, path in operations(guarded.openapi)
        if any(f"{{{name}}}" in path for name in guarded.ids)
    ]
    assert len(named) >= 5
    for method, path in named:
        theirs = guarded.ask(filled(path, guarded.ids), guarded.other, method=method)
        nobodys = guarded.ask(filled(path, dict.fromkeys(guarded.ids, NOBODYS)), guarded.other, method=method)
        problem, expected = theirs.problem(404), nobodys.problem(404)
        words = problem["detail"]
        for identifier in guarded.ids.values():
            words = words.replace(identifier, NOBODYS)
        assert (words, problem["type"]) == (expected["detail"], expected["type"]), (method, path)
    for identifier in guarded.ids.values():
        assert identifier.encode() not in guarded.ask("/jobs", guarded.other).content
    assert guarded.ask(f"/jobs/{guarded.ids['job_id']}", guarded.mine).status == 200, (
        "nobody has cancelled it"
    )


def test_maps_are_listed_for_their_owner_alone(guarded):
    (item,) = guarded.ask("/maps", guarded.mine).json()["features"]
    assert item["id"] == guarded.ids["map_id"]
    assert guarded.ask("/maps", guarded.other).json()["numberMatched"] == 0
    assert guarded.ids["map_id"].encode() not in guarded.ask("/maps", guarded.other).content


def test_two_keys_that_ask_for_the_same_map_both_own_it(guarded, scene):
    import json  # noqa: PLC0415 - here alone

    _, third = guarded.keys.create("third")
    body = json.dumps({"labels": scene.labels}).encode()
    made = guarded.ask("/adapt", third, method="POST", body=body, content_type="application/json")
    assert made.headers["location"] == f"/maps/{guarded.ids['map_id']}"
    for key in (third, guarded.mine):
        assert guarded.ask(made.headers["location"], key).status == 200


def test_what_a_key_opens_is_not_for_caches_that_others_share(guarded):
    path = filled("/maps/{map_id}/landcover.tif", guarded.ids)
    for address in (path, filled("/tiles/{map_id}/0/0/0.png", guarded.ids), "/maps"):
        answer = guarded.ask(address, guarded.mine)
        assert "private" in answer.headers["cache-control"]
        assert "public" not in answer.headers["cache-control"]
        assert "authorization" in answer.headers["vary"].lower()


@pytest.fixture(scope="module")
def signed(guarded):
    answer = guarded.ask(
        filled("/maps/{map_id}/sign?expires_in=600", guarded.ids), guarded.mine, method="POST"
    )
    assert answer.status == 200, answer.content
    return answer.json()


def test_signed_addresses_open_without_a_key(guarded, signed):
    tile = signed["tiles"].format(z=0, x=0, y=0)
    for address, kind in (
        (tile, "image/png"),
        (signed["landcover"], "image/tiff"),
        (signed["tilejson"], "json"),
    ):
        answer = guarded.ask(local(address))
        assert answer.status == 200, answer.content
        assert kind in answer.headers["content-type"]
        assert "public" not in answer.headers["cache-control"]
    (template,) = guarded.ask(local(signed["tilejson"])).json()["tiles"]
    assert guarded.ask(local(template.format(z=0, x=0, y=0))).status == 200


def test_gdal_reads_a_signed_map(signed):
    import rasterio  # noqa: PLC0415 - here alone

    with rasterio.open(f"/vsicurl/{signed['landcover']}") as source:
        assert source.count == 1
        assert source.read(1).any()


def test_a_signature_opens_nothing_but_reading_and_nothing_but_its_map(guarded, signed):
    _, query = signed["landcover"].split("?")
    guarded.ask(filled(f"/maps/{{map_id}}/sign?{query}", guarded.ids), method="POST").problem(
        401, "key-needed"
    )
    guarded.ask(f"/maps?{query}").problem(401, "key-needed")
    guarded.ask(f"/maps/{NOBODYS}/landcover.tif?{query}").problem(403, "invalid-signature")
    inside = filled(f"/maps/{{map_id}}/..%2f{NOBODYS}%2flandcover.tif?{query}", guarded.ids)
    guarded.ask(inside).problem(401, "key-needed")


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (r"expires=\d+", "expires=9999999999"),
        (r"owner=\w+", "owner=local"),
        (r"signature=\w{4}", "signature=0000"),
        (r"signature=\w+", "signature="),
        (r"owner=\w+&", ""),
    ],
)
def test_a_forged_signature_is_refused(guarded, signed, pattern, other):
    for address in (signed["landcover"], signed["tiles"].format(z=0, x=0, y=0)):
        changed = re.sub(pattern, other, local(address))
        assert changed != local(address)
        assert "POST /maps" in guarded.ask(changed).problem(403, "invalid-signature")["detail"]


def test_a_signature_expires(guarded):
    path = filled("/maps/{map_id}/sign?expires_in=1", guarded.ids)
    address = local(guarded.ask(path, guarded.mine, method="POST").json()["landcover"])
    time.sleep(1.1)
    assert "has expired" in guarded.ask(address).problem(403, "invalid-signature")["detail"]


def test_nobody_signs_what_is_anothers(guarded):
    path = filled("/maps/{map_id}/sign", guarded.ids)
    guarded.ask(path, guarded.other, method="POST").problem(404, "not-found")


def test_what_a_key_has_signed_ends_with_it(guarded, scene):
    import json  # noqa: PLC0415 - here alone

    key, written = guarded.keys.create("fourth")
    body = json.dumps({"labels": scene.labels}).encode()
    guarded.ask("/adapt", written, method="POST", body=body, content_type="application/json")
    sign = filled("/maps/{map_id}/sign", guarded.ids)
    address = local(guarded.ask(sign, written, method="POST").json()["landcover"])
    assert guarded.ask(address).status == 200
    guarded.keys.revoke(key.id)
    time.sleep(REMEMBERED_S)
    assert "revoked" in guarded.ask(address).problem(403, "invalid-signature")["detail"]


def test_a_key_that_asks_too_often_is_told_when_to_come_back(guarded):
    _, hasty = guarded.keys.create("hasty", {"max_requests_per_minute": 3})
    answers = [guarded.ask("/imagery", hasty) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    problem = answers[-1].problem(429, "too-many-requests")
    assert "3 requests a minute" in problem["detail"]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert guarded.ask("/imagery", guarded.other).status == 200
    assert guarded.ask("/livez").status == 200


def test_no_secret_reaches_the_log(guarded, signed):
    secret = guarded.mine.rsplit("_", 1)[1]
    assert secret not in guarded.log()
    assert signed["landcover"].rsplit("=", 1)[1] not in guarded.log()

"""What clients write into paths, fields and headers stays text: no file, no address and no log obeys it."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import contextmanager

import pytest
from guarded import operations

CANARY = "canary-7d1f"
"""Stands in a file that no request may read."""


@pytest.fixture(scope="module")
def secrets(guarded):
    """Files that a path could lead to: beside the maps, beside the data folder, and the server's own."""
    places = [guarded.data_dir / "maps" / "secret.json", guarded.data_dir / "secret.json"]
    guarded.ask(f"/maps/{guarded.ids['map_id']}/sign", guarded.mine, method="POST")
    for place in places:
        place.write_text(json.dumps({"type": "Feature", "id": CANARY}))
    yield [
        CANARY.encode(),
        b"SQLite format 3",
        (guarded.data_dir / "signing.key").read_bytes(),
        b"root:x:0:0",
    ]
    for place in places:
        place.unlink()


CLIMBS = [
    "../../secret.json",
    "..%2f..%2fsecret.json",
    "%2e%2e%2f%2e%2e%2fsecret.json",
    "%252e%252e%252fsecret.json",
    "..%5c..%5csecret.json",
    "..%c0%af..%c0%afsecret.json",
    "..%00%2fsecret.json",
    "....//....//secret.json",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "file:%2f%2f%2fetc%2fpasswd",
    "..",
    "%2e%2e",
    ".",
    "landshot.db",
    "..%2flandshot.db",
    "..%2f..%2fsigning.key",
    "signing.key%00.tif",
]


def test_no_parameter_of_a_path_leads_out_of_the_maps(guarded, secrets):
    tried = 0
    for method, path in operations(guarded.openapi):
        parameters = re.findall(r"\{([^}]*)\}", path)
        for name in parameters:
            for climb in CLIMBS:
                given = dict.fromkeys(parameters, "0") | guarded.ids | {name: climb}
                filled = re.sub(r"\{([^}]*)\}", lambda match, given=given: given[match[1]], path)
                answer = guarded.ask(filled, guarded.mine, method=method)
                assert answer.status in {400, 404, 405, 406, 415, 422}, (method, filled, answer.content[:200])
                assert answer.headers["content-type"] == "application/problem+json"
                assert not [secret for secret in secrets if secret in answer.content], filled
                tried += 1
    assert tried > 5 * len(CLIMBS)


@contextmanager
def listening():
    """Somebody who waits for the server to call, and the list of who did."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)
        ended = threading.Event()

        def wait() -> None:
            while not ended.is_set():
                try:
                    caller, address = door.accept()
                except TimeoutError:
                    continue
                calls.append(str(address))
                caller.close()

        waiting = threading.Thread(target=wait)
        waiting.start()
        try:
            yield f"127.0.0.1:{door.getsockname()[1]}", calls
        finally:
            ended.set()
            waiting.join()


ADDRESSES = [
    "http://{}/scene.tif",
    "/vsicurl/http://{}/scene.tif",
    "/vsicurl_streaming/http://{}/a",
    "zip+http://{}/a.zip!a.tif",
    "file:///etc/passwd",
    "/etc/passwd",
    "../secret.json",
    '<VRTDataset rasterXSize="1"><SourceFilename>http://{}/a</SourceFilename></VRTDataset>',
    "WMS:http://{}/wms",
    "postgresql://{}/a",
]


def bodies(scene, address):
    """An address in every field that takes text, and in some that do not."""
    labels = scene.labels
    renamed = json.loads(json.dumps(labels))
    renamed["features"][0]["properties"]["class"] = address
    linked = json.loads(json.dumps(labels)) | {"crs": {"type": "link", "properties": {"href": address}}}
    referring = json.loads(json.dumps(labels))
    referring["features"][0]["geometry"] = {"$ref": address}
    legend = [
        {"value": value, "name": name, "title": address}
        for value, name in enumerate(("tree cover", "cropland", "built-up", "water"), 1)
    ]
    yield "imagery", {"imagery": address, "labels": labels}
    yield "labels", {"labels": address}
    yield "labels.crs", {"labels": linked}
    yield "geometry", {"labels": referring}
    yield "class", {"labels": renamed}
    yield "title", {"labels": labels, "legend": legend}
    yield "color", {"labels": labels, "legend": [entry | {"color": address} for entry in legend]}
    yield "legend", {"labels": labels, "legend": address}
    yield "bbox", {"labels": labels, "bbox": [address] * 4}
    yield "start", {"labels": labels, "start": address, "end": address}
    yield "steps", {"labels": labels, "steps": address}
    yield "url", {"labels": labels, "url": address}
    yield "subscriber", {"labels": labels, "subscriber": {"successUri": address}}


def test_no_field_makes_the_server_call_anybody(guarded, scene, secrets):
    plain = {"class", "title"}  # any text may be a name
    with listening() as (host, calls):
        for pattern in ADDRESSES:
            for field, body in bodies(scene, pattern.format(host)):
                answer = guarded.ask(
                    "/adapt/plan",
                    guarded.mine,
                    method="POST",
                    body=json.dumps(body).encode(),
                    content_type="application/json",
                )
                assert answer.status in ({200, 422} if field in plain else {404, 422}), (
                    field,
                    answer.content,
                )
                assert not [secret for secret in secrets if secret in answer.content]
        for query in ("url=http://{}/a", "callback=http://{}/a", "path=/vsicurl/http://{}/a.tif"):
            guarded.ask(f"/maps?{query.format(host)}", guarded.mine)
            guarded.ask(f"/tiles/{guarded.ids['map_id']}/0/0/0.png?{query.format(host)}", guarded.mine)
        assert calls == []


def test_a_map_whose_classes_are_called_like_addresses_is_only_called_so(guarded, scene):
    with listening() as (host, calls):
        labels = json.loads(json.dumps(scene.labels))
        for feature in labels["features"]:
            if feature["properties"]["class"] == "water":
                feature["properties"]["class"] = f"http://{host}/x.tif"
        body = json.dumps({"labels": labels}).encode()
        made = guarded.ask("/adapt", guarded.mine, method="POST", body=body, content_type="application/json")
        assert made.status == 200, made.content
        assert guarded.ask(made.headers["location"], guarded.mine).status == 200
        assert calls == []


INJECTED = "x\r\nInjected: 1\r\n\r\nINJECTED LINE"


def lines_of(log):
    return [line for line in log.splitlines() if line.lstrip().lower().startswith("injected")]


@pytest.mark.parametrize(
    "name", [INJECTED, "a\nINJECTED", "a\x1b[2J", "a\u2028INJECTED", "a\u202eb", "a\x00b"], ids=ascii
)
def test_names_that_would_break_a_line_are_refused(guarded, scene, name):
    labels = json.loads(json.dumps(scene.labels))
    labels["features"][0]["properties"]["class"] = name
    for body in ({"labels": labels}, {"labels": scene.labels, "imagery": name}, {name: 1, "labels": labels}):
        answer = guarded.ask(
            "/adapt",
            guarded.mine,
            method="POST",
            body=json.dumps(body).encode(),
            content_type="application/json",
        )
        assert answer.status in {404, 422}, answer.content
        assert "injected" not in answer.headers
    assert lines_of(guarded.log()) == []


@pytest.mark.parametrize(
    "path",
    [
        "/maps/%0d%0aInjected:%201%0d%0a%0d%0aINJECTED",
        "/problems/%0aINJECTED",
        "/nowhere%0d%0aInjected:%201",
        "/maps?limit=%0d%0aInjected:%201",
        "/tiles/%1b%5b2J/0/0/0.png",
    ],
)
def test_paths_that_would_break_a_line_break_none(guarded, path):
    answer = guarded.ask(path, guarded.mine)
    assert answer.status in {404, 422}
    assert "injected" not in answer.headers
    assert lines_of(guarded.log()) == []
    assert "\x1b" not in guarded.log()


def raw(guarded, *lines):
    """The answer to a request of these lines, which no client library would send."""
    with guarded.connection() as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")


@pytest.mark.parametrize(
    "given", ["a\tb", "a b", "x" * 65, "\u00e9", "<script>", 'a"b', "%0d%0aInjected:1"], ids=ascii
)
def test_request_ids_are_plain_or_replaced(guarded, given):
    head = raw(guarded, "GET /livez HTTP/1.1", "Host: a", f"X-Request-ID: {given}")
    assert head.startswith("HTTP/1.1 200")
    assert re.search(r"x-request-id: [0-9a-f]{16}\r", head.lower())


@pytest.mark.parametrize(
    "line",
    [
        "X-Request-ID: a\rInjected: 1",
        "X-Request-ID: a\nInjected: 1\n",
        "X-Request-ID: a\x00b",
        "Accept: image/tiff\x00",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Transfer-Encoding : chunked",
    ],
    ids=ascii,
)
def test_headers_that_two_servers_could_read_differently_are_refused_or_plain(guarded, line):
    answer = raw(guarded, "GET /livez HTTP/1.1", "Host: a", line)
    assert answer.startswith(("HTTP/1.1 400", "HTTP/1.1 200"))
    assert answer.count("HTTP/1.1 ") == 1
    assert "injected" not in answer.lower()
    assert lines_of(guarded.log()) == []


def test_what_is_no_http_is_a_problem_too(guarded):
    answer = raw(guarded, "nonsense")
    assert answer.startswith("HTTP/1.1 400")
    assert "application/problem+json" in answer
    assert json.loads(answer.split("\r\n\r\n", 1)[1])["type"] == "/problems/bad-request"

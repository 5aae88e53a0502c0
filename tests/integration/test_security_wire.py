"""Requests that are too large, too slow or not what they seem, over a socket of their own."""

from __future__ import annotations

import gzip
import json
import time
import zlib

import pytest
from guarded import BODY_TIMEOUT_S, MAX_BODY_BYTES

from app.limits_protocol import MAX_HEAD_BYTES

CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


def head(guarded, *headers, path="/adapt", method="POST"):
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: a",
        f"Authorization: Bearer {guarded.mine}",
        "Content-Type: application/json",
        *headers,
    ]
    return ("\r\n".join([*lines, "", ""])).encode()


def answer(connection):
    """Everything until the server closes the connection, or has answered and waits."""
    found = b""
    while True:
        piece = connection.recv(65536)
        found += piece
        before, _, content = found.partition(b"\r\n\r\n")
        length = [line for line in before.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if not piece or (length and len(content) >= int(length[0].split(b":")[1])):
            return int(before.split()[1]), before.decode().lower(), json.loads(content)


def is_closed(connection):
    """Whether the server has closed the connection, or does within the client's time."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_a_body_that_says_it_is_too_large_is_not_read(guarded):
    with guarded.connection() as connection:
        connection.sendall(head(guarded, f"Content-Length: {MAX_BODY_BYTES + 1}"))
        status, _, problem = answer(connection)
    assert status == 413
    assert f"{MAX_BODY_BYTES:,} bytes (LANDSHOT_MAX_BODY_BYTES)" in problem["detail"]


@pytest.mark.parametrize("declared", ["Transfer-Encoding: chunked"])
def test_a_body_that_does_not_say_how_large_it_is_is_read_to_the_limit(guarded, declared):
    with guarded.connection() as connection:
        connection.sendall(head(guarded, declared))
        for _ in range(MAX_BODY_BYTES // 0x10000 + 1):
            connection.sendall(CHUNK)
        status, _, problem = answer(connection)
        assert status == 413
        assert problem["type"] == "/problems/body-too-large"


def send_on(connection, piece, times, pause_s=0.0):
    """Send, and send again, as long as somebody listens."""
    for _ in range(times):
        connection.sendall(piece)
        time.sleep(pause_s)


def test_who_goes_on_sending_after_the_answer_is_cut_off(guarded):
    with guarded.connection() as connection:
        connection.sendall(head(guarded, "Transfer-Encoding: chunked", path="/nowhere"))
        assert answer(connection)[0] == 404
        with pytest.raises(ConnectionError):
            send_on(connection, b"1\r\n \r\n", 300, pause_s=0.1)


@pytest.mark.parametrize("declared", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_a_body_that_trickles_in_is_refused_and_the_connection_closed(guarded, declared):
    with guarded.connection() as connection:
        connection.sendall(head(guarded, declared))
        began = time.monotonic()
        connection.settimeout(0.2)
        piece = b"1\r\n \r\n" if "chunked" in declared else b" "
        while True:
            connection.sendall(piece)  # never silent for long
            try:
                status, headers, problem = answer(connection)
                break
            except TimeoutError:
                assert time.monotonic() - began < 10 * BODY_TIMEOUT_S
        assert status == 408
        assert "connection: close" in headers
        assert problem["type"] == "/problems/request-timeout"
        assert "2 s (LANDSHOT_BODY_TIMEOUT_S)" in problem["detail"]
        connection.settimeout(10)
        assert is_closed(connection)
    assert guarded.ask("/livez").status == 200


def test_a_slow_answer_is_not_a_slow_body(guarded, scene):
    body = json.dumps({"labels": scene.labels}).encode()
    with guarded.connection() as connection:
        connection.sendall(head(guarded, f"Content-Length: {len(body)}", "Accept: application/json") + body)
        assert answer(connection)[0] == 200
        time.sleep(BODY_TIMEOUT_S / 2)
        connection.sendall(head(guarded, path="/livez", method="GET"))
        assert answer(connection)[0] == 200, "and the connection is kept"


def test_headers_that_trickle_in_are_refused(guarded):
    with guarded.connection() as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n")
        connection.settimeout(0.2)
        for _ in range(100):
            connection.sendall(b"X-A: b\r\n")
            try:
                status, headers, problem = answer(connection)
                break
            except TimeoutError:
                continue
        assert status == 408
        assert "connection: close" in headers
        assert "headers have to arrive within 2 s" in problem["detail"]


def test_a_connection_on_which_nothing_comes_is_closed(guarded):
    with guarded.connection() as connection:
        assert is_closed(connection)


@pytest.mark.parametrize("piece", [b"X-A: b\r\n" * 1000, b"x" * 8000], ids=["many", "one"])
def test_headers_without_end_are_refused(guarded, piece):
    with guarded.connection() as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Long: ")
        with pytest.raises(ConnectionError):
            send_on(connection, piece, 100 * MAX_HEAD_BYTES // len(piece))


def test_headers_that_are_too_large_are_told_so(guarded):
    with guarded.connection() as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * MAX_HEAD_BYTES)
        status, _, problem = answer(connection)
    assert status == 431
    assert f"{MAX_HEAD_BYTES:,} bytes" in problem["detail"]


@pytest.mark.parametrize(
    ("begun", "piece"),
    [(b"0\r\n", b"X-A: b\r\n" * 1000), (b"1;", b"x" * 8000)],
    ids=["trailers", "extension"],
)
def test_what_stands_beside_a_body_has_an_end_too(guarded, begun, piece):
    with guarded.connection() as connection:
        connection.sendall(head(guarded, "Transfer-Encoding: chunked") + begun)
        with pytest.raises(ConnectionError):
            send_on(connection, piece, 100 * MAX_HEAD_BYTES // len(piece))
    assert guarded.ask("/livez").status == 200


def bomb(pack):
    """A small body that would become 100 MB."""
    return pack(b" " * 100_000_000)


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("GZIP", gzip.compress)]
)
def test_nothing_is_inflated(guarded, encoding, pack):
    packed = bomb(pack)
    assert len(packed) < MAX_BODY_BYTES
    for path in ("/adapt", "/adapt/plan"):
        refused = guarded.ask(
            path,
            guarded.mine,
            method="POST",
            body=packed,
            content_type="application/json",
            content_encoding=encoding,
        )
        assert "does not inflate" in refused.problem(415, "unsupported-media-type")["detail"]
        assert refused.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x-unknown"])
def test_no_encoding_is_taken_at_its_word(guarded, encoding):
    refused = guarded.ask("/adapt", guarded.mine, method="POST", body=b"{}", content_encoding=encoding)
    refused.problem(415, "unsupported-media-type")


def test_an_inflated_bomb_that_does_not_say_so_is_no_json(guarded):
    refused = guarded.ask(
        "/adapt", guarded.mine, method="POST", body=bomb(gzip.compress), content_type="application/json"
    )
    refused.problem(400, "malformed-json")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_json_that_is_nested_without_end_is_refused(guarded, opening):
    body = opening * (MAX_BODY_BYTES // len(opening) - 10)
    refused = guarded.ask("/adapt", guarded.mine, method="POST", body=body, content_type="application/json")
    refused.problem(400, "malformed-json")


def test_the_key_is_asked_for_before_the_body(guarded):
    with guarded.connection() as connection:
        connection.sendall(b"POST /adapt HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
        assert answer(connection)[0] == 401

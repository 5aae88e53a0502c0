from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from geodata.errors import CatalogueError
from geodata.imagery.stac.catalogue import PRESETS
from geodata.imagery.stac.signing import signer

BLOB = "https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/31/B02.tif"


@contextmanager
def token_endpoint(*, lifetime=timedelta(minutes=45), failures=(), answer=None):
    """Gives numbered tokens; yields the catalogue that uses it, and the paths asked for."""
    asked, failing = [], list(failures)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            asked.append(self.path)
            expiry = (datetime.now(UTC) + lifetime).strftime("%Y-%m-%dT%H:%M:%SZ")
            document = answer or {"token": f"st=x&sig=token{len(asked)}", "msft:expiry": expiry}
            body = json.dumps(document).encode()
            self.send_response(failing.pop(0) if failing else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/token/"
    try:
        yield replace(PRESETS["planetary-computer-sentinel-2-l2a"], token_url=url), asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_one_token_serves_a_container_and_all_threads_until_it_is_about_to_expire():
    with token_endpoint() as (catalogue, asked):
        sign = signer(catalogue)
        with ThreadPoolExecutor(8) as pool:
            signed = set(pool.map(sign, [BLOB] * 40))
        assert signed == {f"{BLOB}?st=x&sig=token1"}
        assert sign(BLOB + "?a=b") == f"{BLOB}?a=b&st=x&sig=token1"
        assert sign(BLOB.replace("/sentinel2-l2/", "/other/")).endswith("sig=token2")
        assert asked == ["/token/sentinel2l2a01/sentinel2-l2", "/token/sentinel2l2a01/other"]


def test_a_token_that_ends_soon_is_not_used_again():
    with token_endpoint(lifetime=timedelta(seconds=60)) as (catalogue, _):
        sign = signer(catalogue)
        assert sign(BLOB) != sign(BLOB)


def test_after_a_refusal_another_token_is_asked_for():
    with token_endpoint() as (catalogue, asked):
        sign = signer(catalogue)
        first = sign(BLOB)
        sign.forget(BLOB)
        sign.forget("https://elsewhere.example/a/b.tif")
        assert sign(BLOB) != first
        assert len(asked) == 2


@pytest.mark.parametrize(
    "href",
    [
        "https://elsewhere.example/a/b.tif",
        "https://blob.core.windows.net.evil.example/a/b.tif",
        "https://evilblob.core.windows.net/a/b.tif",
        "https://sentinel2l2a01.blob.core.windows.net/b.tif",
        BLOB + "?st=1&sig=already",
        "s3://eodata/a/b.jp2",
        "/data/a/b.tif",
    ],
)
def test_tokens_go_to_the_named_hosts_only_and_not_twice(href):
    with token_endpoint() as (catalogue, asked):
        assert signer(catalogue)(href) == href
        assert asked == []


def test_a_host_can_be_named_in_full():
    with token_endpoint() as (catalogue, asked):
        sign = signer(replace(catalogue, signed_hosts=("127.0.0.1",)))
        assert sign("http://127.0.0.1:8080/cogs/a.tif") == "http://127.0.0.1:8080/cogs/a.tif?st=x&sig=token1"
        assert asked == ["/token/127/cogs"]


def test_a_catalogue_that_needs_no_signature_changes_nothing():
    sign = signer(PRESETS["earth-search-sentinel-2-l2a"])
    sign.forget(BLOB)
    assert sign(BLOB) == BLOB


def test_too_many_requests_are_waited_for():
    with token_endpoint(failures=[429, 503]) as (catalogue, asked):
        assert signer(catalogue)(BLOB).endswith("sig=token3")
        assert len(asked) == 3


def test_an_endpoint_that_refuses_or_talks_nonsense_is_named():
    named = r"planetary-computer-sentinel-2-l2a at 127.0.0.1:\d+ .*403"
    with token_endpoint(failures=[403]) as (catalogue, _), pytest.raises(CatalogueError, match=named):
        signer(catalogue)(BLOB)
    with (
        token_endpoint(answer={"error": "no"}) as (catalogue, _),
        pytest.raises(CatalogueError, match="token"),
    ):
        signer(catalogue)(BLOB)

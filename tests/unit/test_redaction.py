from __future__ import annotations

import time

import pytest

from app.operations.redaction import printable, redacted

KEY = "lsk_0123456789ab_" + "f" * 64


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (
            "CPLE_HttpResponse in HTTP response code: 403 - https://a.blob.net/c/B02.tif?sv=1&sig=SECRET%3D",
            "CPLE_HttpResponse in HTTP response code: 403 - https://a.blob.net/c/B02.tif?***",
        ),
        (
            "'/vsicurl/https://a.net/B02.tif?token=SECRET' not recognized",
            "'/vsicurl/https://a.net/B02.tif?***' not recognized",
        ),
        ("two: http://a/x?SECRET, https://b/y?k=SECRET end", "two: http://a/x?*** https://b/y?*** end"),
        (
            "Retrying (Retry(total=2)) after connection broken by 'X': /c/B02.tif?sv=1&sig=SECRET",
            "Retrying (Retry(total=2)) after connection broken by 'X': /c/B02.tif?***",
        ),
        (
            "Max retries exceeded with url: /x?sig=SECRET (Caused by Y)",
            "Max retries exceeded with url: /x?*** (Caused by Y)",
        ),
        ("https://me:SECRET@a.net/x", "https://***@a.net/x"),
        ("postgresql+psycopg://u:SECRET@host/db", "postgresql+psycopg://***@host/db"),
        (f"key {KEY} is not known", "key lsk_0123456789ab_*** is not known"),
        ("{'authorization': 'Bearer SECRETSECRET'}", "{'authorization': 'Bearer ***'}"),
        ('{"headers": "{\\"X-API-Key\\": \\"SECRET\\"}"}', '{"headers": "{\\"X-API-Key\\": \\"***\\"}"}'),
        ("(b'x-api-key', b'SECRET')", "(b'x-api-key', b'***')"),
        ("Authorization: Basic U0VDUkVUU0VDUkVU", "Authorization: Basic ***"),
        ("exp=1 sig=SECRET", "exp=1 sig=***"),
    ],
)
def test_secrets_are_taken_out_and_the_rest_is_kept(line, kept):
    assert redacted(line) == kept
    assert "SECRET" not in kept


@pytest.mark.parametrize(
    "line",
    [
        "the X-API-Key header is missing",
        "what is it? I do not know",
        "read https://a.net/c/B02.tif in 3 s",
        "tile 3 of 64: class=water",
        "basic facts",
    ],
)
def test_what_is_no_secret_stays(line):
    assert redacted(line) == line


def test_a_long_line_takes_no_long_time():
    began = time.process_time()
    for line in ("?a=" * 50_000, "http://" * 30_000, "a" * 200_000, "x-api-key" * 20_000, "sig " * 50_000):
        redacted(line)
    assert time.process_time() - began < 5.0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/maps/é", "/maps/é"),
        ("a\nINFO forged", "a\\nINFO forged"),
        ("\x1b[31m\x00", "\\x1b[31m\\x00"),
        ("a\u202eb\u2028", "a\\u202eb\\u2028"),
        ("\udc80", "\\udc80"),
    ],
)
def test_characters_that_are_not_printed_are_escaped(text, shown):
    assert printable(text) == shown


def test_what_is_too_long_is_cut():
    assert printable("x" * 300, most=200) == "x" * 200 + "..."

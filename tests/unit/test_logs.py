from __future__ import annotations

import io
import json
import logging
import threading
import warnings
from pathlib import Path

import pytest
import structlog

from app.operations.logs import FIELDS, configure_logging
from app.settings import Settings

SIGNED = "https://a.blob.net/c/B02.tif?sv=1&sig=SECRET"


@pytest.fixture
def lines():
    """Configure the log of this process, and put everything back at the end."""
    root, names = logging.getLogger(), ("landshot", "uvicorn", "uvicorn.error", "uvicorn.access")
    before = root.handlers[:], root.level, threading.excepthook
    levels = {name: logging.getLogger(name).level for name in names}
    stream = io.StringIO()

    def configured(log_format):
        configure_logging(Settings(log_format=log_format, data_dir=Path("unused")), stream)
        return lambda: stream.getvalue().splitlines()

    yield configured
    root.handlers[:], root.level, threading.excepthook = before[0], before[1], before[2]
    root.setLevel(before[1])
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def die():
    raise OSError(SIGNED)


def test_lines_are_json_with_the_fields_of_a_record_and_of_its_request(lines):
    read = lines("json")
    structlog.contextvars.bind_contextvars(request_id="abc")
    logging.getLogger("landshot.requests").info("request", extra={FIELDS: {"status": 200}})
    logging.getLogger("rasterio._env").warning("CPLE in %s", "B02.tif")
    structlog.get_logger("landshot").warning("paused", reason="disk")
    first, second, third = map(json.loads, read())
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "request",
        "status": 200,
        "request_id": "abc",
        "level": "info",
        "logger": "landshot.requests",
    }
    assert (second["event"], second["logger"], second["request_id"]) == (
        "CPLE in B02.tif",
        "rasterio._env",
        "abc",
    )
    assert (third["event"], third["reason"], third["level"]) == ("paused", "disk", "warning")


def test_lines_of_text_are_short(lines):
    read = lines("text")
    logging.getLogger("landshot").info("request", extra={FIELDS: {"path": "/a b", "status": 200}})
    (line,) = read()
    assert line.split(" ", 1)[1] == "INFO request path='/a b' status=200"


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(
    "name",
    ["rasterio._env", "rasterio._err", "urllib3.connectionpool", "uvicorn.error", "landshot", "any.other"],
)
def test_no_logger_gets_a_token_into_the_log(lines, log_format, name):
    read = lines(log_format)
    log = logging.getLogger(name)
    log.warning("as message: " + SIGNED)  # noqa: G003 - as libraries do it
    log.warning("as argument: %s", SIGNED)
    log.warning("in an object: %r", {"url": SIGNED})
    log.warning("as a field", extra={FIELDS: {"url": SIGNED}})
    try:
        die()
    except OSError:
        log.exception("in a traceback")
    written = "\n".join(read())
    assert written.count("https://a.blob.net/c/B02.tif?***") == 5
    assert "SECRET" not in written


def test_warnings_and_threads_that_die_are_logged_without_tokens(lines):
    read = lines("json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"odd answer from {SIGNED}", stacklevel=1)

    thread = threading.Thread(target=die, name="reader")
    thread.start()
    thread.join()
    warned, ended = map(json.loads, read())
    assert warned["logger"] == "py.warnings"
    assert ended["event"] == "reader ended: OSError"
    assert "Traceback" in ended["exception"]
    assert "SECRET" not in json.dumps([warned, ended])


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nobody_can_write_a_line_of_his_own(lines, log_format):
    read = lines(log_format)
    forged = "x\n2026-01-01T00:00:00Z INFO request status=200 \x1b[2K"
    logging.getLogger("landshot").warning("GET %s", forged)
    logging.getLogger("landshot").warning("request", extra={FIELDS: {"path": forged}})
    assert len(read()) == 2
    assert "\x1b" not in "".join(read())


def test_configuring_again_does_not_double_the_lines(lines):
    lines("text")
    read = lines("text")
    logging.getLogger("landshot").warning("once")
    assert len(read()) == 1

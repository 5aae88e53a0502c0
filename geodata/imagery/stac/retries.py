"""Trying again what failed in passing, and telling a scene that is broken from a server that is down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import urlsplit

import requests
from rasterio._err import CPLE_BaseError
from rasterio.errors import CRSError, RasterioError
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

if TYPE_CHECKING:
    from collections.abc import Callable

    from geodata.imagery.stac.signing import Signer

Cause = Literal["gone", "forbidden", "damaged", "unreachable"]
"""Not there; not for us; not what it should be; or its server does not answer, which may pass."""

T = TypeVar("T")

RASTER_ERRORS = (RasterioError, CRSError, CPLE_BaseError)
"""What rasterio raises; the last one is GDAL's own, which it lets through in places."""


class AssetError(Exception):
    """A file of a scene cannot be read."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause: Cause = cause
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a file's server."""

    attempts: int = 6
    """Where the server is busy, or has a fault of its own (429, 5xx)."""

    attempts_elsewhere: int = 4
    """Where nobody answers, or what comes is damaged: that seldom passes."""

    first_wait_s: float = 0.5
    """Upper limit of the first wait, which is drawn at random; the limit doubles each time."""

    longest_wait_s: float = 10.0

    connect_s: float = 10.0

    answer_s: float = 60.0
    """For one request; a server that sends nothing for so long has failed."""

    def __post_init__(self) -> None:
        fewest = min(self.attempts, self.attempts_elsewhere)
        if fewest < 1 or min(self.connect_s, self.answer_s) <= 0 or self.first_wait_s < 0:
            raise ValueError("patience is at least one attempt, and times above 0 s")


def persistently(read: Callable[[str, bool], T], href: str, *, sign: Signer, patience: Patience) -> T:
    """Read a file, again and again while it fails in a way that may pass.

    Args:
        read: reads from a signed href; is told whether an attempt before has failed, because GDAL remembers failures.
        href: as published.
        sign: called for each attempt, as tokens expire while one waits.
        patience: when to give up.

    Raises:
        AssetError: the last attempt failed, or another one would be of no use.
    """
    again = False

    def attempt() -> T:
        nonlocal again
        signed = sign(href)
        try:
            return read(signed, again)
        except RASTER_ERRORS as error:
            again = True
            failure = _failure(error, signed, patience)
            if failure.cause == "forbidden":
                sign.forget(href)
                # A token may have expired; what needs none will be refused again.
                failure.may_pass = signed != href
            raise failure from error

    def may_pass(error: BaseException) -> bool:
        return isinstance(error, _FailedAttemptError) and error.may_pass

    def is_enough(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        busy = isinstance(error, _FailedAttemptError) and error.status is not None
        return state.attempt_number >= (patience.attempts if busy else patience.attempts_elsewhere)

    retrying = Retrying(
        stop=is_enough,
        wait=wait_random_exponential(multiplier=patience.first_wait_s, max=patience.longest_wait_s),
        retry=retry_if_exception(may_pass),
        reraise=True,
    )
    try:
        return retrying(attempt)
    except _FailedAttemptError as failure:
        raise AssetError(failure.cause, failure.reason) from failure.__cause__


class _FailedAttemptError(Exception):
    """What became of one attempt."""

    def __init__(
        self, cause: Cause, reason: str, status: int | None = None, *, may_pass: bool = True
    ) -> None:
        super().__init__(reason)
        self.cause: Cause = cause
        self.reason = reason
        self.status = status
        self.may_pass = may_pass


_STATUS = re.compile(r"HTTP response code: (\d{3})")


def _failure(error: Exception, href: str, patience: Patience) -> _FailedAttemptError:
    """What went wrong: in GDAL's words where they tell, else by asking the server."""
    # Without the address: it may hold a token, or show how this machine's disk is laid out.
    name = urlsplit(href).path.rpartition("/")[2]
    words = str(error.__cause__ or error).replace(f"/vsicurl/{href}", name).replace(href, name)
    if not href.startswith(("http://", "https://")):
        return _FailedAttemptError("damaged", f"the file cannot be read: {words}", may_pass=False)
    if found := _STATUS.search(words):
        return _of_status(int(found[1]))
    if "CURL error" in words:
        return _FailedAttemptError("unreachable", words)
    try:
        # GDAL does not say why it could not read a part of a file, so its first byte is asked for.
        with requests.get(
            href,
            headers={"Range": "bytes=0-0"},
            stream=True,
            timeout=(patience.connect_s, patience.answer_s),
        ) as response:
            status = response.status_code
    except requests.RequestException as refusal:
        return _FailedAttemptError("unreachable", f"its server does not answer ({type(refusal).__name__})")
    if status >= 400:
        return _of_status(status)
    return _FailedAttemptError("damaged", f"the file is damaged or cut off: {words}")


def _of_status(status: int) -> _FailedAttemptError:
    if status in {404, 410}:
        return _FailedAttemptError("gone", f"the file is not there ({status})", status, may_pass=False)
    if status in {401, 403}:
        return _FailedAttemptError("forbidden", f"the server refuses to give it ({status})", status)
    may_pass = status >= 500 or status in {408, 425, 429}
    return _FailedAttemptError("unreachable", f"the server answered {status}", status, may_pass=may_pass)

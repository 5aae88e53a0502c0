"""How catalogues are asked: with time limits, patience, and errors that say what to do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pystac.errors import STACError
from pystac_client.exceptions import APIError
from pystac_client.stac_api_io import StacApiIO
from pystac_client.warnings import DoesNotConformTo
from requests.exceptions import RequestException
from urllib3 import Retry

from geodata.errors import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.imagery.stac.catalogue import Catalogue


def patience() -> Retry:
    """Ask again what failed in passing: after 0, 1, 2 and 4 seconds, or when the server says."""
    return Retry(
        total=4,
        connect=2,  # who does not listen will hardly begin to
        backoff_factor=0.5,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=None,  # searches are sent by POST, and change nothing
        retry_after_max=60,
    )


@contextmanager
def stac_io(catalogue: Catalogue) -> Iterator[StacApiIO]:
    """What reads the catalogue's documents; its connections are closed at the end."""
    io = StacApiIO(timeout=catalogue.timeout_s, max_retries=patience())
    try:
        yield io
    finally:
        io.session.close()


@contextmanager
def refusals(catalogue: Catalogue, url: str | None = None) -> Iterator[None]:
    """Turn what goes wrong with a catalogue into what its operator can act on.

    Args:
        catalogue: which one.
        url: what is asked for, where it is not the catalogue itself.
    """
    host = urlsplit(url or catalogue.url).netloc.rpartition("@")[2]
    where = f"at {host}" if host else "on this machine"
    try:
        yield
    except (APIError, RequestException, OSError) as error:
        status = getattr(error, "status_code", None)
        answer = f"it answered {status}" if status else _shortened(str(error) or type(error).__name__)
        raise CatalogueError(
            f"the catalogue {catalogue.name} {where} cannot be reached: {answer}. Try again in some minutes; "
            "where it stays like this, check the source's url in the server's settings"
        ) from error
    except (STACError, DoesNotConformTo, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CatalogueError(
            f"the catalogue {catalogue.name} {where} does not answer as a STAC "
            f"{'API' if catalogue.kind == 'api' else 'catalogue'} does ({_shortened(repr(error))}); "
            "check the source's kind and url in the server's settings"
        ) from error


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]} ..."

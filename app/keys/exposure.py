"""A server that others can reach needs keys: whether it asks for them, and whether anybody has one."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from app.keys.store import KeyStore
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from app.database.connection import Database
    from app.settings import Settings


class ExposedError(LandshotError):
    """A server that would be open to others without keys."""

    code = "exposed"
    title = "The server would be open to everybody"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; of names, `localhost` alone is trusted."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def keys_required(settings: Settings) -> bool:
    """Whether clients need a key: as the operator says, else unless the server listens on loopback."""
    return not is_loopback(settings.host) if settings.require_keys is None else settings.require_keys


def check_exposure(settings: Settings, database: Database) -> None:
    """Refuse to listen where others could come in without a key, or where nobody could come in at all.

    Raises:
        ExposedError: the server must not listen; says what to do.
        DatabaseError: the database does not answer.
    """
    if is_loopback(settings.host):
        return
    if not keys_required(settings):
        raise ExposedError(
            f"others can reach {settings.host}, so the server does not listen there without keys: leave "
            "LANDSHOT_REQUIRE_KEYS out and create keys with `landshot keys create NAME`, or listen on 127.0.0.1 "
            "and put a proxy that authenticates in front"
        )
    if not KeyStore(database).any_good():
        raise ExposedError(
            f"others can reach {settings.host}, so the server does not listen there before somebody has a key: "
            "create one with `landshot keys create NAME` (with the same --data-dir or --database), or listen on "
            "127.0.0.1"
        )

"""Keys in the database: made, listed, revoked, found by their id."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from app.database import tables
from app.keys.key import QUOTAS, Key, digest, new_id, new_secret, written
from geodata.errors import LandshotError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.database.connection import Database

_COLUMNS = (
    tables.keys.c.id,
    tables.keys.c.name,
    tables.keys.c.created,
    tables.keys.c.revoked,
    tables.keys.c.quotas,
)


class KeyNameError(LandshotError):
    """A name or a quota that a key cannot have."""

    code = "invalid-key"
    title = "No such key can be made"


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The keys of a server."""

    database: Database

    def create(self, name: str, quotas: Mapping[str, int] | None = None) -> tuple[Key, str]:
        """Make a key.

        Args:
            name: 1 to 64 printable characters; for the operator, so two keys may share one.
            quotas: names of `QUOTAS` -> at least 1, where the key's differ from the server's.

        Returns:
            The key, and what its owner has to send: nobody can find that out later.

        Raises:
            KeyNameError: the name or a quota cannot be.
        """
        own = dict(quotas or {})
        if not 1 <= len(name) <= 64 or not name.isprintable() or not name.strip():
            raise KeyNameError(f"{name!r} cannot name a key; use 1 to 64 printable characters")
        if wrong := sorted(quota for quota, most in own.items() if quota not in QUOTAS or most < 1):
            raise KeyNameError(f"{', '.join(wrong)}: a key has {', '.join(QUOTAS)}, each at least 1")
        key, secret = Key(new_id(), name, time.time(), None, own), new_secret()
        with self.database.writing() as connection:
            connection.execute(
                insert(tables.keys).values(
                    id=key.id, name=name, secret_sha256=digest(secret), created=key.created, quotas=own
                )
            )
        return key, written(key.id, secret)

    def all(self) -> list[Key]:
        """Every key, revoked ones too, the oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(tables.keys.c.created, tables.keys.c.id))
            return [_key(row) for row in rows]

    def revoke(self, key_id: str) -> Key:
        """Withdraw a key; one that was withdrawn before stays so, with its date.

        Raises:
            NotFoundError: there is no such key.
        """
        this = tables.keys.c.id == key_id
        with self.database.writing() as connection:
            connection.execute(
                update(tables.keys).where(this, tables.keys.c.revoked.is_(None)).values(revoked=time.time())
            )
            row = connection.execute(select(*_COLUMNS).where(this)).one_or_none()
        if row is None:
            raise NotFoundError(
                f"There is no key {key_id!r}; `landshot keys list` shows those that there are."
            )
        return _key(row)

    def find(self, key_id: str) -> tuple[Key, str] | None:
        """A key and the SHA-256 of its secret; None where there is none."""
        with self.database.reading() as connection:
            row = connection.execute(
                select(*_COLUMNS, tables.keys.c.secret_sha256).where(tables.keys.c.id == key_id)
            ).one_or_none()
        return (_key(row), row.secret_sha256) if row else None

    def any_good(self) -> bool:
        """Whether anybody has a key that opens the server."""
        good = select(func.count()).select_from(tables.keys).where(tables.keys.c.revoked.is_(None))
        with self.database.reading() as connection:
            return connection.execute(good).scalar_one() > 0


def _key(row: Any) -> Key:  # noqa: ANN401 - of a query that names the columns
    return Key(row.id, row.name, row.created, row.revoked, dict(row.quotas))

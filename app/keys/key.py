"""What an API key is, and how it is written: `lsk_<id>_<secret>`."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

KEY_ID_PATTERN = r"[0-9a-f]{12}"
"""Never `local`, the owner of everything where keys are off."""

QUOTAS = ("max_queued_jobs", "max_running_jobs", "max_requests_per_minute")
"""Settings that a key may have numbers of its own for."""

_WRITTEN = re.compile(rf"lsk_({KEY_ID_PATTERN})_([0-9a-f]{{64}})")


@dataclass(frozen=True, slots=True)
class Key:
    """One API key, without its secret."""

    id: str
    """12 hexadecimal digits; no secret, it stands in logs and lists."""

    name: str
    """What its owner is called, for the operator."""

    created: float
    """Seconds since 1970 (UTC)."""

    revoked: float | None = None
    """When it was withdrawn, in seconds since 1970; None: it is good."""

    quotas: dict[str, int] = field(default_factory=dict)
    """Names of `QUOTAS` -> the key's own number, where it differs from the server's."""


@dataclass(frozen=True, slots=True)
class Written:
    """A key as a client sends it."""

    id: str
    digest: str
    """SHA-256 of the secret, in hexadecimal."""


def new_id() -> str:
    """An id for another key."""
    return secrets.token_hex(6)


def new_secret() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_hex(32)


def written(key_id: str, secret: str) -> str:
    """The key as it is handed to its owner."""
    return f"lsk_{key_id}_{secret}"


def read_key(text: str) -> Written | None:
    """What a client sent, taken apart; None where it is no key at all."""
    match = _WRITTEN.fullmatch(text)
    return Written(match[1], digest(match[2])) if match else None


def digest(secret: str) -> str:
    """What the database keeps of a secret.

    One round of SHA-256 does: slow hashes protect passwords that people choose, and nobody tries 2^256 secrets.
    """
    return hashlib.sha256(secret.encode()).hexdigest()

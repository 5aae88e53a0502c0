"""Addresses that open one map for a while: for map clients that cannot send headers.

A signature covers the reading of one thing's tiles and files, until a moment, in the name of one key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from app.errors import SignatureError
from geodata.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import HTTPConnection

    from app.settings import Settings

SECRET_FILE = "signing.key"  # noqa: S105 - where it is kept, not what it is

PARAMETERS = ("expires", "owner", "signature")

_COVERED = re.compile(r"/(?:tiles|maps)/([0-9a-f]{32})/(?!.*\.\.).+", re.DOTALL)
"""Addresses that can be signed: tiles and files of a map or an adaptation, by its id; nothing above them."""

_OWNER = re.compile(r"[a-z0-9]{1,16}")
_EXPIRES = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Signature:
    """What an address was signed for."""

    resource: str
    """The id of a map or an adaptation."""

    owner: str
    expires: int
    """Seconds since 1970 (UTC)."""


class Signer:
    """Signs addresses, and knows its own signatures again.

    Args:
        settings: `signing_secret`, or the folder that keeps a random one; read when it is first needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secret = b""

    def query(self, signature: Signature) -> str:
        """The parameters that make an address open: `expires=...&owner=...&signature=...`.

        Raises:
            OutputError: no secret can be kept.
        """
        values = (str(signature.expires), signature.owner, self._of(signature))
        return urlencode(dict(zip(PARAMETERS, values, strict=True)))

    def read(self, path: str, query: str) -> Signature | None:
        """What a requested address is signed for; None where it has no signature, or needs none there.

        Raises:
            SignatureError: it was not signed for this, or not any more.
            OutputError: the secret cannot be read.
        """
        resource = signed_resource(path)
        sent = parse_qs(query, keep_blank_values=True)
        if resource is None or "signature" not in sent:
            return None
        expires, owner, signed = (sent.get(name, [""]) for name in PARAMETERS)
        if not all(len(values) == 1 for values in (expires, owner, signed)):
            raise _refused("is incomplete")
        if not _EXPIRES.fullmatch(expires[0]) or not _OWNER.fullmatch(owner[0]):
            raise _refused("was not made by this server, or for something else")
        signature = Signature(resource, owner[0], int(expires[0]))
        if not hmac.compare_digest(self._of(signature).encode(), signed[0].encode()):
            raise _refused("was not made by this server, or for something else")
        if signature.expires <= time.time():
            raise _refused("has expired")
        return signature

    def _of(self, signature: Signature) -> str:
        self._secret = self._secret or _secret(self._settings)
        text = f"landshot signature 1\n{signature.resource}\n{signature.owner}\n{signature.expires}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def signed_resource(path: str) -> str | None:
    """The id whose signature would open an address; None where none does."""
    match = _COVERED.fullmatch(path)
    return match[1] if match else None


def carried(request: HTTPConnection) -> str:
    """The signature of a request as a query, for the addresses in its answer: empty, or `expires=...`."""
    sent = request.query_params
    return urlencode({name: sent[name] for name in PARAMETERS}) if "signature" in sent else ""


def with_query(address: str, query: str) -> str:
    """An address with more parameters; braces and all else stay as they are."""
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _refused(why: str) -> SignatureError:
    return SignatureError(
        f"The signature of this address {why}; have its owner make another (POST /maps/{{map_id}}/sign), "
        "or send an API key."
    )


def _secret(settings: Settings) -> bytes:
    if settings.signing_secret is not None:
        return settings.signing_secret.get_secret_value().encode()
    path = settings.data_dir / SECRET_FILE
    try:
        kept = path.read_bytes() if path.exists() else _made(path)
    except OSError as error:
        raise OutputError(f"the secret for signatures cannot be kept in {path}: {error.strerror}") from error
    if len(kept) < 32:
        raise OutputError(f"{path} is no secret for signatures; delete it, and a new one will be made")
    return kept


def _made(path: Path) -> bytes:
    """A new secret, which only the server's own user can read; of servers that start together one makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # a link, unlike a rename, never replaces what another has made
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path.read_bytes()

"""What no line of a log may have in it: secrets, and characters that would begin a line of their own."""

from __future__ import annotations

import re
from typing import Final

_CHARACTERS: Final = r"[^\s\"'<>\\]"
# Clients write into lines: what comes before a fixed text is bounded, so that no line takes long.
_RULES: Final = (
    # https://user:password@host
    (re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://)[^\s/@\"'<>\\]+@", re.IGNORECASE), r"\1***@"),
    # Signed addresses of catalogues carry a token in their query; urllib3 writes them without a host.
    (re.compile(rf"(\bhttps?://[^\s?\"'<>\\]{{0,2000}})\?{_CHARACTERS}+", re.IGNORECASE), r"\1?***"),
    (re.compile(rf"(?<={_CHARACTERS})\?(?=[\w.%\[\]-]{{1,64}}=){_CHARACTERS}+"), "?***"),
    # Landshot's own keys: the id may stand in a log.
    (re.compile(r"\b(lsk_[0-9a-f]{12})_[0-9A-Za-z]+"), r"\1_***"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 ***"),
    (
        re.compile(
            r"\b(authorization|x-api-key|cookie)([\"'\\]*\s*[:=,]\s*(?:b(?=[\"']))?[\"'\\]*)"
            r"(?!(?:bearer|basic) \*)[^\s\"'\\,;)}\]]+",
            re.IGNORECASE,
        ),
        r"\1\2***",
    ),
    (
        re.compile(
            rf"\b(sig|signature|x-amz-[a-z-]+|access_token|api_key)=(?!\*){_CHARACTERS}+", re.IGNORECASE
        ),
        r"\1=***",
    ),
)


def redacted(text: str) -> str:
    """The text without queries of addresses, passwords, keys and signatures."""
    for pattern, kept in _RULES:
        text = pattern.sub(kept, text)
    return text


def printable(text: str, *, most: int | None = None) -> str:
    r"""The text with `\n`, `\x1b` and whatever else is not printed written as escapes.

    Args:
        text: of anybody's choosing.
        most: characters that are kept; None: all.
    """
    if most is not None and len(text) > most:
        text = f"{text[:most]}..."
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode()
        for char in text
    )

"""Texts in tables that spreadsheets open: none of them may be taken for a formula."""

from __future__ import annotations

from typing import Final

# Also in the wide forms of Chinese and Japanese keyboards.
_BEGIN_FORMULAS: Final = frozenset("=+-@＝＋－＠\t\r\n|%")  # noqa: RUF001


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: such ones get an apostrophe in front."""
    return f"'{text}" if _needs_guard(text) else text


def unguarded(text: str) -> str:
    """The inverse of `guarded`."""
    return text[1:] if text.startswith("'") and _needs_guard(text) else text


def _needs_guard(text: str) -> bool:
    """Whether it begins like a formula, behind any spaces; with apostrophes in front too, so that none is lost."""
    begin = text.lstrip("'")
    return begin[:1] in _BEGIN_FORMULAS or begin.lstrip()[:1] in _BEGIN_FORMULAS

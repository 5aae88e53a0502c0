"""Option types of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


class CommaSeparated(click.ParamType[tuple[Any, ...], Any]):
    """`a,b,c` -> a tuple; spaces around the parts do not count."""

    def __init__(self, kind: Callable[[str], Any], what: str) -> None:
        self._kind = kind
        self._what = what
        self.name = what

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click declares it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[Any, ...]:
        """Take the text apart."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(self._kind(part.strip()) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r}: give {self._what}, separated by commas", param, ctx)


COMMA_FLOATS = CommaSeparated(float, "numbers")
COMMA_NAMES = CommaSeparated(str, "names")

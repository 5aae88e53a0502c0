"""The route that a request took, by its template: `/maps/{map_id}`, never the path that the client sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.routing import iter_route_contexts

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.routing import RouteContext
    from starlette.types import Scope

UNMATCHED = "none"
"""Of requests that ended before a route was found: unknown paths, and what middleware refused."""


class RouteNames:
    """The templates of an application's routes, looked up when one is first met."""

    def __init__(self) -> None:
        self._by_endpoint: dict[Callable[..., Any], list[RouteContext]] = {}

    def of(self, scope: Scope) -> str:
        """The template of a request that has been served."""
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return UNMATCHED
        if endpoint not in self._by_endpoint:
            self._by_endpoint = {}
            for context in iter_route_contexts(scope["app"].routes):
                if context.endpoint is not None:
                    self._by_endpoint.setdefault(context.endpoint, []).append(context)
        found = self._by_endpoint.get(endpoint, [])
        names = {context.path_format for context in found}
        if len(names) > 1:  # an endpoint with two addresses
            names = {c.path_format for c in found if c.path_regex.match(scope["path"])}
        return min((name for name in names if name), default=UNMATCHED)

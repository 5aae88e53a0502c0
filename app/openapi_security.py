"""How a client says who it is, for the API's description; `app.keys` checks it."""

from __future__ import annotations

from typing import Any, Final

from app.keys.middleware import is_open
from app.keys.signing import PARAMETERS

SCHEMES: Final[dict[str, dict[str, Any]]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key: `Authorization: Bearer lsk_...`",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
    **{
        name: {
            "type": "apiKey",
            "in": "query",
            "name": name,
            "description": "Of a signed address; `POST /maps/{map_id}/sign` makes them.",
        }
        for name in PARAMETERS
    },
}

_SIGNABLE = ("/tiles/{tiles_id}/", "/maps/{map_id}/")


def is_signable(method: str, path: str) -> bool:
    """Whether a signed address opens an operation.

    Args:
        method: of the operation.
        path: its template.
    """
    return method.upper() == "GET" and path.startswith(_SIGNABLE)


def complete_security(described: dict[str, Any], *, keys_required: bool) -> None:
    """Add to an OpenAPI document how keys are sent, and, where the server asks for them, what needs one."""
    described["components"]["securitySchemes"] = SCHEMES
    if not keys_required:
        return
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            if is_open(method.upper(), path):
                continue
            operation["security"] = [{"bearer": []}, {"apiKey": []}]
            if is_signable(method, path):
                operation["security"].append({name: [] for name in PARAMETERS})

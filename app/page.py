"""The map page as it is built of `app/web`: where its files are, and what it may load."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from app.settings import Settings

BUILT: Final = Path(__file__).parent / "web" / "dist"
"""`npm run build` writes here; a wheel and the image have it."""

ASSETS: Final = "page"
"""The folder of scripts and styles in it, which is also their path on the server."""

HOW_TO_BUILD: Final = (
    "The map page has not been built: `make page` does that, in a checkout of Landshot. All else works."
)

_MISSING: Final = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Landshot</title>
<h1>Landshot runs, without its map page</h1>
<p>{HOW_TO_BUILD.replace("`make page`", "<code>make page</code>")}</p>
<p><a href="docs">The HTTP API</a> is described here.</p>
</html>
"""


def is_built() -> bool:
    """Whether there is a page to show."""
    return (BUILT / "index.html").is_file()


def asset(stem: str, suffix: str) -> str | None:
    """The address, below the server's root, of a built file whose name has a hash behind its stem."""
    found = sorted((BUILT / ASSETS).glob(f"{stem}-*{suffix}"))
    return f"{ASSETS}/{found[0].name}" if found else None


def page() -> str:
    """The page, or one that says how to get it."""
    return (BUILT / "index.html").read_text("utf-8") if is_built() else _MISSING


@cache
def content_security_policy(settings: Settings) -> str:
    """What the page may load: its own files and this server's answers, and the operator's backdrop."""
    origin = ""
    if settings.backdrop_url:
        parts = urlsplit(settings.backdrop_url)
        # A template may have {a-c} in its host: all hosts beside it are meant.
        host = parts.netloc if "{" not in parts.netloc else "*." + parts.netloc.split(".", 1)[1]
        origin = f" {parts.scheme}://{host}"
    return "; ".join(
        (
            "default-src 'self'",
            f"img-src 'self' blob: data:{origin}",
            f"connect-src 'self'{origin}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )

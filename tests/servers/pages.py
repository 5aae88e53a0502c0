"""What tests of the map page need, and how they say that it is missing."""

from __future__ import annotations

import shutil

import pytest

from app.page import is_built

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

needs_page = pytest.mark.skipif(not is_built(), reason="the map page is not built: `make page` does that")

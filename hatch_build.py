"""Builds the map page into a wheel, where it is not built yet and npm is at hand."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MapPage(BuildHookInterface[Any]):
    """`app/web/dist` has to be there before hatchling collects files; `make page` makes it too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run `npm ci` and `npm run build`; without npm the wheel has no page, and says so."""
        del build_data
        web = Path(self.root) / "app" / "web"
        if version == "editable" or (web / "dist" / "index.html").is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            self.app.display_warning(
                "npm is not here: the wheel will not have the map page (run `make page` before)"
            )
            return
        for command in ([npm, "ci"], [npm, "run", "build"]):
            subprocess.run(command, cwd=web, check=True)  # noqa: S603 - our own commands

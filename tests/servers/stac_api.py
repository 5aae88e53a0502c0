"""A real STAC API (`rustac serve`) over the Items of static catalogues, behind a proxy that counts and fails."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from servers.process import ServerProcess
from servers.surroundings import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping


class StacApi(ServerProcess):
    """Serves the Items of static catalogues, their assets' hrefs pointing to where the assets are served.

    What rustac (0.9) cannot do: it ignores `query` and `filter`, answers 500 to searches by GET, and 500 to boxes whose
    west is the larger; clients search by POST, filter again, and cut boxes at the antimeridian.
    """

    def __init__(self, catalogues: Mapping[Path, str]) -> None:
        """Args: folder of each static catalogue -> URL at which a file server has that folder."""
        super().__init__({"kind": "proxy"})
        self._catalogues = dict(catalogues)
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def url(self) -> str:
        """Of the landing page."""
        return self.root

    @property
    def searches(self) -> int:
        """Requests for `/search` so far."""
        return self.count("/search")

    def start(self) -> Self:
        super().start()
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="landshot-stac-")
            self._run(Path(self._folder.name))
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        super().stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _run(self, folder: Path) -> None:
        """Has the proxy run rustac, and waits for it."""
        files, port, log = _write(self._catalogues, folder), free_port(), folder / "log"
        # The links that it gives lead to the proxy, so that every request is counted.
        command = [_rustac(), "serve", "--addr", self.root, "--bind", f"127.0.0.1:{port}", *files]
        self.tell("run", {"command": command, "folder": str(folder), "log": str(log), "port": port})
        until = time.monotonic() + 20
        while (state := self.tell("state")) != "answers":
            if state == "ended" or time.monotonic() > until:
                raise RuntimeError(f"rustac does not serve: {log.read_text()}")
            time.sleep(0.02)


def _write(catalogues: Mapping[Path, str], folder: Path) -> list[str]:
    """Files for rustac to load, by name."""
    collections, items = {}, []
    for root, url in catalogues.items():
        collections |= {document["id"]: document for document in published_collections(root)}
        items += published_items(root, url)
    documents = {f"collection-{i}.json": document for i, document in enumerate(collections.values())}
    documents["items.json"] = {"type": "FeatureCollection", "features": items}
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document), "utf-8")
    return list(documents)


def published_items(root: Path, url: str) -> list[dict[str, Any]]:
    """The Items under a folder, relative hrefs of their assets made absolute under `url`; without links."""
    items = []
    for path in sorted(root.rglob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        if not isinstance(document, dict) or document.get("type") != "Feature" or "assets" not in document:
            continue
        beside = path.parent.relative_to(root)
        for asset in document["assets"].values():
            if "://" not in asset["href"]:
                asset["href"] = f"{url}/{os.path.normpath(beside / asset['href'])}"
        items.append(document | {"links": []})
    return items


def published_collections(root: Path) -> list[dict[str, Any]]:
    """The Collections under a folder, without links."""
    documents = (json.loads(path.read_text("utf-8")) for path in sorted(root.rglob("collection.json")))
    return [document | {"links": []} for document in documents if document.get("type") == "Collection"]


def _rustac() -> str:
    """The console script beside this Python, wherever PATH leads."""
    return str(Path(sys.executable).with_name("rustac"))

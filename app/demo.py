"""`landshot demo`: a simulated region, a real server, real HTTP, and the truth to compare with."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from app.bundled import IMAGERY, LABELS, NAME, TRUTH, bundled_scene
from app.server_process import running_server
from geodata.errors import LandshotError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

REQUEST_TIMEOUT_S = 120.0


class DemoError(LandshotError):
    """The demonstration did not get through."""

    code = "demo-failed"
    title = "The demonstration failed"
    users_to_mend = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the server said."""

    body: bytes
    headers: Message
    """Upper and lower case are the same."""


def run_demo(output: Path, *, say: Callable[[str], None]) -> None:
    """Map the bundled region over HTTP, write everything to `output`, and tell how good and how fast it was.

    Raises:
        OutputError: the folder cannot be written to.
        ServerStartError: the server did not start.
        DemoError: it refused.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="landshot-demo-") as folder:
            _demonstrate(Path(folder), output, say)
    except OSError as error:
        raise OutputError(f"{output} cannot be written: {error.strerror}") from error


def _demonstrate(data_dir: Path, output: Path, say: Callable[[str], None]) -> None:
    began = time.perf_counter()
    scene = bundled_scene(data_dir)
    labels = json.loads((scene / LABELS).read_text("utf-8"))
    names = sorted({feature["properties"]["class"] for feature in labels["features"]})
    count = f"{len(labels['features'])} labelled pixels of {len(names)} classes"
    say(f"{_since(began)}  simulated a region, with {count}")
    body = json.dumps({"imagery": NAME, "labels": labels}).encode()
    (output / "request.json").write_bytes(body)
    for file in (IMAGERY, LABELS):
        shutil.copyfile(scene / file, output / file)

    began = time.perf_counter()
    with running_server(data_dir) as base:
        say(f"{_since(began)}  started the server on {base}")
        began = time.perf_counter()
        made = _fetch(f"{base}/adapt", body, accept="image/tiff")
        say(f"{_since(began)}  POST /adapt: {_stages(made.headers['Server-Timing'])}")
        (output / "landcover.tif").write_bytes(made.body)
        stored = f"{base}{made.headers['Location']}"
        for file in ("landcover.tif.aux.xml", "confidence.tif"):
            (output / file).write_bytes(_fetch(f"{stored}/{file}").body)
        item = json.loads(_fetch(stored).body)
    (output / "item.json").write_text(json.dumps(_moved(item, output), indent=2) + "\n", "utf-8")

    from app.demo_report import report  # noqa: PLC0415 - rasterio and Pillow, while nobody waits for the server

    began = time.perf_counter()
    for line in report(output, truth=scene / TRUTH, labels=labels):
        say(line)
    say(f"{_since(began)}  compared with the truth, drew the preview")
    for line in _next_steps(output):
        say(line)


def _fetch(url: str, body: bytes | None = None, *, accept: str = "*/*") -> _Answer:
    headers = {"Accept": accept} | ({"Content-Type": "application/json"} if body else {})
    request = Request(url, data=body, headers=headers)  # noqa: S310 - http:// on the loopback interface
    try:
        with urlopen(request, timeout=REQUEST_TIMEOUT_S) as response:  # noqa: S310
            return _Answer(response.read(), response.headers)
    except HTTPError as error:
        detail = error.read().decode(errors="replace")
        raise DemoError(f"{url} answered {error.code}: {detail}") from None


def _moved(item: dict[str, Any], output: Path) -> dict[str, Any]:
    """The Item for the folder it is written to, with the files there: the server it came from is gone."""
    moved = {key: asset | {"href": asset["href"].rsplit("/", 1)[1]} for key, asset in item["assets"].items()}
    kept = {key: asset for key, asset in moved.items() if (output / asset["href"]).is_file()}
    for asset in kept.values():
        asset["href"] = f"./{asset['href']}"
    # Of the collection there is nothing left either.
    alone = {name: value for name, value in item.items() if name != "collection"}
    return alone | {"links": [], "assets": kept}


def _stages(server_timing: str) -> str:
    """`adapting;dur=93, mapping;dur=310` -> `adapting 93 ms, mapping 310 ms`."""
    stages = (part.strip().split(";dur=") for part in server_timing.split(","))
    return ", ".join(f"{name.replace('-', ' ')} {milliseconds} ms" for name, milliseconds in stages)


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:6.2f} s"


def _next_steps(output: Path) -> list[str]:
    headers = "-H 'content-type: application/json' -H 'accept: image/tiff'"
    return [
        "",
        f"Everything is in {output}/; open {output}/preview.png, or {output}/landcover.tif in QGIS. Next:",
        "",
        "  make serve        # the map page on http://127.0.0.1:8000, API at /docs; then, beside it:",
        f"  curl -X POST http://127.0.0.1:8000/adapt {headers} -d @{output}/request.json -o map.tif",
        "",
        "  # the same without a server, or with your own scene and labels:",
        f"  .venv/bin/landshot adapt --imagery {output}/{IMAGERY} --labels {output}/{LABELS} --output map.tif",
    ]

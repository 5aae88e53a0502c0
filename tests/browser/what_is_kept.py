"""The labels of a project as the browser keeps them, and as the server has them."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from browsing import Visit

PATIENCE_S = 60.0

Labels = Counter[tuple[str, str]]
"""(class, geometry as JSON)."""


def kept_project(visit: Visit) -> dict[str, Any]:
    """What a reload of the page would find in the browser's storage."""
    kept = visit.page.wait_for_function(
        "name => localStorage.getItem('landshot.project.' + name)", arg=named(visit, "p")
    )
    found: dict[str, Any] = json.loads(kept.json_value())["project"]
    return found


def kept_labels(visit: Visit) -> Labels:
    project = kept_project(visit)
    names = {entry["id"]: entry["name"] for entry in project["classes"]}
    return Counter((names[label["classId"]], _text(label["geometry"])) for label in project["labels"])


def server_labels(visit: Visit) -> Labels:
    """Of the adaptation that the page's address names."""
    found = told(visit, f"adaptations/{named(visit, 'adaptation')}/labels")
    return Counter((each["properties"]["class"], _text(each["geometry"])) for each in found["features"])


def told(visit: Visit, path: str) -> Any:
    """What the page's server answers."""
    response = visit.context.request.get(visit.page.url.split("#")[0].split("?")[0] + path)
    assert response.ok, response.text()
    return response.json()


def named(visit: Visit, name: str) -> str:
    """A part of the page's address, once it is there."""
    visit.page.wait_for_function("name => new URLSearchParams(location.hash.slice(1)).has(name)", arg=name)
    return re.findall(rf"[#&]{name}=([^&]+)", visit.page.url)[0]


def wait_until_kept(visit: Visit, count: int) -> Labels:
    """Until the browser keeps so many labels, and the server has the very same."""
    return _wait(visit, lambda labels: labels.total() == count)


def wait_until_again(visit: Visit, labels: Labels) -> None:
    """Until the browser and the server have just these."""
    _wait(visit, lambda kept: kept == labels)


def wait_until_other(visit: Visit, labels: Labels) -> Labels:
    """Until the browser keeps anything else, and the server has the very same."""
    return _wait(visit, lambda kept: kept != labels)


def wait_until_here(visit: Visit, count: int) -> Labels:
    """Until the browser keeps so many labels, whatever the server has."""
    visit.page.wait_for_function(
        "([name, count]) => JSON.parse(localStorage.getItem(name)).project.labels.length === count",
        arg=[f"landshot.project.{named(visit, 'p')}", count],
    )
    return kept_labels(visit)


def wait_for_server(visit: Visit, *names: str) -> None:
    """Until the server has labels of just these classes, whatever else the browser keeps."""
    _until(visit, lambda _, there: Counter(name for name, _ in there.elements()) == Counter(names))


def _wait(visit: Visit, is_wanted: Callable[[Labels], bool]) -> Labels:
    def is_so(here: Labels, there: Labels) -> bool:
        return here == there and is_wanted(here)

    return _until(visit, is_so)


def _until(visit: Visit, is_so: Callable[[Labels, Labels], bool]) -> Labels:
    """Until it is so of the labels here and there; those here."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so(here := kept_labels(visit), there := server_labels(visit)):
        assert time.monotonic() < deadline, {"here only": here - there, "there only": there - here}
        visit.page.wait_for_timeout(50)
    return here


def _text(geometry: dict[str, Any]) -> str:
    return json.dumps(geometry, sort_keys=True)

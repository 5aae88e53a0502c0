"""Whether the server does what its OpenAPI document says: schemathesis, with all of its checks.

    python -m benchmarks.api_conformance [--examples 12] [--phases examples,coverage,fuzzing,stateful] [--seed 5]

Two real servers on loopback with the bundled region: one that is open, and one that asks for keys, where two clients
take turns. Each holds a map, an adaptation and a job, whose names stand among those that schemathesis invents. No
answer may be a 5xx, have a status, content type or header that is not documented, or let somebody in.

One check is told more than the document: that what fits the schemas is accepted (`positive_data_acceptance`). Some
rules are no schema: a label lies on the imagery, a pixel in the region, a ring is closed, an image has no `steps`, a
`bbox` has its south below its north, `datetime` is a day that exists, GetTile needs a LAYER, an Idempotency-Key belongs
to one request, a first version was made from none.
Operations with such a rule may answer with its status (`RULES`); for all others the check stands as it is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from app.bundled import LABELS, bundled_scene
from app.server_process import running_server
from benchmarks.common import environment, machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCEPTED = ("2xx", "3xx", 401, 403, 404, 409, 429)
"""What schemathesis expects of a request that fits the schemas, less the 5xx."""

REFUSED = (400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 429)
"""Of one that does not: also what is looked at before the body, an ETag for instance."""

RULES: Mapping[str, tuple[int, ...]] = {
    # 406: schemathesis asks for a type of its own, and OpenAPI ignores descriptions of `Accept`.
    "^/adapt$": (406, 422),
    "^/adapt/plan$": (422,),
    "^/adaptations$": (422,),
    "^/adaptations/{adaptation_id}/compare$": (422,),
    "^/adaptations/{adaptation_id}/labels$": (412, 422),
    "^/adaptations/{adaptation_id}/map$": (406, 422),
    "^/adaptations/{adaptation_id}/pixel$": (422,),
    "^/adaptations/{adaptation_id}/versions/{number}/restore$": (412,),
    "^/labels/read$": (422,),
    "^/legends/read$": (422,),
    "^/processes/{process_id}/execution$": (422,),
    "^/collections/maps/items$": (422,),
    "^/search$": (422,),
    "^/jobs$": (422,),
    "^/jobs/{job_id}/results$": (410,),
    "^/maps/{map_id}/landcover.(tif|gpkg)$": (422,),
    "^/tiles/{tiles_id}/wmts$": (422,),
    "^/imagery/{name}/(tilejson.json|tiles/.*)$": (422,),
    # It takes the template `tiles` of signed addresses for an address.
    "^/tiles/{tiles_id}/{z}/{x}/{y}.png$": (422,),
}
"""Addresses with a rule that is no schema -> the statuses of its refusals."""

CLIENTS = ("mine", "other")

Names = dict[str, list[str] | list[int]]


def main() -> int:
    """Run it; the exit code is 1 where a check has failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api_conformance", description=__doc__)
    parser.add_argument(
        "--examples", type=int, default=12, help="most cases of each operation and phase (default 12)"
    )
    parser.add_argument(
        "--phases", default="examples,coverage,fuzzing,stateful", help="of schemathesis; default all"
    )
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--open-only", action="store_true", help="leave the server with keys out")
    parser.add_argument("--report", type=Path, help="folder for schemathesis's reports")
    options = parser.parse_args()
    print(machine())
    cases, failures = 0, 0
    for keys in (False,) if options.open_only else (False, True):
        began = time.perf_counter()
        with (
            tempfile.TemporaryDirectory() as folder,
            prepared_server(Path(folder), keys=keys) as (address, work),
        ):
            found, failed = examine(address, work, options)
        print(
            f"{'with keys' if keys else 'open'}: {found:,} cases in {time.perf_counter() - began:.0f} s, "
            f"{failed} failed",
            flush=True,
        )
        cases, failures = cases + found, failures + failed
    print(f"{cases:,} cases, {failures} failures")
    return 1 if failures else 0


@contextmanager
def prepared_server(folder: Path, *, keys: bool) -> Iterator[tuple[str, Path]]:
    """A server with something in it: its address, and the folder of a configuration for schemathesis."""
    data, work = folder / "data", folder / "work"
    data.mkdir()
    work.mkdir()
    labels = json.loads((bundled_scene(data) / LABELS).read_text("utf-8"))
    settings = {"LANDSHOT_MAX_REQUESTS_PER_MINUTE": "100000", "LANDSHOT_MAX_QUEUED_JOBS": "10000"}
    headers: list[dict[str, str]] = [{}]
    if keys:
        settings["LANDSHOT_REQUIRE_KEYS"] = "true"
        headers = [{"Authorization": f"Bearer {new_key(data, name)}"} for name in CLIENTS]
        (work / "clients.json").write_text(json.dumps({"auth": _clients(headers)}), "utf-8")
    with running_server(data, environment=environment() | settings) as address:
        dictionaries = names_of_things(address, {"labels": labels}, headers[0])
        (work / "schemathesis.toml").write_text(configuration(dictionaries, keys=keys), "utf-8")
        yield address, work


def new_key(data_dir: Path, name: str) -> str:
    """Of `landshot keys create`."""
    command = [sys.executable, "-m", "app", "keys", "create", name, "--data-dir", str(data_dir)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment()).stdout
    return next(word for word in said.split() if word.startswith("lsk_"))


def names_of_things(address: str, body: Any, headers: dict[str, str]) -> Names:  # noqa: ANN401 - JSON
    """Path parameter -> names that there are, of a map, an adaptation, a job and a model made for this."""

    def ask(path: str, sent: object = None, **more: str) -> tuple[Any, Mapping[str, str]]:
        data = None if sent is None else json.dumps(sent).encode()
        all_headers = {"content-type": "application/json", "accept": "application/json", **headers, **more}
        with urlopen(Request(address + path, data, all_headers), timeout=120) as answer:  # noqa: S310 - loopback
            return json.load(answer), answer.headers

    item, answered = ask("/adapt", body)
    made, _ = ask("/adaptations", body)
    job, _ = ask("/adapt", body, prefer="respond-async")
    models, _ = ask("/models")
    imagery, _ = ask("/imagery")
    of_map = answered["Link"].partition(">")[0][-32:]
    return {
        "map_id": [item["id"]],
        "tiles_id": [item["id"], made["id"]],
        "adaptation_id": [made["id"], of_map],
        "job_id": [job["jobID"]],
        "sha256": [models["models"][0]["sha256"]],
        "code": ["not-found", "invalid-labels"],
        "process_id": ["adapt"],
        "name": [imagery["imagery"][0]["name"]],
        "number": [1],
        "file": ["landcover.tif", "confidence.tif"],
        "LAYER": ["classes", "true-color"],
        "FORMAT": ["image/png", "image/webp"],
        "TILEMATRIX": ["0", "14"],
        "TILECOL": ["0"],
        "TILEROW": ["0"],
    }


def configuration(dictionaries: Names, *, keys: bool) -> str:
    """A schemathesis.toml: JSON's strings, numbers and lists are TOML's too."""
    lines = [
        "[checks]",
        "positive_data_acceptance.expected-statuses = " + json.dumps(ACCEPTED),
        "negative_data_rejection.expected-statuses = " + json.dumps(REFUSED),
    ]
    if keys:
        lines += ["[auth.wfc]", 'path = "clients.json"', f"peers = {json.dumps(CLIENTS)}"]
    for name, values in dictionaries.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    lines.append("[parameters]")
    # Not always: what there is not, is asked for too.
    lines += [
        f'"{place}.{name}" = {{ dictionary = "{name}", probability = 0.7 }}'
        for name in dictionaries
        for place in ["query" if name.isupper() else "path"]
    ]
    for path, statuses in RULES.items():
        lines += ["[[operations]]", f"include-path-regex = {json.dumps(path)}"]
        lines.append(
            "checks.positive_data_acceptance.expected-statuses = " + json.dumps([*ACCEPTED, *statuses])
        )
    return "\n".join(lines) + "\n"


def examine(address: str, work: Path, options: argparse.Namespace) -> tuple[int, int]:
    """Run schemathesis: how many cases were checked, and how many failures there were."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json", "--checks", "all",
        "--continue-on-failure", "--phases", options.phases, "--max-examples", str(options.examples),
        "--seed", str(options.seed), "--no-shrink", "--request-timeout", "60", "--no-color",
        "--generation-database", "none", "--report", "json", "--report-json-path", "report.json",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=work, env=environment(), capture_output=True, text=True, check=False)
    if options.report:
        options.report.mkdir(parents=True, exist_ok=True)
        name = "keys" if (work / "clients.json").exists() else "open"
        (options.report / f"{name}.txt").write_text(done.stdout + done.stderr, "utf-8")
    report = json.loads((work / "report.json").read_text("utf-8"))
    for failure in report["failures"]:
        print(f"  {failure['code']} {failure['title']}: {', '.join(failure['operations'])}")
    for error in report["errors"]:
        print(f"  error: {error['title']}")
    if done.returncode not in (0, 1) or not report["complete"]:
        print(done.stdout[-3000:] + done.stderr[-3000:])
    counts = report["test_cases"]
    failed = int(counts["unique_failures"]) + len(report["errors"]) + (not report["complete"])
    return int(counts["generated"]) - int(counts["without_checks"]), failed or done.returncode


def _clients(headers: list[dict[str, str]]) -> list[dict[str, Any]]:
    """As Web Fuzzing Commons writes who there is."""
    return [
        {"name": name, "fixedHeaders": [{"name": key, "value": value} for key, value in sent.items()]}
        for name, sent in zip(CLIENTS, headers, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())

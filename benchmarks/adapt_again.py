"""One more label on a region whose imagery was read before: how much faster, and what is asked of the catalogue again.

    python -m benchmarks.adapt_again [--size-km 2 6] [--delay 0.0 0.05]

A simulated catalogue as a STAC API on loopback, whose answers may take `--delay` seconds each, as those of one far away
do; a warm server. Twice: `POST /adapt`, which makes the whole map again; `POST /adaptations` and then one label more by
`POST /adaptations/{id}/labels`, which makes what live tiles show. Times are the first over the second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT, machine

LEAST = 10.0


def measured(size_km: float, delay_s: float) -> dict[str, float]:
    """Seconds of each request, and requests to the catalogue of the second ones."""
    from catalogues import PERIOD, SUMMER, app_with, labels_of, table_of  # noqa: PLC0415 - the servers of the tests
    from servers.stac_service import StacService  # noqa: PLC0415

    from geodata.simulation.catalogue import write_catalogue  # noqa: PLC0415

    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = write_catalogue(replace(SUMMER, size_km=size_km), folder / "catalogue")
        labels = labels_of(made)["features"]
        with StacService(folder / "catalogue") as service:
            service.files.delay_s = service.api.delay_s = delay_s

            def ask(http: Any, path: str, body: dict[str, Any]) -> tuple[float, dict[str, Any]]:  # noqa: ANN401
                service.forget()
                began = time.perf_counter()
                answer = http.post(path, json=body, headers={"accept": "application/json"})
                seconds = time.perf_counter() - began
                answer.raise_for_status()
                return seconds, answer.json()

            def body(number: int) -> dict[str, Any]:
                features = {"type": "FeatureCollection", "features": labels[: len(labels) - 2 + number]}
                return {"imagery": "summer", "labels": features, "bbox": list(made.bbox), **PERIOD}

            for kind in ("map", "adaptation"):
                (folder / kind).mkdir()
                with app_with(folder / kind, {"summer": table_of(made, service)}) as http:
                    while http.get("/readyz").status_code != 200:
                        time.sleep(0.1)
                    path = "/adapt" if kind == "map" else "/adaptations"
                    found[f"{kind}, first"], answer = ask(http, path, body(0))
                    if kind == "map":
                        found[f"{kind}, again"], _ = ask(http, path, body(1))
                    else:
                        more = {"operations": [{"op": "add", "feature": labels[-1]}]}
                        found[f"{kind}, again"], _ = ask(http, f"{path}/{answer['id']}/labels", more)
                    found[f"{kind}, requests"] = service.requests
    return found


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size-km", type=float, nargs="+", default=[2.0, 6.0])
    parser.add_argument("--delay", type=float, nargs="+", default=[0.0, 0.05])
    given = parser.parse_args()
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "integration")]
    print(f"{machine()}; at least {LEAST:g} times faster, and no request\n")
    print(
        "| region | delay | what | first s | again s | times faster | requests |\n|---|---|---|---|---|---|---|"
    )
    for size, delay in product(given.size_km, given.delay):
        found = measured(size, delay)
        for kind in ("map", "adaptation"):
            first, again = found[f"{kind}, first"], found[f"{kind}, again"]
            print(
                f"| {size:g} km | {1000 * delay:.0f} ms | {kind} | {first:.2f} | {again:.2f} | {first / again:.1f} "
                f"| {found[f'{kind}, requests']:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

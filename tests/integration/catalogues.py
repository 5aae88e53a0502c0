"""Catalogues on loopback, as sources of a server or of the command line."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from geodata.simulation.catalogue_options import CatalogueOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from servers.stac_service import StacService

    from geodata.simulation.catalogue import SimulatedCatalogue

SUMMER = CatalogueOptions(
    size_km=2.0,  # files larger than what is read to open one
    dates=tuple(date(2025, month, day) for month in (6, 7, 8) for day in (4, 9, 14, 24)),
    orbits=1,
    cloud_shares=(0.1, 0.4, 0.9, 0.2),
    veil_shares=(0.0,),
)
"""Three months, four overpasses each."""

PERIOD = {"start": "2025-06-01", "end": "2025-08-31"}

PRESET_OF = {
    "earth-search": "earth-search-sentinel-2-l2a",
    "planetary-computer": "planetary-computer-sentinel-2-l2a",
}


def table_of(made: SimulatedCatalogue, service: StacService, **more: Any) -> dict[str, Any]:
    """A source over a simulated catalogue that is served."""
    return {
        "preset": PRESET_OF[made.options.publisher],
        "url": service.url,
        "collections": [made.collection_id],
        "steps": "month",
        "timeout_s": 5.0,
        "attempts": 3,
        **({"signed_hosts": []} if made.options.publisher == "planetary-computer" else {}),
        **more,
    }


def write_sources(path: Path, **tables: Mapping[str, Any]) -> Path:
    """The TOML file; values are written as JSON, which TOML understands for these."""
    lines = []
    for name, table in tables.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    path.write_text("\n".join(lines) + "\n")
    return path


@contextmanager
def app_with(
    tmp_path: Path, tables: Mapping[str, Mapping[str, Any]], **settings: Any
) -> Iterator[TestClient]:
    """A server with these sources, in this process."""
    sources = write_sources(tmp_path / "sources.toml", **tables)
    made = create_app(Settings(data_dir=tmp_path / "data", sources=sources, **settings))
    with TestClient(made, raise_server_exceptions=False) as client:
        yield client


def labels_of(made: SimulatedCatalogue, file: str = "labels") -> dict[str, Any]:
    """Labels that were drawn from the truth."""
    document: dict[str, Any] = json.loads((made.folder / "truth" / f"{file}.geojson").read_text())
    return document


def bbox_of(made: SimulatedCatalogue) -> list[float]:
    return list(made.bbox)

"""Simulated STAC catalogues: scenes of one place over months, with clouds, and the truth beside them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.vrt import WarpedVRT

from geodata.gdal import gdal_settings
from geodata.simulation.catalogue_clouds import UNSEEN
from geodata.simulation.catalogue_grid import CELL_M, CellGrid, averaged, places_on
from geodata.simulation.catalogue_items import collection_document, item_document, item_id
from geodata.simulation.catalogue_labels import write_labels
from geodata.simulation.catalogue_options import CatalogueOptions
from geodata.simulation.catalogue_plan import Plan, PlannedScene
from geodata.simulation.catalogue_scenes import TILE, World, write_scene_pixels
from geodata.simulation.land_year import class_values, legend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.legend import Legend
    from geodata.sensors import Band

_RECORD = "truth/simulation.json"


@dataclass(frozen=True, slots=True)
class SimulatedScene:
    """One Item of a simulated catalogue."""

    id: str
    path: Path
    """Of the Item."""
    day: date
    """By the sun."""
    orbit: int
    epsg: int
    cloud_truth: Path
    """GeoTIFF of codes: 0 clear, 1 cloud, 2 shadow, 3 cirrus, 255 not seen."""


class SimulatedCatalogue:
    """A catalogue on disk, and what is true of its land; see `write_catalogue`."""

    def __init__(self, folder: Path, options: CatalogueOptions) -> None:
        self.folder = folder
        self.options = options
        self.collection = folder / "collection.json"
        self.plan = Plan(options)
        self.world = World(self.plan)
        self.scenes = tuple(
            SimulatedScene(
                name, folder / name / f"{name}.json", scene.overpass.day, scene.overpass.orbit,
                scene.granule.grid.epsg, folder / "truth" / "clouds" / f"{name}.tif",
            )
            for scene in self.plan.scenes()
            for name in (item_id(self.plan, scene),)
        )  # fmt: skip

    @classmethod
    def open(cls, folder: Path) -> Self:
        """What `write_catalogue` left in a folder.

        Raises:
            OSError: there is none.
        """
        record = json.loads((folder / _RECORD).read_text("utf-8"))
        return cls(folder, CatalogueOptions.from_json(record["options"]))

    @property
    def collection_id(self) -> str:
        """As the publisher calls it."""
        return self.plan.published_as.collection

    @property
    def bands(self) -> tuple[Band, ...]:
        """Of every scene, in the order of `truth`."""
        return self.world.year.bands

    @property
    def noise(self) -> float:
        """Standard deviation of the sensor's noise in reflectance."""
        return self.options.noise

    @property
    def geobox(self) -> GeoBox:
        """The square, on the grid of the finest bands."""
        return self.plan.region.coarser(min(file.cells for file in self.world.files)).geobox

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """A box in degrees within the square; west is the larger where it crosses the antimeridian."""
        west, south, east, north = self.plan.region.bounds
        x, y = np.linspace(west, east, 65), np.linspace(south, north, 65)
        there = Transformer.from_crs(self.plan.home_epsg, 4326, always_xy=True)
        edges = (
            (np.full(65, west), y),
            (x, np.full(65, south)),
            (np.full(65, east), y),
            (x, np.full(65, north)),
        )
        (left, _), (_, low), (right, _), (_, top) = (there.transform(*edge) for edge in edges)
        middle = self.plan.longitude
        left, right = ((np.asarray(lon) - middle + 180) % 360 - 180 + middle for lon in (left, right))
        lon = [(v + 180) % 360 - 180 for v in (float(np.max(left)), float(np.min(right)))]
        return lon[0], float(np.max(low)), lon[1], float(np.min(top))

    @property
    def legend(self) -> Legend:
        """Of `classes`."""
        return legend()

    def truth(self, geobox: GeoBox, day: date) -> NDArray[np.float32]:
        """Reflectance (B, h, w) of the land as all scenes of that day would show it without clouds and noise.

        Pixels are averages over their own area: what a band has where its own pixels are these. A band of coarser
        pixels shows a blurred picture of it; to compare that, read the catalogue of `options.without_weather`.
        """
        grid, factor = self._sampled(geobox)
        table = self.world.table(self.options.shown_on(day))
        out = np.empty((len(self.bands), *geobox.shape), dtype=np.float32)
        for row, rows, col, cols, part in _parts(grid, factor):
            places = places_on(self.world.land, part, self.plan.home_epsg)
            for i, band in enumerate(table):
                out[i, row : row + rows, col : col + cols] = averaged(band[places], factor)
        return out

    def classes(self, geobox: GeoBox) -> NDArray[np.uint8]:
        """Class values (h, w) of `legend` in the middle of each pixel."""
        grid, values = CellGrid.of(geobox), class_values()
        out = np.empty(geobox.shape, dtype=np.uint8)
        for row, rows, col, cols, part in _parts(grid, 1):
            places = places_on(self.world.land, part, self.plan.home_epsg)
            out[row : row + rows, col : col + cols] = values[places]
        return out

    def clouds(self, item: str, geobox: GeoBox) -> NDArray[np.uint8]:
        """What is cloud in a scene (see `SimulatedScene.cloud_truth`), nearest to the middle of each pixel."""
        scene = next(scene for scene in self.scenes if scene.id == item)
        height, width = (int(n) for n in geobox.shape)
        with (
            gdal_settings(),
            rasterio.open(scene.cloud_truth) as codes,
            WarpedVRT(
                codes, crs=str(geobox.crs), transform=geobox.affine, width=width, height=height, nodata=UNSEEN
            ) as warped,
        ):
            return np.asarray(warped.read(1), dtype=np.uint8)

    def _sampled(self, geobox: GeoBox) -> tuple[CellGrid, int]:
        """The cells that make up the pixels of a GeoBox."""
        grid = CellGrid.of(geobox)
        factor = max(1, round(grid.size / CELL_M))
        return grid.finer(factor), factor


def write_catalogue(options: CatalogueOptions, folder: Path, *, workers: int = 2) -> SimulatedCatalogue:
    """Simulates scenes and writes them as a static STAC catalogue with what is true of them.

    `collection.json` and a folder for each Item with its COGs, as publishers lay them out; under `truth/` the class
    map, labels, where each scene is cloudy, and the options, from which `SimulatedCatalogue` knows the rest.

    Args:
        options: what to simulate.
        folder: where; made if need be.
        workers: scenes in the making at a time; memory grows with them, not with the size of the catalogue.

    Raises:
        ValueError: the folder is not empty.
        OSError: it cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty; give a new folder")
    catalogue = SimulatedCatalogue(folder, options)
    plan, world = catalogue.plan, catalogue.world
    (folder / "truth" / "clouds").mkdir(parents=True)

    def write(scene: PlannedScene) -> dict[str, Any]:
        name = item_id(plan, scene)
        (folder / name).mkdir()
        facts = write_scene_pixels(world, scene, folder / name, folder / "truth" / "clouds" / f"{name}.tif")
        item = item_document(plan, scene, facts, world.files)
        _write_json(folder / name / f"{name}.json", item)
        return item

    with ThreadPoolExecutor(workers) as pool:
        items = list(pool.map(write, plan.scenes()))
    write_labels(world.land, plan, folder / "truth")
    _write_json(folder / _RECORD, {"options": options.to_json(), "noise": options.noise})
    _write_json(catalogue.collection, collection_document(plan, items))
    return catalogue


def _parts(grid: CellGrid, factor: int) -> Iterator[tuple[int, int, int, int, CellGrid]]:
    """Yields row, rows, col, cols in pixels of `factor` cells, and their cells."""
    step = TILE // factor
    for row in range(0, grid.rows // factor, step):
        for col in range(0, grid.cols // factor, step):
            rows, cols = min(step, grid.rows // factor - row), min(step, grid.cols // factor - col)
            yield row, rows, col, cols, grid.part(row * factor, col * factor, rows * factor, cols * factor)


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")

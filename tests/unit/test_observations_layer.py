"""The third file of a map: how often each pixel was seen clear."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from odc.geo.geobox import GeoBox
from rio_cogeo import cog_validate

from geodata.grid import tiles
from geodata.legend import Legend
from geodata.map_stac import map_item
from geodata.maps import MapWriter

SHAPE = (700, 900)
GEOBOX = GeoBox(SHAPE, Affine(10, 0, 500_000, 0, -10, 5_600_000), "EPSG:32631")
LEGEND = Legend.from_json([{"value": 10, "name": "forest"}, {"value": 80, "name": "water"}])


def counts_of(shape):
    return np.random.default_rng(0).integers(0, 1000, shape).astype(np.uint16)


def write(folder, *, size=256, reverse=False):
    counts = counts_of(SHAPE)
    classes = np.where(counts > 0, 10, 0).astype(np.uint8)
    windows = list(tiles(SHAPE, size))
    with MapWriter(
        folder / "map.tif",
        folder / "confidence.tif",
        geobox=GEOBOX,
        legend=LEGEND,
        tags={"LANDSHOT_PERIOD": "2025-06-01/2025-08-31"},
        observations=folder / "observations.tif",
    ) as writer:
        for window in reversed(windows) if reverse else windows:
            tile = classes[window.slices]
            writer.write(window, tile, tile, counts[window.slices])
        return writer.finish()


def test_counts_are_a_valid_cog_that_holds_them_all(tmp_path):
    files = write(tmp_path)
    assert files.observations == tmp_path / "observations.tif"
    assert cog_validate(files.observations, strict=True)[0]
    with rasterio.open(files.observations) as written:
        np.testing.assert_array_equal(written.read(1), counts_of(SHAPE))
        assert written.dtypes == ("uint16",)
        assert written.nodata is None
        assert written.descriptions == ("clear_observations",)
        assert written.tags()["LANDSHOT_PERIOD"] == "2025-06-01/2025-08-31"
        assert written.overviews(1) != []


@pytest.mark.parametrize(("size", "reverse"), [(100, False), (512, True)])
def test_the_order_of_tiles_changes_no_byte(tmp_path, size, reverse):
    first = write(tmp_path).observations.read_bytes()
    assert write(tmp_path, size=size, reverse=reverse).observations.read_bytes() == first


def test_tiles_without_counts_are_refused_where_counts_are_kept(tmp_path):
    ones = np.full((5, 5), 10, dtype=np.uint8)
    targets = (tmp_path / "m.tif", tmp_path / "c.tif")
    geobox = GeoBox((5, 5), GEOBOX.affine, GEOBOX.crs)
    with (
        MapWriter(*targets, geobox=geobox, legend=LEGEND, tags={}, observations=tmp_path / "o.tif") as writer,
        pytest.raises(ValueError, match="with every tile, or with none"),
    ):
        writer.write(next(iter(tiles((5, 5), 5))), ones, ones)


def test_the_item_has_them_as_an_asset(tmp_path):
    item = map_item("m", write(tmp_path), GEOBOX, LEGEND, datetime=None, properties={})
    asset = item["assets"]["observations"]
    assert asset["href"] == "./observations.tif"
    assert asset["bands"] == [{"name": "clear_observations", "data_type": "uint16"}]
    assert asset["roles"] == ["metadata"]

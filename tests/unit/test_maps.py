from __future__ import annotations

import json
import resource
import shutil
import signal
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pystac
import pytest
import rasterio
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Geod
from pystac.extensions.classification import ClassificationExtension
from pystac.extensions.projection import ProjectionExtension
from rio_cogeo import cog_validate
from shapely.geometry import Polygon

from geodata import maps
from geodata.errors import OutputError
from geodata.grid import Window, lonlat_outline, tiles
from geodata.legend import Legend
from geodata.map_stac import map_item
from geodata.maps import MapWriter

LEGEND = Legend.from_json(
    [
        {"value": 10, "name": "forest", "color": "#006400"},
        {"value": 80, "name": "water", "color": "#0064C8"},
        {"value": 3, "name": "Wald & <Wiese>", "color": "#FFFF4C", "title": "Wiese"},
        {"value": 254, "name": "urban", "color": "#FA0000"},
    ]
)
VALUES = np.array([0, 10, 80, 3, 254], dtype=np.uint8)


def grid(shape, crs="EPSG:32630", affine=None):
    return GeoBox(shape, affine or Affine(10, 0, 424929.6194595002, 0, -10, 5811877.873489065), crs)


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def patchwork(shape, patch=7, noise=0.1):
    """Class values and confidence (H, W) of fields with speckles, so that overviews have to choose."""
    rng = np.random.default_rng(0)
    fields = rng.integers(0, 5, (-(-shape[0] // patch), -(-shape[1] // patch)))
    classes = VALUES[np.kron(fields, np.ones((patch, patch), dtype=int))[: shape[0], : shape[1]]]
    speckles = rng.random(shape) < noise
    classes[speckles] = VALUES[rng.integers(0, 5, speckles.sum())]
    confidence = rng.integers(20, 101, shape).astype(np.uint8)
    confidence[classes == 0] = 255
    return classes, confidence


def write_map(folder, shape=(700, 900), *, size=256, geobox=None, tags=None, reverse=False):
    classes, confidence = patchwork(shape)
    windows = list(tiles(shape, size))
    with MapWriter(
        folder / "map.tif",
        folder / "confidence.tif",
        geobox=geobox or grid(shape),
        legend=LEGEND,
        tags=tags or {},
    ) as writer:
        for window in reversed(windows) if reverse else windows:
            writer.write(window, classes[window.slices], confidence[window.slices])
        return writer.finish()


@contextmanager
def largest_file(size):
    """Let no file of this process grow beyond `size` bytes: what a full disk looks like to it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_both_files_hold_the_tiles_and_are_valid_cogs(tmp_path):
    files = write_map(tmp_path, tags={"LANDSHOT_MODEL": "a & <b>"})
    classes, confidence = patchwork((700, 900))
    for path, expected, nodata, name in (
        (files.landcover, classes, 0, "land_cover"),
        (files.confidence, confidence, 255, "confidence"),
    ):
        valid, errors, warnings = cog_validate(path, strict=True)
        assert (valid, errors, warnings) == (True, [], [])
        with rasterio.open(path) as written:
            np.testing.assert_array_equal(written.read(1), expected)
            assert written.dtypes == ("uint8",)
            assert written.nodata == nodata
            assert written.crs == rasterio.CRS.from_epsg(32630)
            assert written.transform.almost_equals(grid((700, 900)).affine)
            assert written.descriptions == (name,)
            assert written.profile["compress"] == "deflate"
            assert written.block_shapes == [(512, 512)]
            assert written.tags()["LANDSHOT_MODEL"] == "a & <b>"


def test_the_map_carries_its_colours_and_classes_inside_the_tiff(tmp_path):
    files = write_map(tmp_path)
    files.aux_xml.unlink()
    with rasterio.open(files.landcover) as written:
        assert written.colorinterp == (rasterio.enums.ColorInterp.palette,)
        colors = written.colormap(1)
        assert {c.value: colors[c.value] for c in LEGEND} == {c.value: (*c.rgb, 255) for c in LEGEND}
        assert json.loads(written.tags()["CLASSES"]) == [
            {"value": c.value, "name": c.name, "color": c.color} for c in LEGEND
        ]
    with rasterio.open(files.confidence) as written:
        assert written.colorinterp == (rasterio.enums.ColorInterp.gray,)


def test_the_sidecar_names_every_class_with_its_colour_pixels_and_area(tmp_path):
    files = write_map(tmp_path)
    classes, _ = patchwork((700, 900))
    assert files.aux_xml == tmp_path / "map.tif.aux.xml"
    band = ET.fromstring(files.aux_xml.read_text("utf-8")).find("PAMRasterBand")  # noqa: S314 - our own file
    names = [category.text or "" for category in band.find("CategoryNames")]
    assert {value: name for value, name in enumerate(names) if name} == {0: "nodata"} | {
        c.value: c.name for c in LEGEND
    }
    table = band.find("GDALRasterAttributeTable")
    columns = [field.findtext("Name") for field in table.iter("FieldDefn")]
    rows = {
        int(row[0].text): dict(zip(columns, [cell.text for cell in row], strict=True))
        for row in table.iter("Row")
    }
    assert set(rows) == {c.value for c in LEGEND}
    for entry in LEGEND:
        row = rows[entry.value]
        assert row["ClassName"] == entry.name
        assert (int(row["Red"]), int(row["Green"]), int(row["Blue"])) == entry.rgb
        assert int(row["PixelCount"]) == (classes == entry.value).sum() == files.counts[entry.value]
        assert float(row["Area_m2"]) == pytest.approx(files.areas_m2[entry.value])
    assert not (tmp_path / "confidence.tif.aux.xml").exists()


def test_overviews_show_only_classes_of_the_legend(tmp_path):
    files = write_map(tmp_path, (2100, 1300))
    with rasterio.open(files.landcover) as written:
        levels = written.overviews(1)
    assert levels == [2, 4, 8]
    for level in range(len(levels)):
        with rasterio.open(files.landcover, overview_level=level) as overview:
            assert set(np.unique(overview.read(1))) <= set(VALUES.tolist())
            assert overview.colormap(1)[10] == (0, 100, 0, 255)
        with rasterio.open(files.confidence, overview_level=level) as overview:
            values = overview.read(1)
            assert ((values <= 100) | (values == 255)).all()


def test_an_overview_takes_the_most_frequent_class(tmp_path):
    classes = np.full((1024, 1024), 10, dtype=np.uint8)
    classes[::2, ::2] = 80
    with MapWriter(
        tmp_path / "m.tif", tmp_path / "c.tif", geobox=grid((1024, 1024)), legend=LEGEND, tags={}
    ) as writer:
        writer.write(Window(0, 0, 1024, 1024), classes, np.full_like(classes, 50))
        files = writer.finish()
    with rasterio.open(files.landcover, overview_level=0) as overview:
        assert (overview.read(1) == 10).all()


def test_bytes_do_not_depend_on_tiles_their_order_or_the_run(tmp_path):
    written = []
    for i, (size, reverse) in enumerate([(64, False), (256, True), (4096, False), (4096, False)]):
        folder = tmp_path / str(i)
        folder.mkdir()
        files = write_map(folder, size=size, reverse=reverse)
        written.append([path.read_bytes() for path in (files.landcover, files.aux_xml, files.confidence)])
    assert written[1:] == written[:1] * 3


def test_places_without_a_tile_are_nodata(tmp_path):
    with MapWriter(
        tmp_path / "m.tif", tmp_path / "c.tif", geobox=grid((20, 30)), legend=LEGEND, tags={}
    ) as writer:
        writer.write(
            Window(5, 5, 1, 2), np.array([[10, 80]], dtype=np.uint8), np.array([[90, 80]], dtype=np.uint8)
        )
        files = writer.finish()
    with rasterio.open(files.landcover) as landcover, rasterio.open(files.confidence) as confidence:
        assert np.count_nonzero(landcover.read(1)) == 2
        assert np.count_nonzero(confidence.read(1) != 255) == 2


@pytest.mark.parametrize(
    ("crs", "affine", "tolerance"),
    [
        ("EPSG:32630", None, 1e-3),
        ("EPSG:4326", Affine(0.001, 0, 10, 0, -0.001, 60), 1e-4),
        ("EPSG:3857", Affine(100, 0, 1e6, 0, -100, 8e6), 1e-3),
        ("EPSG:2263", Affine(100, 0, 900000, 0, -100, 300000), 1e-3),  # feet
    ],
)
def test_areas_are_those_on_the_ground_in_any_crs(tmp_path, crs, affine, tolerance):
    geobox = grid((600, 500), crs, affine)
    classes = np.full((600, 500), 10, dtype=np.uint8)
    with MapWriter(tmp_path / "m.tif", tmp_path / "c.tif", geobox=geobox, legend=LEGEND, tags={}) as writer:
        writer.write(Window(0, 0, 600, 500), classes, classes)
        files = writer.finish()
    ground, _ = Geod(ellps="WGS84").geometry_area_perimeter(Polygon(lonlat_outline(geobox)))
    assert files.areas_m2[10] == pytest.approx(ground, rel=tolerance)
    assert files.areas_m2[80] == 0


@pytest.mark.parametrize(
    ("classes", "confidence"),
    [
        (np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8)),
        (np.zeros((2, 3), np.int64), np.zeros((2, 3), np.uint8)),
        (np.full((2, 3), 11, np.uint8), np.zeros((2, 3), np.uint8)),
    ],
)
def test_a_tile_that_does_not_fit_is_refused(tmp_path, classes, confidence):
    with (
        MapWriter(
            tmp_path / "m.tif", tmp_path / "c.tif", geobox=grid((9, 9)), legend=LEGEND, tags={}
        ) as writer,
        pytest.raises(ValueError, match=r"the tile is|a map holds|not in the legend"),
    ):
        writer.write(Window(0, 0, 2, 3), classes, confidence)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.05, 1.2])
def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path, share):
    shape = (1000, 1000)  # noise: the COG with its overviews is larger than the raw values
    classes = np.random.default_rng(0).integers(1, 255, shape).astype(np.uint8)
    legend = Legend.from_names(f"class {i}" for i in range(254))
    old = b"an older map"
    (tmp_path / "m.tif").write_bytes(old)

    def write():
        with MapWriter(
            tmp_path / "m.tif", tmp_path / "c.tif", geobox=grid(shape), legend=legend, tags={}
        ) as writer:
            for window in tiles(shape, 300):
                writer.write(window, classes[window.slices], classes[window.slices])
            return writer.finish()

    with largest_file(int(share * classes.size)), pytest.raises(OutputError) as refusal:
        write()
    assert f"cannot be written to {tmp_path}" in str(refusal.value)
    assert "needs about 5 MB there, where" in str(refusal.value)
    assert listing(tmp_path) == ["m.tif"]
    assert (tmp_path / "m.tif").read_bytes() == old
    assert write().landcover.stat().st_size > 1.2 * classes.size


def test_a_disk_that_is_too_small_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 1000, 1000))
    with pytest.raises(
        OutputError, match=r"not enough room.*needs about 3 MB.*0 MB are free.*another folder"
    ):
        write_map(tmp_path)
    assert listing(tmp_path) == []


def test_what_gdal_did_not_write_is_noticed_though_it_reports_success(tmp_path, monkeypatch):
    copy = rasterio.shutil.copy

    def lossy(source, target, **options):
        copy(source, target, **options)
        with rasterio.open(target, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as written:
            written.write(np.full((1, 9, 9), 10, dtype=np.uint8), window=((0, 9), (0, 9)))

    monkeypatch.setattr(rasterio.shutil, "copy", lossy)
    with pytest.raises(OutputError, match="not written completely"):
        write_map(tmp_path)
    assert listing(tmp_path) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that refuses files even to root")
def test_a_read_only_folder_is_refused():
    with pytest.raises(OutputError, match=r"cannot be written to /proc: .*choose another folder"):
        write_map(Path("/proc"))


def test_a_target_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"there is no folder .*none; make it first"):
        write_map(tmp_path / "none")
    (tmp_path / "confidence.tif").mkdir()
    with pytest.raises(OutputError, match="it is a folder; name a file"):
        write_map(tmp_path)
    assert listing(tmp_path) == ["confidence.tif"]


def test_a_map_that_was_not_finished_leaves_nothing_behind(tmp_path):
    def interrupted():
        with MapWriter(tmp_path / "m.tif", tmp_path / "c.tif", geobox=grid((9, 9)), legend=LEGEND, tags={}):
            assert listing(tmp_path) != []
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert listing(tmp_path) == []


def test_map_and_confidence_may_go_to_different_folders(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    geobox = grid((9, 9))
    with MapWriter(
        tmp_path / "a/m.tif", tmp_path / "b/c.tif", geobox=geobox, legend=LEGEND, tags={}
    ) as writer:
        writer.finish()
    assert listing(tmp_path / "a") == ["m.tif", "m.tif.aux.xml"]
    assert listing(tmp_path / "b") == ["c.tif"]


def test_writing_many_maps_leaves_no_open_files(tmp_path):
    write_map(tmp_path, (20, 30))
    before = len(listing(Path("/proc/self/fd")))
    for _ in range(3):
        write_map(tmp_path, (20, 30))
    assert len(listing(Path("/proc/self/fd"))) == before


def make_item(tmp_path, **arguments):
    files = write_map(tmp_path, (70, 90))
    return files, map_item(
        "a-map",
        files,
        arguments.pop("geobox", grid((70, 90))),
        LEGEND,
        **{"datetime": None, "properties": {}} | arguments,
    )


@pytest.mark.parametrize("day", [None, date(2021, 5, 27)])
def test_the_item_is_valid_stac(tmp_path, day):
    _, document = make_item(tmp_path, datetime=day, properties={"landshot:model": "x"})
    json.dumps(document, allow_nan=False)
    # Core schemas come with pystac; those of extensions lie on the web, so pystac's own readers judge these.
    pystac.Item.from_dict(document | {"stac_extensions": []}).validate()
    assert document["stac_version"] == "1.1.0"
    assert pystac.Item.from_dict(document).properties["landshot:model"] == "x"
    assert (document["properties"]["datetime"] or "")[:10] == (day.isoformat() if day else "")


def test_the_item_tells_grid_and_classes(tmp_path):
    files, document = make_item(tmp_path)
    item = pystac.Item.from_dict(document)
    projection = ProjectionExtension.ext(item)
    assert projection.code == "EPSG:32630"
    assert projection.shape == [70, 90]
    assert projection.transform == list(grid((70, 90)).affine[:6])
    assert Polygon(document["geometry"]["coordinates"][0]).bounds == pytest.approx(document["bbox"], abs=1e-6)
    (band,) = item.assets["landcover"].extra_fields["bands"]
    classes = band["classification:classes"]
    assert ClassificationExtension.get_schema_uri() in document["stac_extensions"]
    assert [(c["value"], c["name"]) for c in classes] == [
        (0, "nodata"),
        (10, "forest"),
        (80, "water"),
        (3, "Wald_Wiese"),
        (254, "urban"),
    ]
    assert [c["color_hint"] for c in classes[1:]] == [c.color[1:] for c in LEGEND]
    assert sum(c["percentage"] for c in classes[1:]) == pytest.approx(100, abs=0.01)
    assert item.assets["landcover"].href == "./map.tif"
    assert (tmp_path / item.assets["attributes"].href).samefile(files.aux_xml)


def test_an_item_in_a_crs_without_code_carries_its_definition(tmp_path):
    geobox = grid((70, 90), "+proj=laea +lat_0=52 +lon_0=-4", Affine(10, 0, 0, 0, -10, 0))
    _, document = make_item(tmp_path, geobox=geobox)
    assert document["properties"]["proj:code"] is None
    assert document["properties"]["proj:wkt2"].startswith("PROJCRS")


def test_names_that_machines_cannot_use_are_replaced_in_the_item(tmp_path):
    legend = Legend.from_names(["öde", "水", "a b", "a.b"])
    shape = (20, 30)
    with MapWriter(
        tmp_path / "m.tif", tmp_path / "c.tif", geobox=grid(shape), legend=legend, tags={}
    ) as writer:
        files = writer.finish()
    item = map_item("x", files, grid(shape), legend, datetime=None, properties={})
    classes = item["assets"]["landcover"]["bands"][0]["classification:classes"]
    names = [c["name"] for c in classes]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name for name in names)
    assert {"öde", "水"} <= {c["title"] for c in classes} | {c["title"].lower() for c in classes}


def test_the_module_keeps_its_nodata_values_apart():
    assert (maps.NODATA, maps.CONFIDENCE_NODATA) == (0, 255)

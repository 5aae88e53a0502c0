"""Files of scenes over HTTP, from a server that fails on purpose."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.warp import reproject
from scipy.ndimage import map_coordinates
from servers.faults import cut_off, dropped, forbidden, missing, short_file, stalled, unavailable

from geodata.imagery.stac.reading import AssetReader
from geodata.imagery.stac.retries import AssetError, Patience

HERE = Affine(10, 0, 500_000, 0, -10, 5_600_000)
STORED = np.random.default_rng(0).integers(100, 9000, (600, 640)).astype(np.uint16)
STORED[:, :50] = 0


class Unsigned:
    def __init__(self):
        self.forgotten = []

    def __call__(self, href):
        return href

    def forget(self, href):
        self.forgotten.append(href)


class Signed(Unsigned):
    def __call__(self, href):
        return f"{href}?sig={len(self.forgotten)}"


QUICK = Patience(attempts=4, attempts_elsewhere=3, first_wait_s=0.01, longest_wait_s=0.05, answer_s=1.0)


def reader(sign=None):
    return AssetReader(sign or Unsigned(), QUICK)


def write(path, stored=STORED, transform=HERE, crs="EPSG:32631", **profile):
    height, width = stored.shape
    with rasterio.open(
        path, "w", driver="COG", height=height, width=width, count=1, dtype=stored.dtype, crs=crs,
        transform=transform, nodata=0, blocksize=128, compress="deflate", **profile,
    ) as image:  # fmt: skip
        image.write(stored, 1)
    return path


def grid(col, row, shape=(64, 80), pixel=10.0, crs="EPSG:32631"):
    return GeoBox(shape, Affine(pixel, 0, 500_000 + 10 * col, 0, -pixel, 5_600_000 - 10 * row), crs)


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "files" / "a.tif") if (tmp_path / "files").mkdir() is None else None


@pytest.fixture
def server(file, serve_files):
    return serve_files(file.parent)


def test_the_same_grid_is_copied_and_beyond_the_file_is_nodata(file):
    inside, over = reader().onto(str(file), [grid(100, 30), grid(600, -20)], nodata=0)
    np.testing.assert_array_equal(inside, STORED[30:94, 100:180])
    np.testing.assert_array_equal(over[20:, :40], STORED[:44, 600:])
    assert not over[:20].any()
    assert not over[:, 40:].any()
    (far,) = reader().onto(str(file), [grid(-5000, 0)], nodata=7)
    assert (far == 7).all()


@pytest.mark.parametrize(
    ("target", "method"),
    [
        (grid(100, 30, pixel=5.0), Resampling.bilinear),
        (grid(100.5, 30.25), Resampling.bilinear),
        (grid(100, 30, shape=(20, 20), pixel=60.0), Resampling.average),
    ],
)
def test_other_grids_are_resampled_once_as_gdal_does_it(file, target, method):
    (found,) = reader().onto(str(file), [target], nodata=0)
    expected = np.zeros(target.shape, dtype=np.uint16)
    with rasterio.open(file) as image:
        reproject(
            rasterio.band(image, 1), expected, dst_transform=target.affine, dst_crs=str(target.crs),
            src_nodata=0, dst_nodata=0, resampling=method,
        )  # fmt: skip
    assert (expected > 0).mean() > 0.3
    np.testing.assert_allclose(found.astype(int), expected.astype(int), atol=1)


def test_another_zone_is_interpolated_where_its_pixels_lie(file):
    target = GeoBox((80, 90), Affine(10, 0, 77_900, 0, -10, 5_612_000), "EPSG:32632")
    (found,) = reader().onto(str(file), [target], nodata=0)
    cols, rows = np.meshgrid(77_905 + 10.0 * np.arange(90), 5_611_995 - 10.0 * np.arange(80))
    x, y = Transformer.from_crs(32632, 32631, always_xy=True).transform(cols, rows)
    # Between the middles of pixels.
    at = (5_600_000 - y) / 10 - 0.5, (x - 500_000) / 10 - 0.5
    expected = map_coordinates(STORED.astype(float), at, order=1)
    inside = (at[0] > 0) & (at[0] < 599) & (at[1] > 51) & (at[1] < 639)
    assert inside.mean() > 0.3
    # A thousandth of a pixel, in noise of thousands.
    np.testing.assert_allclose(found[inside], expected[inside], atol=15)


def test_grids_that_are_read_together_are_as_if_read_alone(file):
    targets = [
        GeoBox((64, 64), Affine(10, 0, 77_000 + 640 * i, 0, -10, 5_612_000), "EPSG:32632") for i in range(4)
    ]
    together = reader().onto(str(file), targets, nodata=0)
    for target, found in zip(targets, together, strict=True):
        np.testing.assert_array_equal(reader().onto(str(file), [target], nodata=0)[0], found)


def test_a_part_on_the_files_own_pixels_reaches_beyond_the_area_by_the_margin(file):
    near, coarse, far = (
        reader().native(str(file), [target], margin_m=60, coarsest_m=coarsest)[0]
        for target, coarsest in ((grid(100, 30), 0.0), (grid(100, 30), 45.0), (grid(-5000, 0), 0.0))
    )
    col, row = ~HERE @ (near.transform.c, near.transform.f)
    assert (row, col) == (30 - 7, 100 - 7)
    assert near.values.shape == (64 + 14, 80 + 14)
    np.testing.assert_array_equal(near.values, STORED[23:101, 93:187])
    assert (near.pixel_m, near.crs, near.lattice) == (10.0, "EPSG:32631", (500_000.0, 5_600_000.0, 10.0))
    assert coarse.pixel_m == pytest.approx(40, rel=0.05)
    assert coarse.values.shape == (20, 24)
    assert far is None


def test_an_overview_shows_all_of_the_file(file):
    small = reader().overview(str(file), size=64)
    assert small.shape == (60, 64)
    assert set(np.unique(small)) <= set(np.unique(STORED))
    assert reader().overview(str(file), size=64, shape=(30, 40)).shape == (30, 40)


@pytest.mark.parametrize(
    "fault",
    [
        unavailable(times=2),
        unavailable(times=1, status=429, retry_after=1),
        dropped(times=1),
        cut_off(times=1),
        stalled(times=1, seconds=1.5),
    ],
    ids=["503", "429", "dropped", "cut", "stalled"],
)
@pytest.mark.parametrize("warm", [True, False], ids=["known file", "new file"])
def test_what_fails_in_passing_is_read_all_the_same(server, fault, warm):
    if warm:
        reader().check(f"{server.url}/a.tif")
    server.break_("/a.tif", fault)
    (found,) = reader().onto(f"{server.url}/a.tif", [grid(100, 30)], nodata=0)
    np.testing.assert_array_equal(found, STORED[30:94, 100:180])


@pytest.mark.parametrize(
    ("fault", "cause", "reason", "most"),
    [
        (missing(), "gone", r"not there \(404\)", 2),
        (forbidden(), "forbidden", r"refuses to give it \(403\)", 2),
        (unavailable(times=None), "unreachable", r"answered 503", 2 * QUICK.attempts),
        (unavailable(times=None, status=400), "unreachable", r"answered 400", 2),
        (short_file(share=0.5), "damaged", r"damaged or cut off", 99),
        (cut_off(), "damaged", r"damaged or cut off", 99),
        (dropped(), "unreachable", r".", 99),
    ],
    ids=["404", "403", "503", "400", "short file", "cut", "dropped"],
)
def test_what_does_not_pass_is_given_up_with_the_reason(server, fault, cause, reason, most):
    server.break_("/a.tif", fault)
    with pytest.raises(AssetError, match=reason) as failure:
        reader().onto(f"{server.url}/a.tif", [grid(500, 500)], nodata=0)
    assert failure.value.cause == cause
    assert server.root not in failure.value.reason
    assert server.count("/a.tif") <= most


def test_a_refusal_is_answered_with_a_new_signature(server):
    sign = Signed()
    server.break_("/a.tif", forbidden(times=1))
    (found,) = reader(sign).onto(f"{server.url}/a.tif", [grid(100, 30)], nodata=0)
    np.testing.assert_array_equal(found, STORED[30:94, 100:180])
    assert sign.forgotten == [f"{server.url}/a.tif"]
    server.break_("/a.tif", missing())
    with pytest.raises(AssetError) as failure:
        reader(sign).check(f"{server.url}/a.tif", afresh=True)
    assert "sig=" not in failure.value.reason


def test_a_server_that_is_not_there_is_said_to_be(server):
    server.stop()
    with pytest.raises(AssetError) as failure:
        reader().check(f"{server.url}/b.tif")
    assert failure.value.cause == "unreachable"


def test_only_rasters_with_a_place_on_earth_are_read_and_never_a_list_of_other_files(tmp_path, file):
    (tmp_path / "b.tif").write_text(f"<VRTDataset><SourceFilename>{file}</SourceFilename></VRTDataset>")
    with pytest.raises(AssetError, match=r"b\.tif") as failure:
        reader().check(str(tmp_path / "b.tif"))
    assert str(tmp_path) not in failure.value.reason
    for wrong in ("/vsicurl/http://127.0.0.1/a.tif", "s3://bucket/a.tif", "a.tif", "/vsizip//x.zip"):
        with pytest.raises(AssetError, match="only http"):
            reader().check(wrong)
    nowhere = write(tmp_path / "c.tif", crs=None)
    with pytest.raises(AssetError, match="where on Earth"):
        reader().check(str(nowhere))

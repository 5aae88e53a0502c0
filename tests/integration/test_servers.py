"""The loopback servers that stand for catalogues and object stores in other tests."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest
import rasterio
import requests
from pystac_client import Client
from servers.faults import cut_off, dropped, forbidden, missing, short_file, stalled, unavailable
from shapely.geometry import shape

from geodata.simulation.catalogue_options import CatalogueOptions

SMALL = CatalogueOptions(size_km=1.0, dates=(date(2025, 6, 3), date(2025, 6, 13)))
BYTES = bytes(range(256)) * 8


@pytest.fixture
def files(serve_files, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "data.bin").write_bytes(BYTES)
    (tmp_path / "other.bin").write_bytes(b"other")
    return serve_files(tmp_path)


def get(url, **headers):
    return requests.get(url, headers=headers, timeout=10)


def test_gdal_can_look_for_files_beside(serve_files, simulated_catalogue):
    """It does so while rasterio holds Python's lock, which a server in a thread of this process would need."""
    catalogue = simulated_catalogue(SMALL)
    server = serve_files(catalogue.folder)
    with (
        rasterio.Env(GDAL_HTTP_TIMEOUT=5),
        rasterio.open(f"{server.url}/{catalogue.scenes[0].id}/SCL.tif") as remote,
    ):
        assert remote.read(1).any()


def gdal_env(**more):
    return rasterio.Env(
        GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_HTTP_TIMEOUT=5, VSI_CACHE=False, **more
    )


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ({}, 200, BYTES),
        ({"Range": "bytes=10-19"}, 206, BYTES[10:20]),
        ({"Range": "bytes=2000-"}, 206, BYTES[2000:]),
        ({"Range": "bytes=-5"}, 206, BYTES[-5:]),
        ({"Range": "bytes=2040-99999"}, 206, BYTES[2040:]),
        ({"Range": "bytes=2048-2050"}, 416, b""),
        ({"Range": "bytes=0-1,5-6"}, 200, BYTES),
    ],
)
def test_ranges_are_answered(files, asked, status, expected):
    answer = get(f"{files.url}/sub/data.bin", **asked)
    assert (answer.status_code, answer.content) == (status, expected)
    if status == 206:
        assert answer.headers["Content-Range"].endswith("/2048")
    head = requests.head(f"{files.url}/sub/data.bin", timeout=10)
    assert (head.headers["Content-Length"], head.headers["Accept-Ranges"]) == ("2048", "bytes")


def test_requests_are_counted_by_path(files):
    get(f"{files.url}/sub/data.bin", Range="bytes=0-99")
    get(f"{files.url}/sub/data.bin", Range="bytes=100-149")
    get(f"{files.url}/other.bin")
    assert files.count() == 3
    assert files.count("/sub/*") == 2
    assert files.bytes_sent("*.bin") == 155
    assert files.requests[1].range == "bytes=100-149"
    assert files.path_of(files.folder / "sub" / "data.bin") == "/sub/data.bin"
    files.forget()
    assert files.count() == 0


@pytest.mark.parametrize("path", ["nothing.bin", "../conftest.py", "%2e%2e/%2e%2e/etc/passwd", "", "sub"])
def test_nothing_else_is_served(files, path):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{files.url}/{path}", timeout=5)  # noqa: S310 - loopback; requests tidies up `..`


def test_faults_strike_as_often_as_told(files):
    files.break_("*.bin", unavailable(2, retry_after=1))
    url = f"{files.url}/other.bin"
    assert [get(url).status_code for _ in range(3)] == [503, 503, 200]
    assert get(f"{files.url}/sub/data.bin").headers["Retry-After"] == "1"  # each path apart
    files.break_("/other.bin", missing())
    assert [get(url).status_code for _ in range(3)] == [404] * 3
    files.mend()
    assert get(url).status_code == 200
    files.break_("*", forbidden(1))
    assert [get(url).status_code for _ in range(2)] == [403, 200]
    files.break_("*", unavailable(1, status=429))
    assert get(url).status_code == 429


def test_a_short_file_is_shorter_and_a_cut_off_answer_breaks(files):
    url = f"{files.url}/sub/data.bin"
    files.break_("*", short_file(0.25))
    assert get(url).content == BYTES[:512]
    assert get(url, Range="bytes=600-700").status_code == 416
    files.mend()
    files.break_("*", cut_off(1))
    with pytest.raises(requests.exceptions.RequestException, match=r"(?i)incomplete|broken"):
        get(url)
    assert get(url).content == BYTES


def test_answers_can_stall_be_dropped_and_be_slow(files):
    url = f"{files.url}/other.bin"
    files.break_("*", stalled(1, seconds=30))
    with pytest.raises(requests.exceptions.Timeout):
        requests.get(url, timeout=0.2)
    files.break_("*", dropped(1))
    with pytest.raises(requests.exceptions.ConnectionError):
        get(url)
    files.delay_s = 0.2
    start = time.monotonic()
    assert get(url).status_code == 200
    assert time.monotonic() - start > 0.19


def test_a_server_that_stops_ends_its_connections_and_comes_back_on_its_port(files):
    url = f"{files.url}/other.bin"
    with requests.Session() as session:
        assert session.get(url, timeout=5).status_code == 200
        files.break_("*", stalled(seconds=60))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(session.get, url, timeout=30)
            while not files.struck:
                time.sleep(0.01)
            files.stop()
            with pytest.raises(requests.exceptions.ConnectionError):
                waiting.result(10)
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get(url, timeout=5)
        files.start()
        assert session.get(url, timeout=5).content == b"other"


def test_counts_outlive_a_death_and_faults_do_not(files):
    url = f"{files.url}/other.bin"
    files.break_("*", missing())
    assert get(url).status_code == 404
    files.stop()
    assert files.count() == 1
    files.start()
    assert get(url).status_code == 200
    assert files.count() == 2


def test_many_clients_are_answered_at_once(files):
    files.delay_s = 0.1
    start = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: get(f"{files.url}/other.bin").status_code, range(32)))
    assert answers == [200] * 32
    assert time.monotonic() - start < 2


def test_signed_files_need_a_token_that_has_not_expired(serve_files, tmp_path):
    folder = tmp_path / "blobs"
    folder.mkdir()
    (folder / "a.bin").write_bytes(b"a")
    server = serve_files(folder, container="sentinel2l2a01", signed=True)
    url = f"{server.url}/a.bin"
    assert url.endswith("/sentinel2l2a01/a.bin")
    assert get(url).status_code == 403

    def token():
        answer = get(f"{server.token_url}/127/sentinel2l2a01").json()
        assert answer["msft:expiry"].endswith("Z")
        return answer["token"]

    first = token()
    assert get(f"{url}?{first}").content == b"a"
    server.expire_tokens()
    assert get(f"{url}?{first}").status_code == 403
    assert get(f"{url}?{token()}").status_code == 200
    server.let_tokens_last(-1)
    assert get(f"{url}?{token()}").status_code == 403
    assert server.tokens_given == 3


def test_gdal_reads_windows_and_not_whole_files(serve_files, simulated_catalogue):
    catalogue = simulated_catalogue(size_km=5.0, orbits=1, dates=(date(2025, 6, 3),))
    scene = catalogue.scenes[0]
    server = serve_files(catalogue.folder)
    path = scene.path.parent / "B04.tif"
    with (
        gdal_env(),
        rasterio.open(f"{server.url}/{scene.id}/B04.tif") as remote,
        rasterio.open(path) as local,
    ):
        window = rasterio.windows.Window(200, 200, 40, 40)
        np.testing.assert_array_equal(remote.read(1, window=window), local.read(1, window=window))
        assert remote.overviews(1) == [2]
    assert 0 < server.bytes_sent() < 0.8 * path.stat().st_size
    assert server.count(server.path_of(path)) == server.count() > 0


def test_gdal_fails_on_what_was_broken(serve_files, simulated_catalogue):
    catalogue = simulated_catalogue(SMALL)
    server = serve_files(catalogue.folder)
    one, two, three = (
        server.path_of(catalogue.scenes[0].path.parent / name) for name in ("B02.tif", "B03.tif", "B04.tif")
    )
    server.break_(one, missing())
    server.break_(two, short_file())
    server.break_(three, unavailable())
    with gdal_env():
        for path in (one, two):
            with pytest.raises(rasterio.errors.RasterioIOError), rasterio.open(server.root + path) as remote:
                remote.read(1)
    with (
        gdal_env(GDAL_HTTP_MAX_RETRY=2, GDAL_HTTP_RETRY_DELAY=0.05),
        rasterio.open(server.root + three) as file,
    ):
        assert file.read(1).any()


def test_an_api_finds_items_whose_assets_can_be_read(serve_stac, simulated_catalogue):
    catalogue = simulated_catalogue(SMALL)
    service = serve_stac(catalogue.folder)
    client = Client.open(service.url)
    found = list(client.search(collections=[catalogue.collection_id], bbox=catalogue.bbox).items())
    assert {item.id for item in found} == {scene.id for scene in catalogue.scenes}
    assert service.api.searches == 1
    item = found[0]
    assert item.self_href.startswith(service.url)
    for key in ("red", "scl"):
        with gdal_env(), rasterio.open(item.assets[key].href) as remote:
            assert remote.read(1).any()
    assert service.files.count(f"/{item.id}/*") == service.files.count() >= 2
    assert item.assets["red-jp2"].href.startswith("s3://")
    later = client.search(collections=[catalogue.collection_id], datetime="2025-06-10/2025-06-30")
    assert [item.properties["datetime"][:10] for item in later.items()] == ["2025-06-13"]
    far = client.search(collections=[catalogue.collection_id], bbox=[100, 10, 101, 11])
    assert list(far.items()) == []
    assert service.requests > 5
    service.forget()
    assert service.requests == 0


def test_an_api_gives_many_items_page_by_page(serve_stac, simulated_catalogue):
    catalogue = simulated_catalogue()
    service = serve_stac(catalogue.folder)
    search = Client.open(service.url).search(collections=[catalogue.collection_id], limit=5)
    assert len(list(search.items())) == 19
    assert service.api.searches == 4


def test_an_api_can_die_fail_and_come_back(serve_stac, simulated_catalogue):
    catalogue = simulated_catalogue(SMALL)
    service = serve_stac(catalogue.folder)
    url = service.url
    service.api.break_("/search", unavailable(1))
    search = {"collections": [catalogue.collection_id]}
    assert [requests.post(f"{url}/search", json=search, timeout=10).status_code for _ in range(2)] == [
        503,
        200,
    ]
    service.api.stop()
    with pytest.raises(requests.exceptions.ConnectionError):
        get(url)
    service.api.start()
    assert service.url == url
    assert len(requests.post(f"{url}/search", json=search, timeout=10).json()["features"]) == 2


def test_items_over_the_antimeridian_are_found_from_both_sides(serve_stac, simulated_catalogue):
    catalogue = simulated_catalogue(
        size_km=1.0, layout="two zones", centre=(179.0, 50.0), dates=(date(2025, 6, 3),), orbits=1
    )
    service = serve_stac(catalogue.folder)
    west, south, east, north = catalogue.bbox
    client = Client.open(service.url)
    sides = [[west, south, 180.0, north], [-180.0, south, east, north]]
    found = [
        {item.id for item in client.search(collections=[catalogue.collection_id], bbox=box).items()}
        for box in sides
    ]
    assert found[0] | found[1] == {scene.id for scene in catalogue.scenes}
    assert all(found)


def test_a_signed_service_is_read_with_its_tokens(serve_stac, simulated_catalogue):
    catalogue = simulated_catalogue(size_km=1.0, dates=SMALL.dates, publisher="planetary-computer")
    service = serve_stac(catalogue.folder, signed=True)
    item = next(Client.open(service.url).search(collections=[catalogue.collection_id]).items())
    href = item.assets["B04"].href
    assert href.startswith(service.files.url)
    assert get(href).status_code == 403
    token = get(f"{service.files.token_url}/127/sentinel2l2a01").json()["token"]
    assert get(f"{href}?{token}").status_code == 200


@pytest.mark.real_data
def test_the_real_catalogue_of_flanders_is_served(serve_stac, flanders):
    service = serve_stac(flanders)
    collection = json.loads((flanders / "collection.json").read_text())["id"]
    search = Client.open(service.url).search(collections=[collection], bbox=[3.02, 50.814, 3.027, 50.818])
    items = list(search.items())
    assert len(items) == 40
    clearest = min(items, key=lambda item: item.properties["eo:cloud_cover"])
    assert shape(clearest.geometry).area > 0
    with gdal_env(), rasterio.open(clearest.assets["rededge1"].href) as remote:
        assert remote.shape == (32, 32)
        assert remote.read(1).any()
    assert service.files.count("*/rededge1.tif") > 0

from __future__ import annotations

import signal
import socket

import pytest
from processes import running_server


def test_serve_refuses_a_port_in_use(landshot):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = landshot("serve", "--port", port, code=1)
    assert f"port {port} of 127.0.0.1 is in use" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--imagery", "none.tif"], "none.tif"),
        (["--imagery", "a=none.tif"], "imagery 'a'"),
        (["--imagery", "a b=none.tif"], "imagery[0].name"),
        (["--imagery", "a=x.tif", "--imagery", "a=y.tif"], "a is given twice"),
        (["--imagery", "a=http://127.0.0.1/x.tif"], "imagery 'a'"),
        (["--host", "not an address"], "cannot listen on not an address"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_serve_refuses_what_it_cannot_serve(landshot, options, said):
    code = 1 if "--host" in options else 2
    done = landshot("serve", "--port", "0", *options, code=code)
    assert said in done.stderr


def test_serve_without_imagery_serves_the_simulated_region(tmp_path):
    import httpx2  # noqa: PLC0415 - only where a server runs

    with (
        running_server(tmp_path / "data") as server,
        httpx2.Client(base_url=server.url, timeout=60) as client,
    ):
        assert [scene["name"] for scene in client.get("/imagery").json()["imagery"]] == ["simulated"]
        operation = client.get("/openapi.json").json()["paths"]["/adapt"]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        assert len(example["labels"]["features"]) > 10
        assert client.post("/adapt", json=example).status_code == 200


def test_serve_stops_when_it_is_told_to(tmp_path, scene):
    with running_server(tmp_path / "data", "--imagery", str(scene.path)) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) in {0, 130, -signal.SIGINT}
    assert "Traceback" not in (tmp_path / "data" / "server.log").read_text()

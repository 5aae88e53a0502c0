"""OGC API - Processes, jobs that wait, idempotency: with a server whose workers are paused."""

from __future__ import annotations

import signal
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx2
import pytest
from jobs_client import ASYNC, body_of, job_of, small_body, until
from ogc_schemas import (
    CONFORMANCE,
    EXCEPTION,
    JOB_LIST,
    LANDING_PAGE,
    PROCESS,
    PROCESS_LIST,
    RESULTS,
    STATUS_INFO,
    check,
)
from processes import running_server

from app.database.connection import Database
from app.keys.store import KeyStore

NOT_HERE = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


@pytest.fixture(scope="module")
def paused(scene, tmp_path_factory):
    """A server that asks for keys and has too little room for any job."""
    data_dir = tmp_path_factory.mktemp("data")
    with running_server(
        data_dir,
        "--imagery", f"blocks={scene.path}",
        require_keys=True, answer_at_once_pixels=30_000, min_free_bytes=10**18,
    ) as running:  # fmt: skip
        yield running


@pytest.fixture(scope="module")
def new_client(paused):
    """`new_client()`: a client with a key of its own, and so without jobs."""
    opened = []

    def make():
        with closing(Database.open(None, paused.data_dir)) as database:
            _, key = KeyStore(database).create("a test")
        opened.append(
            httpx2.Client(base_url=paused.url, timeout=60, headers={"authorization": f"Bearer {key}"})
        )
        return opened[-1]

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def client(new_client):
    return new_client()


@pytest.fixture
def submit(client, scene):
    """A job that waits."""
    return lambda **more: job_of(client.post("/adapt", json=body_of(scene, **more), headers=ASYNC))


def test_the_landing_page_leads_to_everything(client):
    page = check(client.get("/").json(), LANDING_PAGE)
    relations = {link["rel"] for link in page["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= relations
    assert "http://www.opengis.net/def/rel/ogc/1.0/processes" in relations
    assert "http://www.opengis.net/def/rel/ogc/1.0/job-list" in relations
    for link in page["links"]:
        response = client.get(link["href"], headers={"accept": "*/*"})
        assert response.status_code == 200, link
        assert response.headers["content-type"].split(";")[0] in (
            link["type"].split(";")[0],
            "application/json",
        )


def test_the_standards_are_declared_and_openapi_3_0_is_not_among_them(client):
    declared = check(client.get("/conformance").json(), CONFORMANCE)["conformsTo"]
    processes = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
    for name in ("core", "ogc-process-description", "json", "job-list", "dismiss"):
        assert f"{processes}/{name}" in declared
    assert not any("oas30" in uri or "callback" in uri for uri in declared)
    assert client.get("/").json()["conformsTo"] == declared


def test_the_process_is_described_with_its_inputs_and_outputs(client):
    listed = check(client.get("/processes", params={"limit": 5}).json(), PROCESS_LIST)
    (summary,) = listed["processes"]
    assert (summary["id"], summary["outputTransmission"]) == ("adapt", ["reference"])
    described = check(client.get("/processes/adapt").json(), PROCESS)
    assert set(described["inputs"]) == {
        "imagery",
        "bbox",
        "labels",
        "legend",
        "start",
        "end",
        "steps",
        "neighbourhood",
    }
    assert [name for name, given in described["inputs"].items() if given["minOccurs"]] == ["labels"]
    assert set(described["outputs"]) == {"landcover", "item"}
    assert {key: described[key] for key in summary} == summary


@pytest.mark.parametrize("path", ["/processes/other", "/processes/adapt%00"])
def test_another_process_is_not_found(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert check(response.json(), EXCEPTION)["type"] == f"{NOT_HERE}/no-such-process"


def test_the_process_is_run_with_what_the_standard_wraps_inputs_in(client, scene):
    small = small_body(scene)
    plain = client.post("/adapt", json=small)
    legend = [{"value": 5 + index, "name": name} for index, name in enumerate(_names(small["labels"]))]
    wrapped = {
        "imagery": {"value": "blocks"},
        "labels": {"value": small["labels"], "mediaType": "application/geo+json"},
        "bbox": {"bbox": small["bbox"], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
    }
    execution = "/processes/adapt/execution"
    raw = client.post(execution, json={"inputs": wrapped})
    assert raw.status_code == 200, raw.text
    assert (raw.headers["location"], raw.content) == (plain.headers["location"], plain.content)
    document = client.post(execution, json={"inputs": wrapped, "response": "document"})
    results = check(document.json(), RESULTS)
    assert set(results) == {"landcover", "item"}
    assert client.get(results["landcover"]["href"]).content == plain.content
    item = client.post(execution, json={"inputs": wrapped, "outputs": {"item": {}}, "response": "raw"})
    assert item.headers["content-type"] == "application/geo+json"
    assert item.json() == client.get(results["item"]["href"]).json()
    both = client.post(execution, json={"inputs": wrapped, "outputs": {"item": {}, "landcover": {}}})
    assert both.status_code == 204
    assert results["landcover"]["href"] in both.headers["link"]
    coloured = [{"value": entry} for entry in legend]
    other = client.post(execution, json={"inputs": wrapped | {"legend": coloured}, "response": "document"})
    assert other.status_code == 200, other.text
    assert other.json() != results


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"subscriber": {"successUri": "http://169.254.169.254/"}}, "subscriber"),
        ({"inputs": {"labels": {"href": "http://169.254.169.254/"}}}, "inputs.labels"),
        ({"inputs": {"bbox": {"bbox": [0, 0, 1, 1], "crs": "EPSG:3857"}}}, "inputs.bbox.crs"),
        ({"inputs": {"bbox": {"box": 1}}}, "inputs.bbox"),
        ({"inputs": {}}, "labels"),
        ({"outputs": {"confidence": {}}}, "outputs.confidence"),
        (
            {"response": "document", "outputs": {"item": {"transmissionMode": "value"}}},
            "outputs.item.transmissionMode",
        ),
        ({"response": "xml"}, "response"),
        ({"mode": "async"}, "mode"),
    ],
)
def test_an_execution_that_cannot_be_is_refused_where_it_is_wrong(client, scene, change, where):
    response = client.post("/processes/adapt/execution", json={"inputs": {"labels": scene.labels}} | change)
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"].startswith(where)


def test_a_large_execution_is_answered_with_a_job(client, scene):
    response = client.post("/processes/adapt/execution", json={"inputs": {"labels": scene.labels}})
    info = job_of(response)
    assert client.get("/jobs").json()["jobs"][0]["jobID"] == info["jobID"]


def test_a_request_is_checked_before_it_becomes_a_job(client, scene):
    (feature, *_) = scene.labels["features"]
    for wrong, status in (
        ({"labels": scene.collection(feature)}, 422),
        (body_of(scene, bbox=[0, 0, 1, 1]), 422),
        (body_of(scene, imagery="other"), 404),
        (body_of(scene, start="2025-01-01"), 422),
    ):
        response = client.post("/adapt", json=wrong, headers=ASYNC | {"idempotency-key": "wrong"})
        assert response.status_code == status, response.text
    assert client.get("/jobs").json()["numberMatched"] == 0


def test_a_waiting_job_says_what_it_waits_for(client, submit):
    info = submit()
    info = until(client, info["jobID"], lambda info: "paused" in info["landshot:waiting_for"])
    check(info, STATUS_INFO)
    assert "LANDSHOT_MIN_FREE_BYTES" in info["landshot:waiting_for"]
    assert info["message"] == f"waiting for {info['landshot:waiting_for']}"
    assert (info["status"], info["progress"]) == ("accepted", 0)


def test_results_of_a_job_that_has_not_ended_are_not_ready(client, submit):
    response = client.get(f"/jobs/{submit()['jobID']}/results")
    assert response.status_code == 404
    assert check(response.json(), EXCEPTION)["type"] == f"{NOT_HERE}/result-not-ready"


def test_a_waiting_job_is_cancelled_and_then_forgotten(client, submit):
    path = f"/jobs/{submit()['jobID']}"
    assert check(client.delete(path).json(), STATUS_INFO)["status"] == "dismissed"
    assert client.get(path).json()["status"] == "dismissed"
    assert client.delete(path).json()["status"] == "dismissed"
    assert client.delete(path).status_code == 404


@pytest.mark.parametrize("tail", ["", "/results", "/events"])
def test_another_keys_job_is_as_one_that_never_was(new_client, submit, tail):
    job_id, other = submit()["jobID"], new_client()

    def refusal(identifier, method="GET"):
        response = other.request(method, f"/jobs/{identifier}{tail}")
        problem = check(response.json(), EXCEPTION)
        assert problem["type"] == f"{NOT_HERE}/no-such-job"
        del problem["request_id"]
        return response.status_code, str(problem).replace(identifier, "ID")

    assert refusal(job_id) == refusal(uuid.uuid4().hex)
    assert refusal("no-job")[0] == 404
    if not tail:
        assert refusal(job_id, "DELETE") == refusal(uuid.uuid4().hex, "DELETE")
    assert job_id not in other.get("/jobs").text


def test_jobs_are_listed_the_newest_first_and_in_pages(client, submit):
    made = [submit()["jobID"] for _ in range(5)][::-1]
    listed = check(client.get("/jobs").json(), JOB_LIST)
    assert [info["jobID"] for info in listed["jobs"]] == made
    page, found = client.get("/jobs", params={"limit": 2, "status": "accepted"}).json(), []
    while True:
        found += [info["jobID"] for info in check(page, JOB_LIST)["jobs"]]
        following = {link["rel"]: link["href"] for link in page["links"]}
        if "next" not in following:
            break
        page = client.get(following["next"]).json()
    assert found == made
    before = client.get(following["prev"]).json()
    assert [info["jobID"] for info in before["jobs"]] == made[2:4]


def test_the_methods_of_an_address_are_all_named(client):
    refused = client.post(f"/jobs/{uuid.uuid4().hex}")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, DELETE"


def test_jobs_are_filtered(client, submit):
    first = submit()
    time.sleep(0.01)
    second = submit()
    client.delete(f"/jobs/{first['jobID']}")

    def found(**parameters):
        response = client.get("/jobs", params=parameters)
        assert response.status_code == 200, response.text
        return [info["jobID"] for info in check(response.json(), JOB_LIST)["jobs"]]

    both = [second["jobID"], first["jobID"]]
    assert found(status="accepted") == both[:1]
    assert found(status="dismissed") == both[1:]
    assert found(status=["accepted", "dismissed"]) == both
    assert found(status="running") == []
    assert found(type="process", processID="adapt") == both
    assert found(type="coverage") == found(processID="other") == []
    assert found(processID=["other", "adapt"]) == both
    assert found(datetime=f"{second['created']}/..") == both[:1]
    assert found(datetime=f"../{first['created']}") == both[1:]
    assert found(datetime=first["created"]) == both[1:]
    assert found(datetime="2020-01-01") == []
    assert found(minDuration=0) == []  # neither has begun
    for wrong in ({"datetime": "yesterday"}, {"status": "lost"}, {"limit": 0}, {"minDuration": -1}):
        assert client.get("/jobs", params=wrong).status_code == 422


def test_the_same_key_and_request_are_the_same_job(client, scene):
    headers = ASYNC | {"idempotency-key": f"again {uuid.uuid4()}"}
    one, two = (client.post("/adapt", json=body_of(scene), headers=headers) for _ in range(2))
    assert job_of(one)["jobID"] == job_of(two)["jobID"]
    assert two.headers["preference-applied"] == "respond-async"
    other = client.post("/adapt", json=small_body(scene), headers=headers)
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    client.delete(one.headers["location"])
    client.delete(one.headers["location"])
    three = client.post("/adapt", json=body_of(scene), headers=headers)
    assert job_of(three)["jobID"] != job_of(one)["jobID"]


def test_a_key_is_its_owners(client, new_client, scene):
    headers = ASYNC | {"idempotency-key": "mine"}
    one, two = (http.post("/adapt", json=body_of(scene), headers=headers) for http in (client, new_client()))
    assert job_of(one)["jobID"] != job_of(two)["jobID"]


def test_many_at_once_with_one_key_are_one_job(client, scene):
    headers = ASYNC | {"idempotency-key": str(uuid.uuid4())}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: client.post("/adapt", json=body_of(scene), headers=headers), range(16))
        )
    assert len({job_of(answer)["jobID"] for answer in answers}) == 1
    assert client.get("/jobs").json()["numberMatched"] == 1


def test_a_map_that_was_answered_at_once_is_answered_again(client, scene):
    key = {"idempotency-key": "sync"}
    body = {"inputs": small_body(scene), "response": "document"}
    one, two = (client.post("/processes/adapt/execution", json=body, headers=key) for _ in range(2))
    assert one.status_code == two.status_code == 200
    assert one.json() == two.json()
    assert two.headers["cache-status"] == "landshot; hit"
    wrong = {"inputs": {"labels": scene.collection()}}
    refused = {"idempotency-key": "refused"}
    assert client.post("/processes/adapt/execution", json=wrong, headers=refused).status_code == 422
    assert client.post("/processes/adapt/execution", json=body, headers=refused).status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 256, "\u00e9", "tab\there"])
def test_a_key_that_is_none_is_refused(client, scene, key):
    headers = {"idempotency-key": key.encode("latin-1")}
    response = client.post("/adapt", json=body_of(scene), headers=headers)
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/invalid-idempotency-key"


def test_a_quota_of_jobs_is_the_keys_own(paused, scene):
    with closing(Database.open(None, paused.data_dir)) as database:
        _, key = KeyStore(database).create("few", {"max_queued_jobs": 2})
    headers = ASYNC | {"authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=paused.url, timeout=60, headers=headers) as few:
        for _ in range(2):
            job_of(few.post("/adapt", json=body_of(scene)))
        refused = few.post("/adapt", json=body_of(scene), headers={"idempotency-key": "third"})
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        few.delete(f"/jobs/{few.get('/jobs').json()['jobs'][0]['jobID']}")
        job_of(few.post("/adapt", json=body_of(scene), headers={"idempotency-key": "third"}))


def test_a_server_that_ends_ends_its_streams(scene, tmp_path):
    with (
        running_server(
            tmp_path / "data", "--imagery", f"blocks={scene.path}", min_free_bytes=10**18
        ) as server,
        httpx2.Client(base_url=server.url, timeout=60) as client,
    ):
        job_id = job_of(client.post("/adapt", json=body_of(scene), headers=ASYNC))["jobID"]
        heard, over = threading.Event(), threading.Event()

        def listen():
            with client.stream("GET", f"/jobs/{job_id}/events") as response:
                for line in response.iter_lines():
                    if line.startswith("data"):
                        heard.set()
            over.set()

        threading.Thread(target=listen, daemon=True).start()
        assert heard.wait(20)
        server.process.send_signal(signal.SIGTERM)
        assert over.wait(5)
        server.process.wait(40)
    assert "ERROR" not in (tmp_path / "data" / "server.log").read_text()


def _names(labels):
    return sorted({feature["properties"]["class"] for feature in labels["features"]})

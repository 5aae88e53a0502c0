"""What the OpenAPI document shows as an example works as pasted."""

from __future__ import annotations

import httpx2
import pytest
from processes import running_server

DOCUMENTED = {200, 201, 204}


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    with (
        running_server(tmp_path_factory.mktemp("bundled")) as server,
        httpx2.Client(base_url=server.url, timeout=60) as http,
    ):
        yield http


def examples_of(document):
    """(path, media type, example) of every request body."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if "requestBody" not in operation:
                continue
            assert method == "post"
            for kind, content in operation["requestBody"]["content"].items():
                if content["schema"].get("format") == "binary":  # no text to paste
                    continue
                assert "example" in content, path
                yield path, kind, content["example"]


def test_every_request_body_has_an_example_and_each_works(bundled):
    document = bundled.get("/openapi.json").json()
    found = list(examples_of(document))
    assert {path for path, *_ in found} == {
        "/adapt",
        "/adapt/plan",
        "/adaptations",
        "/adaptations/{adaptation_id}/labels",
        "/labels/read",
        "/legends/read",
        "/processes/{process_id}/execution",
        "/search",
    }
    names = {"{process_id}": "adapt"}
    for path, kind, example in found:
        if "{adaptation_id}" in path:
            made = bundled.post("/adaptations", json=document_example(found, "/adaptations"))
            names["{adaptation_id}"] = made.json()["id"]
        for name, value in names.items():
            path = path.replace(name, value)  # noqa: PLW2901
        sent = {"content": example} if isinstance(example, str) else {"json": example}
        answer = bundled.post(path, **sent, headers={"content-type": kind})
        assert answer.status_code in DOCUMENTED, (path, answer.text)


def document_example(found, path):
    return next(example for each, _, example in found if each == path)


def test_every_operation_says_which_keys_it_takes_where_keys_are_needed(tmp_path):
    from app.main import create_app  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415

    document = create_app(Settings(data_dir=tmp_path, require_keys=True)).openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            needs = {tuple(sorted(each)) for each in operation.get("security", [])}
            if "401" in operation["responses"]:
                assert {("bearer",), ("apiKey",)} <= needs, (method, path)
            else:
                assert not needs, (method, path)
            signed = ("expires", "owner", "signature")
            assert (signed in needs) == ("403" in operation["responses"]), (method, path)
    named = {name for each in needs_of(document) for name in each}
    assert named == document["components"]["securitySchemes"].keys()
    assert "security" not in str(create_app(Settings(data_dir=tmp_path)).openapi()["paths"])


def needs_of(document):
    return [
        each
        for operations in document["paths"].values()
        for operation in operations.values()
        for each in operation.get("security", [])
    ]

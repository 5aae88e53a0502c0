from __future__ import annotations

import inspect
import json

import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app import errors as edge
from app import problems
from app.faults import json_position, sentences
from app.middleware import PlainErrorMiddleware, RequestIdMiddleware
from app.negotiation import best_of, is_json, matches_etag, wants_fresh
from geodata import errors

MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}


@pytest.fixture
def app():
    made = FastAPI()
    problems.add_problem_handlers(made)
    made.add_middleware(PlainErrorMiddleware)
    made.add_middleware(RequestIdMiddleware)
    return made


@pytest.fixture
def client(app):
    with TestClient(app, raise_server_exceptions=False) as http:
        yield http


def refuse_with(app, error):
    @app.get("/it")
    def it():
        raise error


def test_a_refusal_becomes_a_problem_with_every_fault(app, client):
    faults = (errors.Fault("labels[3]", "lies outside"), errors.Fault("labels[9]", "is on nodata"))
    refuse_with(app, errors.LabelsError("2 of 10 labels cannot be used", faults))
    response = client.get("/it")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "/problems/invalid-labels"
    assert problem["title"] == "The labels cannot be used"
    assert problem["detail"] == "2 of 10 labels cannot be used"
    assert problem["instance"] == "/it"
    assert problem["errors"] == [
        {"where": "labels[3]", "reason": "lies outside"},
        {"where": "labels[9]", "reason": "is on nodata"},
    ]
    assert problem["request_id"] == response.headers["x-request-id"]


def every_error():
    kinds = [
        kind
        for module in (errors, edge)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, errors.LandshotError)
    ]
    return sorted(set(kinds) - {errors.LandshotError}, key=lambda kind: kind.code)


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.code)
def test_every_error_has_a_status_of_its_own_accord(kind):
    assert kind in problems.STATUS
    assert kind.__doc__


def test_kinds_of_errors_can_be_told_apart():
    codes = [kind.code for kind in every_error()]
    assert len(set(codes)) == len(codes)


def test_a_subclass_answers_like_its_base(app, client):
    class OddLabelsError(errors.LabelsError):
        pass

    refuse_with(app, OddLabelsError("odd"))
    assert client.get("/it").status_code == 422


def test_an_unexpected_error_tells_the_client_nothing_but_where_to_look(app, client):
    refuse_with(app, RuntimeError("secret /etc/passwd"))
    response = client.get("/it")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.json()["request_id"] in response.json()["detail"]
    assert response.headers["x-request-id"] == response.json()["request_id"]


def test_busy_says_when_to_come_back(app, client):
    refuse_with(app, edge.BusyError("16 maps are waiting"))
    response = client.get("/it")
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/nowhere", 404, "There is nothing at /nowhere"),
        ("DELETE", "/there", 405, "DELETE is not possible at /there; allowed: GET."),
        ("GET", "/plain", 416, "which has 12 bytes"),
        ("GET", "/limit?most=7&other=x", 422, "most: should be less than or equal to 5"),
    ],
)
def test_all_other_errors_are_problems_too(app, client, *, method, path, status, detail):
    @app.get("/there")
    def there():
        return {}

    @app.get("/plain")
    def plain():
        return PlainTextResponse("no", status_code=416, headers={"content-range": "bytes */12"})

    @app.get("/limit")
    def limit(most: int = Query(le=5)):
        return most

    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json().keys() >= MEMBERS
    assert response.json()["status"] == status
    assert detail in response.json()["detail"]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    box: list[float] = Field(min_length=2, max_length=2)
    name: str = Field(default="a", pattern="^[a-z]+$")


@pytest.mark.parametrize(
    ("document", "where", "reason"),
    [
        ({}, "box", "is missing"),
        ({"box": [1, 2], "bog": 3}, "bog", "is not a field of this request"),
        ({"box": [1, "x"]}, "box[1]", "should be a valid number, got 'x'"),
        ({"box": [1]}, "box", "needs at least 2 entries, has 1"),
        ({"box": [1, 2, 3]}, "box", "needs at most 2 entries, has 3"),
        ({"box": [1, 2], "name": "A"}, "name", "'A' does not match ^[a-z]+$"),
        ([1], "body", "should be an object, got [1]"),
    ],
)
def test_validation_errors_are_sentences_that_name_the_field(document, where, reason):
    with pytest.raises(ValidationError) as raised:
        Body.model_validate(document, strict=True)
    (fault,) = sentences(raised.value.errors())
    assert (fault.where, fault.reason) == (where, reason)


def test_broken_json_is_located():
    text = '{\n  "a": 1,\n  "b" 2\n}'
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads(text)
    assert json_position(raised.value) == "not JSON: Expecting ':' delimiter at line 3, column 7"


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        ("*/*", "image/tiff"),
        ("", "image/tiff"),
        ("application/*", "application/json"),
        ("application/json;q=0.2, image/tiff;q=0.1", "application/json"),
        ("image/tiff;q=0, */*", "application/json"),
        ("text/html, */*;q=0.1", "image/tiff"),
        ("IMAGE/TIFF", "image/tiff"),
        ("image/tiff;q=abc", None),
        ("text/html", None),
        ("*/*;q=0", None),
    ],
)
def test_accept_headers_are_weighed(accept, best):
    assert best_of(accept, ("image/tiff", "application/json")) == best


@pytest.mark.parametrize(
    ("content_type", "json_or_not"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/geo+json", True),
        ("text/json", False),
        ("application/x-www-form-urlencoded", False),
        ("", False),
    ],
)
def test_json_is_told_from_other_bodies(content_type, json_or_not):
    assert is_json(content_type) is json_or_not


def test_cache_control_can_ask_for_a_new_map():
    assert wants_fresh("no-cache")
    assert wants_fresh("max-age=0")
    assert not wants_fresh("max-age=0600")
    assert not wants_fresh("")


def test_etags_match_weakly():
    assert matches_etag('"a", W/"b"', '"b"')
    assert matches_etag("*", '"b"')
    assert not matches_etag('"a"', '"b"')
